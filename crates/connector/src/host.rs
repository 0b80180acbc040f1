//! The contract between a connector and the gateway that runs it.
//!
//! A connector is a principal like any other: what its accounts say goes through the same permits into the same log. The host
//! answers [`Trouble`] where trying again may help, and then nothing has happened; the connector waits ([`crate::backoff`]) and
//! says the same again.

use std::future::Future;

use tieline_protocol::{FileId, Seq, SessionId};

use crate::{Bridge, Due, Handed, card::Card, command::Whom};

/// The store cannot take or tell it just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble(pub String);

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// Something that happened in a session. A hint: the log has what matters, and whoever misses one reads it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The log may have more.
    Stirred(SessionId),
    /// The visitor types, or does not any more.
    Typing(SessionId, bool),
    /// The visitor has read up to there.
    Read(SessionId, Seq),
    /// Somebody else answers it from now on: the bridge says who.
    Assigned(SessionId),
}

impl Hint {
    /// The session.
    pub fn session(self) -> SessionId {
        match self {
            Self::Stirred(session)
            | Self::Typing(session, _)
            | Self::Read(session, _)
            | Self::Assigned(session) => session,
        }
    }
}

/// Something that an account of the platform did in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The session.
    pub session: SessionId,
    /// Who: the account, as the platform proves it.
    pub account: String,
    /// What the platform calls it. The first one names the draft: heard twice under it, it is one line of the log.
    pub names: Vec<String>,
    /// Up to where the platform was read by that. Kept in the same commit.
    pub cursor: Option<String>,
    /// What.
    pub said: Said,
}

/// What an account said. Words that are referred to are given by every name that the platform may mean them by, best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A text.
    Text {
        /// The words.
        text: String,
        /// What they answer.
        answers: Vec<String>,
    },
    /// One's own words, said otherwise. Where nobody knows those, the new ones stand by themselves.
    Edit {
        /// The words as they were first said.
        of: Vec<String>,
        /// What stands there from now on.
        text: String,
    },
    /// One's own words, taken back.
    Retract {
        /// The words as they were first said.
        of: Vec<String>,
    },
    /// A file, to be read from there.
    File {
        /// Its address.
        url: String,
        /// What it is called, if somebody said.
        name: Option<String>,
    },
    /// The session is over.
    Close,
    /// Somebody answers it from now on.
    Assign(Whom),
    /// A product is shown to the visitor.
    Card(Card),
    /// Something that is not for the session, but up to which the platform was read.
    Nothing,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It stands in the log.
    Entry(Seq),
    /// There was nothing to say.
    Nothing,
    /// Not taken, for good. Whoever said it is told.
    Refused(Refused),
}

/// Why something was not taken, in a sentence for whoever said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

/// How a connector is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is being tried.
    Dialling,
    /// It serves.
    Up,
    /// It does not, and is tried again.
    Down {
        /// Why, in a sentence for an operator.
        why: String,
    },
}

/// What the gateway does for a connector.
pub trait Host: Clone + Send + Sync + 'static {
    /// The sessions that take words, and those of which the platform lacks some.
    fn sessions(&self) -> impl Future<Output = Result<Vec<SessionId>, Trouble>> + Send;

    /// A session, if the platform takes part in it.
    fn bridge(&self, session: SessionId) -> impl Future<Output = Result<Option<Bridge>, Trouble>> + Send;

    /// What stands in the log after a place, in its order; a page of it.
    fn due(&self, session: SessionId, after: Seq) -> impl Future<Output = Result<Vec<Due>, Trouble>> + Send;

    /// The platform has it.
    fn handed(&self, session: SessionId, handed: Handed) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// The platform calls the session's place so from now on.
    fn placed(&self, session: SessionId, place: String) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// The room was told who answers, up to that turn.
    fn told(&self, session: SessionId, turn: u32) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// The session whose place the platform calls so.
    fn session_at(&self, place: &str) -> impl Future<Output = Result<Option<SessionId>, Trouble>> + Send;

    /// The bytes of a file that was said in a session, for platforms that keep files themselves. None: it is gone.
    fn file_bytes(&self, file: FileId) -> impl Future<Output = Result<Option<Vec<u8>>, Trouble>> + Send;

    /// Somebody there said something.
    fn take(&self, heard: Heard) -> impl Future<Output = Result<Taken, Trouble>> + Send;

    /// Somebody's client there has what was said up to the words of one of these names, best first. They need not have read it.
    fn delivered(
        &self,
        session: SessionId,
        account: &str,
        names: Vec<String>,
    ) -> impl Future<Output = ()> + Send;

    /// Somebody there has read up to the words of one of these names, best first.
    fn read(&self, session: SessionId, account: &str, names: Vec<String>) -> impl Future<Output = ()> + Send;

    /// What the platform calls the entry at that place, if that came from there.
    fn name_at(&self, session: SessionId, seq: Seq) -> impl Future<Output = Option<String>> + Send;

    /// Somebody there types, or does not any more.
    fn typing(&self, session: SessionId, account: &str, is_typing: bool) -> impl Future<Output = ()> + Send;

    /// Somebody there is at their client, or is not any more.
    fn attend(&self, session: SessionId, account: &str, is_here: bool) -> impl Future<Output = ()> + Send;

    /// How the connector is doing, for the operator.
    fn report(&self, standing: Standing);
}
