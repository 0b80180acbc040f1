//! What a component owes to everybody: answers to questions (RFC 6120, 8.2.3), and a word to those who write where nobody reads.

use crate::{
    address::{Domains, Mode},
    element::Element,
    ns,
};

/// What clients may use towards a contact.
const CONTACT_FEATURES: [&str; 6] =
    [ns::RECEIPTS, ns::MARKERS, ns::CHAT_STATES, ns::CORRECT, ns::RETRACT, ns::REPLY];

/// Whether somebody asks and waits for an answer.
pub fn is_question(stanza: &Element) -> bool {
    stanza.name == "iq" && matches!(stanza.attribute("type"), Some("get" | "set"))
}

/// Asks whether the server still carries anything: of the rooms' service, or of oneself, by way of the server.
pub fn ping(domains: &Domains) -> Element {
    let ping = Element::new("ping", ns::PING);
    crate::stanza::iq("get", "alive", &domains.component, domains.sessions(), ping)
}

/// Whether it is a question to which all addresses have one answer. Who a contact is, only that one knows.
pub fn answers(stanza: &Element, domains: &Domains) -> bool {
    let is_card = domains.mode == Mode::Direct && stanza.find("vCard", ns::VCARD).is_some();
    is_question(stanza) && !is_card
}

/// The answer to a stanza that is for no session, if it wants one.
pub fn answer(stanza: &Element, domains: &Domains) -> Option<Element> {
    if is_question(stanza) {
        let payload = stanza.elements().next();
        if payload.is_some_and(|payload| payload.is("ping", ns::PING)) {
            return reply(stanza, "result");
        }
        if let Some(query) = payload.filter(|payload| payload.is("query", ns::DISCO)) {
            let mut info = Element::new("query", ns::DISCO);
            if let Some(node) = query.attribute("node") {
                info = info.with("node", node);
            }
            let identity = Element::new("identity", ns::DISCO)
                .with("category", "gateway")
                .with("type", "http")
                .with("name", "Tieline");
            let feature = |name: &str| Element::new("feature", ns::DISCO).with("var", name);
            let info = info.child(identity).child(feature(ns::DISCO)).child(feature(ns::PING));
            let contact = stanza.attribute("to").filter(|_| domains.mode == Mode::Direct);
            let is_contact = contact.is_some_and(|to| domains.session_of(to).is_some());
            let more = CONTACT_FEATURES.iter().filter(|_| is_contact);
            return Some(reply(stanza, "result")?.child(info.children_of(more.map(|name| feature(name)))));
        }
        return Some(reply(stanza, "error")?.child(unavailable("")));
    }
    let is_words = stanza.name == "message"
        && matches!(stanza.attribute("type"), None | Some("chat" | "normal"))
        && stanza.elements().any(|child| child.name == "body");
    if is_words {
        let advice = match domains.mode {
            // To a visitor, past the room: nobody would read it.
            Mode::Rooms(_) => "Write in the session's room.",
            Mode::Direct => "There is no such session here: write to the session's own address.",
        };
        Some(reply(stanza, "error")?.child(unavailable(advice)))
    } else {
        None
    }
}

/// An answer to a stanza.
pub fn reply(stanza: &Element, kind: &str) -> Option<Element> {
    let mut reply = Element::new(&stanza.name, ns::COMPONENT)
        .with("type", kind)
        .with("from", stanza.attribute("to")?)
        .with("to", stanza.attribute("from")?);
    if let Some(id) = stanza.attribute("id") {
        reply = reply.with("id", id);
    }
    Some(reply)
}

fn unavailable(text: &str) -> Element {
    let mut error = Element::new("error", ns::COMPONENT)
        .with("type", "cancel")
        .child(Element::new("service-unavailable", ns::STANZA_ERROR));
    if !text.is_empty() {
        error = error.child(Element::new("text", ns::STANZA_ERROR).text_of(text));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domains() -> Domains {
        Domains { component: "chat.shop.example".into(), mode: Mode::Rooms("rooms.shop.example".into()) }
    }

    fn answer(stanza: &Element) -> Option<Element> {
        super::answer(stanza, &domains())
    }

    fn iq(payload: Element) -> Element {
        crate::stanza::iq("get", "7", "mia@shop.example/phone", "chat.shop.example", payload)
    }

    #[test]
    fn every_question_is_answered_once() {
        let pong = answer(&iq(Element::new("ping", ns::PING))).unwrap();
        assert_eq!(
            (pong.attribute("type"), pong.attribute("id"), pong.attribute("to")),
            (Some("result"), Some("7"), Some("mia@shop.example/phone"))
        );
        let info = answer(&iq(Element::new("query", ns::DISCO))).unwrap();
        assert!(info.find("query", ns::DISCO).is_some_and(|query| query.elements().count() == 3));
        let other = answer(&iq(Element::new("query", "jabber:iq:version"))).unwrap();
        assert_eq!(other.attribute("type"), Some("error"));
        assert_eq!(crate::heard::condition(&other), "service-unavailable");
        // An answer to an answer would go round for ever.
        assert_eq!(answer(&other), None);
    }

    #[test]
    fn words_that_nobody_reads_come_back() {
        let words = crate::stanza::message("chat", "mia@shop.example", "v-x@chat.shop.example")
            .child(Element::new("body", ns::COMPONENT).text_of("hello"));
        assert_eq!(answer(&words).unwrap().attribute("type"), Some("error"));
        assert_eq!(answer(&answer(&words).unwrap()), None);
    }
}
