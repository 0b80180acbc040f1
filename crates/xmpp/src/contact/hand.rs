//! Entries of the log go to everybody who answers, one after the other.

use std::collections::BTreeSet;

use tieline_connector::{Due, Handed, words};
use tieline_protocol::{Body, Millis};

use super::{AGAIN_AFTER, Contact, Fate, PATIENCE, Sending, listen::id_in};
use crate::{
    element::Element,
    ns,
    place::Effect,
    stanza::{self, Frame},
};

impl Contact {
    /// Sends the next entry, if nothing is on its way.
    pub(super) fn hand_over(&mut self, now: Millis, out: &mut Vec<Effect>) {
        // A deadline without anything on its way: the last one was taken by nobody.
        if !self.is_up || self.sending.is_some() || self.deadline.is_some() {
            return;
        }
        while let Some(due) = self.due.pop_front() {
            if due.entry.seq <= self.handed {
                continue;
            }
            let sending = self.send_all(&due, out);
            if sending.fates.is_empty() {
                self.note_handed(&sending, out);
                continue;
            }
            self.is_typing = false;
            self.sending = Some(sending);
            self.ask_servers(now, out);
            return;
        }
        if self.is_stirred && !self.is_reading_log {
            (self.is_stirred, self.is_reading_log) = (false, true);
            out.push(Effect::ReadLog(self.handed));
        }
    }

    /// Sends an entry to everybody who does not have it, which may be nobody.
    fn send_all(&mut self, due: &Due, out: &mut Vec<Effect>) -> Sending {
        let mut sending = Sending {
            draft: due.entry.draft_id,
            seq: due.entry.seq,
            is_echo: due.is_echo,
            is_end: due.entry.body == Body::Closed,
            fates: Default::default(),
            questions: Default::default(),
        };
        // One's own words under a name of the platform were heard here, and are known to whoever said them.
        let accounts: Vec<_> = match (&due.account, due.is_echo) {
            (None, true) => Vec::new(),
            (author, _) => self
                .bridge
                .agents
                .iter()
                .filter(|account| Some(*account) != author.as_ref())
                .cloned()
                .collect(),
        };
        for account in accounts {
            let Some(said) = self.said(due, &account) else { continue };
            self.introduce(&account, out);
            self.send(said, out);
            sending.fates.insert(account, Fate::OnItsWay);
        }
        sending
    }

    fn said(&self, due: &Due, account: &str) -> Option<Element> {
        let from = &due.entry.from;
        // The address is the visitor's.
        let before =
            if from.role.is_visiting() { String::new() } else { format!("{}: ", words::name_of(from)) };
        let target = due.entry.body.target().or(due.entry.reply_to).map(|target| target.to_string());
        // Whoever said the words calls them by their own id; to the others they bear the draft's.
        let own = due.about.as_deref().and_then(|name| id_in(name, account));
        let about = own.or(target.as_deref());
        let mouth = self.mouth();
        let said =
            stanza::said(due, Frame { kind: "chat", from: &mouth, to: account, before: &before, about })?;
        Some(said.child(Element::new("request", ns::RECEIPTS)).child(Element::new("active", ns::CHAT_STATES)))
    }

    /// Asks each server that has not said yet that it took what was sent.
    fn ask_servers(&mut self, now: Millis, out: &mut Vec<Effect>) {
        let Some(mut sending) = self.sending.take() else { return };
        let waiting = sending.fates.iter().filter(|(_, fate)| **fate == Fate::OnItsWay);
        let servers: BTreeSet<_> = waiting.map(|(account, _)| server_of(account).to_owned()).collect();
        for server in servers {
            let question = self.question();
            let ping = Element::new("ping", ns::PING);
            self.send(stanza::iq("get", &question, &self.mouth(), &server, ping), out);
            sending.questions.insert(question, server);
        }
        self.sending = Some(sending);
        self.deadline = Some(now + PATIENCE);
    }

    /// No server has answered in time. On one line nothing overtakes: whatever was sent need not be sent again.
    pub(super) fn ask_again(&mut self, now: Millis, out: &mut Vec<Effect>) {
        if self.sending.is_some() {
            out.push(Effect::Trouble(format!(
                "{}: a server does not say that it took a message",
                self.address
            )));
            self.ask_servers(now, out);
        } else {
            self.is_stirred = true;
        }
    }

