//! What the gateway says.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    Author, Capabilities, DraftId, Entry, Epoch, ErrorCode, Form, Item, Millis, PartyId, Role, Seq,
    SessionId,
    desk::{self, Assignment, DeskFrame, DeskOnly},
    file::{FileLinks, Ticket},
};

/// A frame from the gateway to widget, desk or bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerFrame {
    /// Answers `hello`: who one is, what one may, and all that one missed.
    Welcome(Box<Welcome>),
    /// The proof ends soon: say `auth` with a fresh one. Past its end the connection only reads, for a minute.
    AuthDue(AuthDue),
    /// Answers `auth`: the fresh proof holds.
    Renewed(Renewed),
    /// Answers `open` and `send`, after the commit.
    Ok(Receipt),
    /// Answers `upload`: where the bytes go.
    Ticket(Ticket),
    /// Answers `links`.
    Links(FileLinks),
    /// Answers `history`.
    Page(Page),
    /// Answers `list`.
    Sessions(Sessions),
    /// A session that one may see was opened, or its head changed.
    Session(Box<SessionState>),
    /// What the channel calls itself and has chosen, in full: it was changed.
    Channel(Box<ChannelFace>),
    /// Whether somebody is there for a recipient has changed. Soft: may be late.
    Presence(Presence),
    /// The place of a session that waits for its first answer. Soft: may be late.
    Queue(Place),
    /// A line that the log has accepted.
    Entry(Box<Entry>),
    /// How far another reader has got. Soft: may be lost, is never wrong by more than late.
    Cursor(ReaderCursor),
    /// Somebody else types in a session, or does not any more. Soft: whoever is not heard of for six seconds has stopped.
    Typing(Typist),
    /// Wants a `pong`; may name the sessions' ends, so that a lost tail is noticed.
    Ping(Ping),
    /// Answers `ping`.
    Pong(crate::client::Beat),
    /// Open a new connection first, then leave this one.
    Drain(Drain),
    /// What only the desk is told.
    Desk(DeskOnly<DeskFrame>),
    /// Refuses a request (with its id) or explains the close that follows (without).
    Err(ErrorBody),
}

/// Body of `welcome`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Names the connection in the operator's traces.
    pub connection: String,
    /// The gateway's clock.
    pub now: Millis,
    /// Who one is here.
    pub me: Author,
    /// What the channel calls itself. None for an agent, who sees several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelFace>,
    /// Who is there, for each recipient of the channel. Empty for an agent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presence: Vec<Presence>,
    /// Tokens to keep.
    pub tokens: Tokens,
    /// Heartbeat.
    pub ping: PingPlan,
    /// Limits that hold for this connection.
    pub limits: Limits,
    /// What the channel may do.
    pub capabilities: Capabilities,
    /// The sessions, newest activity first, each with what the client lacks.
    #[serde(default)]
    pub sessions: Vec<SessionState>,
}

/// What a visitor sees of a channel. A setting that the widget needs is a field with a default here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelFace {
    /// The shop's name.
    pub name: String,
    /// First words in an empty thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// For how many seconds one's own words can be edited or taken back after they were said. 0: not at all.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub edit_secs: u32,
    /// Questions that one press asks, in an empty thread.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_questions: Vec<String>,
    /// Asked once, before a visitor's first message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_chat: Option<Form>,
    /// While nobody is there: ask for name and e-mail with the message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub offline_form: bool,
    /// The visitor is asked how it was, once a session is closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rating: bool,
}

/// Whether somebody is there for one recipient of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The recipient; none for the channel's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whether.
    pub state: Availability,
    /// When somebody is back, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_at: Option<Millis>,
    /// First answers usually come within so many minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_minutes: Option<u32>,
}

/// Whether somebody can answer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Somebody is connected.
    Here,
    /// Nobody is connected, though the hours would have it.
    Away,
    /// Outside of the office hours.
    Closed,
    /// A state of a later version.
    #[serde(other)]
    Unknown,
}

/// Body of `queue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The session.
    pub session: SessionId,
    /// 1 is next; 0 waits no more, or nobody is there.
    pub place: u32,
}

