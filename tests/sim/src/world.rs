//! The run: people, the gateway, and the bad network between them, one event after the other.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use tieline_protocol::{ClientFrame, CloseCode, DraftId, Millis, Outgoing, PartyId};
use tieline_relay::peer;
use tieline_session::{Aim, Effect, Input, Record, screen::Bubble};

use crate::{
    Chance, check,
    gateway::{Connection, Gateway, Node, Parcel},
    person::{Disk, Door, Person, bubbles},
};

/// What goes wrong, and how often: per mille of frames, hints or dials.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Longest time on the way.
    pub delay_ms: u64,
    /// A dial comes to nothing.
    pub dial_fails: u64,
    /// A push is lost.
    pub hint_lost: u64,
    /// A push comes twice.
    pub hint_doubled: u64,
    /// A push is overtaken by later ones.
    pub hint_late: u64,
    /// The frame and all behind it are lost, in both directions, and both ends notice in the end.
    pub cut: u64,
    /// The same, but nobody is told.
    pub blackhole: u64,
    /// The store cannot take a command just now; every other time it took it all the same.
    pub busy: u64,
}

/// The usual bad day.
pub const BAD: Faults = Faults {
    delay_ms: 900,
    dial_fails: 150,
    hint_lost: 120,
    hint_doubled: 80,
    hint_late: 120,
    cut: 25,
    blackhole: 8,
    busy: 60,
};

/// From a wish to the disk.
const DISK_DELAY: Millis = Millis(5);

mod browser;
mod network;

use network::Wire;

enum Event {
    DialEnds { person: usize, connection: Connection, is_open: bool },
    ToGateway { connection: Connection, frame: Box<Outgoing<ClientFrame>> },
    ToPerson { connection: Connection, parcel: Box<Parcel> },
    Noticed { connection: Connection },
    Wake { person: usize },
    Act { person: usize, act: Act },
    GatewayWake,
    GatewayRestart,
    EpochBump,
    Drain { node: Node, spread: Millis },
    DrainEnds { node: Node },
    Backup,
    Restore,
    Told { person: usize, input: Box<Input>, page: u64 },
    Stored { person: usize, record: Box<Record>, page: u64 },
    Forgotten { person: usize, draft_id: DraftId },
}

/// Something that a person or their browser does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Types a line.
    Say(String),
    /// Types a line in answer to the newest words of the other side.
    Reply(String),
    /// Says the newest own words otherwise.
    Edit(String),
    /// Takes back the newest own words.
    Retract,
    /// The browser's or the person's doing, as it is.
    Do(Input),
    /// Picks the first session of the list.
    Pick,
    /// The tab crashes and is loaded again.
    Reload,
}

/// Everything.
pub struct World {
    /// Virtual time.
    pub now: Millis,
    /// The middle.
    pub gateway: Gateway,
    /// The ends.
    pub people: Vec<Person>,
    /// What browsers keep.
    pub disks: Vec<Disk>,
    /// Events so far.
    pub steps: u64,
    /// Print every input with its effects: for looking into one failed seed, with `TRACE=1`.
    is_traced: bool,
    /// Every screen is checked whenever it changes.
    is_watched: bool,
    faults: Faults,
    chance: Chance,
    queue: BinaryHeap<Reverse<(Millis, u64)>>,
    events: BTreeMap<u64, Event>,
    last_event: u64,
    wires: BTreeMap<Connection, Wire>,
}

impl World {
    /// Nobody there yet.
    pub fn new(seed: u64, faults: Faults) -> Self {
        Self {
            now: Millis(1_760_000_000_000),
            gateway: Gateway::new(seed, faults.busy),
            people: Vec::new(),
            disks: Vec::new(),
            steps: 0,
            is_traced: std::env::var_os("TRACE").is_some(),
            is_watched: true,
            faults,
            chance: Chance::new(seed),
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            last_event: 0,
            wires: BTreeMap::new(),
        }
    }

    /// A browser with an empty disk.
    pub fn add_disk(&mut self) -> usize {
        self.disks.push(Disk::default());
        self.disks.len() - 1
    }

    /// A visitor's tab. With a token the visitor of before, else a new one.
    pub fn add_visitor(&mut self, disk: usize, token: Option<String>) -> usize {
        let person = Person::visitor(disk, token, &self.disks[disk], self.chance.number());
        self.people.push(person);
        self.people.len() - 1
    }

