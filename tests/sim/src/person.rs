//! Somebody at one end: a session's door, the disk under it, the wire before it.

use tieline_protocol::{Auth, ChannelId, DraftId, Millis};
use tieline_session::{
    Agent, Effect, Input, Record, Setup, Visitor,
    screen::{Bubble, Delivery, Notice, Row, Thread},
};

use crate::gateway::Connection;

/// A browser's storage. Two tabs of one browser share it.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// Drafts, in the order in which they were kept.
    pub records: Vec<Record>,
    /// The visitor's token.
    pub token: Option<String>,
    /// Its tabs tell one another what they keep.
    pub has_channel: bool,
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
    /// The second one, while the first is drained.
    pub next: Option<Connection>,
    /// How often their socket closed under them.
    pub cuts: u32,
    /// How often they dialled with no line in hand.
    pub dials: u32,
    /// Every notice that stood on the screen.
    pub notices: Vec<Notice>,
    /// The moment for which the timer is set.
    pub armed: Option<Millis>,
    /// Drafts in the order of typing, as far as the disk took them.
    pub said: Vec<DraftId>,
    /// Which load of the page this is.
    pub page: u64,
    /// The thread as it was checked last.
    pub checked: Option<Thread>,
}

impl Person {
    /// A visitor; without a token a new one.
    pub fn visitor(disk: usize, token: Option<String>, stored: &Disk, seed: u64) -> Self {
        let known = token.clone().or_else(|| stored.token.clone());
        let auth = known.map_or(Auth::New, |token| Auth::Visitor { token });
        let door = Door::Visitor(Box::new(Visitor::new(setup(Some(ChannelId("ch_sim".into())), auth, seed))));
        Self::at(door, disk, token)
    }

    /// An agent.
    pub fn agent(disk: usize, token: String, seed: u64) -> Self {
        let auth = Auth::Agent { token: token.clone() };
        let door = Door::Agent(Box::new(Agent::new(setup(None, auth, seed))));
        Self::at(door, disk, Some(token))
    }

    fn at(door: Door, disk: usize, token: Option<String>) -> Self {
        Self {
            door,
            disk,
            token,
            socket: None,
            next: None,
            cuts: 0,
            dials: 0,
            notices: Vec::new(),
            armed: None,
            said: Vec::new(),
            page: 0,
            checked: None,
        }
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

    /// What stands on the screen: the line under the header, and the thread.
    pub fn look(&self, now: Millis) -> (Option<Notice>, Option<Thread>) {
        match &self.door {
            Door::Visitor(visitor) => {
                let screen = visitor.screen(now);
                (screen.notice, Some(screen.thread))
            }
            Door::Agent(agent) => {
                let screen = agent.screen(now);
                (screen.notice, screen.open.map(|open| open.thread))
            }
        }
    }

    /// The line under the header.
    pub fn notice(&self, now: Millis) -> Option<Notice> {
        self.look(now).0
    }

    /// The thread.
    pub fn thread(&self, now: Millis) -> Option<Thread> {
        self.look(now).1
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

/// Whether a bubble claims to stand in the log. Words that are about to be changed do, whatever becomes of the change; a change
/// whose words are not here stands for itself.
pub fn is_in_log(bubble: &Bubble) -> bool {
    let is_changing = bubble.change.is_some_and(|change| change != bubble.key);
    is_changing
        || !matches!(
            bubble.state,
            Some(Delivery::Saving | Delivery::Queued | Delivery::Sending | Delivery::Failed(_))
        )
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
        request_base: 0,
    }
}
