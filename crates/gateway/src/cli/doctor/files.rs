//! The folder of files: there, private, and as the store says.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use rusqlite::{Connection, OpenFlags};

use crate::{
    cli::finding::Finding,
    config::Config,
    files::{copy_names, folder_of},
};

pub(super) fn check(config: &Config) -> Vec<Finding> {
    let folder = folder_of(&config.data_dir);
    let shown = folder.display();
    let Ok(about) = fs::metadata(&folder) else {
        return match missing_of(config, &folder) {
            // Of an older version, or before the first start.
            Ok((0, _)) | Err(_) => Vec::new(),
            Ok((known, _)) => vec![Finding::fail(
                format!("files: {shown} is not there, and the store knows {known} files in it"),
                "bring the folder back; a backup has it beside the copy, with .files behind its name",
            )],
        };
    };
    let mode = about.permissions().mode() & 0o777;
    let mut findings = Vec::new();
    if mode & 0o077 != 0 {
        findings.push(Finding::warn(
            format!("files: {shown} is open to others (mode {mode:o})"),
            format!("chmod 700 {shown}"),
        ));
    }
    findings.push(match missing_of(config, &folder) {
        Ok((known, 0)) => Finding::ok(format!("files: {known}, and each is there")),
        Ok((known, missing)) => Finding::fail(
            format!("files: {missing} of {known} are missing in {shown}"),
            "bring them back; a backup has them beside the copy, with .files behind its name",
        ),
        // What is wrong with the store is said by its own check.
        Err(_) => Finding::warn("files: the store does not say which there are", "see the store's findings"),
    });
    findings
}

/// How many files the store knows, and how many of them are not in the folder.
fn missing_of(config: &Config, folder: &Path) -> rusqlite::Result<(usize, usize)> {
    if !config.store.exists() {
        return Ok((0, 0));
    }
    let db = Connection::open_with_flags(&config.store, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let names = copy_names(&db)?;
    let missing = names.iter().filter(|name| !folder.join(name).is_file()).count();
    Ok((names.len(), missing))
}
