//! Whether the contact is there, and whether they are (RFC 6121, 3 and 4).

use super::Contact;
use crate::{element::Element, ns, place::Effect};

impl Contact {
    /// The line is up: they see the contact, and it asks whether they are there.
    pub(super) fn greet_all(&self, out: &mut Vec<Effect>) {
        for (account, _) in self.people.iter().filter(|(_, person)| person.is_introduced) {
            self.send(self.presence(account), out);
            self.send(self.bare_presence("probe", account), out);
        }
    }

    /// Asks somebody to take the contact into their list, once. Many clients send receipts and markers only to those in it.
    pub(super) fn introduce(&mut self, account: &str, out: &mut Vec<Effect>) {
        let person = self.people.entry(account.to_owned()).or_default();
        if std::mem::replace(&mut person.is_introduced, true) {
            return;
        }
        let nick = Element::new("nick", ns::NICK).text_of(&self.name());
        self.send(self.bare_presence("subscribe", account).child(nick), out);
        self.send(self.presence(account), out);
    }

    /// The session is over: the contact goes, and does not look after them any more.
    pub(super) fn say_goodbye(&self, out: &mut Vec<Effect>) {
        for account in self.people.keys() {
            self.send(self.presence(account).with("type", "unavailable"), out);
            self.send(self.bare_presence("unsubscribe", account), out);
        }
    }

    /// Somebody wants to see whether the contact is there.
    pub(super) fn show_oneself(&self, account: &str, is_subscription: bool, out: &mut Vec<Effect>) {
        if !self.people.contains_key(account) {
            return self.send(self.bare_presence("unsubscribed", account), out);
        }
        if is_subscription {
            self.send(self.bare_presence("subscribed", account), out);
        }
        self.send(self.presence(account), out);
    }

    pub(super) fn note_presence(
        &mut self,
        account: String,
        client: String,
        is_here: bool,
        out: &mut Vec<Effect>,
    ) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let was_here = !person.clients.is_empty();
        if is_here {
            person.clients.insert(client);
        } else {
            person.clients.remove(&client);
        }
        let is_here = !person.clients.is_empty();
        if was_here != is_here {
            out.push(Effect::Attend { account, is_here });
        }
    }

    fn presence(&self, account: &str) -> Element {
        let presence = Element::new("presence", ns::COMPONENT).with("from", self.mouth()).with("to", account);
        let presence = presence.child(Element::new("nick", ns::NICK).text_of(&self.name()));
        match &self.bridge.item {
            Some(item) => presence.child(Element::new("status", ns::COMPONENT).text_of(&item.title)),
            None => presence,
        }
    }

    /// Of the account, not of one client.
    fn bare_presence(&self, kind: &str, account: &str) -> Element {
        let presence = Element::new("presence", ns::COMPONENT).with("type", kind);
        presence.with("from", &self.address).with("to", account)
    }
}
