//! What is said in the room.

use std::collections::BTreeSet;

use tieline_connector::{
    Heard, Said, Taken,
    command::{Line, Meant},
};
use tieline_protocol::Millis;

use super::{Effect, Room};
use crate::{
    ask::{Ask, Member, Speaking},
    content,
    heard::{Ephemeral, Event, Kind},
};

const ENCRYPTED: &str =
    "The gateway cannot read encrypted messages: this was not sent. Write it in a client without encryption.";

impl Room {
    pub(super) fn hear(&mut self, event: Event, out: &mut Vec<Effect>) {
        if self.room.as_ref() != Some(&event.room) {
            // Told before the answer to whoever asked for it, or after that one was killed. The visitor is ours alone, so the room is.
            if self.room.is_none() && event.kind == Kind::Created && event.sender == self.visitor() {
                self.settle(event.room, out);
            }
            return;
        }
        if let Kind::Member { user, membership, name } = event.kind {
            return self.note_membership(user, &membership, name, out);
        }
        if self.server.is_ours(&event.sender) {
            return self.take_echo(event, out);
        }
        if event.kind != Kind::Other {
            self.hold(event);
        }
    }

    /// An event, all before which was taken.
    pub(super) fn hear_in_order(&mut self, now: Millis, event: Event, out: &mut Vec<Effect>) {
        if self.server.is_ours(&event.sender) {
            return self.take_echo(event, out);
        }
        if event.kind == Kind::Other || self.was_taken(&event.id) {
            return;
        }
        let is_agent = self.bridge.agents.contains(&event.sender);
        if is_agent {
            self.sight(now, &event.sender, out);
        }
        let said = match event.kind {
            // What a stranger writes is the host's to refuse, a command as well as words.
            Kind::Words { text, answers, .. } if is_agent => {
                match Line::read(&text).meant(answers.into_iter().collect()) {
                    Meant::Said(said) => said,
                    Meant::Answered(answer) => {
                        self.tell(&event.id, &answer, out);
                        Said::Nothing
                    }
                    Meant::Note => Said::Nothing,
                }
            }
            Kind::Words { text, answers, .. } => Said::Text { text, answers: answers.into_iter().collect() },
            Kind::Edit { of, text, .. } => Said::Edit { of: vec![of], text },
            Kind::Redacted { of } => Said::Retract { of: vec![of] },
            Kind::File { url, name, .. } => Said::File { url, name },
            Kind::Encrypted => {
                if self.told.insert(event.sender.clone()) {
                    self.tell(&event.id, ENCRYPTED, out);
                }
                Said::Nothing
            }
            Kind::Created | Kind::Member { .. } | Kind::Other => return,
        };
        let heard = Heard {
            session: self.session,
            account: event.sender.clone(),
            names: vec![event.id.clone()],
            cursor: Some(event.id.clone()),
            said,
        };
        self.cursor = Some(event.id.clone());
        out.push(Effect::Take { sender: event.sender, event: event.id, heard });
    }

    /// One of ours came back: the room has it.
    fn take_echo(&mut self, event: Event, out: &mut Vec<Effect>) {
        if let Kind::Words { draft: Some(draft), .. }
        | Kind::Edit { draft: Some(draft), .. }
        | Kind::File { draft: Some(draft), .. } = event.kind
        {
            self.has(draft, event.id, out);
        }
    }

    fn note_membership(
        &mut self,
        user: String,
        membership: &str,
        name: Option<String>,
        out: &mut Vec<Effect>,
    ) {
        let is_in = membership == "join";
        if let Some(members) = &mut self.members {
            if matches!(membership, "join" | "invite") {
                members.insert(user.clone(), Member { user: user.clone(), is_in, name });
            } else {
                members.remove(&user);
            }
        }
        if !is_in && self.around.remove(&user).is_some() {
            out.push(Effect::Attend { account: user, is_here: false });
        }
    }

    /// Somebody is there: they have done something.
    fn sight(&mut self, now: Millis, account: &str, out: &mut Vec<Effect>) {
        if self.around.insert(account.to_owned(), now).is_none() {
            out.push(Effect::Attend { account: account.to_owned(), is_here: true });
        }
    }

    pub(super) fn notice(&mut self, now: Millis, ephemeral: Ephemeral, out: &mut Vec<Effect>) {
        match ephemeral {
            Ephemeral::Typing { room, users } if self.room.as_ref() == Some(&room) => {
                let typing: BTreeSet<_> =
                    users.into_iter().filter(|user| self.bridge.agents.contains(user)).collect();
                for account in typing.difference(&self.typing) {
                    out.push(Effect::Typing { account: account.clone(), is_typing: true });
                }
                for account in self.typing.difference(&typing) {
                    out.push(Effect::Typing { account: account.clone(), is_typing: false });
                }
                for account in &typing {
                    self.sight(now, account, out);
                }
                self.typing = typing;
            }
            Ephemeral::Read { room, user, event }
                if self.room.as_ref() == Some(&room) && self.bridge.agents.contains(&user) =>
            {
                self.sight(now, &user, out);
                out.push(Effect::Read { account: user, event });
            }
            _ => {}
        }
    }

    pub(super) fn answer(&mut self, sender: &str, event: &str, taken: &Taken, out: &mut Vec<Effect>) {
        if let Taken::Refused(refused) = taken
            && (self.bridge.agents.iter().any(|agent| agent == sender) || self.told.insert(sender.to_owned()))
        {
            self.tell(event, &refused.0, out);
        }
    }

    /// A word of the gateway to whoever said something. Everybody in the room sees it, but for the visitor: what ours say is not heard.
    fn tell(&self, event: &str, text: &str, out: &mut Vec<Effect>) {
        let Some(room) = self.room.clone() else { return };
        let service = self.server.service();
        let user = Speaking { has_device: self.has_device(&service), user: service };
        let content = content::notice_for(text, event);
        // Said once, also if the event comes twice.
        let transaction = format!("answer-{event}");
        out.push(Effect::Tell(Ask::Send { room, user, transaction, content, at: None }));
    }
}
