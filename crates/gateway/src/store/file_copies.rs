//! The files that belong to a copy of the store: in a folder beside it, named as the copy with `.files` behind.
//!
//! A file never changes once it has its name, so a second name for it is a copy; where that cannot be had, its bytes are copied.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::OpenFlags;

use super::{
    backup::{CopyError, beside, sync_folder_of},
    connect,
};
use crate::files::{copy_names, make_private_folder};

/// The folder that belongs to a copy.
fn folder_of_copy(copy: &Path) -> PathBuf {
    beside(copy, "files")
}

/// Gives every file that the copy knows a second name beside `target`. Nothing is made if it knows none.
pub(super) fn back_up(copy: &Path, files: &Path, target: &Path) -> Result<(), CopyError> {
    let names = names_in(copy)?;
    if names.is_empty() {
        return Ok(());
    }
    let folder = folder_of_copy(target);
    match fs::read_dir(&folder).map(|mut inside| inside.next().is_some()) {
        Ok(true) => return Err(CopyError::Exists(folder)),
        Ok(false) => {}
        Err(_) => make_private_folder(&folder).map_err(at(&folder))?,
    }
    bring(&names, files, &folder)?;
    sync_folder_of(&folder)
}

/// Brings the files that a store is going to know from beside its copy, unless they are there.
pub(super) fn restore(names: &[String], copy: &Path, files: &Path) -> Result<(), CopyError> {
    if names.is_empty() {
        return Ok(());
    }
    make_private_folder(files).map_err(at(files))?;
    bring(names, &folder_of_copy(copy), files)
}

fn names_in(store: &Path) -> Result<Vec<String>, CopyError> {
    let db = connect(store, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(copy_names(&db)?)
}

fn bring(names: &[String], from: &Path, into: &Path) -> Result<(), CopyError> {
    for name in names {
        let (source, target) = (from.join(name), into.join(name));
        if target.exists() {
            continue;
        }
        match fs::hard_link(&source, &target) {
            // A store may be older than its folder, or be restored alone: a chat whose picture is lost is still a chat.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(_) => copy_whole(&source, &target)?,
            Ok(()) => {}
        }
    }
    // Their names on disk, before a store says that they are there.
    sync_folder(into)
}

/// Under another name first: one that is cut off must not look whole.
fn copy_whole(source: &Path, target: &Path) -> Result<(), CopyError> {
    let partial = beside(target, "partial");
    fs::copy(source, &partial)
        .and_then(|_| fs::File::open(&partial)?.sync_all())
        .and_then(|()| fs::rename(&partial, target))
        .map_err(at(target))
}

fn sync_folder(folder: &Path) -> Result<(), CopyError> {
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CopyError + use<> {
    let path = path.to_owned();
    move |error| CopyError::Io { path, error }
}
