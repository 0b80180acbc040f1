//! What can be wrong with the store, as far as anybody acts on it.

use std::path::Path;

use rusqlite::ErrorCode as Sqlite;
use tieline_protocol::ErrorCode;

/// Why the store did not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Too much waits already, or another program holds the file.
    #[error("the store is busy")]
    Busy,
    /// No room on the disk.
    #[error("the disk is full")]
    Full,
    /// The file or its folder may not be written.
    #[error("the store cannot be written: {why}")]
    ReadOnly {
        /// What the system said.
        why: String,
    },
    /// The file is no database of ours, or damaged.
    #[error("the store is damaged: {why}")]
    Corrupt {
        /// What SQLite said.
        why: String,
    },
    /// A later version of Tieline made the file.
    #[error("the store is of version {found}, this build knows up to {known}: use the newer build")]
    Newer {
        /// The file's.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The file system will not give the durability that an acknowledgement promises.
    #[error("the store would not be durable: {why}")]
    NotDurable {
        /// Which setting did not take.
        why: String,
    },
    /// The gateway is shutting down.
    #[error("the store has stopped")]
    Stopped,
    /// Anything else: a mistake of ours.
    #[error("the store failed: {why}")]
    Other {
        /// What SQLite said.
        why: String,
    },
}

impl StoreError {
    pub(crate) fn opening(path: &Path, error: rusqlite::Error) -> Self {
        match Self::from(error) {
            Self::ReadOnly { why } | Self::Other { why } => Self::ReadOnly {
                why: format!("{} ({why}); check that its folder exists and may be written", path.display()),
            },
            other => other,
        }
    }

    /// The code that a client is told.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Full | Self::ReadOnly { .. } => ErrorCode::StorageFull,
            Self::Busy | Self::Stopped => ErrorCode::StorageBusy,
            Self::Corrupt { .. } | Self::Newer { .. } | Self::NotDurable { .. } | Self::Other { .. } => {
                ErrorCode::Internal
            }
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(Sqlite::DatabaseBusy | Sqlite::DatabaseLocked) => Self::Busy,
            Some(Sqlite::DiskFull) => Self::Full,
            Some(
                Sqlite::ReadOnly | Sqlite::CannotOpen | Sqlite::PermissionDenied | Sqlite::SystemIoFailure,
            ) => Self::ReadOnly { why },
            Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase) => Self::Corrupt { why },
            _ => Self::Other { why },
        }
    }
}
