//! Stanzas of a room, read. Believes only what the room itself says: the sender from the envelope, the `stanza-id` by the
//! room (XEP-0359, 5), the real address from the room's own element.

pub mod direct;

use crate::{
    address::{bare, resource},
    element::Element,
    ns,
};

/// Something that came from a room, for one of ours in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Somebody said something, now.
    Message(Message),
    /// Somebody said something earlier: the archive's answer to a query.
    Archived {
        /// The query.
        query: String,
        /// What.
        message: Message,
    },
    /// Somebody came, went or changed.
    Presence(Presence),
    /// An answer.
    Answer {
        /// To which question.
        id: String,
        /// What the answer holds, or what is wrong.
        outcome: Result<Option<Element>, String>,
    },
    /// Somebody wrote to one of ours alone: nobody would see it.
    Whispered {
        /// Who.
        nick: String,
    },
    /// The room did not take a message.
    Refused {
        /// Its id.
        id: String,
        /// The condition (RFC 6120, 8.3.3).
        condition: String,
    },
}

/// A message in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Under which name.
    pub nick: String,
    /// Who: the bare address, if the room says so here.
    pub account: Option<String>,
    /// The client's id for it.
    pub id: Option<String>,
    /// The room's id for it.
    pub stanza_id: Option<String>,
    /// What it says.
    pub kind: Kind,
}

/// What a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Words {
        /// The words, without what they quote.
        text: String,
        /// The words that they answer.
        answers: Option<String>,
    },
    /// Earlier words, said otherwise (XEP-0308).
    Edit {
        /// The client's id of those.
        of: String,
        /// The words.
        text: String,
    },
    /// Earlier words, taken back (XEP-0424).
    Retract {
        /// The room's id of those.
        of: String,
    },
    /// A file (XEP-0066, XEP-0447).
    File {
        /// Where.
        url: String,
        /// Its name.
        name: Option<String>,
    },
    /// Read up to there (XEP-0333).
    Displayed {
        /// The room's id of the last words.
        of: String,
    },
    /// Types, or does not any more (XEP-0085).
    Typing(bool),
    /// Words that only clients with a key can read.
    Encrypted,
    /// Nothing for us: a subject, a key for others, something of a later time.
    #[default]
    Other,
}

/// Somebody's presence in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// Under which name.
    pub nick: String,
    /// Which of ours was told.
    pub to: String,
    /// Who: the bare address, if the room says.
    pub account: Option<String>,
    /// In the room.
    pub is_in: bool,
    /// At their client, by their own word.
    pub is_here: bool,
    /// It is about the one who was told (status 110).
    pub is_self: bool,
    /// The room has just been made (status 201).
    pub is_new_room: bool,
    /// Why one of ours is not let in.
    pub error: Option<String>,
}

/// Reads a stanza of a room. None: nothing that anybody here waits for.
pub fn read(stanza: &Element) -> Option<Heard> {
    let from = stanza.attribute("from")?;
    match stanza.name.as_str() {
        "message" => read_message(stanza, from),
        "presence" => read_presence(stanza, from).map(Heard::Presence),
        "iq" => {
            let id = stanza.attribute("id")?.to_owned();
            match stanza.attribute("type")? {
                "result" => Some(Heard::Answer { id, outcome: Ok(stanza.elements().next().cloned()) }),
                "error" => Some(Heard::Answer { id, outcome: Err(condition(stanza)) }),
                _ => None,
            }
        }
        _ => None,
    }
}

fn read_message(stanza: &Element, from: &str) -> Option<Heard> {
    if stanza.attribute("type") == Some("error") {
        let id = stanza.attribute("id")?.to_owned();
        return Some(Heard::Refused { id, condition: condition(stanza) });
    }
    if stanza.attribute("type") == Some("chat") {
        let has_body = stanza.elements().any(|child| child.name == "body" && child.ns == stanza.ns);
        return resource(from).filter(|_| has_body).map(|nick| Heard::Whispered { nick: nick.to_owned() });
    }
    if let Some(result) = stanza.find("result", ns::MAM) {
        // The archive speaks as the room, never as somebody in it.
        if resource(from).is_some() {
            return None;
        }
        let inner =
            result.find("forwarded", ns::FORWARD)?.elements().find(|inner| inner.name == "message")?;
        let sender = inner.attribute("from").filter(|sender| bare(sender) == from)?;
        let mut message = message_of(inner, sender, from)?;
        message.stanza_id = Some(result.attribute("id")?.to_owned());
        let items = inner.find("x", ns::MUC_USER).into_iter().flat_map(Element::elements);
        message.account = account_in(items);
        return Some(Heard::Archived { query: result.attribute("queryid")?.to_owned(), message });
    }
    message_of(stanza, from, bare(from)).map(Heard::Message)
}

fn message_of(stanza: &Element, from: &str, room: &str) -> Option<Message> {
    if stanza.attribute("type") != Some("groupchat") {
        return None;
    }
    // Without a nick it is the room itself that speaks.
    let nick = resource(from)?.to_owned();
    let ids = stanza.elements().filter(|child| child.is("stanza-id", ns::SID));
    let stanza_id = ids
        .filter(|id| id.attribute("by") == Some(room))
        .find_map(|id| id.attribute("id"))
        .map(str::to_owned);
    let id = stanza.attribute("id").map(str::to_owned);
    Some(Message { nick, account: None, id, stanza_id, kind: kind_of(stanza) })
}

