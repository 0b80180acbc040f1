//! What the gateway asks a homeserver, and what comes of it. Client-Server API v1.17; each as one of ours ("identity assertion").

mod body;

use serde_json::{Value, json};
use tieline_protocol::{DraftId, FileId, Millis};

use self::body::{find, member, news, room};
use crate::{
    address::{DEVICE, local_of},
    heard::{self, Event},
};

/// A question, as one of ours. Asked twice it changes nothing the second time.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Make the user, if there is none.
    Register {
        /// Which.
        user: String,
    },
    /// What others see.
    Name {
        /// Whose.
        user: String,
        /// Which.
        name: String,
    },
    /// Make the user's device (MSC4190): what is sent from it is told from what was sent before, also after a restart of the
    /// homeserver.
    Device {
        /// Whose.
        user: String,
    },
    /// Make the session's room.
    Create {
        /// Who makes it.
        user: String,
        /// The local part of its alias: a second room of that alias is refused.
        alias: String,
        /// What it is called.
        name: String,
        /// Who is asked in.
        invite: Vec<String>,
    },
    /// Which room an alias stands for.
    Resolve {
        /// The alias.
        alias: String,
    },
    /// Who is in a room.
    Members {
        /// Which.
        room: String,
        /// Who asks.
        user: String,
    },
    /// Ask somebody in.
    Invite {
        /// Where.
        room: String,
        /// Who asks.
        user: String,
        /// Whom.
        whom: String,
    },
    /// Come in.
    Join {
        /// Where.
        room: String,
        /// Who.
        user: String,
    },
    /// Whether a draft stands in the room: for servers that forget what was sent.
    Find {
        /// Where.
        room: String,
        /// Whose.
        user: String,
        /// Which.
        draft: DraftId,
    },
    /// What was said in a room, newest first; a page of it.
    History {
        /// Where.
        room: String,
        /// Who asks.
        user: String,
        /// Behind which page. None: from the end.
        from: Option<String>,
    },
    /// Give the server a file.
    Upload {
        /// Whose.
        user: String,
        /// Which.
        file: FileId,
        /// Its name.
        name: String,
        /// Its type.
        media_type: String,
    },
    /// Say something.
    Send {
        /// Where.
        room: String,
        /// Who.
        user: Speaking,
        /// The same words bear the same name.
        transaction: String,
        /// What.
        content: Value,
        /// When it was said.
        at: Option<Millis>,
    },
    /// Take back an event.
    Redact {
        /// Where.
        room: String,
        /// Who.
        user: Speaking,
        /// Which.
        event: String,
        /// The same wish bears the same name.
        transaction: String,
    },
    /// The edits of an event: they outlive it.
    Edits {
        /// Where.
        room: String,
        /// Whose.
        user: String,
        /// Of which.
        event: String,
    },
    /// Somebody types, or does not any more.
    Typing {
        /// Where.
        room: String,
        /// Who.
        user: String,
        /// Whether.
        is_typing: bool,
    },
    /// Somebody has read up to an event.
    Receipt {
        /// Where.
        room: String,
        /// Who.
        user: String,
        /// The event.
        event: String,
    },
    /// Hold a line to the homeserver, on which it tells that something was said, and no more. When it breaks, the homeserver has
    /// died or was restarted.
    Hold {
        /// Who holds it.
        user: String,
        /// What the one before ended with.
        since: Option<String>,
    },
    /// Have the homeserver ask back, which also makes it bring what it kept for us.
    Ping {
        /// The registration's id.
        service: String,
    },
}

/// Who says something, and whether from a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaking {
    /// The user.
    pub user: String,
    /// False where the homeserver makes none.
    pub has_device: bool,
}

/// What a homeserver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is so.
    Done,
    /// A room.
    Room(String),
    /// Who is in a room, or asked in.
    Members(Vec<Member>),
    /// What was said, newest first, and what to ask with for more.
    History {
        /// The events.
        events: Vec<Event>,
        /// None: there is no more.
        more: Option<String>,
    },
    /// The line was held.
    Held {
        /// What to ask with for the next.
        since: String,
        /// What was said meanwhile, in any room.
        news: Vec<News>,
    },
    /// The event of a draft.
    Found(Option<String>),
    /// The edits of an event.
    Edits(Vec<String>),
    /// Where the file lies there (`mxc://`).
    Uploaded(String),
    /// The event that came of it.
    Event(String),
}

