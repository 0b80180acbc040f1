//! The one thread that writes, with group commit.
//!
//! Batching is natural: whatever arrived while the last commit was on its way to the disk goes into the next one. There is
//! no timer, so a lone write waits for nothing. Everybody hears of the outcome only after the commit, in commit order.

use std::{
    sync::mpsc::{self, Receiver, SyncSender},
    thread,
    time::Instant,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Latency, OnCommit, StoreError, checkpoint::Checkpoints};

/// Changes that may wait. A connection has few on their way, so this is the gateway's whole memory for a hanging disk.
const WAITING: usize = 65_536;

/// What became of a change.
pub(crate) type Settled = Result<(), StoreError>;

/// Something to write.
pub(crate) trait Change: Send {
    /// Does it. On an error the store takes back what was done; the others of the batch stand.
    fn apply(&mut self, transaction: &Transaction<'_>) -> rusqlite::Result<()>;

    /// Whether `apply` is a single statement, which SQLite takes back by itself.
    fn is_one_statement(&self) -> bool {
        false
    }

    /// Hears the outcome, once, after the commit.
    fn settle(self: Box<Self>, outcome: Settled);
}

/// A closure as a [`Change`].
pub(super) struct Once<T, W, D> {
    work: Option<W>,
    value: Option<T>,
    done: D,
}

impl<T, W, D> Once<T, W, D> {
    pub(super) fn new(work: W, done: D) -> Self {
        Self { work: Some(work), value: None, done }
    }
}

impl<T, W, D> Change for Once<T, W, D>
where
    T: Send,
    W: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send,
    D: FnOnce(Result<T, StoreError>) + Send,
{
    fn apply(&mut self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        if let Some(work) = self.work.take() {
            self.value = Some(work(transaction)?);
        }
        Ok(())
    }

    fn settle(self: Box<Self>, outcome: Settled) {
        let Self { value, done, .. } = *self;
        done(outcome.and_then(|()| value.ok_or(StoreError::Stopped)));
    }
}

/// The thread's front door.
pub(super) struct Writer {
    changes: Option<Queue>,
    thread: Option<thread::JoinHandle<()>>,
}

enum Queue {
    Thread(SyncSender<Box<dyn Change>>),
    Task(UnboundedSender<Box<dyn Change>>),
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        checkpoints: Checkpoints,
        batch: usize,
        on_commit: OnCommit,
    ) -> Result<Self, StoreError> {
        let (changes, queue) = mpsc::sync_channel(WAITING);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || Loop { connection, checkpoints: Some(checkpoints), batch, on_commit }.run(&queue))
            .map_err(|error| StoreError::Other { why: error.to_string() })?;
        Ok(Self { changes: Some(Queue::Thread(changes)), thread: Some(thread) })
    }

    /// The same loop as a task of the runtime that this is called on. A thread would take no simulated time.
    pub(super) fn start_simulated(
        connection: Connection,
        batch: usize,
        on_commit: OnCommit,
        latency: Latency,
    ) -> Self {
        let (changes, queue) = unbounded_channel();
        let run = Loop { connection, checkpoints: None, batch, on_commit }.run_simulated(queue, latency);
        tokio::spawn(run);
        Self { changes: Some(Queue::Task(changes)), thread: None }
    }

    /// Queues a change, or tells it at once that it cannot be.
    pub(super) fn submit(&self, change: Box<dyn Change>) {
        let refused = match &self.changes {
            Some(Queue::Thread(changes)) => match changes.try_send(change) {
                Ok(()) => return,
                Err(mpsc::TrySendError::Full(change)) => return change.settle(Err(StoreError::Busy)),
                Err(mpsc::TrySendError::Disconnected(change)) => change,
            },
            Some(Queue::Task(changes)) => match changes.send(change) {
                Ok(()) => return,
                Err(refused) => refused.0,
            },
            None => change,
        };
        refused.settle(Err(StoreError::Stopped));
    }
}

impl Drop for Writer {
    /// Lets what was queued reach the disk. A settling change may hold the last handle: then the thread must not wait for itself.
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

struct Loop {
    connection: Connection,
    checkpoints: Option<Checkpoints>,
    batch: usize,
    on_commit: OnCommit,
}

impl Loop {
    fn run(mut self, queue: &Receiver<Box<dyn Change>>) {
        let mut changes = Vec::with_capacity(self.batch);
        while let Ok(first) = queue.recv() {
            changes.push(first);
            changes.extend(queue.try_iter().take(self.batch.saturating_sub(1)));
            let (count, began) = (changes.len(), Instant::now());
            self.commit(&mut changes);
            (self.on_commit)(count, began.elapsed());
            if let Some(checkpoints) = &mut self.checkpoints {
                checkpoints.committed(&self.connection, count);
            }
        }
    }

    /// As [`Self::run`], with a disk that takes its time on either side of the commit: a crash may fall on both.
    async fn run_simulated(mut self, mut queue: UnboundedReceiver<Box<dyn Change>>, latency: Latency) {
        let mut changes = Vec::with_capacity(self.batch);
        while queue.recv_many(&mut changes, self.batch).await > 0 {
            tokio::time::sleep(latency()).await;
            let (count, began) = (changes.len(), Instant::now());
            let mut written = Vec::with_capacity(count);
            let outcome = self.write(&mut changes, &mut written);
            (self.on_commit)(count, began.elapsed());
            tokio::time::sleep(latency()).await;
            settle(written, &outcome);
            settle(changes.drain(..), &outcome);
        }
    }

    /// One transaction for all. Whoever fails alone is told alone.
    fn commit(&mut self, changes: &mut Vec<Box<dyn Change>>) {
        let mut written = Vec::with_capacity(changes.len());
        let outcome = self.write(changes, &mut written);
        settle(written, &outcome);
        // Not even begun: the transaction could not start.
        settle(changes.drain(..), &outcome);
    }

    fn write(&mut self, changes: &mut Vec<Box<dyn Change>>, written: &mut Vec<Box<dyn Change>>) -> Settled {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for mut change in changes.drain(..) {
            match apply(&transaction, change.as_mut()) {
                Ok(()) => written.push(change),
                Err(error) => {
                    change.settle(Err(error.clone()));
                    // Some errors (a full disk among them) make SQLite roll all of it back.
                    if transaction.is_autocommit() {
                        return Err(error);
                    }
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

fn settle(changes: impl IntoIterator<Item = Box<dyn Change>>, outcome: &Settled) {
    for change in changes {
        change.settle(outcome.clone());
    }
}

fn apply(transaction: &Transaction<'_>, change: &mut dyn Change) -> Settled {
    if change.is_one_statement() {
        return Ok(change.apply(transaction)?);
    }
    transaction.prepare_cached("savepoint change")?.execute([])?;
    // A change that panics is a change that failed; the thread has others to serve.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| change.apply(transaction)))
        .unwrap_or_else(|_| Err(rusqlite::Error::UnwindingPanic));
    if outcome.is_err() && !transaction.is_autocommit() {
        transaction.prepare_cached("rollback to change")?.execute([])?;
    }
    if !transaction.is_autocommit() {
        transaction.prepare_cached("release change")?.execute([])?;
    }
    Ok(outcome?)
}