/// Tokens that the client keeps. Never logged.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// For the next `hello` after a cut.
    pub resume: String,
    /// For a visitor's next visit; present when it is new or was rotated. Save it before using it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<String>,
    /// When the principal's proof runs out, if it does: a user's JWT, an agent's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Millis>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens { .. }")
    }
}

/// Body of `auth_due`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthDue {
    /// When the proof ends, by the gateway's clock.
    pub expires_at: Millis,
}

/// Body of `renewed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewed {
    /// Tokens to keep instead of those of before.
    pub tokens: Tokens,
}

/// How often the gateway pings, and how long either side waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PingPlan {
    /// Milliseconds between pings.
    pub every_ms: Millis,
    /// Milliseconds after a missed beat until the peer counts as dead.
    pub grace_ms: Millis,
}

/// Limits that the gateway enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest frame, in bytes.
    pub frame_bytes: u32,
    /// Longest text, in characters.
    pub text_chars: u32,
    /// Messages at once.
    pub burst: u32,
    /// Messages a minute.
    pub per_minute: u32,
    /// Largest file, in bytes. 0: none are taken.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub file_bytes: u32,
}

/// Whether a session takes more words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It does.
    Open,
    /// It has ended.
    Closed,
    /// A phase of a later version: treat as open and let the gateway refuse.
    #[serde(other)]
    Unknown,
}

/// A session's head, with a stretch of its log.
///
/// `entries` are contiguous. For a session named in `hello.cursors` they start right after the client's copy; else they
/// are the newest. `more`: the stretch stops before `last`, page forward. `reset`: the client's copy is void, drop it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionState {
    /// Its id.
    pub session: SessionId,
    /// The generation of its log.
    pub epoch: Epoch,
    /// The newest entry's place; 0 for an empty log.
    pub last: Seq,
    /// Whether it takes more words.
    pub phase: Phase,
    /// When it was last written to.
    pub touched_at: Millis,
    /// Who asks.
    pub visitor: Author,
    /// Whom the page wanted to reach, as in `open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The shop's name, for an agent who serves several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_name: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// As [`ChannelFace::edit_secs`], for an agent who serves several channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit_secs: Option<u32>,
    /// What its channel may do, for an agent who serves several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Capabilities>,
    /// How far its readers have got.
    #[serde(default)]
    pub cursors: Vec<ReaderCursor>,
    /// How much of the log up to `last` the other side said, and nobody on the asker's side has read, by `cursors`. Counted up to
    /// [`UNREAD_ENTRIES`](crate::limits::UNREAD_ENTRIES). None: not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<u32>,
    /// Its place among those that wait for a first answer. None: it does not wait, or nobody is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// Who answers it. None: nobody was ever said to, or this is told to the asking side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(not(feature = "desk"), serde(skip))]
    pub assigned: Option<DeskOnly<Assignment>>,
    /// The stretch.
    #[serde(default)]
    pub entries: Vec<Entry>,
    /// The stretch stops before `last`.
    #[serde(default)]
    pub more: bool,
    /// The client's copy is void.
    #[serde(default)]
    pub reset: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// Body of `ok`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The session.
    pub session: SessionId,
    /// Its epoch.
    pub epoch: Epoch,
    /// The draft that was taken.
    pub draft_id: DraftId,
    /// Its place, the same for every reader. 0 answers `open`.
    pub seq: Seq,
    /// When the log took it.
    pub at: Millis,
    /// The log had it already.
    #[serde(default)]
    pub duplicate: bool,
}

/// Body of `page`: contiguous entries in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The session.
    pub session: SessionId,
    /// Its epoch.
    pub epoch: Epoch,
    /// The newest entry's place.
    pub last: Seq,
    /// The stretch asked for, possibly empty.
    pub entries: Vec<Entry>,
}

/// Body of `sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    /// Heads, newest activity first, each with its last entry.
    pub sessions: Vec<SessionState>,
    /// There are older ones.
    #[serde(default)]
    pub more: bool,
}

/// Another reader's cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderCursor {
    /// Whose.
    pub party: PartyId,
    /// On which side.
    pub role: Role,
    /// The session.
    pub session: SessionId,
    /// Everything up to here has reached the reader's client.
    pub delivered: Seq,
    /// Everything up to here was on the reader's screen.
    pub read: Seq,
}