/// That something was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Where.
    pub room: String,
    /// The event.
    pub event: String,
    /// Who.
    pub sender: String,
}

/// Somebody's place in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: String,
    /// In, or asked in.
    pub is_in: bool,
    /// What others see.
    pub name: Option<String>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Trying again may help: the network, a server that is busy or broken.
    Later {
        /// Why.
        why: String,
        /// Not before that (429).
        after: Option<Millis>,
    },
    /// The server says no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// Matrix's code, such as `M_FORBIDDEN`.
        code: String,
        /// In its words.
        why: String,
    },
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Later { why, .. } => f.write_str(why),
            Self::Refused { status, code, why } => write!(f, "{code} ({status}): {why}"),
        }
    }
}

/// An HTTP request, but for the homeserver's address and the token.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// `GET`, `PUT`, `POST`, `DELETE`.
    pub method: &'static str,
    /// The path, each part escaped.
    pub path: Vec<String>,
    /// The query.
    pub query: Vec<(&'static str, String)>,
    /// The body, if it is JSON. An upload's is the file.
    pub body: Option<Value>,
}

/// What is heard in a room. That somebody came or was made its master is no reason to read on.
const SAID: [&str; 3] = ["m.room.message", "m.room.redaction", "m.room.encrypted"];
/// How long a line is held. Below what proxies allow a silent one.
const HOLD_MS: u32 = 20_000;

const CLIENT: [&str; 3] = ["_matrix", "client", "v3"];

impl Request {
    pub(crate) fn new(method: &'static str, path: &[&str], body: Option<Value>) -> Self {
        let path = CLIENT.iter().chain(path).map(|part| (*part).to_owned()).collect();
        Self { method, path, query: Vec::new(), body }
    }

    fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.query.push((key, value.into()));
        self
    }

    /// By one of ours, not by the gateway itself.
    pub(crate) fn by(self, user: &str) -> Self {
        self.with("user_id", user)
    }

    fn said_by(self, speaking: &Speaking) -> Self {
        let request = self.by(&speaking.user);
        if speaking.has_device { request.with("device_id", DEVICE) } else { request }
    }
}

