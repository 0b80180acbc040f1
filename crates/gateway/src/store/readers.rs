//! A few threads, each with a connection of its own, that answer questions.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use rusqlite::Connection;

use super::StoreError;

/// Questions that may wait. More means that the disk cannot keep up, and the asker had better come back.
const WAITING: usize = 16_384;

type Question = Box<dyn FnOnce(&Connection) + Send>;

/// The threads. They end when this is dropped and the last question is answered.
pub(super) enum Readers {
    /// Who takes the questions.
    Threads(mpsc::SyncSender<Question>),
    /// Nobody: whoever asks reads for themselves. For simulations, in which a thread would take no time.
    Asker(Mutex<Connection>),
}

impl Readers {
    pub(super) fn start(connections: Vec<Connection>) -> Result<Self, StoreError> {
        let (questions, queue) = mpsc::sync_channel::<Question>(WAITING);
        let queue = Arc::new(Mutex::new(queue));
        for connection in connections {
            let queue = Arc::clone(&queue);
            thread::Builder::new()
                .name("store-reader".to_owned())
                .spawn(move || serve(&connection, &queue))
                .map_err(|error| StoreError::Other { why: error.to_string() })?;
        }
        Ok(Self::Threads(questions))
    }

    pub(super) fn submit(&self, question: Question) -> Result<(), StoreError> {
        let questions = match self {
            Self::Threads(questions) => questions,
            Self::Asker(connection) => {
                question(&connection.lock().unwrap_or_else(PoisonError::into_inner));
                return Ok(());
            }
        };
        questions.try_send(question).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => StoreError::Busy,
            mpsc::TrySendError::Disconnected(_) => StoreError::Stopped,
        })
    }
}

fn serve(connection: &Connection, queue: &Mutex<mpsc::Receiver<Question>>) {
    loop {
        // The lock is held while waiting: idle readers queue behind the one that listens.
        let question = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(question) = question else { return };
        // A question that panics loses its own answer only.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| question(connection)));
    }
}