    /// A server has answered: it took all before the question, unless nobody could ask it.
    pub(super) fn take_answer(
        &mut self,
        now: Millis,
        from: &str,
        id: &str,
        outcome: Result<(), String>,
        out: &mut Vec<Effect>,
    ) {
        let Some(sending) = &mut self.sending else { return };
        // By that server itself: anybody can send an answer.
        if sending.questions.get(id).is_none_or(|asked| asked != from) {
            return;
        }
        let Some(server) = sending.questions.remove(id) else { return };
        let fate = match outcome.as_ref().map_err(String::as_str) {
            Err("remote-server-not-found" | "remote-server-timeout") => Fate::Refused,
            // A server that does not know the question has read it all the same.
            Ok(()) | Err(_) => Fate::Taken,
        };
        if fate == Fate::Refused {
            out.push(Effect::Trouble(format!("{}: {server} cannot be reached", self.address)));
        }
        for (account, known) in &mut sending.fates {
            if *known == Fate::OnItsWay && server_of(account) == server {
                *known = fate;
            }
        }
        self.end_sending(now, out);
    }

    /// A message came back.
    pub(super) fn take_bounce(
        &mut self,
        now: Millis,
        account: &str,
        id: &str,
        condition: &str,
        out: &mut Vec<Effect>,
    ) {
        out.push(Effect::Trouble(format!("{}: {account} did not get a message: {condition}", self.address)));
        let Some(sending) = self.sending.as_mut().filter(|sending| sending.draft.to_string() == id) else {
            return;
        };
        if let Some(fate) = sending.fates.get_mut(account) {
            *fate = Fate::Refused;
        }
        self.end_sending(now, out);
    }

    /// What is on its way has arrived once everybody's fate is known and one has it.
    fn end_sending(&mut self, now: Millis, out: &mut Vec<Effect>) {
        let is_settled = |sending: &mut Sending| !sending.fates.values().any(|fate| *fate == Fate::OnItsWay);
        let Some(sending) = self.sending.take_if(is_settled) else { return };
        self.deadline = None;
        if sending.fates.values().any(|fate| *fate == Fate::Taken) {
            self.note_handed(&sending, out);
        } else {
            self.read_again();
            self.deadline = Some(now + AGAIN_AFTER);
        }
    }

    fn note_handed(&mut self, sending: &Sending, out: &mut Vec<Effect>) {
        let &Sending { draft, seq, is_echo, is_end, .. } = sending;
        self.handed = seq;
        // What came from there has a name there.
        let names = if is_echo || sending.fates.is_empty() { Vec::new() } else { vec![draft.to_string()] };
        out.push(Effect::Handed(Handed { draft, seq: Some(seq), names, cursor: None }));
        if is_end {
            self.say_goodbye(out);
        }
    }

    /// Says to all who answer which of them does from now on.
    pub(super) fn tell_assigned(&mut self, out: &mut Vec<Effect>) {
        let Some(news) = self.bridge.news_of_assignment().filter(|_| self.is_up) else { return };
        let (turn, text) = (news.turn, words::assigned(news.to.as_ref().map(|to| to.name.as_str())));
        for account in &self.bridge.agents {
            self.tell(account, &text, out);
        }
        out.push(Effect::Told(turn));
        self.bridge.told = turn;
    }

    pub(super) fn tell_typing(&mut self, is_typing: bool, out: &mut Vec<Effect>) {
        let knows = |account: &&String| self.people.get(*account).is_some_and(|person| person.has_states);
        let accounts: Vec<_> = self.bridge.agents.iter().filter(knows).cloned().collect();
        if !self.is_up || self.is_typing == is_typing || accounts.is_empty() {
            return;
        }
        self.is_typing = is_typing;
        for account in accounts {
            self.send(stanza::typing("chat", &self.mouth(), &account, is_typing), out);
        }
    }

    /// The visitor has read words of somebody who answers.
    pub(super) fn tell_seen(&self, name: &str, out: &mut Vec<Effect>) {
        for account in &self.bridge.agents {
            if let Some(id) = id_in(name, account) {
                self.send(stanza::displayed("chat", &self.mouth(), account, id), out);
            }
        }
    }
}

/// The server of an account.
fn server_of(account: &str) -> &str {
    account.rsplit('@').next().unwrap_or(account)
}
