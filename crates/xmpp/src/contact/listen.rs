//! What is written to the contact.

use aws_lc_rs::digest;
use tieline_connector::{Heard, Said, Taken};
use tieline_protocol::Millis;

use super::{Asked, Contact};
use crate::{
    address::bare,
    element::Element,
    heard::{
        Kind,
        direct::{self, Direct, Message},
    },
    meaning::{self, Meaning, Names},
    ns,
    place::Effect,
    service,
    stanza::{self, client_name},
};

impl Contact {
    pub(super) fn hear(&mut self, now: Millis, stanza: &Element, out: &mut Vec<Effect>) {
        // Whoever dispatches has looked; a stanza to another contact would be taken for this one's.
        if stanza.attribute("to").map(bare) != Some(self.address.as_str()) {
            return;
        }
        if service::is_question(stanza) {
            // Every question has an answer, if it is a no.
            if let Some(answer) = self.card(stanza).or_else(|| service::answer(stanza, &self.domains)) {
                self.send(answer, out);
            }
            return;
        }
        match direct::read(stanza) {
            Some(Direct::Message(message)) => self.take_message(message, out),
            Some(Direct::Delivered { account, id }) => {
                out.push(Effect::Delivered { account, names: vec![id] });
            }
            Some(Direct::Bounced { account, id, condition }) => {
                self.take_bounce(now, &account, &id, &condition, out);
            }
            Some(Direct::Presence { account, client, is_here }) => {
                self.note_presence(account, client, is_here, out);
            }
            Some(Direct::Asks { account, is_subscription }) => {
                self.show_oneself(&account, is_subscription, out);
            }
            Some(Direct::Answer { from, id, outcome }) => self.take_answer(now, &from, &id, outcome, out),
            None => {}
        }
    }

    fn take_message(&mut self, message: Message, out: &mut Vec<Effect>) {
        let Message { from, ids, id, wants_receipt, has_states, kind } = message;
        let account = bare(&from).to_owned();
        if self.domains.is_ours(&account) {
            return;
        }
        if let Some(person) = self.people.get_mut(&account) {
            person.has_states |= has_states;
        }
        let names = self.names_of(&account, &ids, &kind);
        let said = match meaning::of(kind, &ContactNames { account: &account }) {
            Meaning::Said(said) => said,
            Meaning::Answered(answer) => {
                self.tell(&from, &answer, out);
                Said::Nothing
            }
            Meaning::Note(note) => {
                self.pass_note(&account, &note, out);
                Said::Nothing
            }
            Meaning::Typing(is_typing) => return out.push(Effect::Typing { account, is_typing }),
            Meaning::Displayed { of } => return out.push(Effect::Read { account, names: vec![of] }),
            Meaning::Other => return,
        };
        self.asked.push_back(Asked { id, wants_receipt });
        let heard = Heard { session: self.session, account, names, cursor: None, said };
        out.push(Effect::Take { who: from, heard });
    }

    /// The log has it, or does not want it.
    pub(super) fn answer(&mut self, who: &str, taken: &Taken, out: &mut Vec<Effect>) {
        // Effects are done one by one, so the answers come in the order of the words.
        let Some(Asked { id, wants_receipt }) = self.asked.pop_front() else { return };
        let answer = match taken {
            Taken::Refused(why) => stanza::refusal(&self.mouth(), who, id.as_deref(), &why.0),
            Taken::Entry(_) | Taken::Nothing => match id.filter(|_| wants_receipt) {
                Some(id) => stanza::receipt(&self.mouth(), who, &id),
                None => return,
            },
        };
        self.send(answer, out);
    }

    /// The first names the draft. Clients with counters begin anew some day, so an id alone would make one of two messages: the
    /// words are part of the name. What has no id at all is heard once only, so any name will do that is nobody else's.
    fn names_of(&mut self, account: &str, ids: &[String], kind: &Kind) -> Vec<String> {
        let words = digest::digest(&digest::SHA256, format!("{kind:?}").as_bytes());
        let hash: String = words.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let Some(first) = ids.first() else {
            self.questions += 1;
            return vec![format!("said:{hash}:{account}:{}-{}", self.handed.0, self.questions)];
        };
        let others = ids.iter().map(|id| client_name(account, id));
        std::iter::once(format!("said:{hash}:{account}:{first}")).chain(others).collect()
    }

    /// Something for one of them from the gateway itself. Not from the contact: it would be the visitor's word.
    pub(super) fn tell(&self, to: &str, text: &str, out: &mut Vec<Effect>) {
        let text = format!("{}: {text}", self.name());
        self.send(stanza::word(&self.domains.service(), to, &text), out);
    }

    fn pass_note(&self, author: &str, note: &str, out: &mut Vec<Effect>) {
        let known = self.people.contains_key(author);
        for account in self.bridge.agents.iter().filter(|account| known && *account != author) {
            self.tell(account, &format!("{author}: {note}"), out);
        }
    }

    /// Who the contact is (XEP-0054), for whoever answers.
    fn card(&self, question: &Element) -> Option<Element> {
        let from = question.attribute("from")?;
        question.find("vCard", ns::VCARD).filter(|_| self.people.contains_key(bare(from)))?;
        let text = |name: &str, text: &str| Element::new(name, ns::VCARD).text_of(text);
        let mut card = Element::new("vCard", ns::VCARD).child(text("FN", &self.name()));
        if let Some(item) = &self.bridge.item {
            card = card.child(text("NOTE", &item.title));
        }
        service::reply(question, "result").map(|reply| reply.child(card))
    }
}

/// The id by which an account calls words that it said, from their name in the host.
pub(super) fn id_in<'a>(name: &'a str, account: &str) -> Option<&'a str> {
    let (_hash, rest) = name.strip_prefix("said:")?.split_once(':')?;
    rest.strip_prefix(account)?.strip_prefix(':')
}

/// Names between two: what the account's client calls its own words, and the draft's for all others.
struct ContactNames<'a> {
    account: &'a str,
}

impl Names for ContactNames<'_> {
    fn answered(&self, id: String) -> Vec<String> {
        vec![client_name(self.account, &id), id]
    }

    fn corrected(&self, id: String) -> Vec<String> {
        vec![client_name(self.account, &id)]
    }

    fn retracted(&self, id: String) -> Vec<String> {
        vec![client_name(self.account, &id)]
    }
}
