//! From the WAL back into the file, beside the commits.
//!
//! SQLite's own way is to checkpoint within the commit that made the WAL too long: that one commit, and everybody in it, waits
//! for thousands of pages. Here a thread of its own copies them while commits go on. What it cannot do is begin the WAL anew
//! under constant writing, as there is always a page it does not have yet. So when the WAL is long, the writer copies those
//! last few pages itself, between two commits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, SyncSender},
    },
    thread,
};

use rusqlite::Connection;

use super::StoreError;

/// Changes between two checkpoints: some ten megabytes of WAL.
const EVERY: usize = 4_000;
/// Pages of WAL from which on it has to begin anew: 64 MiB.
const LONG_PAGES: i64 = 32 * 1024;

/// The writer's side.
pub(super) struct Checkpoints {
    wake: SyncSender<()>,
    is_long: Arc<AtomicBool>,
    changes: usize,
}

impl Checkpoints {
    /// Starts the thread. It ends with the writer.
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (wake, woken) = mpsc::sync_channel(1);
        let is_long = Arc::new(AtomicBool::new(false));
        let tell = Arc::clone(&is_long);
        thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                while woken.recv().is_ok() {
                    let pages = copy(&connection).unwrap_or_default();
                    tell.store(pages > LONG_PAGES, Ordering::Relaxed);
                }
            })
            .map_err(|error| StoreError::Other { why: error.to_string() })?;
        Ok(Self { wake, is_long, changes: 0 })
    }

    /// So many changes were committed.
    pub(super) fn committed(&mut self, writer: &Connection, changes: usize) {
        self.changes += changes;
        if self.changes < EVERY {
            return;
        }
        self.changes = 0;
        if self.is_long.swap(false, Ordering::Relaxed) {
            // The thread has just copied all but the newest pages. The next commit then begins at the WAL's start.
            let _ = copy(writer);
        } else {
            // It may be at it still: then it will be woken another time.
            let _ = self.wake.try_send(());
        }
    }
}

/// Copies what no reader needs in the WAL any more. Waits for nobody. Gives the WAL's length in pages.
fn copy(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("pragma wal_checkpoint(passive)", [], |row| row.get("log"))?)
}