fn kind_of(stanza: &Element) -> Kind {
    // The stanza within an archived one has the namespace of whoever kept it.
    let body =
        stanza.elements().find(|child| child.name == "body" && child.ns == stanza.ns).map(Element::text);
    let attribute = |name: &str, ns: &str, key: &str| {
        stanza.find(name, ns).and_then(|child| child.attribute(key)).map(str::to_owned)
    };
    if let Some(of) = retracted(stanza) {
        return Kind::Retract { of };
    }
    if is_encrypted(stanza) && body.is_some() {
        return Kind::Encrypted;
    }
    if let (Some(of), Some(text)) = (attribute("replace", ns::CORRECT, "id"), &body) {
        return Kind::Edit { of, text: without_fallback(stanza, text) };
    }
    if let Some(of) = attribute("displayed", ns::MARKERS, "id") {
        return Kind::Displayed { of };
    }
    if let Some((url, name)) = shared_file(stanza, body.as_deref()) {
        return Kind::File { url, name };
    }
    match body {
        Some(text) if !text.trim().is_empty() => {
            let answers = attribute("reply", ns::REPLY, "id");
            Kind::Words { text: without_fallback(stanza, &text), answers }
        }
        _ => stanza
            .elements()
            .find(|child| child.ns == ns::CHAT_STATES)
            .map_or(Kind::Other, |state| Kind::Typing(state.name == "composing")),
    }
}

/// Its body says then that it is encrypted, and nothing else.
fn is_encrypted(stanza: &Element) -> bool {
    stanza.find("encryption", ns::ENCRYPTION).is_some()
        || stanza.elements().any(|child| ns::ENCRYPTED.contains(&child.ns.as_str()))
}

fn retracted(stanza: &Element) -> Option<String> {
    if let Some(retract) = stanza.find("retract", ns::RETRACT) {
        return retract.attribute("id").map(str::to_owned);
    }
    let around = stanza.find("apply-to", ns::FASTEN)?;
    around.find("retract", ns::RETRACT_OLD)?;
    around.attribute("id").map(str::to_owned)
}

/// The file that a message is: where its body is the link itself, or nothing else is said.
fn shared_file(stanza: &Element, body: Option<&str>) -> Option<(String, Option<String>)> {
    let sharing = stanza.find("file-sharing", ns::FILE_SHARING);
    let name = sharing
        .and_then(|sharing| sharing.find("file", ns::FILE_METADATA)?.find("name", ns::FILE_METADATA))
        .map(Element::text);
    let link = stanza.find("x", ns::OOB).and_then(|link| link.find("url", ns::OOB)).map(Element::text);
    let url = link.or_else(|| {
        let source = sharing?.find("sources", ns::FILE_SHARING)?.find("url-data", ns::URL_DATA)?;
        source.attribute("target").map(str::to_owned)
    })?;
    let is_alone = body.is_none_or(|body| body.trim().is_empty() || body.trim() == url);
    is_alone.then_some((url, name))
}

/// The words without what the message itself says is there for clients that know less (XEP-0428): a quotation of what it
/// answers. Counted in characters.
fn without_fallback(stanza: &Element, text: &str) -> String {
    if stanza.find("reply", ns::REPLY).is_none() {
        return text.to_owned();
    }
    let fallbacks = stanza.elements().filter(|child| {
        child.is("fallback", ns::FALLBACK) && child.attribute("for").is_none_or(|what| what == ns::REPLY)
    });
    let number =
        |part: &Element, key: &str| part.attribute(key).and_then(|value| value.parse::<usize>().ok());
    for part in fallbacks.flat_map(Element::elements).filter(|part| part.is("body", ns::FALLBACK)) {
        if let (Some(start), Some(end)) = (number(part, "start"), number(part, "end"))
            && start <= end
        {
            let kept = text.chars().enumerate().filter(|(at, _)| !(start..end).contains(at));
            return kept.map(|(_, letter)| letter).collect::<String>().trim_start_matches('\n').to_owned();
        }
    }
    tieline_connector::words::without_quote(text).to_owned()
}

fn read_presence(stanza: &Element, from: &str) -> Option<Presence> {
    let to = stanza.attribute("to")?.to_owned();
    let kind = stanza.attribute("type");
    let user = stanza.find("x", ns::MUC_USER);
    let has = |code: &str| {
        user.is_some_and(|user| {
            user.elements().any(|child| child.name == "status" && child.attribute("code") == Some(code))
        })
    };
    let show =
        stanza.elements().find(|child| child.name == "show" && child.ns == stanza.ns).map(Element::text);
    Some(Presence {
        nick: resource(from).unwrap_or_default().to_owned(),
        to,
        account: account_in(user.into_iter().flat_map(Element::elements)),
        is_in: kind.is_none(),
        is_here: kind.is_none() && show.is_none_or(|show| show == "chat"),
        is_self: has("110"),
        is_new_room: has("201"),
        error: (kind == Some("error")).then(|| condition(stanza)),
    })
}

fn account_in<'a>(mut items: impl Iterator<Item = &'a Element>) -> Option<String> {
    let jid = items.find_map(|item| if item.name == "item" { item.attribute("jid") } else { None })?;
    Some(bare(jid).to_owned())
}

/// Which condition an error names.
pub fn condition(stanza: &Element) -> String {
    let error = stanza.elements().find(|child| child.name == "error");
    let named = error.and_then(|error| {
        error.elements().find(|child| child.ns == ns::STANZA_ERROR && child.name != "text")
    });
    named.map_or_else(|| "undefined-condition".to_owned(), |named| named.name.clone())
}

#[cfg(test)]
mod tests;
