//! One session's room, as data: what is heard there and what the log has, in; questions to the homeserver and wishes to the host,
//! out.
//!
//! One question is on its way at a time. Before an entry is said, [`prepare`] asks for what is missing: whoever speaks is made and
//! has a name and a device, the room is there, the agents are asked in. Then [`hand`] says it under the draft's own name, so that the
//! homeserver folds what is said twice. What fails is asked again from the same knowledge after a pause; nothing is given up but
//! an entry that the server refuses for good, and for that something else is said.
//!
//! What the merchant writes is brought by the homeserver. But a homeserver may lay aside what it was about to bring, and bring what is
//! newer. So what is brought is a reason to read the room from the last known event on ([`catch_up`]), as is a cut, and what the
//! held line tells. Until the room was read, what was brought waits ([`Room::is_holding`]) and must not be acknowledged.
//!
//! Effects are carried out in their order, and each is done before the next begins, except that [`Effect::Ask`] is only begun: its
//! answer comes as [`Input::Answered`]. So words of the merchant never wait for the homeserver.

mod catch_up;
mod hand;
mod listen;
mod prepare;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tieline_connector::{Bridge, Due, Handed, Heard, Taken};
use tieline_protocol::{DraftId, Millis, Seq, SessionId, server::Phase};

use self::catch_up::{Held, Reading};
use crate::{
    address::Server,
    ask::{Answer, Ask, Failure, Member},
    heard::{Ephemeral, Event},
};

/// Somebody who said or read something is taken to be there for so long.
const AROUND: Millis = Millis::minutes(5);
/// The first pause after a failure, and the longest.
const PAUSES: (Millis, Millis) = (Millis(500), Millis::secs(60));

/// What a room is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The homeserver is there, maybe again: what waits for it is asked at once.
    Up,
    /// The homeserver was gone, if only for a moment.
    Cut,
    /// The answer to the one question.
    Answered(Result<Answer, Failure>),
    /// An event of the room.
    Event(Event),
    /// Something was said in the room, and may be brought or not.
    News {
        /// The event.
        event: String,
        /// Who.
        sender: String,
    },
    /// Something that is not kept.
    Ephemeral(Ephemeral),
    /// Who takes part may have changed.
    Bridge(Box<Bridge>),
    /// The log may have more.
    Stirred,
    /// The answer to [`Effect::ReadLog`].
    Due(Vec<Due>),
    /// The answer to [`Effect::Take`].
    Taken {
        /// Who said it.
        sender: String,
        /// The event.
        event: String,
        /// What became of it.
        taken: Taken,
    },
    /// The visitor types, or does not any more.
    Typing(bool),
    /// The visitor has read the event.
    Seen(String),
    /// Time has passed.
    Wake,
}

/// What a room wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the homeserver.
    Ask(Ask),
    /// Tell the homeserver, as well as it goes.
    Tell(Ask),
    /// The session's room is that one from now on.
    Placed(String),
    /// Read the log after that place.
    ReadLog(Seq),
    /// Take what somebody said.
    Take {
        /// Who.
        sender: String,
        /// The event.
        event: String,
        /// What.
        heard: Heard,
    },
    /// The room has it.
    Handed(Handed),
    /// The room was told who answers, up to that turn.
    Told(u32),
    /// Somebody has read up to an event.
    Read {
        /// Who.
        account: String,
        /// The event.
        event: String,
    },
    /// Somebody types, or does not any more.
    Typing {
        /// Who.
        account: String,
        /// Whether.
        is_typing: bool,
    },
    /// Somebody is there, or is not any more.
    Attend {
        /// Who.
        account: String,
        /// Whether.
        is_here: bool,
    },
    /// Something is not as it should be, in a sentence for an operator.
    Trouble(String),
}

/// How far one of ours is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Puppet {
    is_registered: bool,
    name: Option<String>,
    /// None: not asked for yet. False: the server makes none.
    has_device: Option<bool>,
}

/// An entry on its way to the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sending {
    draft: DraftId,
    seq: Seq,
}

/// What is known of the entry that is next.
#[derive(Clone, Debug, Default, PartialEq)]
struct Next {
    draft: Option<DraftId>,
    /// It is not in the room yet, says the room.
    is_missing: bool,
    /// Where its file lies there. Inside, none: the server did not take it.
    file: Option<Option<String>>,
    /// The edits that are to be taken back before what they are of. None: not asked for yet.
    edits: Option<Vec<String>>,
    /// How often the server refused it.
    refusals: u32,
}

