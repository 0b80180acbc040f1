//! What a homeserver brings: transactions of events, read into what a room wants to know. Everything in it may be hostile, but for
//! the sender and the room, which the homeserver vouches for.
//!
//! Only plain text is read. What is HTML stays where it is.

use std::collections::BTreeMap;

use serde_json::Value;
use tieline_protocol::DraftId;

/// A transaction (Application Service API, 4.2). What is not understood is passed over: it would come again for ever otherwise.
#[derive(Debug, Default, PartialEq)]
pub struct Transaction {
    /// Events of rooms, in their order.
    pub events: Vec<Value>,
    /// Typing and receipts.
    pub ephemeral: Vec<Value>,
}

impl Transaction {
    /// Reads one. None: this is no JSON object.
    pub fn read(body: &[u8]) -> Option<Self> {
        let Value::Object(mut fields) = serde_json::from_slice(body).ok()? else { return None };
        let mut list = |key: &str| match fields.remove(key) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        let (events, ephemeral) = (list("events"), list("ephemeral"));
        // Synapse says it twice, once under the name of before.
        let older = list("de.sorunome.msc2409.ephemeral");
        Some(Self { events, ephemeral: if ephemeral.is_empty() { older } else { ephemeral } })
    }
}

/// An event of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where.
    pub room: String,
    /// Its name, unique on the server.
    pub id: String,
    /// Who.
    pub sender: String,
    /// What.
    pub kind: Kind,
}

/// What an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The room was made.
    Created,
    /// Somebody came, went or was asked in.
    Member {
        /// Who.
        user: String,
        /// What they are now.
        membership: String,
        /// What others see.
        name: Option<String>,
    },
    /// Words.
    Words {
        /// In plain text.
        text: String,
        /// The event that they answer.
        answers: Option<String>,
        /// Which draft it is, where the gateway has sent it.
        draft: Option<DraftId>,
    },
    /// Words in place of an event's.
    Edit {
        /// The event.
        of: String,
        /// In plain text.
        text: String,
        /// As for words.
        draft: Option<DraftId>,
    },
    /// An event is taken back.
    Redacted {
        /// Which.
        of: String,
    },
    /// A file.
    File {
        /// Where it lies (`mxc://`).
        url: String,
        /// What it is called.
        name: Option<String>,
        /// As for words.
        draft: Option<DraftId>,
    },
    /// Something that only its recipients can read, and the gateway is none.
    Encrypted,
    /// Something that is nothing to us.
    Other,
}

/// What is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ephemeral {
    /// Who types in a room: all of them.
    Typing {
        /// Where.
        room: String,
        /// Who.
        users: Vec<String>,
    },
    /// Up to where somebody has read.
    Read {
        /// Where.
        room: String,
        /// Who.
        user: String,
        /// The event.
        event: String,
    },
}

/// Reads an event. None: it has no place, name or sender.
pub fn read(event: &Value) -> Option<Event> {
    let field = |key: &str| event.get(key)?.as_str().map(str::to_owned);
    Some(Event {
        room: field("room_id")?,
        id: field("event_id")?,
        sender: field("sender")?,
        kind: kind(event),
    })
}

fn kind(event: &Value) -> Kind {
    let none = Value::Null;
    let content = event.get("content").unwrap_or(&none);
    match event.get("type").and_then(Value::as_str) {
        Some("m.room.create") if event.get("state_key").is_some() => Kind::Created,
        Some("m.room.member") => member(event, content).unwrap_or(Kind::Other),
        Some("m.room.message") => message(content).unwrap_or(Kind::Other),
        // Where it stands depends on the version of the room.
        Some("m.room.redaction") => {
            let of = text(event, "redacts").or_else(|| text(content, "redacts"));
            of.map_or(Kind::Other, |of| Kind::Redacted { of })
        }
        Some("m.room.encrypted") => Kind::Encrypted,
        _ => Kind::Other,
    }
}

fn member(event: &Value, content: &Value) -> Option<Kind> {
    Some(Kind::Member {
        user: text(event, "state_key")?,
        membership: text(content, "membership")?,
        name: text(content, "displayname"),
    })
}

fn message(content: &Value) -> Option<Kind> {
    let draft = text(content, "x.tieline.draft_id").and_then(|id| id.parse().ok());
    let relation = content.get("m.relates_to");
    let replaces =
        relation.filter(|relation| relation.get("rel_type").is_some_and(|kind| kind == "m.replace"));
    if let Some(of) = replaces.and_then(|relation| text(relation, "event_id")) {
        // The body beside it is for clients that know no edits: it begins with a star.
        let text = words(content.get("m.new_content")?)?;
        return Some(Kind::Edit { of, text, draft });
    }
    // Within a thread, clients name the message before for those that know no threads: nobody has chosen it.
    let chosen = relation.filter(|relation| relation.get("is_falling_back") != Some(&Value::Bool(true)));
    let answers = chosen.and_then(|relation| text(relation.get("m.in_reply_to")?, "event_id"));
    match content.get("msgtype").and_then(Value::as_str)? {
        "m.image" | "m.file" | "m.audio" | "m.video" => {
            // Encrypted ones have no `url`: the bytes could not be read.
            let url = text(content, "url").filter(|url| url.starts_with("mxc://"))?;
            // A body beside a file's name is words about it.
            let name = text(content, "filename").or_else(|| text(content, "body"));
            Some(Kind::File { url, name, draft })
        }
        _ => {
            let text = words(content)?;
            let text = if answers.is_some() { without_fallback(&text).to_owned() } else { text };
            Some(Kind::Words { text, answers, draft })
        }
    }
}

/// The plain words of a text, an emote or a notice.
fn words(content: &Value) -> Option<String> {
    let body = text(content, "body")?;
    match content.get("msgtype").and_then(Value::as_str)? {
        "m.text" | "m.notice" => Some(body),
        "m.emote" => Some(format!("* {body}")),
        // A place, a question of verification: what it says in plain words.
        _ => Some(body),
    }
}

/// The words without what older clients put before them: who is answered, and their words behind `>`. What somebody quotes by
/// themselves stays.
fn without_fallback(text: &str) -> &str {
    let is_fallback = text.starts_with("> <@") || text.starts_with("> * <@");
    if is_fallback { tieline_connector::words::without_quote(text) } else { text }
}

/// Reads something that is not kept.
pub fn read_ephemeral(event: &Value) -> Vec<Ephemeral> {
    let Some(room) = text(event, "room_id") else { return Vec::new() };
    let content = event.get("content");
    match event.get("type").and_then(Value::as_str) {
        Some("m.typing") => {
            let users = content.and_then(|content| content.get("user_ids")?.as_array());
            let users = users.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            vec![Ephemeral::Typing { room, users }]
        }
        Some("m.receipt") => {
            let content = content.and_then(Value::as_object);
            let mut read = BTreeMap::new();
            for (event, kinds) in content.into_iter().flatten() {
                let users = kinds.get("m.read").and_then(Value::as_object);
                for user in users.into_iter().flatten().map(|(user, _)| user) {
                    read.entry(user.clone()).or_insert_with(Vec::new).push(event.clone());
                }
            }
            let each = |(user, events): (String, Vec<String>)| {
                let room = room.clone();
                events.into_iter().map(move |event| Ephemeral::Read {
                    room: room.clone(),
                    user: user.clone(),
                    event,
                })
            };
            read.into_iter().flat_map(each).collect()
        }
        _ => Vec::new(),
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests;
