//! Stanzas to a contact, read. Who writes is the server's word: the envelope's sender.

use super::{Kind, condition, kind_of};
use crate::{
    address::{bare, resource},
    element::Element,
    ns,
};

/// Something that came to a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Direct {
    /// Somebody wrote, or did something to what was written.
    Message(Message),
    /// Somebody's client has a message of ours (XEP-0184).
    Delivered {
        /// Whose.
        account: String,
        /// Its id.
        id: String,
    },
    /// A message of ours came back.
    Bounced {
        /// From which account.
        account: String,
        /// Its id.
        id: String,
        /// The condition (RFC 6120, 8.3.3).
        condition: String,
    },
    /// Somebody's client came, went or changed.
    Presence {
        /// Whose.
        account: String,
        /// Which.
        client: String,
        /// At their client, by their own word.
        is_here: bool,
    },
    /// Somebody wants to see whether the contact is there: for good, or this once.
    Asks {
        /// Who.
        account: String,
        /// For good (RFC 6121, 3.1).
        is_subscription: bool,
    },
    /// The answer to a question.
    Answer {
        /// By whom: a server is its domain alone.
        from: String,
        /// To which.
        id: String,
        /// What is wrong, if something is.
        outcome: Result<(), String>,
    },
}

/// A message to a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The client that wrote it, in full.
    pub from: String,
    /// The client's names for it: its own id (XEP-0359) before the stanza's.
    pub ids: Vec<String>,
    /// The stanza's own id: what a receipt names.
    pub id: Option<String>,
    /// The client waits for a receipt (XEP-0184).
    pub wants_receipt: bool,
    /// The client tells when somebody types, so it may be told (XEP-0085, 5.1).
    pub has_states: bool,
    /// What it says.
    pub kind: Kind,
}

/// Reads a stanza to a contact. None: nothing that it waits for.
pub fn read(stanza: &Element) -> Option<Direct> {
    let from = stanza.attribute("from")?;
    let account = bare(from).to_owned();
    let kind = stanza.attribute("type");
    match stanza.name.as_str() {
        "message" => read_message(stanza, from, kind),
        "presence" => match kind {
            None | Some("unavailable") => {
                let show = stanza.elements().find(|child| child.name == "show" && child.ns == stanza.ns);
                let is_here = kind.is_none() && show.is_none_or(|show| show.text() == "chat");
                Some(Direct::Presence {
                    account,
                    client: resource(from).unwrap_or_default().to_owned(),
                    is_here,
                })
            }
            Some("subscribe") => Some(Direct::Asks { account, is_subscription: true }),
            Some("probe") => Some(Direct::Asks { account, is_subscription: false }),
            _ => None,
        },
        "iq" => {
            let id = stanza.attribute("id")?.to_owned();
            match kind? {
                "result" => Some(Direct::Answer { from: from.to_owned(), id, outcome: Ok(()) }),
                "error" => {
                    Some(Direct::Answer { from: from.to_owned(), id, outcome: Err(condition(stanza)) })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn read_message(stanza: &Element, from: &str, kind: Option<&str>) -> Option<Direct> {
    let account = bare(from).to_owned();
    let id = stanza.attribute("id").map(str::to_owned);
    match kind {
        None | Some("chat" | "normal") => {}
        Some("error") => return Some(Direct::Bounced { account, id: id?, condition: condition(stanza) }),
        _ => return None,
    }
    if let Some(received) = stanza.find("received", ns::RECEIPTS) {
        return Some(Direct::Delivered { account, id: received.attribute("id")?.to_owned() });
    }
    let own = stanza.find("origin-id", ns::SID).and_then(|own| own.attribute("id")).map(str::to_owned);
    let mut ids: Vec<String> = own.into_iter().chain(id.clone()).collect();
    ids.dedup();
    Some(Direct::Message(Message {
        from: from.to_owned(),
        ids,
        id,
        wants_receipt: stanza.find("request", ns::RECEIPTS).is_some(),
        has_states: stanza.elements().any(|child| child.ns == ns::CHAT_STATES),
        kind: kind_of(stanza),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: &str) -> Element {
        crate::stanza::message(kind, "mia@shop.example/phone", "s-x@chat.shop.example").with("id", "7")
    }

    fn words(text: &str) -> Kind {
        Kind::Words { text: text.into(), answers: None }
    }

    #[test]
    fn words_come_with_all_their_names() {
        let said = message("chat")
            .child(Element::new("body", ns::COMPONENT).text_of("hello"))
            .child(Element::new("origin-id", ns::SID).with("id", "own"))
            .child(Element::new("request", ns::RECEIPTS))
            .child(Element::new("active", ns::CHAT_STATES));
        let Some(Direct::Message(heard)) = read(&said) else { panic!("no message") };
        assert_eq!(heard.ids, ["own", "7"]);
        assert_eq!(heard.id.as_deref(), Some("7"));
        assert!(heard.wants_receipt && heard.has_states);
        assert_eq!(heard.kind, words("hello"));
        // A name that is said twice is one.
        let same = message("chat").child(Element::new("origin-id", ns::SID).with("id", "7"));
        assert!(matches!(read(&same), Some(Direct::Message(message)) if message.ids == ["7"]));
    }

    #[test]
    fn receipts_bounces_and_rooms_are_told_apart() {
        let received = message("chat").child(Element::new("received", ns::RECEIPTS).with("id", "m"));
        let account = String::from("mia@shop.example");
        assert_eq!(read(&received), Some(Direct::Delivered { account: account.clone(), id: "m".into() }));
        let gone = Element::new("service-unavailable", ns::STANZA_ERROR);
        let bounced = message("error").child(Element::new("error", ns::COMPONENT).child(gone));
        let expected = Direct::Bounced { account, id: "7".into(), condition: "service-unavailable".into() };
        assert_eq!(read(&bounced), Some(expected));
        assert_eq!(read(&message("groupchat")), None);
        assert_eq!(read(&message("headline")), None);
    }

    #[test]
    fn only_who_says_so_is_here() {
        let presence = Element::new("presence", ns::COMPONENT).with("from", "mia@shop.example/phone");
        let is_here = |stanza: &Element| match read(stanza) {
            Some(Direct::Presence { is_here, .. }) => is_here,
            other => panic!("{other:?}"),
        };
        assert!(is_here(&presence));
        let away = Element::new("show", ns::COMPONENT).text_of("away");
        assert!(!is_here(&presence.clone().child(away)));
        assert!(!is_here(&presence.clone().with("type", "unavailable")));
        assert_eq!(read(&presence.with("type", "subscribed")), None);
    }
}
