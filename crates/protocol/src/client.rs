//! What a client says.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    Body, Capability, ChannelId, DraftId, Epoch, Item, Seq, SessionId,
    desk::{self, DeskOnly, DeskRequest},
    file::{Links, Upload},
};

/// A frame from widget, desk or bot to the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFrame {
    /// The first frame of every connection. Answered by `welcome`.
    Hello(Box<Hello>),
    /// Proves again who one is, on the connection that is open. Answered by `renewed`.
    Auth(Renewal),
    /// Begins a session. Answered by `ok` with `seq` 0; the same `draft_id` gives the same session.
    Open(Open),
    /// Asks which sessions there are. Answered by `sessions`.
    List(List),
    /// Asks for a stretch of a session's log. Answered by `page`.
    History(History),
    /// Says something. Answered by `ok` after the log has it on disk.
    Send(Draft),
    /// Wants to give a file to a session, to be said there under the same draft id. Answered by `ticket`.
    Upload(Upload),
    /// Asks where files of a session can be read. Answered by `links`.
    Links(Links),
    /// Tells how far this reader has got. Not answered; merged by maximum.
    Cursor(Cursor),
    /// Tells that somebody types here, or does not any more. Not answered; said again every few seconds, or it runs out.
    Typing(Typing),
    /// Asks whether the gateway is there. Answered by `pong`.
    Ping(Beat),
    /// Answers the gateway's `ping`.
    Pong(Beat),
    /// What only the desk asks.
    Desk(DeskOnly<DeskRequest>),
    /// Leaves in good order.
    Bye,
}

/// Who wants in, with what proof, and how much of each session they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The embedding. An agent signs in without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// What this client can show.
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// The program, for the operator's traces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<App>,
    /// BCP 47 tag of the interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The ticket of the frame document. Needed in frame and page mode unless `auth` resumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embed: Option<String>,
    /// The embedding page's origin as the browser told the frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_origin: Option<String>,
    /// The proof.
    pub auth: Auth,
    /// What this client already has. The answer brings the rest, or says `reset`.
    #[serde(default)]
    pub cursors: Vec<Position>,
}

/// Name and version of the program that speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// `widget`, `desk` or the bot's own name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Who one is. Never in a URL, sub-protocol or cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Auth {
    /// Nobody yet. `welcome` brings a visitor token.
    New,
    /// An anonymous visitor of before.
    Visitor {
        /// From an earlier `welcome`.
        token: String,
    },
    /// Somebody whom the channel's backend vouches for.
    User {
        /// A JWT (RFC 7519) signed with one of the channel's keys.
        jwt: String,
        /// Claims the anonymous sessions of before, if they have this token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        visitor: Option<String>,
    },
    /// The same principal again after a cut.
    Resume {
        /// From the last `welcome`.
        token: String,
    },
    /// Somebody at the desk.
    Agent {
        /// From `GET /desk/session`.
        token: String,
    },
}

// A token in a log is a token lost.
impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::New => "New",
            Self::Visitor { .. } => "Visitor { .. }",
            Self::User { .. } => "User { .. }",
            Self::Resume { .. } => "Resume { .. }",
            Self::Agent { .. } => "Agent { .. }",
        })
    }
}

/// Body of `auth`: a fresh proof of the same party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// The proof.
    pub auth: Auth,
}

/// How much of a session a client has: everything up to `seq` of that `epoch`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The session.
    pub session: SessionId,
    /// The generation of the copy.
    pub epoch: Epoch,
    /// The last entry of the copy.
    pub seq: Seq,
}

/// The recipient that is meant when the page names none.
pub const DEFAULT_RECIPIENT: &str = "default";

/// Body of `open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Names the wish: said twice, it opens one session.
    pub draft_id: DraftId,
    /// Whom the page wants to reach: a recipient's name within the channel. None: the channel's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What the session is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
}

/// Body of `list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Only sessions touched before this one of an earlier page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<SessionId>,
}

/// Body of `history`: the `limit` entries just before `before`, or just after `after`, or the newest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The session.
    pub session: SessionId,
    /// Exclusive upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
    /// Exclusive lower end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// At most [`crate::limits::PAGE_ENTRIES`].
    pub limit: u32,
}

/// Something said that is not in the log yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Where.
    pub session: SessionId,
    /// Its name for ever: said twice, it stands once.
    pub draft_id: DraftId,
    /// The words of this session that these answer, by their `draft_id`. Where the session has none of that name, these
    /// stand without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<DraftId>,
    /// What.
    pub body: Body,
}

/// How far a reader has got in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The session.
    pub session: SessionId,
    /// Everything up to here has reached the reader's client.
    #[serde(default)]
    pub delivered: Seq,
    /// Everything up to here was on the reader's screen.
    #[serde(default)]
    pub read: Seq,
}

/// Body of `typing` from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// The session.
    pub session: SessionId,
    /// Somebody types. False: whoever did has stopped without sending.
    pub on: bool,
}

/// Body of `ping` and `pong` from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// Echoed.
    pub nonce: u32,
}

impl ClientFrame {
    /// The `type` on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hello(_) => "hello",
            Self::Auth(_) => "auth",
            Self::Open(_) => "open",
            Self::List(_) => "list",
            Self::History(_) => "history",
            Self::Send(_) => "send",
            Self::Upload(_) => "upload",
            Self::Links(_) => "links",
            Self::Cursor(_) => "cursor",
            Self::Typing(_) => "typing",
            Self::Ping(_) => "ping",
            Self::Pong(_) => "pong",
            Self::Desk(request) => request.get().name(),
            Self::Bye => "bye",
        }
    }

    /// Second step of decoding. `None` for a type this build does not know.
    ///
    /// # Errors
    /// When the body does not have the shape of its type.
    pub fn decode<'de, D: Deserializer<'de>>(name: &str, body: D) -> Result<Option<Self>, D::Error> {
        Ok(Some(match name {
            "hello" => Self::Hello(Deserialize::deserialize(body)?),
            "auth" => Self::Auth(Deserialize::deserialize(body)?),
            "open" => Self::Open(Deserialize::deserialize(body)?),
            "list" => Self::List(Deserialize::deserialize(body)?),
            "history" => Self::History(Deserialize::deserialize(body)?),
            "send" => Self::Send(Deserialize::deserialize(body)?),
            "upload" => Self::Upload(Deserialize::deserialize(body)?),
            "links" => Self::Links(Deserialize::deserialize(body)?),
            "cursor" => Self::Cursor(Deserialize::deserialize(body)?),
            "typing" => Self::Typing(Deserialize::deserialize(body)?),
            "ping" => Self::Ping(Deserialize::deserialize(body)?),
            "pong" => Self::Pong(Deserialize::deserialize(body)?),
            "bye" => {
                crate::entry::skip(body)?;
                Self::Bye
            }
            _ => return Ok(desk::decode_request(name, body)?.map(Self::Desk)),
        }))
    }
}