impl Ask {
    /// As HTTP.
    pub fn request(&self) -> Request {
        let (get, put, post) = ("GET", "PUT", "POST");
        match self {
            Self::Register { user } => {
                let body = json!({
                    "type": "m.login.application_service",
                    "username": local_of(user),
                    "inhibit_login": true,
                });
                Request::new(post, &["register"], Some(body))
            }
            Self::Name { user, name } => {
                let path = ["profile", user, "displayname"];
                Request::new(put, &path, Some(json!({ "displayname": name }))).by(user)
            }
            Self::Device { user } => {
                let body = json!({ "display_name": "Tieline" });
                Request::new(put, &["devices", DEVICE], Some(body)).by(user)
            }
            Self::Create { user, alias, name, invite } => {
                Request::new(post, &["createRoom"], Some(room(alias, name, invite))).by(user)
            }
            Self::Resolve { alias } => Request::new(get, &["directory", "room", alias], None),
            Self::Members { room, user } => {
                Request::new(get, &["rooms", room, "members"], None).by(user).with("not_membership", "leave")
            }
            Self::Invite { room, user, whom } => {
                Request::new(post, &["rooms", room, "invite"], Some(json!({ "user_id": whom }))).by(user)
            }
            Self::Join { room, user } => {
                Request::new(post, &["rooms", room, "join"], Some(json!({}))).by(user)
            }
            Self::Find { room, user, .. } => {
                let request = Request::new(get, &["rooms", room, "messages"], None).by(user);
                let filter = json!({ "senders": [user], "types": ["m.room.message"] });
                request.with("dir", "b").with("limit", "50").with("filter", filter.to_string())
            }
            Self::History { room, user, from } => {
                let request = Request::new(get, &["rooms", room, "messages"], None).by(user);
                // And where the room begins: a page that does not say so may not be the last.
                let types: Vec<_> = SAID.into_iter().chain(["m.room.create"]).collect();
                let filter = json!({ "types": types });
                let request = request.with("dir", "b").with("limit", "20").with("filter", filter.to_string());
                match from {
                    Some(from) => request.with("from", from),
                    None => request,
                }
            }
            Self::Hold { user, since } => {
                let nothing = json!({ "not_types": ["*"] });
                // The first only finds the place: all rooms at once would be much.
                let room = match since {
                    None => json!({ "rooms": [] }),
                    Some(_) => json!({
                        "timeline": { "types": SAID, "limit": 20 },
                        "state": nothing, "ephemeral": nothing, "account_data": nothing,
                    }),
                };
                let filter = json!({ "presence": nothing, "account_data": nothing, "room": room });
                let request = Request::new(get, &["sync"], None).by(user).with("filter", filter.to_string());
                // Without this the gateway would be shown as somebody who is online.
                let request = request.with("set_presence", "offline");
                match since {
                    Some(since) => request.with("since", since).with("timeout", HOLD_MS.to_string()),
                    None => request.with("timeout", "0"),
                }
            }
            Self::Upload { user, name, .. } => Request {
                method: post,
                path: ["_matrix", "media", "v3", "upload"].map(str::to_owned).into(),
                query: vec![("filename", name.clone()), ("user_id", user.clone())],
                body: None,
            },
            Self::Send { room, user, transaction, content, at } => {
                let path = ["rooms", room, "send", "m.room.message", transaction];
                let request = Request::new(put, &path, Some(content.clone())).said_by(user);
                match at {
                    Some(at) => request.with("ts", at.0.to_string()),
                    None => request,
                }
            }
            Self::Redact { room, user, event, transaction } => {
                let path = ["rooms", room, "redact", event, transaction];
                Request::new(put, &path, Some(json!({}))).said_by(user)
            }
            Self::Edits { room, user, event } => Request {
                method: get,
                path: ["_matrix", "client", "v1", "rooms", room, "relations", event, "m.replace"]
                    .map(str::to_owned)
                    .into(),
                query: vec![("user_id", user.clone()), ("limit", "100".to_owned())],
                body: None,
            },
            Self::Typing { room, user, is_typing } => {
                /// Longer than the visitor's client says it again.
                const TYPING_MS: u32 = 10_000;
                let body = if *is_typing {
                    json!({ "typing": true, "timeout": TYPING_MS })
                } else {
                    json!({ "typing": false })
                };
                Request::new(put, &["rooms", room, "typing", user], Some(body)).by(user)
            }
            Self::Receipt { room, user, event } => {
                let path = ["rooms", room, "receipt", "m.read", event];
                Request::new(post, &path, Some(json!({}))).by(user)
            }
            Self::Ping { service } => Request {
                method: post,
                path: ["_matrix", "client", "v1", "appservice", service, "ping"].map(str::to_owned).into(),
                query: Vec::new(),
                body: Some(json!({})),
            },
        }
    }

    /// Reads what a homeserver says where it says yes. None: not such an answer.
    pub fn read(&self, body: &Value) -> Option<Answer> {
        let text = |key: &str| body.get(key)?.as_str().map(str::to_owned);
        Some(match self {
            Self::Create { .. } | Self::Resolve { .. } => Answer::Room(text("room_id")?),
            Self::Send { .. } | Self::Redact { .. } => Answer::Event(text("event_id")?),
            Self::Upload { .. } => Answer::Uploaded(text("content_uri")?),
            Self::Members { .. } => {
                Answer::Members(body.get("chunk")?.as_array()?.iter().filter_map(member).collect())
            }
            Self::History { .. } => {
                let events: Vec<_> = body.get("chunk")?.as_array()?.iter().filter_map(heard::read).collect();
                // A server may give the end's name also where nothing is behind it.
                Answer::History { more: text("end").filter(|_| !events.is_empty()), events }
            }
            Self::Hold { .. } => Answer::Held { since: text("next_batch")?, news: news(body) },
            Self::Edits { .. } => {
                let id = |event: &Value| event.get("event_id")?.as_str().map(str::to_owned);
                Answer::Edits(body.get("chunk")?.as_array()?.iter().filter_map(id).collect())
            }
            Self::Find { draft, user, .. } => {
                Answer::Found(find(body.get("chunk")?.as_array()?, *draft, user))
            }
            _ => Answer::Done,
        })
    }
}

#[cfg(test)]
mod tests;
