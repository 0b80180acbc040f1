//! A copy of the store as it stands, while it is written to.
//!
//! The copy is one file, whole: there is nothing beside it that belongs to it. It bears its name only once it is checked and on
//! disk, and it never takes the place of another file.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use super::{StoreError, connect, file_copies};

/// What lies in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Embeddings.
    pub channels: u32,
    /// Chats.
    pub sessions: u32,
    /// Lines of all chats.
    pub entries: u32,
    /// When the newest line was said, in UTC; none if there is none.
    pub newest: Option<String>,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A file of that name is there.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// The file, or one beside it, cannot be read or written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It can be read, but is not whole.
    #[error("{} is not sound: {why}", .path.display())]
    Unsound {
        /// Which.
        path: PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// SQLite failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Copies the store into a new file, and what people gave to sessions into a folder beside it.
///
/// # Errors
/// When the file is there already, cannot be written, or the store cannot be read.
pub fn back_up(store: &Path, files: &Path, target: &Path) -> Result<Counts, CopyError> {
    if target.exists() {
        return Err(CopyError::Exists(target.to_owned()));
    }
    let partial = beside(target, &format!("partial-{}", std::process::id()));
    let outcome = copy(store, &partial).and_then(|counts| {
        // Before the copy has its name: one that has it is whole, its files included.
        file_copies::back_up(&partial, files, target)?;
        put_in_place(&partial, target)?;
        Ok(counts)
    });
    if outcome.is_err() {
        // Half a copy helps nobody. It may not even be there.
        let _ = fs::remove_file(&partial);
    }
    outcome
}

fn copy(store: &Path, partial: &Path) -> Result<Counts, CopyError> {
    make_private(partial)?;
    let from = connect(store, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let mut to = connect(partial, OpenFlags::default())?;
    // In one step: one snapshot. In several, each write of another process in between would begin it anew. Nobody waits for it,
    // as readers and the writer do not wait for each other.
    let backup = Backup::new(&from, &mut to)?;
    while backup.step(-1)? != StepResult::Done {
        // Only while another connection holds the whole file, as in recovery.
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(backup);
    // The copy says of itself that a WAL belongs to it. It stands alone.
    to.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    let counts = examine(&to, partial)?;
    to.close().map_err(|(_, error)| error)?;
    sync(partial)?;
    Ok(counts)
}

/// Looks at every page, and counts.
pub(super) fn examine(db: &Connection, path: &Path) -> Result<Counts, CopyError> {
    let unsound = |why: String| CopyError::Unsound { path: path.to_owned(), why };
    let health: String = db
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .map_err(|error| unsound(error.to_string()))?;
    if health != "ok" {
        return Err(unsound(health));
    }
    let sql = "select (select count(*) from channel), (select count(*) from session), count(*),
               datetime(max(at) / 1000, 'unixepoch') from entry";
    let counts = db.query_row(sql, [], |row| {
        Ok(Counts { channels: row.get(0)?, sessions: row.get(1)?, entries: row.get(2)?, newest: row.get(3)? })
    });
    counts.map_err(|error| unsound(error.to_string()))
}

/// A new, empty file for its owner alone: what was said in confidence is in it.
pub(super) fn make_private(path: &Path) -> Result<(), CopyError> {
    use std::os::unix::fs::OpenOptionsExt;
    let made = File::options().write(true).create_new(true).mode(0o600).open(path);
    made.map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => CopyError::Exists(path.to_owned()),
        _ => CopyError::Io { path: path.to_owned(), error },
    })
}

/// Gives a finished file its name, unless somebody else took that meanwhile.
fn put_in_place(partial: &Path, target: &Path) -> Result<(), CopyError> {
    // A second name, then one less: unlike a renaming it does not replace a file.
    match fs::hard_link(partial, target) {
        Ok(()) => fs::remove_file(partial),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(CopyError::Exists(target.to_owned()));
        }
        // Such as a stick with FAT, where a file has one name.
        Err(_) => fs::rename(partial, target),
    }
    .map_err(|error| CopyError::Io { path: target.to_owned(), error })?;
    sync_folder_of(target)
}

/// Waits until a file's content is on disk.
pub(super) fn sync(path: &Path) -> Result<(), CopyError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| CopyError::Io { path: path.to_owned(), error })
}

/// Waits until a file's name is on disk.
pub(super) fn sync_folder_of(path: &Path) -> Result<(), CopyError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync(folder)
}

/// The file's name with an ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{ending}"));
    path.with_file_name(name)
}
