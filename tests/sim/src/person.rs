//! Somebody at one end: a session's door, the disk under it, the wire before it.

use tieline_protocol::{Auth, ChannelId, DraftId, Millis};
use tieline_session::{
    Agent, Effect, Input, Record, Setup, Visitor,
    screen::{Bubble, Delivery, Row, Thread},
};

use crate::gateway::Connection;

/// A browser's storage. Two tabs of one browser share it.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// Drafts, in the order in which they were kept.
    pub records: Vec<Record>,
    /// The visitor's token.
    pub token: Option<String>,
}

impl Disk {
    /// Keeps a record, in place of one of the same name.
    pub fn save(&mut self, record: Record) {
        match self.records.iter_mut().find(|kept| kept.draft_id == record.draft_id) {
            Some(kept) => *kept = record,
            None => self.records.push(record),
        }
    }
}

/// The door that this person uses.
#[derive(Debug)]
pub enum Door {
    /// The widget.
    Visitor(Box<Visitor>),
    /// The desk.
    Agent(Box<Agent>),
}

/// Somebody at one end.
#[derive(Debug)]
pub struct Person {
    /// The session's machine.
    pub door: Door,
    /// Which disk is theirs.
    pub disk: usize,
    /// Their proof, if it is not the disk's.
    pub token: Option<String>,
    /// The socket that they believe to have.
    pub socket: Option<Connection>,
    /// The moment for which the timer is set.
    pub armed: Option<Millis>,
    /// Drafts in the order of typing, as far as the disk took them.
    pub said: Vec<DraftId>,
    /// The thread as it was checked last.
    pub checked: Option<Thread>,
}

impl Person {
    /// A visitor; without a token a new one.
    pub fn visitor(disk: usize, token: Option<String>, stored: &Disk, seed: u64) -> Self {
        let known = token.clone().or_else(|| stored.token.clone());
        let auth = known.map_or(Auth::New, |token| Auth::Visitor { token });
        let door = Door::Visitor(Box::new(Visitor::new(setup(Some(ChannelId("ch_sim".into())), auth, seed))));
        Self { door, disk, token, socket: None, armed: None, said: Vec::new(), checked: None }
    }

    /// An agent.
    pub fn agent(disk: usize, token: String, seed: u64) -> Self {
        let auth = Auth::Agent { token: token.clone() };
        let door = Door::Agent(Box::new(Agent::new(setup(None, auth, seed))));
        Self { door, disk, token: Some(token), socket: None, armed: None, said: Vec::new(), checked: None }
    }

    /// The machine's one door.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        match &mut self.door {
            Door::Visitor(visitor) => visitor.handle(now, input),
            Door::Agent(agent) => agent.handle(now, input),
        }
    }

    /// The machine's one timer.
    pub fn next_wake(&self) -> Option<Millis> {
        match &self.door {
            Door::Visitor(visitor) => visitor.next_wake(),
            Door::Agent(agent) => agent.next_wake(),
        }
    }

    /// What stands on the screen.
    pub fn thread(&self, now: Millis) -> Option<Thread> {
        match &self.door {
            Door::Visitor(visitor) => Some(visitor.screen(now).thread),
            Door::Agent(agent) => agent.screen(now).open.map(|open| open.thread),
        }
    }
}

/// The thread's bubbles, without what stands between them.
pub fn bubbles(thread: &Thread) -> Vec<&Bubble> {
    thread
        .rows
        .iter()
        .filter_map(|row| match row {
            Row::Bubble(bubble) => Some(bubble),
            Row::Day { .. } | Row::NewMark => None,
        })
        .collect()
}

/// Whether a bubble claims to stand in the log.
pub fn is_in_log(bubble: &Bubble) -> bool {
    !matches!(bubble.state, Some(Delivery::Queued | Delivery::Sending | Delivery::Failed(_)))
}

fn setup(channel: Option<ChannelId>, auth: Auth, jitter_seed: u64) -> Setup {
    Setup {
        channel,
        app_name: "sim",
        app_version: "0",
        language: "en".into(),
        embed: None,
        page_origin: None,
        auth,
        jitter_seed,
    }
}
