//! What is going to happen, and when: a bad day by the dice, and its end.

use std::time::Duration;

use tieline_protocol::Millis;
use tieline_session::Input;
use tieline_sim::Chance;

use crate::{
    World,
    check::{self, Flaw},
    person::{Act, Side},
};

/// Something that happens to the world from outside.
#[derive(Clone, Debug)]
pub enum Event {
    /// Somebody does something.
    Act {
        /// Who.
        person: usize,
        /// What.
        act: Act,
    },
    /// A tab crashes.
    TabGone {
        /// Whose.
        person: usize,
    },
    /// It is loaded again.
    TabBack {
        /// Whose.
        person: usize,
    },
    /// `kill -9` of the gateway: its system says goodbye on every socket.
    GatewayGone,
    /// The gateway's machine loses power: nobody is told anything, and what was on its way is lost. Ends
    /// whatever else ailed the network.
    GatewayDark,
    /// It is started again.
    GatewayBack,
    /// The operator declares all copies void.
    NewEpoch,
    /// The operator restarts the gateway in good order.
    Restart,
    /// Something happens to the network between somebody and the gateway.
    Network {
        /// Who.
        person: usize,
        /// What.
        change: Change,
    },
}

/// What can happen to a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing comes through, and nobody is told. What was on its way is lost, so older connections are dead for ever.
    Cut,
    /// The same, only for what goes to the gateway.
    CutUp,
    /// The same, only for what comes from it.
    CutDown,
    /// Everything waits.
    Hold,
    /// The end of any of those.
    Mend,
    /// From now on everything takes up to so long.
    Longest(Duration),
}

/// How bad a day.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// How long it lasts.
    pub length: Millis,
    /// Lines typed, by all together.
    pub lines: u64,
    /// What people and browsers do beside typing.
    pub whims: u64,
    /// Faults of somebody's network.
    pub cuts: u64,
    /// Ends of the gateway, half of them with its machine.
    pub crashes: u64,
    /// Crashes of tabs.
    pub reloads: u64,
    /// Times that the operator declares all copies of the logs void.
    pub epochs: u64,
    /// Of a write to the gateway's disk.
    pub slowest_write_ms: u64,
}

impl Default for Day {
    fn default() -> Self {
        Self {
            length: Millis::secs(20),
            lines: 24,
            whims: 24,
            cuts: 5,
            crashes: 2,
            reloads: 2,
            epochs: 0,
            slowest_write_ms: 500,
        }
    }
}

impl Day {
    /// Plans all of it, at random moments.
    pub fn plan(self, world: &mut World, chance: &mut Chance) {
        // A fast disk on one day, a slow one on another: then more is under way when something breaks.
        world.premises.set_slowest_write(Duration::from_millis(chance.below(self.slowest_write_ms)));
        let people = world.people.len() as u64;
        let length = self.length.0;
        let who = |chance: &mut Chance| chance.below(people) as usize;
        for number in 0..self.lines {
            let act = Act::Say(format!("line {number}"));
            world.plan(chance.between(0, length), Event::Act { person: who(chance), act });
        }
        for _ in 0..self.whims {
            let act = whim(chance);
            world.plan(chance.between(0, length), Event::Act { person: who(chance), act });
        }
        for _ in 0..self.cuts {
            let (from, lasts) = (chance.between(0, length), chance.between(50, 8_000));
            let person = who(chance);
            let change = match chance.below(6) {
                0 | 1 => Change::Cut,
                2 => Change::CutUp,
                3 => Change::CutDown,
                4 => Change::Hold,
                _ => Change::Longest(Duration::from_millis(chance.below(1_500))),
            };
            world.plan(from, Event::Network { person, change });
            world.plan(from + lasts, Event::Network { person, change: Change::Mend });
        }
        for _ in 0..self.crashes {
            let from = chance.between(0, length);
            let end = if chance.happens(500) { Event::GatewayGone } else { Event::GatewayDark };
            world.plan(from, end);
            world.plan(from + chance.between(10, 3_000), Event::GatewayBack);
        }
        for _ in 0..self.epochs {
            world.plan(chance.between(0, length), Event::NewEpoch);
        }
        for _ in 0..self.reloads {
            let (from, person) = (chance.between(0, length), who(chance));
            world.plan(from, Event::TabGone { person });
            world.plan(from + chance.between(10, 1_000), Event::TabBack { person });
        }
    }
}

/// What a person or a browser does beside typing.
fn whim(chance: &mut Chance) -> Act {
    match chance.below(8) {
        0 => Act::Do(Input::PageHidden),
        1 | 2 => Act::Do(Input::WokeUp),
        3 => Act::Do(Input::WentOffline),
        4 => Act::Do(Input::PanelHidden),
        5 => Act::Do(Input::PanelShown),
        6 => Act::Do(Input::OlderWanted),
        _ => Act::Pick(chance.below(3) as usize),
    }
}

/// How it came out.
#[derive(Clone, Debug)]
pub struct Settled {
    /// How long it took.
    pub took: Millis,
    /// What did not come right.
    pub flaws: Vec<Flaw>,
}

/// The network is good from now on and everybody sits before their screen. Waits until all is in order, at most for
/// `patience`; what cannot come right any more is not waited for.
pub fn settle(world: &mut World, patience: Millis) -> Settled {
    let began = world.now();
    world.forget_plan();
    world.happen(Event::GatewayBack);
    world.premises.set_slowest_write(Duration::from_millis(5));
    for person in 0..world.people.len() {
        world.happen(Event::Network { person, change: Change::Mend });
        world.happen(Event::Network { person, change: Change::Longest(Duration::from_millis(40)) });
        world.happen(Event::TabBack { person });
        // Cursors are soft: one that was lost on a connection that held is learned with the next `welcome`.
        let acts = [Act::Do(Input::PageHidden), Act::Do(Input::WokeUp), Act::Do(Input::PanelShown)];
        for (after, act) in (1..).zip(acts) {
            world.plan(Millis(after * 100), Event::Act { person, act });
        }
        if world.people[person].side == Side::Agent {
            world.plan(Millis::secs(5), Event::Act { person, act: Act::Pick(0) });
        }
    }
    world.run_for(Millis::secs(6));
    world
        .run_until(patience, |world| !check::broken(world).is_empty() || check::unfinished(world).is_empty());
    let took = world.now() - began;
    // Whatever is still on its way changes nothing.
    world.run_for(Millis::secs(12));
    Settled { took, flaws: [check::broken(world), check::unfinished(world)].concat() }
}
