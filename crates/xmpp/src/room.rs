//! One session's room, as data: what is heard there and what the log has, in; stanzas and wishes to the host, out.
//!
//! Stages: [`Stage::Out`] until the line is up, then in order: the gateway comes in ([`enter`]), a new room is set up, the agents
//! are let in, the archive is read from the last name on ([`catch_up`]), and only then the room is [`Stage::Live`]. An entry is
//! handed over one at a time ([`hand`]): it is done when the room has sent it back with its own name for it. So after any cut the
//! archive tells what arrived, and nothing is said twice or left out.

mod catch_up;
mod enter;
mod hand;
mod listen;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tieline_connector::{Bridge, Due};
use tieline_protocol::{DraftId, Millis, PartyId, Seq, SessionId};

use crate::{
    address::{Domains, bare},
    heard::Message,
    place::{Effect, Input, LINGER},
    stanza,
};

/// How long the server has for an answer. On loopback it takes milliseconds; a busy one takes seconds.
const PATIENCE: Millis = Millis::secs(20);

/// How far a room has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// The line is down.
    Out,
    /// The gateway asked to come in.
    Joining,
    /// A new room's form was asked for, or is being filled in.
    SettingUp { question: String },
    /// The agents are being let in.
    Admitting { question: String },
    /// The archive is being read.
    CatchingUp { query: String },
    /// Everything is there.
    Live,
    /// The server refused; tried again at the deadline.
    Refused,
    /// The session is over, and the gateway has left.
    Left,
}

/// Somebody whom others in the room see.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Occupant {
    account: Option<String>,
    is_here: bool,
}

/// Somebody who speaks through the gateway: itself, the visitor, and those who answer elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Speaker {
    address: String,
    name: String,
    /// How often the name was taken already.
    clashes: u32,
    is_in: bool,
    is_asking: bool,
}

/// An entry on its way to the room.
#[derive(Clone, Debug, PartialEq)]
struct Sending {
    draft: DraftId,
    seq: Seq,
}

/// One session's room.
#[derive(Clone, Debug)]
pub struct Room {
    domains: Domains,
    session: SessionId,
    address: String,
    bridge: Bridge,
    stage: Stage,
    /// The gateway itself: the ear, and the owner.
    service: Speaker,
    speakers: BTreeMap<PartyId, Speaker>,
    occupants: BTreeMap<String, Occupant>,
    /// Up to where the room has the log.
    handed: Seq,
    /// Up to where the room was read.
    cursor: Option<String>,
    due: VecDeque<Due>,
    is_reading_log: bool,
    is_stirred: bool,
    sending: Option<Sending>,
    /// The entry that the room refused last, and how often.
    refused: Option<(DraftId, u32)>,
    /// Said while the archive was being read.
    held: Vec<Message>,
    /// Read from the archive since the line is up: the room may say it once more.
    read_back: BTreeSet<String>,
    admitted: Vec<String>,
    invited: BTreeMap<String, Millis>,
    is_typing: bool,
    questions: u64,
    deadline: Option<Millis>,
    /// When it is left, as its session is over.
    leave_at: Option<Millis>,
    /// Why the archive cannot be read was told already.
    is_archive_told: bool,
}

impl Room {
    /// A session's room, before the line is up.
    pub fn new(domains: Domains, bridge: Bridge) -> Self {
        let session = bridge.session;
        Self {
            address: domains.address(session),
            service: Speaker::new(domains.service(), enter::nick_of(&bridge.channel_name, "Shop")),
            handed: bridge.handed,
            cursor: bridge.cursor.clone(),
            domains,
            session,
            bridge,
            stage: Stage::Out,
            speakers: BTreeMap::new(),
            occupants: BTreeMap::new(),
            due: VecDeque::new(),
            is_reading_log: false,
            is_stirred: true,
            sending: None,
            refused: None,
            held: Vec::new(),
            read_back: BTreeSet::new(),
            admitted: Vec::new(),
            invited: BTreeMap::new(),
            is_typing: false,
            questions: 0,
            deadline: None,
            leave_at: None,
            is_archive_told: false,
        }
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        match input {
            Input::Up => {
                self.leave(&mut out);
                self.come_in(now, &mut out);
            }
            Input::Down => self.leave(&mut out),
            Input::Stanza(stanza) => self.hear(now, &stanza, &mut out),
            Input::Bridge(bridge) => {
                let told = self.bridge.told;
                self.bridge = *bridge;
                self.bridge.told = self.bridge.told.max(told);
                if self.stage == Stage::Live && self.bridge.agents != self.admitted {
                    self.admit(now, &mut out);
                }
            }
            Input::Stirred => self.is_stirred = true,
            Input::Due(due) => {
                self.is_reading_log = false;
                // A page may not be all.
                self.is_stirred |= !due.is_empty();
                self.due.extend(due);
            }
            Input::Taken { who, taken } => self.answer(&who, &taken, &mut out),
            Input::Typing(is_typing) => self.tell_typing(is_typing, &mut out),
            Input::Seen(name) => self.tell_seen(&name, &mut out),
            Input::Wake => {
                if self.deadline.is_some_and(|deadline| deadline <= now) {
                    self.deadline = None;
                    self.lose_patience(now, &mut out);
                }
                if self.leave_at.is_some_and(|at| at <= now) {
                    self.go(&mut out);
                }
            }
        }
        self.tell_assigned(&mut out);
        self.hand_over(now, &mut out);
        self.leave_at = self.is_done().then(|| self.leave_at.unwrap_or(now + LINGER));
        out
    }

