//! What an agent sees at the desk.

use tieline_protocol::{Item, Millis, PartyId, SessionId};

use super::{Accepts, Aimed, Notice, Thread};

/// The agent's desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskScreen {
    /// The line at the top.
    pub notice: Option<Notice>,
    /// The agent's own name.
    pub me: Option<String>,
    /// False until the first `welcome`: show a skeleton, not an empty inbox.
    pub is_loaded: bool,
    /// The sessions, newest activity first.
    pub sessions: Vec<SessionRow>,
    /// There are older sessions to ask for.
    pub has_more_sessions: bool,
    /// The open session.
    pub open: Option<OpenSession>,
    /// Unread entries over all sessions.
    pub unread: u32,
    /// Platforms that are out of reach: who answers there gets nothing now.
    pub down: Vec<String>,
}

/// A line of the desk's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Which.
    pub session: SessionId,
    /// Who asks: their name, else none.
    pub visitor_name: Option<String>,
    /// The shop's name.
    pub channel_name: Option<String>,
    /// What it is about.
    pub item: Option<Item>,
    /// The newest entry's text, or the item's title, cut to 120 characters.
    pub preview: String,
    /// Whether the newest entry is this agent's side's.
    pub preview_is_mine: bool,
    /// The newest entry was taken back: there is nothing to preview.
    pub preview_is_gone: bool,
    /// When it was last written to.
    pub touched_at: Millis,
    /// Entries of the visitor that no agent here has read.
    pub unread: u32,
    /// It is the open one.
    pub is_open: bool,
    /// It was closed.
    pub is_closed: bool,
    /// Whose it is.
    pub assignee: Option<Assignee>,
}

/// Whose a session is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignee {
    /// Their name, if it may be shown.
    pub name: Option<String>,
    /// The agent at this desk.
    pub is_me: bool,
}

/// Somebody who could have a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: PartyId,
    /// The name that visitors see.
    pub name: String,
    /// The platform on which they answer. None: at the desk.
    pub platform: Option<String>,
    /// The agent at this desk.
    pub is_me: bool,
    /// It is theirs.
    pub has_it: bool,
}

/// The session that the agent looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// Which.
    pub session: SessionId,
    /// Who asks.
    pub visitor_name: Option<String>,
    /// Known to the channel's backend, so the name is not just claimed.
    pub is_known_user: bool,
    /// The shop's name.
    pub channel_name: Option<String>,
    /// What it is about.
    pub item: Option<Item>,
    /// The thread.
    pub thread: Thread,
    /// What the words to come are about.
    pub aim: Option<Aimed>,
    /// Whether the session takes more words.
    pub can_write: bool,
    /// Whether a question may bring answers to choose from.
    pub can_offer: bool,
    /// Its channel lets forms be asked.
    pub can_ask: bool,
    /// What files can be given.
    pub accepts: Accepts,
    /// Whose it is.
    pub assignee: Option<Assignee>,
    /// Who could have it, by name, once that was asked.
    pub team: Option<Vec<Colleague>>,
    /// Whether it can be given to somebody now.
    pub can_assign: bool,
    /// The last wish to give it to somebody was refused.
    pub is_assign_refused: bool,
}