/// Body of the gateway's `typing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typist {
    /// The session.
    pub session: SessionId,
    /// Who.
    pub from: Author,
    /// Types. False: has stopped.
    pub on: bool,
}

/// Body of the gateway's `ping`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// Echo it.
    pub nonce: u32,
    /// Where the sessions' logs end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<Head>,
}

/// The end of a session's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The session.
    pub session: SessionId,
    /// Its newest entry's place.
    pub last: Seq,
}

/// Body of `drain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drain {
    /// When the socket is closed at the latest, by the gateway's clock.
    pub by: Millis,
    /// Leave at a random moment within so many milliseconds, so that not all come back at once.
    pub spread_ms: Millis,
    /// For the traces: `stopping`, `moving`.
    pub why: String,
}

/// Body of `err`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The stable code.
    pub code: ErrorCode,
    /// The HTTP status of the same refusal.
    pub status: u16,
    /// Whether the same request may succeed later.
    pub temporary: bool,
    /// When to try again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<Millis>,
    /// A sentence for a developer.
    pub title: String,
    /// The field at fault, as a dotted path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl ErrorBody {
    /// The refusal with its code's own words.
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            status: code.status(),
            temporary: code.retry() == crate::Retry::Later,
            retry_ms: None,
            title: code.title().into(),
            at: None,
        }
    }
}

impl ServerFrame {
    /// The `type` on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Welcome(_) => "welcome",
            Self::AuthDue(_) => "auth_due",
            Self::Renewed(_) => "renewed",
            Self::Ok(_) => "ok",
            Self::Ticket(_) => "ticket",
            Self::Links(_) => "links",
            Self::Page(_) => "page",
            Self::Sessions(_) => "sessions",
            Self::Session(_) => "session",
            Self::Channel(_) => "channel",
            Self::Presence(_) => "presence",
            Self::Queue(_) => "queue",
            Self::Entry(_) => "entry",
            Self::Cursor(_) => "cursor",
            Self::Typing(_) => "typing",
            Self::Ping(_) => "ping",
            Self::Pong(_) => "pong",
            Self::Drain(_) => "drain",
            Self::Desk(frame) => frame.get().name(),
            Self::Err(_) => "err",
        }
    }

    /// Second step of decoding. `None` for a type this build does not know.
    ///
    /// # Errors
    /// When the body does not have the shape of its type.
    pub fn decode<'de, D: Deserializer<'de>>(name: &str, body: D) -> Result<Option<Self>, D::Error> {
        Ok(Some(match name {
            "welcome" => Self::Welcome(Deserialize::deserialize(body)?),
            "auth_due" => Self::AuthDue(Deserialize::deserialize(body)?),
            "renewed" => Self::Renewed(Deserialize::deserialize(body)?),
            "ok" => Self::Ok(Deserialize::deserialize(body)?),
            "ticket" => Self::Ticket(Deserialize::deserialize(body)?),
            "links" => Self::Links(Deserialize::deserialize(body)?),
            "page" => Self::Page(Deserialize::deserialize(body)?),
            "sessions" => Self::Sessions(Deserialize::deserialize(body)?),
            "session" => Self::Session(Deserialize::deserialize(body)?),
            "channel" => Self::Channel(Deserialize::deserialize(body)?),
            "presence" => Self::Presence(Deserialize::deserialize(body)?),
            "queue" => Self::Queue(Deserialize::deserialize(body)?),
            "entry" => Self::Entry(Deserialize::deserialize(body)?),
            "cursor" => Self::Cursor(Deserialize::deserialize(body)?),
            "typing" => Self::Typing(Deserialize::deserialize(body)?),
            "ping" => Self::Ping(Deserialize::deserialize(body)?),
            "pong" => Self::Pong(Deserialize::deserialize(body)?),
            "drain" => Self::Drain(Deserialize::deserialize(body)?),
            "err" => Self::Err(Deserialize::deserialize(body)?),
            _ => return Ok(desk::decode_frame(name, body)?.map(Self::Desk)),
        }))
    }
}