    /// When to wake it at the latest.
    pub fn next_wake(&self) -> Option<Millis> {
        self.deadline.into_iter().chain(self.leave_at).min()
    }

    /// Whether it waits for the server: no room is up yet.
    pub fn is_coming_up(&self) -> bool {
        !matches!(self.stage, Stage::Out | Stage::Live | Stage::Refused | Stage::Left)
    }

    /// Whether there is nothing left to do for a session that is over.
    pub fn is_done(&self) -> bool {
        self.bridge.phase == tieline_protocol::server::Phase::Closed
            && self.stage == Stage::Live
            && self.sending.is_none()
            && self.due.is_empty()
            && !self.is_stirred
            && !self.is_reading_log
    }

    /// Whether the gateway has left it for good.
    pub fn has_left(&self) -> bool {
        self.stage == Stage::Left
    }

    /// The session is over: everybody of ours goes, so that a server with a bound of rooms for each account has place for others.
    fn go(&mut self, out: &mut Vec<Effect>) {
        let ours = self.speakers.values().filter(|speaker| speaker.is_in).chain([&self.service]);
        let gone = ours.map(|speaker| stanza::leave(&speaker.address, &self.address, &speaker.nick()));
        out.extend(gone.map(Effect::Send));
        self.leave(out);
        self.stage = Stage::Left;
    }

    /// The line is gone, and with it everybody's place in the room.
    fn leave(&mut self, out: &mut Vec<Effect>) {
        for Occupant { account, is_here } in std::mem::take(&mut self.occupants).into_values() {
            if let Some(account) = account.filter(|_| is_here) {
                out.push(Effect::Attend { account, is_here: false });
            }
        }
        self.stage = Stage::Out;
        self.service.is_in = false;
        self.speakers.clear();
        self.forget_sending();
        self.held.clear();
        self.read_back.clear();
        self.admitted.clear();
        self.is_typing = false;
        self.deadline = None;
    }

    /// What was on its way is read from the log again, once the archive has told what arrived.
    fn forget_sending(&mut self) {
        self.sending = None;
        self.due.clear();
        self.is_stirred = true;
    }

    fn lose_patience(&mut self, now: Millis, out: &mut Vec<Effect>) {
        match self.stage {
            Stage::Out | Stage::Left => {}
            Stage::Live if self.sending.is_some() => {
                self.forget_sending();
                self.catch_up(now, out);
            }
            Stage::Live => {
                // Somebody who was not let in.
                self.speakers.retain(|_, speaker| speaker.is_in);
            }
            Stage::Refused => self.come_in(now, out),
            _ => {
                out.push(Effect::Trouble(format!("{} does not answer", bare(&self.address))));
                self.come_in(now, out);
            }
        }
    }

    fn question(&mut self, what: &str) -> String {
        self.questions += 1;
        format!("{what}-{}", self.questions)
    }

    /// Who has that nick, where they are not one of ours.
    fn account_of(&self, nick: &str) -> Option<&str> {
        let account = self.occupants.get(nick)?.account.as_deref()?;
        (!self.domains.is_ours(account)).then_some(account)
    }
}

impl Speaker {
    fn new(address: String, name: String) -> Self {
        Self { address, name, clashes: 0, is_in: false, is_asking: false }
    }

    /// The name in the room: with a number behind it where somebody has it already.
    fn nick(&self) -> String {
        match self.clashes {
            0 => self.name.clone(),
            clashes => format!("{} ({})", self.name, clashes + 1),
        }
    }
}

#[cfg(test)]
mod tests;
