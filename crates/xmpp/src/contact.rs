//! One session as a contact of those who answer, as data: what they write to it and what the log has, in; stanzas and wishes to
//! the host, out. Direct mode: `docs/connectors/xmpp.md` says what it does not promise.
//!
//! An entry goes to everybody who answers, one entry at a time ([`hand`]). Behind it goes a question to each of their servers: its
//! answer proves that the server has taken what was sent before. Where the line breaks between, it is sent again: rather twice
//! than never. What they write is in the log before its receipt is sent ([`listen`]); what has no receipt may be lost, as a
//! component has no archive to read.

mod hand;
mod listen;
mod presence;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tieline_connector::{Bridge, Due, words};
use tieline_protocol::{DraftId, Millis, Seq, SessionId, server::Phase};

use crate::{
    address::Domains,
    element::Element,
    place::{Effect, Input, LINGER},
};

/// How long a server has to say that it took something.
const PATIENCE: Millis = Millis::secs(20);
/// When something that nobody took is sent again.
const AGAIN_AFTER: Millis = Millis::secs(60);

/// Somebody who answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Person {
    /// At which of their clients they are.
    clients: BTreeSet<String>,
    /// They have been asked to take the contact into their list.
    is_introduced: bool,
    /// Their client tells when they type.
    has_states: bool,
}

/// An entry on its way.
#[derive(Clone, Debug, PartialEq)]
struct Sending {
    draft: DraftId,
    seq: Seq,
    /// It came from one of them, and goes to the others.
    is_echo: bool,
    is_end: bool,
    fates: BTreeMap<String, Fate>,
    /// What was asked behind it, and of which server.
    questions: BTreeMap<String, String>,
}

/// What became of an entry for one of those who answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    OnItsWay,
    Taken,
    Refused,
}

/// Somebody who waits to hear what became of their words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    id: Option<String>,
    wants_receipt: bool,
}

/// One session's contact.
#[derive(Clone, Debug)]
pub struct Contact {
    domains: Domains,
    session: SessionId,
    address: String,
    bridge: Bridge,
    is_up: bool,
    people: BTreeMap<String, Person>,
    handed: Seq,
    due: VecDeque<Due>,
    is_reading_log: bool,
    is_stirred: bool,
    sending: Option<Sending>,
    asked: VecDeque<Asked>,
    is_typing: bool,
    questions: u64,
    deadline: Option<Millis>,
    /// When it is left, as its session is over.
    leave_at: Option<Millis>,
    has_left: bool,
}

impl Contact {
    /// A session's contact, before the line is up.
    pub fn new(domains: Domains, bridge: Bridge) -> Self {
        let session = bridge.session;
        // Whoever has something of the session has been asked; a second time would be a nuisance.
        let is_introduced = bridge.handed > Seq::ZERO;
        let person = |account: &String| (account.clone(), Person { is_introduced, ..Person::default() });
        Self {
            address: domains.address(session),
            people: bridge.agents.iter().map(person).collect(),
            handed: bridge.handed,
            domains,
            session,
            bridge,
            is_up: false,
            due: VecDeque::new(),
            is_reading_log: false,
            is_stirred: true,
            sending: None,
            asked: VecDeque::new(),
            is_typing: false,
            questions: 0,
            deadline: None,
            leave_at: None,
            has_left: false,
        }
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        match input {
            Input::Up => {
                self.leave(&mut out);
                self.is_up = true;
                if self.bridge.phase != Phase::Closed {
                    self.greet_all(&mut out);
                }
            }
            Input::Down => self.leave(&mut out),
            Input::Stanza(stanza) => self.hear(now, &stanza, &mut out),
            Input::Bridge(bridge) => self.change(*bridge, &mut out),
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
                    self.ask_again(now, &mut out);
                }
                self.has_left |= self.leave_at.is_some_and(|at| at <= now);
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

    /// Whether it is left for good. It has said goodbye before.
    pub fn has_left(&self) -> bool {
        self.has_left
    }

    /// Whether there is nothing left to do for a session that is over.
    pub fn is_done(&self) -> bool {
        self.bridge.phase == Phase::Closed
            && self.is_up
            && self.sending.is_none()
            && self.due.is_empty()
            && !self.is_stirred
            && !self.is_reading_log
    }

    /// Who answers may have changed.
    fn change(&mut self, bridge: Bridge, out: &mut Vec<Effect>) {
        let told = self.bridge.told;
        self.bridge = bridge;
        self.bridge.told = self.bridge.told.max(told);
        let agents = &self.bridge.agents;
        for account in agents {
            self.people.entry(account.clone()).or_default();
        }
        self.people.retain(|account, person| {
            let stays = agents.contains(account);
            if !stays && !person.clients.is_empty() {
                out.push(Effect::Attend { account: account.clone(), is_here: false });
            }
            stays
        });
    }

    /// The line is gone.
    fn leave(&mut self, out: &mut Vec<Effect>) {
        for (account, person) in &mut self.people {
            if !std::mem::take(&mut person.clients).is_empty() {
                out.push(Effect::Attend { account: account.clone(), is_here: false });
            }
        }
        self.is_up = false;
        self.is_typing = false;
        self.deadline = None;
        self.read_again();
    }

    /// What was on its way is read from the log again.
    fn read_again(&mut self) {
        self.sending = None;
        self.due.clear();
        self.is_stirred = true;
    }

    fn question(&mut self) -> String {
        self.questions += 1;
        format!("taken-{}", self.questions)
    }

    /// Under which address it speaks and is seen: one, so that a correction is by whoever said the words.
    fn mouth(&self) -> String {
        format!("{}/tieline", self.address)
    }

    /// What it is called in somebody's list: who asks, and where.
    fn name(&self) -> String {
        format!("{} ({})", words::name_of(&self.bridge.visitor), self.bridge.channel_name)
    }

    fn send(&self, stanza: Element, out: &mut Vec<Effect>) {
        if self.is_up {
            out.push(Effect::Send(stanza));
        }
    }
}

#[cfg(test)]
mod tests;
