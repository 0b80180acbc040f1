//! Files that people give to a session.
//!
//! Owns the folder `files` of the data folder and the rows that say what lies in it. The way of a file: [`offer`] gives a
//! ticket for exactly these bytes, [`receive`] takes them from HTTP, [`kind`] and [`picture`] look at them, and only then the
//! row says that it is there and `send` may name it. [`links`] are addresses for reading, [`sweep`] removes what nobody said.
//!
//! Invariants: what lies under a final name is whole, was looked at, and is never changed; a cut leaves nothing that is not
//! swept; no name in the folder comes from a person; nothing is ever served that a browser would run.

mod kind;
mod links;
mod offer;
mod picture;
mod receive;
mod rows;
mod sweep;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tieline_protocol::{ErrorBody, ErrorCode, FileCard};
use tokio::sync::Semaphore;

pub(crate) use self::{links::LinkClaims, offer::TicketClaims, receive::NoTicket, rows::copy_names};
use crate::{
    auth::{AuthContext, Origin, signed::Signer},
    config::{Config, FileLimits},
    store::{Store, StoreError},
};

/// The folder's name within the data folder.
pub const FOLDER: &str = "files";

/// Uploads at once. Each holds a file and a task; more are asked to come back.
const UPLOADS: usize = 64;
/// Pictures that are decoded at once: each may take its share of memory and a core.
const DECODERS: usize = 2;

/// The files of one gateway. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    store: Store,
    limits: FileLimits,
    origin: Origin,
    tickets: Signer<TicketClaims>,
    links: Signer<LinkClaims>,
    uploads: Semaphore,
    decoders: Semaphore,
}

/// Why a file is not taken or not found.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Larger than the limit, in bytes or in pixels.
    #[error("larger than the limit")]
    TooLarge,
    /// Not of a kind that is taken, or not what it says.
    #[error("this kind of file is not taken, or it is another than it says")]
    Kind,
    /// A share is used up.
    #[error("the {0}'s share is used up")]
    Share(&'static str),
    /// The same draft id stands for another file.
    #[error("the draft id was used for another file")]
    Conflict,
    /// The bytes are not those that were announced.
    #[error("the {0} is not the one that was announced")]
    Other(&'static str),
    /// The connection broke, or was too slow.
    #[error("the upload was cut off")]
    Cut,
    /// Too many uploads at this moment.
    #[error("too many uploads at once")]
    Busy,
    /// No such file, or not yet, or no more.
    #[error("there is no such file")]
    NotFound,
    /// The folder cannot be read or written.
    #[error("the folder of files: {0}")]
    Disk(#[from] io::Error),
    /// The rows cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FileError {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::TooLarge => ErrorCode::TooLarge,
            Self::Kind => ErrorCode::TypeDenied,
            Self::Share(_) => ErrorCode::Quota,
            Self::Conflict => ErrorCode::Conflict,
            Self::Other(_) => ErrorCode::Invalid,
            Self::Cut | Self::Busy => ErrorCode::StorageBusy,
            Self::NotFound => ErrorCode::NotFound,
            Self::Disk(error) => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::StorageFull,
                io::ErrorKind::NotFound => ErrorCode::NotFound,
                _ => ErrorCode::Internal,
            },
            Self::Store(error) => error.code(),
        }
    }

    /// The field at fault.
    pub fn at(&self) -> Option<&'static str> {
        match self {
            Self::TooLarge | Self::Share(_) => Some("body.size"),
            Self::Kind => Some("body.type"),
            Self::Conflict => Some("body.draft_id"),
            Self::Other(field) => Some(field),
            _ => None,
        }
    }

    /// The refusal on the wire.
    pub(crate) fn body(&self) -> ErrorBody {
        ErrorBody { at: self.at().map(str::to_owned), ..ErrorBody::new(self.code()) }
    }
}

impl Files {
    /// The files of the gateway that this configuration describes. Makes the folder.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(config: &Config, auth: &AuthContext) -> io::Result<Self> {
        let folder = folder_of(&config.data_dir);
        make_private_folder(&folder)?;
        let inner = Inner {
            folder,
            store: auth.store.clone(),
            limits: config.limits.files,
            origin: config.public_url.clone(),
            tickets: Signer::new(&auth.master),
            links: Signer::new(&auth.master),
            uploads: Semaphore::new(UPLOADS),
            decoders: Semaphore::new(DECODERS),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Largest file, in bytes.
    pub fn largest(&self) -> u64 {
        self.inner.limits.file
    }

    fn path_of(&self, stored_as: &str) -> PathBuf {
        self.inner.folder.join(stored_as)
    }
}

/// A file that can be read, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readable {
    /// Where its bytes lie.
    pub path: PathBuf,
    /// What it is.
    pub card: FileCard,
    /// The type of the bytes at `path`: a thumbnail's may be another than the picture's.
    pub media_type: String,
}

/// Where the files of a data folder lie.
pub fn folder_of(data_dir: &Path) -> PathBuf {
    data_dir.join(FOLDER)
}

/// The name of a picture in small, beside the picture.
pub(crate) fn thumbnail_of(stored_as: &str) -> String {
    format!("{stored_as}.small")
}

/// What was shown in confidence lies in it.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made,
    }
}
