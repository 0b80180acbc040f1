//! A copy takes the store's place.
//!
//! Whoever calls this is alone on the data folder. Invariants: at every moment, a loss of power included, a whole store bears
//! the store's name; the one that was there stays beside it; every session gets a new epoch, since clients may know more of it
//! than the copy does, and must find out.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

use super::{
    StoreError,
    backup::{CopyError, Counts, beside, examine, make_private, sync, sync_folder_of},
    connect, file_copies, schema,
};
use crate::{
    crash::{self, Point},
    files::copy_names,
};

/// SQLite's own makers of an epoch: an opaque text that was never there before.
pub(crate) const NEW_EPOCH: &str = "lower(hex(randomblob(6)))";

/// What was done.
#[derive(Clone, Debug)]
pub struct Restored {
    /// What lies in the store now.
    pub counts: Counts,
    /// Where the store lies that was there before; none if there was none.
    pub kept: Option<PathBuf>,
}

/// Puts a copy in the store's place. `stamp` tells the store that was there before from others that were put aside.
///
/// # Errors
/// When the copy is not sound or not ours, or a file cannot be written. The store is then what it was.
pub fn restore(copy: &Path, store: &Path, files: &Path, stamp: &str) -> Result<Restored, CopyError> {
    let fresh = beside(store, "restoring");
    // Left over where a restore was cut off.
    remove_with_companions(&fresh)?;
    // The files first: those that a store knows must be there when it is one. What it does not know, the gateway sweeps.
    let prepared = prepare(copy, &fresh).and_then(|(counts, names)| {
        file_copies::restore(&names, copy, files)?;
        Ok(counts)
    });
    let outcome = prepared.and_then(|counts| Ok(Restored { counts, kept: exchange(&fresh, store, stamp)? }));
    if outcome.is_err() {
        let _ = remove_with_companions(&fresh);
    }
    outcome
}

/// A file beside the store that needs only the store's name to be it, and the names of the files that it knows.
fn prepare(copy: &Path, fresh: &Path) -> Result<(Counts, Vec<String>), CopyError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |error| CopyError::Io { path, error }
    };
    let mut from = fs::File::open(copy).map_err(io(copy))?;
    make_private(fresh)?;
    let mut to = fs::File::options().write(true).open(fresh).map_err(io(fresh))?;
    std::io::copy(&mut from, &mut to).map_err(io(fresh))?;
    drop(to);
    let mut db = connect(fresh, OpenFlags::default())?;
    check(&db, copy)?;
    schema::prepare(&mut db)?;
    db.execute(&format!("update session set epoch = {NEW_EPOCH}"), [])?;
    // Asked here: whoever only reads the finished file would leave companions of it behind.
    let (counts, names) = (examine(&db, copy)?, copy_names(&db)?);
    db.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    // The last one to leave takes the companions along.
    db.close().map_err(|(_, error)| error)?;
    sync(fresh)?;
    Ok((counts, names))
}

/// Is it whole, and of a version that this build knows?
fn check(db: &Connection, copy: &Path) -> Result<(), CopyError> {
    let unsound = |why: &str| CopyError::Unsound { path: copy.to_owned(), why: why.to_owned() };
    let found = schema::version_of(db).map_err(|error| unsound(&error.to_string()))?;
    let known = schema::known_version();
    if found > known {
        return Err(StoreError::Newer { found, known }.into());
    }
    if found == 0 {
        return Err(unsound("it is no store of Tieline"));
    }
    examine(db, copy)?;
    let mut statement = db.prepare("pragma foreign_key_check")?;
    if statement.exists([])? {
        return Err(unsound("some of its rows belong to rows that are missing"));
    }
    Ok(())
}

/// The prepared file gets the store's name; what bore it before gets another.
fn exchange(fresh: &Path, store: &Path, stamp: &str) -> Result<Option<PathBuf>, CopyError> {
    if !store.exists() {
        // A WAL without its file would be taken for the new one's.
        remove_with_companions(store)?;
        rename(fresh, store)?;
        sync_folder_of(store)?;
        return Ok(None);
    }
    crash::pass(Point::RestorePrepared);
    let kept = free_name(store, &format!("before-restore-{stamp}"));
    // What is only in the WAL goes into the file, so that from here on the file is all of the old store. A damaged store does
    // not let itself be opened; then its WAL is put aside with it.
    let _ = settle(store);
    fs::hard_link(store, &kept).map_err(|error| CopyError::Io { path: kept.clone(), error })?;
    crash::pass(Point::RestoreLinked);
    let (wal, shm) = (companion(store, "wal"), companion(store, "shm"));
    if wal.exists() {
        rename(&wal, &companion(&kept, "wal"))?;
    }
    if shm.exists() {
        fs::remove_file(&shm).map_err(|error| CopyError::Io { path: shm, error })?;
    }
    // The names of the old must be on disk before the new takes its place: a new file beside an old WAL is neither store.
    sync_folder_of(store)?;
    crash::pass(Point::RestoreCleared);
    rename(fresh, store)?;
    crash::pass(Point::RestoreRenamed);
    sync_folder_of(store)?;
    Ok(Some(kept))
}

/// One that nothing bears yet. A restore that was cut off may be begun again within the same second.
fn free_name(store: &Path, ending: &str) -> PathBuf {
    let numbered = (2..).map(|number: u32| beside(store, &format!("{ending}-{number}")));
    let mut names = std::iter::once(beside(store, ending)).chain(numbered);
    names.find(|name| !name.exists()).unwrap_or_else(|| beside(store, ending))
}

fn settle(store: &Path) -> Result<(), StoreError> {
    let db = connect(store, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    db.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<(), CopyError> {
    fs::rename(from, to).map_err(|error| CopyError::Io { path: to.to_owned(), error })
}

/// SQLite's name for a file that belongs to another.
fn companion(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!("-{ending}"));
    path.with_file_name(name)
}

fn remove_with_companions(path: &Path) -> Result<(), CopyError> {
    for path in [path.to_owned(), companion(path, "wal"), companion(path, "shm"), companion(path, "journal")]
    {
        if path.exists() {
            fs::remove_file(&path).map_err(|error| CopyError::Io { path, error })?;
        }
    }
    Ok(())
}