    /// A desk.
    pub fn add_agent(&mut self) -> usize {
        let disk = self.add_disk();
        let token = format!("agent:{}", self.fresh_party());
        let seed = self.chance.number();
        self.people.push(Person::agent(disk, token, seed));
        self.people.len() - 1
    }

    /// The token of a visitor whom the gateway knows.
    pub fn visitor_token(&mut self) -> String {
        format!("visitor:{}", self.fresh_party())
    }

    /// Something that somebody will do.
    pub fn plan(&mut self, after: Millis, person: usize, act: Act) {
        self.schedule(self.now + after, Event::Act { person, act });
    }

    /// `kill -9` of the gateway.
    pub fn plan_restart(&mut self, after: Millis) {
        self.schedule(self.now + after, Event::GatewayRestart);
    }

    /// The operator restores a backup.
    pub fn plan_epoch_bump(&mut self, after: Millis) {
        self.schedule(self.now + after, Event::EpochBump);
    }

    /// A node is stopped in good order and started again: it asks everybody to leave within the spread.
    pub fn plan_drain(&mut self, after: Millis, node: Node, spread: Millis) {
        self.schedule(self.now + after, Event::Drain { node, spread });
    }

    /// The operator keeps the store as it then is.
    pub fn plan_backup(&mut self, after: Millis) {
        self.schedule(self.now + after, Event::Backup);
    }

    /// The operator restores what was kept: the log loses its tail.
    pub fn plan_restore(&mut self, after: Millis) {
        self.schedule(self.now + after, Event::Restore);
    }

    /// The network is good from now on.
    pub fn heal(&mut self) {
        self.set_faults(Faults { delay_ms: 40, ..Faults::default() });
    }

