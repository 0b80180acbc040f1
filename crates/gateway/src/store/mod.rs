//! SQLite, as one writer and a few readers.
//!
//! Owns the file, its durability and the group commit. Knows no session and no entry: that is `log`. Promises:
//! - What [`Store::write`] gave back is on disk (WAL, `synchronous=FULL`), not in a cache.
//! - A write that fails leaves no trace and disturbs none of those that share its commit.
//! - A reader never waits for a writer, nor a writer for a reader.
//!
//! Read next: [`writer`] for the batching, [`checkpoint`] for what becomes of the WAL, [`schema`] for the tables, [`durable`]
//! for what the first promise stands on, [`backup`] and [`restore`] for copies.

pub mod backup;
mod checkpoint;
pub mod durable;
mod error;
mod file_copies;
mod readers;
pub mod restore;
mod schema;
mod writer;

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction};
use tokio::sync::oneshot;

pub use self::error::StoreError;
pub(crate) use self::writer::Change;
use self::{checkpoint::Checkpoints, readers::Readers, writer::Writer};

/// How the store uses its file. The defaults are for production.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Most writes that share one commit.
    pub batch: usize,
    /// Connections for reading.
    pub readers: usize,
    /// Most pages of the file, so that a disk need not be filled to see what happens then.
    pub max_pages: Option<u32>,
    /// Reads and writes happen on the runtime that opens the store, and take so long, for simulations (`tests/turmoil`).
    /// None: on threads of their own.
    pub simulated: Option<Latency>,
}

/// How long the simulated disk takes for its next piece of work.
pub type Latency = fn() -> Duration;

impl Default for Tuning {
    fn default() -> Self {
        Self { batch: 512, readers: 2, max_pages: None, simulated: None }
    }
}

/// Hears of every commit: how many changes shared it, and how long it took.
pub type OnCommit = Box<dyn Fn(usize, Duration) + Send>;

/// A handle on the store. Cheap to clone; the threads end with the last one.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
}

impl Store {
    /// Opens the file, makes it if it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened for writing, is damaged, is of a newer version, or will not be durable.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_tuned(path, Tuning::default(), Box::new(|_, _| {}))
    }

    /// [`Store::open`] with other sizes, and somebody who counts the commits.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_tuned(path: &Path, tuning: Tuning, on_commit: OnCommit) -> Result<Self, StoreError> {
        let mut connection = connect(path, OpenFlags::default())?;
        if connection.is_readonly("main").unwrap_or(true) {
            return Err(StoreError::ReadOnly { why: format!("{} may not be written", path.display()) });
        }
        schema::prepare(&mut connection)?;
        if let Some(pages) = tuning.max_pages {
            connection.pragma_update(None, "max_page_count", pages)?;
        }
        let reader = || connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let (writer, readers) = match tuning.simulated {
            None => {
                let readers = (0..tuning.readers.max(1)).map(|_| reader()).collect::<Result<Vec<_>, _>>()?;
                let beside = connect(path, OpenFlags::default())?;
                // What it copies into the file must be there before the WAL begins anew.
                durable::make(&beside)?;
                let checkpoints = Checkpoints::start(beside)?;
                (Writer::start(connection, checkpoints, tuning.batch, on_commit)?, Readers::start(readers)?)
            }
            Some(latency) => (
                Writer::start_simulated(connection, tuning.batch, on_commit, latency),
                Readers::Asker(Mutex::new(reader()?)),
            ),
        };
        Ok(Self { writer: Arc::new(writer), readers: Arc::new(readers) })
    }

    /// Reads, off the async threads, in one snapshot.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.readers.submit(Box::new(move |connection| {
            let outcome = connection.unchecked_transaction().and_then(|snapshot| work(&snapshot));
            // Whoever asked may have hung up.
            let _ = reply.send(outcome);
        }))?;
        Ok(answer.await.map_err(|_| StoreError::Stopped)??)
    }

    /// Writes. All or nothing, and on disk when this returns.
    ///
    /// # Errors
    /// When the work failed, or its commit did. Then nothing of it stands.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.submit(writer::Once::new(work, move |outcome| {
            let _ = reply.send(outcome);
        }));
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// Queues a change. It is told what became of it, in the order of the commits.
    pub(crate) fn submit(&self, change: impl Change + 'static) {
        self.writer.submit(Box::new(change));
    }
}

/// A connection with the settings that every connection of ours has.
fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| StoreError::opening(path, error))?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}
