//! The run: hosts on a network, and what happens to them from outside, by a plan.

use std::{collections::BTreeMap, rc::Rc, time::Duration};

use tieline_protocol::Millis;
use tieline_sim::Chance;
use turmoil::{Builder, Sim};

use crate::{
    browser::Browser,
    gateway::{HOST, Order, Premises},
    log, panics,
    person::{Person, Side},
    plan::{Change, Event},
    time,
};

/// The finest step in which the network moves. Timers within a host are exact.
const TICK: Duration = Duration::from_millis(5);
/// The shortest way of a message.
const SHORTEST_WAY: Duration = Duration::from_millis(2);
/// The longest, unless the plan says otherwise.
const LONGEST_WAY: Duration = Duration::from_millis(120);

/// Everything.
pub struct World {
    /// The gateway's own.
    pub premises: Rc<Premises>,
    /// The ends.
    pub people: Vec<Rc<Person>>,
    sim: Sim<'static>,
    /// Lines that the gateway's disk had when the gateway died, and whose authors did not know.
    pub unacknowledged: usize,
    /// The longest way between each person and the gateway.
    ways: Vec<Duration>,
    plan: BTreeMap<(Duration, u64), Event>,
    planned: u64,
    chance: Chance,
}

impl World {
    /// A gateway, and nobody there yet.
    pub fn new(seed: u64) -> Self {
        panics::watch();
        let premises = Premises::prepare(seed);
        let mut sim = Builder::new()
            .rng_seed(seed)
            .tick_duration(TICK)
            .simulation_duration(Duration::from_secs(24 * 60 * 60))
            .min_message_latency(SHORTEST_WAY)
            .max_message_latency(LONGEST_WAY)
            .tcp_capacity(1024)
            .enable_random_order()
            .build();
        let at = Rc::clone(&premises);
        sim.host(HOST, move || Rc::clone(&at).run());
        Self {
            premises,
            people: Vec::new(),
            sim,
            unacknowledged: 0,
            ways: Vec::new(),
            plan: BTreeMap::new(),
            planned: 0,
            chance: Chance::new(seed ^ 0xe5d5),
        }
    }

    /// Somebody with a browser of their own.
    pub fn add(&mut self, side: Side) -> usize {
        self.add_tab(side, &Rc::default())
    }

    /// Somebody before a tab of that browser.
    pub fn add_tab(&mut self, side: Side, browser: &Rc<Browser>) -> usize {
        let number = self.people.len();
        let chance = Chance::new(self.chance.number());
        let name = format!("person{number}");
        let person = Person::new(name.clone(), side, Rc::clone(&self.premises), Rc::clone(browser), chance);
        let person = Rc::new(person);
        self.people.push(Rc::clone(&person));
        self.ways.push(LONGEST_WAY);
        self.sim.host(name, move || Rc::clone(&person).run());
        number
    }

    /// Something that will happen.
    pub fn plan(&mut self, after: Millis, event: Event) {
        self.planned += 1;
        let at = self.sim.elapsed() + Duration::from_millis(after.0);
        self.plan.insert((at, self.planned), event);
    }

    /// Nothing of what was planned will happen.
    pub fn forget_plan(&mut self) {
        self.plan.clear();
    }

    /// The time of day.
    pub fn now(&self) -> Millis {
        time::EPOCH + time::millis(self.sim.elapsed())
    }

    /// Lets so much time pass.
    ///
    /// # Panics
    /// When something panics within a host.
    pub fn run_for(&mut self, length: Millis) {
        let until = self.sim.elapsed() + Duration::from_millis(length.0);
        while self.sim.elapsed() < until {
            while let Some(next) = self.plan.first_entry().filter(|next| next.key().0 <= self.sim.elapsed()) {
                let event = next.remove();
                self.happen(event);
            }
            self.sim.step().expect("no host fails");
        }
    }

    /// Lets time pass until that holds, at most so much. Whether it does.
    pub fn run_until(&mut self, length: Millis, holds: impl Fn(&Self) -> bool) -> bool {
        let end = self.now() + length;
        while self.now() < end && !holds(self) {
            self.run_for(Millis(250));
        }
        holds(self)
    }

    /// Does it at once.
    pub fn happen(&mut self, event: Event) {
        match event {
            Event::Act { person, act } => self.people[person].act(act),
            Event::TabGone { person } => {
                let person = Rc::clone(&self.people[person]);
                person.vanish();
                self.crash(&person.name);
            }
            Event::TabBack { person } => {
                let name = self.people[person].name.clone();
                if !self.sim.is_host_running(name.as_str()) {
                    self.sim.bounce(name.as_str());
                }
            }
            Event::GatewayGone => {
                self.crash(HOST);
                self.unacknowledged += self.committed_and_waiting();
            }
            Event::GatewayDark => {
                self.people.iter().for_each(|person| self.sim.partition(person.name.as_str(), HOST));
                self.happen(Event::GatewayGone);
                for person in 0..self.people.len() {
                    self.change(person, Change::Mend);
                }
            }
            Event::GatewayBack => {
                if !self.sim.is_host_running(HOST) {
                    self.sim.bounce(HOST);
                }
            }
            Event::Restart => self.premises.order(Order::Stop),
            Event::NewEpoch => self.premises.order(Order::NewEpoch),
            Event::Network { person, change } => self.change(person, change),
        }
    }

    /// A host dies, and its system closes its sockets in no particular order: so that a seed gives the same run all the same,
    /// those goodbyes all take equally long.
    fn crash(&mut self, host: &str) {
        for person in &self.people {
            self.sim.set_link_latency(person.name.as_str(), HOST, SHORTEST_WAY);
        }
        self.sim.crash(host);
        for (person, way) in self.people.iter().zip(&self.ways) {
            self.sim.set_link_max_message_latency(person.name.as_str(), HOST, *way);
        }
    }

    fn committed_and_waiting(&self) -> usize {
        let logs = log::read(&self.premises.store());
        let lines = logs.values().flat_map(|log| &log.lines);
        lines.filter(|line| self.people.iter().any(|person| person.still_keeps(line.draft_id))).count()
    }

    fn change(&mut self, number: usize, change: Change) {
        let person = self.people[number].name.as_str();
        match change {
            Change::Cut => self.sim.partition(person, HOST),
            Change::CutUp => self.sim.partition_oneway(person, HOST),
            Change::CutDown => self.sim.partition_oneway(HOST, person),
            Change::Hold => self.sim.hold(person, HOST),
            Change::Mend => {
                self.sim.release(person, HOST);
                self.sim.repair(person, HOST);
            }
            Change::Longest(way) => {
                self.ways[number] = way.max(SHORTEST_WAY);
                self.sim.set_link_max_message_latency(person, HOST, self.ways[number]);
            }
        }
    }
}