    /// The network and the store are like that from now on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.gateway.set_busy(faults.busy);
        self.faults = faults;
    }

    /// Lets so much time pass.
    pub fn run_for(&mut self, time: Millis) {
        let until = self.now + time;
        while let Some(&Reverse((at, event))) = self.queue.peek().filter(|next| next.0.0 <= until) {
            self.queue.pop();
            self.now = self.now.max(at);
            self.steps += 1;
            if let Some(event) = self.events.remove(&event) {
                self.happen(event);
            }
        }
        self.now = until;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::DialEnds { person, connection, is_open } => self.end_dial(person, connection, is_open),
            Event::ToGateway { connection, frame } => {
                if self.wires.get(&connection).is_some_and(|wire| !wire.is_deaf) {
                    let input = peer::Input::Frame { id: frame.id, frame: frame.frame, bytes: 200 };
                    let parcels = self.gateway.handle(self.now, connection, input);
                    self.post(parcels);
                }
            }
            Event::ToPerson { connection, parcel } => self.deliver(connection, *parcel),
            Event::Noticed { connection } => {
                self.gateway.drop_connection(connection);
                self.lose(connection, CloseCode(1006));
            }
            Event::Wake { person } => {
                if self.people[person].armed.is_some_and(|at| at <= self.now) {
                    self.people[person].armed = None;
                    self.feed(person, Input::Tick);
                }
            }
            Event::Act { person, act } => self.act(person, act),
            Event::GatewayWake => {
                let parcels = self.gateway.tick(self.now);
                self.post(parcels);
            }
            Event::GatewayRestart => self.restart_gateway(),
            Event::Stored { person, record, page } => self.stored(person, *record, page),
            Event::Forgotten { person, draft_id } => self.forgotten(person, draft_id),
            Event::EpochBump => {
                self.gateway.bump_epoch();
                self.restart_gateway();
            }
            Event::Drain { node, spread } => {
                let parcels = self.gateway.drain(self.now, node, spread);
                self.post(parcels);
                self.schedule(self.now + spread, Event::DrainEnds { node });
            }
            Event::DrainEnds { node } => {
                let parcels = self.gateway.finish_drain(node);
                self.post(parcels);
            }
            Event::Backup => self.gateway.back_up(),
            Event::Restore => {
                // Screens show the lost tail until they hear of it.
                self.is_watched = false;
                self.gateway.restore();
                self.restart_gateway();
            }
            Event::Told { person, input, page } => {
                if self.people[person].page == page {
                    self.feed(person, *input);
                }
            }
        }
    }

    fn act(&mut self, person: usize, act: Act) {
        match act {
            Act::Say(text) => {
                let (draft_id, session_draft_id) = (self.fresh_draft(), self.fresh_draft());
                self.feed(person, Input::Submit { draft_id, session_draft_id, text });
            }
            Act::Reply(text) => {
                let theirs = |bubble: &&Bubble| !bubble.is_mine && bubble.ways.reply;
                let target = self.newest(person, theirs);
                self.feed(person, Input::Aimed(target.map(Aim::Reply)));
                self.act(person, Act::Say(text));
            }
            Act::Edit(text) => {
                if self.newest(person, |bubble| bubble.ways.edit).is_some() {
                    self.feed(person, Input::Aimed(Some(Aim::EditNewest)));
                    self.act(person, Act::Say(text));
                }
            }
            Act::Retract => {
                if let Some(target) = self.newest(person, |bubble| bubble.ways.retract) {
                    let draft_id = self.fresh_draft();
                    self.feed(person, Input::Retract { draft_id, target });
                }
            }
            Act::Do(input) => self.feed(person, input),
            Act::Pick => {
                if let Door::Agent(agent) = &self.people[person].door {
                    let first = agent.screen(self.now).sessions.first().map(|row| row.session);
                    self.feed(person, Input::SessionPicked(first));
                }
            }
            Act::Reload => self.reload(person),
        }
    }

    /// The newest words on somebody's screen that are of a kind.
    fn newest(&self, person: usize, is_meant: impl Fn(&&Bubble) -> bool) -> Option<DraftId> {
        let thread = self.people[person].thread(self.now)?;
        bubbles(&thread).into_iter().rev().find(is_meant).map(|bubble| bubble.key)
    }

    fn feed(&mut self, person: usize, input: Input) {
        let told = self.is_traced.then(|| format!("{input:?}"));
        let effects = self.people[person].handle(self.now, input);
        if let Some(told) = told {
            println!("{} person {person}: {told}\n    -> {effects:?}", self.now.0);
        }
        for effect in effects {
            self.carry_out(person, effect);
        }
        let wake = self.people[person].next_wake();
        assert!(wake.is_none_or(|at| at > self.now), "person {person} wants to be woken in the past");
        if wake != self.people[person].armed {
            self.people[person].armed = wake;
            if let Some(at) = wake {
                self.schedule(at, Event::Wake { person });
            }
        }
        let (notice, thread) = self.people[person].look(self.now);
        if self.people[person].notices.last() != notice.as_ref() {
            self.people[person].notices.extend(notice);
        }
        // A log only grows: what was right once stays right.
        if self.is_watched && thread != self.people[person].checked {
            check::screen_is_a_stretch_of_the_log(self, person, thread.as_ref());
            self.people[person].checked = thread;
        }
    }

    fn carry_out(&mut self, person: usize, effect: Effect) {
        match effect {
            Effect::Dial => self.dial(person),
            Effect::HangUp(_) => {
                if let Some(connection) = self.people[person].socket.take() {
                    self.kill(connection, false);
                }
            }
            Effect::Send(frame) => self.send(person, self.people[person].socket, frame),
            Effect::SendNext(frame) => self.send(person, self.people[person].next, frame),
            Effect::DialNext => self.dial_next(person),
            Effect::Switch => self.switch(person),
            Effect::DropNext => {
                if let Some(connection) = self.people[person].next.take() {
                    self.kill(connection, false);
                }
            }
            // One after the other, each after the same while: a disk keeps its order.
            Effect::Save(record) => {
                let page = self.people[person].page;
                let event = Event::Stored { person, record: Box::new(record), page };
                self.schedule(self.now + DISK_DELAY, event);
            }
            Effect::Forget(draft_id) => {
                self.schedule(self.now + DISK_DELAY, Event::Forgotten { person, draft_id });
            }
            Effect::KeepVisitorToken { token, .. } => {
                let disk = self.people[person].disk;
                self.disks[disk].token = Some(token);
            }
            Effect::FetchToken | Effect::FetchTicket => panic!("every proof holds here"),
            Effect::Upload { .. } => panic!("nobody gives a file here"),
            Effect::StopUpload(_) | Effect::Compose(_) | Effect::Tell(_) => {}
        }
    }

    fn restart_gateway(&mut self) {
        for connection in self.gateway.restart() {
            self.kill(connection, true);
        }
    }

    fn schedule(&mut self, at: Millis, event: Event) {
        self.last_event += 1;
        self.queue.push(Reverse((at, self.last_event)));
        self.events.insert(self.last_event, event);
    }

    fn fresh_draft(&mut self) -> DraftId {
        DraftId::at(self.now, self.chance.bytes())
    }

    fn fresh_party(&mut self) -> PartyId {
        PartyId::at(self.now, self.chance.bytes())
    }
}
