//! The sessions' logs. The truth: nobody is shown what is not in here.
//!
//! Takes permits and gives entries. Knows nothing of frames, sockets or topics. What the operations mean is written down in
//! `relay::log_model`, and tested against it.

mod append;
mod assign;
mod bridge;
mod change;
mod columns;
mod epoch;
mod facts;
mod heads;
mod names;
mod open;
mod read;
mod readers;
mod signed_item;
mod stretch;
mod unread;
mod waiting;

use std::sync::{Arc, Mutex};

use tieline_protocol::ErrorCode;

pub use self::{
    append::Appended,
    assign::{Colleague, Settled},
    open::{Fresh, Opened, Opener},
    waiting::{FirstAnswer, Waiting},
};
pub(crate) use self::{bridge::note_cursor, names::add as note_names};
use self::{facts::FactsCache, heads::Heads};
use crate::store::{Store, StoreError};

/// Why the log did not take it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LogError {
    /// The same draft id stands for other words.
    #[error("the draft id was used for other words")]
    Conflict,
    /// There is no such session.
    #[error("there is no such session")]
    NoSuchSession,
    /// The words that were to be changed are not there, or have been taken back.
    #[error("there are no such words")]
    NoSuchWords,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LogError {
    /// The code that a client is told.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Conflict => ErrorCode::Conflict,
            Self::NoSuchSession | Self::NoSuchWords => ErrorCode::NotFound,
            Self::Store(error) => error.code(),
        }
    }
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The logs of all sessions. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    store: Store,
    heads: Arc<Mutex<Heads>>,
    facts: Arc<FactsCache>,
}

impl Log {
    /// The logs in that store.
    pub fn new(store: Store) -> Self {
        Self { store, heads: Arc::default(), facts: Arc::default() }
    }
}
