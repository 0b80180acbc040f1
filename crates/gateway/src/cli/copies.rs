//! `tieline backup` and `tieline restore`

use std::{path::Path, process::ExitCode};

use rusqlite::Connection;
use serde_json::json;

use super::{args::Common, failure::Failure, place};
use crate::{
    clock,
    files::folder_of,
    store::{
        backup::{self, CopyError, Counts},
        restore::{self, Restored},
    },
};

pub(super) fn back_up(common: &Common, file: &Path) -> Result<ExitCode, Failure> {
    let config = place::load_config(common, Vec::new())?;
    if !config.store.exists() {
        let what = format!("there is no store at {}", config.store.display());
        return Err(Failure::Work(format!("{what}\n  is --data-dir or --config missing here?")));
    }
    let counts = backup::back_up(&config.store, &folder_of(&config.data_dir), file)?;
    if common.json {
        place::print_json(&json!({ "file": file, "counts": as_json(&counts) }));
        return Ok(ExitCode::SUCCESS);
    }
    say!("Copied to {}: {}", file.display(), sentence(&counts));
    say!(
        "The keys are not in it. Keep {} elsewhere as well: without it visitors begin anew.",
        config.data_dir.join(crate::auth::master_key::FILE).display()
    );
    Ok(ExitCode::SUCCESS)
}

pub(super) fn restore(common: &Common, file: &Path) -> Result<ExitCode, Failure> {
    let config = place::load_config(common, Vec::new())?;
    place::make_data_dir(&config.data_dir)?;
    // Held to the end: no gateway starts on half of it.
    let _alone = place::be_alone(&config)?;
    let Restored { counts, kept } =
        restore::restore(file, &config.store, &folder_of(&config.data_dir), &stamp()?)?;
    if common.json {
        let kept = kept.map(|kept| kept.display().to_string());
        place::print_json(
            &json!({ "store": config.store, "kept": kept, "counts": as_json(&counts), "new_epochs": counts.sessions }),
        );
        return Ok(ExitCode::SUCCESS);
    }
    say!("Restored {}: {}", config.store.display(), sentence(&counts));
    say!("Every session has a new epoch: whoever has a copy reads it anew.");
    if let Some(kept) = kept {
        say!("The store that was there is {}.", kept.display());
    }
    say!(
        "Keys, browsers and sign-ins that were ended after the copy was made hold again: end them once more."
    );
    Ok(ExitCode::SUCCESS)
}

fn sentence(counts: &Counts) -> String {
    let Counts { channels, sessions, entries, newest } = counts;
    let newest = newest.as_ref().map(|newest| format!(", the newest of {newest} UTC")).unwrap_or_default();
    format!("{channels} channels, {sessions} sessions, {entries} entries{newest}.")
}

fn as_json(counts: &Counts) -> serde_json::Value {
    let Counts { channels, sessions, entries, newest } = counts;
    json!({ "channels": channels, "sessions": sessions, "entries": entries, "newest": newest })
}

/// This moment as part of a file's name.
fn stamp() -> Result<String, Failure> {
    let seconds = i64::try_from(clock::now().0 / 1000).unwrap_or_default();
    // SQLite knows the calendar already.
    let text = Connection::open_in_memory().and_then(|db| {
        db.query_row("select strftime('%Y%m%dT%H%M%SZ', ?1, 'unixepoch')", [seconds], |row| row.get(0))
    });
    text.map_err(|error| Failure::Work(format!("the time of day cannot be written down: {error}")))
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Exists(_) => {
                Self::Work(format!("{error}\n  choose another name: nothing is overwritten"))
            }
            CopyError::Store(error) => error.into(),
            CopyError::Io { .. } | CopyError::Unsound { .. } => Self::Work(error.to_string()),
        }
    }
}