/// One session's room.
#[derive(Clone, Debug)]
pub struct Room {
    server: Server,
    session: SessionId,
    bridge: Bridge,
    room: Option<String>,
    /// The alias stands for a room already.
    is_alias_taken: bool,
    /// Who is in the room or asked in. None: not known.
    members: Option<BTreeMap<String, Member>>,
    /// Agents whom the server does not ask in.
    unreachable: BTreeSet<String>,
    puppets: BTreeMap<String, Puppet>,
    /// Up to where the room has the log.
    handed: Seq,
    due: VecDeque<Due>,
    next: Next,
    is_reading_log: bool,
    is_stirred: bool,
    asking: Option<Ask>,
    /// How much of the room was read back. None: all that is in it is known, or will be brought.
    reading: Option<Reading>,
    /// What was brought, and is not taken yet.
    held: Vec<Held>,
    /// The last event up to which all was taken.
    cursor: Option<String>,
    /// Events that were taken lately: a homeserver may bring one long after it was read back.
    taken: VecDeque<String>,
    sending: Option<Sending>,
    /// The room is just being told who answers, as of that turn.
    telling: Option<u32>,
    /// The next entry may be in the room already: an answer did not come, or a gateway before this one asked.
    is_unsure: bool,
    failures: u32,
    paused_until: Option<Millis>,
    is_typing: bool,
    typing: BTreeSet<String>,
    around: BTreeMap<String, Millis>,
    /// Those who were told that they are not heard here.
    told: BTreeSet<String>,
}

impl Room {
    /// A session's room.
    pub fn new(server: Server, bridge: Bridge) -> Self {
        Self {
            server,
            session: bridge.session,
            room: bridge.place.clone(),
            is_alias_taken: false,
            members: None,
            unreachable: BTreeSet::new(),
            puppets: BTreeMap::new(),
            handed: bridge.handed,
            due: VecDeque::new(),
            next: Next::default(),
            is_reading_log: false,
            is_stirred: true,
            asking: None,
            reading: bridge.place.is_some().then(Reading::default),
            held: Vec::new(),
            cursor: bridge.cursor.clone(),
            taken: VecDeque::new(),
            sending: None,
            telling: None,
            is_unsure: true,
            failures: 0,
            paused_until: None,
            is_typing: false,
            typing: BTreeSet::new(),
            around: BTreeMap::new(),
            told: BTreeSet::new(),
            bridge,
        }
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        match input {
            Input::Up => {
                self.paused_until = None;
                self.unreachable.clear();
            }
            Input::Cut => self.begin_reading(),
            Input::Answered(answer) => {
                if let Some(ask) = self.asking.take() {
                    self.take_answer(now, ask, answer, &mut out);
                }
            }
            Input::Event(event) => self.hear(event, &mut out),
            Input::News { event, sender } => {
                if !self.server.is_ours(&sender) && !self.is_taken(&event) {
                    self.begin_reading();
                }
            }
            Input::Ephemeral(ephemeral) => self.notice(now, ephemeral, &mut out),
            Input::Bridge(bridge) => {
                if bridge.agents != self.bridge.agents {
                    self.unreachable.clear();
                }
                let told = self.bridge.told;
                self.bridge = *bridge;
                self.bridge.told = self.bridge.told.max(told);
            }
            Input::Stirred => self.is_stirred = true,
            Input::Due(due) => {
                self.is_reading_log = false;
                // A page may not be all.
                self.is_stirred |= !due.is_empty();
                self.due.extend(due);
            }
            Input::Taken { sender, event, taken } => self.answer(&sender, &event, &taken, &mut out),
            Input::Typing(is_typing) => self.tell_typing(is_typing, &mut out),
            Input::Seen(event) => self.tell_seen(event, &mut out),
            Input::Wake => self.lose_sight(now, &mut out),
        }
        self.paused_until = self.paused_until.filter(|until| *until > now);
        self.hand_over(&mut out);
        out
    }

    /// When to wake it at the latest.
    pub fn next_wake(&self) -> Option<Millis> {
        self.around.values().map(|last| *last + AROUND).chain(self.paused_until).min()
    }

    /// Whether there is nothing left to do for a session that is over.
    pub fn is_done(&self) -> bool {
        self.bridge.phase == Phase::Closed
            && self.asking.is_none()
            && self.reading.is_none()
            && self.due.is_empty()
            && !self.is_stirred
            && !self.is_reading_log
            && self.around.is_empty()
    }

    /// Whether something that was brought waits: it is not kept yet.
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// The session's visitor on the homeserver: makes the room, and asks others in.
    fn visitor(&self) -> String {
        self.server.visitor(self.session)
    }

    /// Asks again later.
    fn pause(&mut self, now: Millis, at_least: Millis) {
        let (first, most) = PAUSES;
        let span =
            first.0.saturating_mul(1 << self.failures.min(16)).clamp(at_least.0, most.0.max(at_least.0));
        self.failures = self.failures.saturating_add(1);
        // Rooms that failed at one moment do not come back at one moment.
        let spread = (self.session.0.as_u128() % 500) as u64;
        self.paused_until = Some(now + Millis(span + spread));
    }

    /// Somebody was not seen for a while.
    fn lose_sight(&mut self, now: Millis, out: &mut Vec<Effect>) {
        let gone: Vec<_> = self
            .around
            .iter()
            .filter(|(_, last)| **last + AROUND <= now)
            .map(|(who, _)| who.clone())
            .collect();
        for account in gone {
            self.around.remove(&account);
            out.push(Effect::Attend { account, is_here: false });
        }
    }
}

#[cfg(test)]
mod tests;
