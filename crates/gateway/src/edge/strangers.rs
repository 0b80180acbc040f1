//! Those who came and have not yet said who they are: connections without a request, sockets without a hello.
//!
//! They cost memory and have proven nothing, so there are never more than a set number. Invariant: nobody is turned away for
//! want of room. Whoever wants in waits a moment, as in a storm all move on by themselves; and whoever has dawdled longer than
//! that makes room for them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tieline_protocol::CloseCode;
use tokio::{sync::Notify, time::Instant};

use crate::fanout::Outbox;

/// An honest client says what it wants in one breath. When there is no room, no longer than this is anybody's.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everybody unknown.
#[derive(Debug)]
pub struct Strangers {
    most: usize,
    all: Mutex<All>,
    left: Notify,
}

#[derive(Debug, Default)]
struct All {
    next: u64,
    /// In the order in which they came.
    waiting: BTreeMap<u64, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    way_out: WayOut,
}

/// How to be rid of one.
#[derive(Debug)]
enum WayOut {
    /// Drop the connection.
    Hangup(Arc<Notify>),
    /// Close the socket that it has become.
    Close(Arc<Outbox>),
}

/// One of them. No longer one when dropped.
#[derive(Debug)]
pub struct Stranger {
    id: u64,
    strangers: Arc<Strangers>,
    hangup: Arc<Notify>,
}

impl Strangers {
    /// Room for so many.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, all: Mutex::default(), left: Notify::new() })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Comes back once there is room for one more.
    pub async fn make_room(&self) {
        loop {
            // Asked for before looking, or somebody who leaves meanwhile could be missed.
            let left = self.left.notified();
            let Some(patience_ends) = self.try_make_room(Instant::now()) else { return };
            let _ = tokio::time::timeout_at(patience_ends, left).await;
        }
    }

    /// None: there is room. Else the moment at which the oldest has had its time.
    fn try_make_room(&self, now: Instant) -> Option<Instant> {
        let mut all = self.lock();
        if all.waiting.len() < self.most {
            return None;
        }
        let oldest = all.waiting.first_entry()?;
        let patience_ends = oldest.get().since + PATIENCE;
        if now < patience_ends {
            return Some(patience_ends);
        }
        oldest.remove().way_out.take();
        None
    }

    /// Somebody comes.
    pub fn receive(self: &Arc<Self>) -> Stranger {
        let hangup = Arc::new(Notify::new());
        let mut all = self.lock();
        let id = all.next;
        all.next += 1;
        let way_out = WayOut::Hangup(Arc::clone(&hangup));
        all.waiting.insert(id, Waiting { since: Instant::now(), way_out });
        drop(all);
        Stranger { id, strangers: Arc::clone(self), hangup }
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stranger {
    /// Its connection has become a socket, with that queue.
    pub fn becomes(&self, outbox: &Arc<Outbox>) {
        if let Some(waiting) = self.strangers.lock().waiting.get_mut(&self.id) {
            waiting.way_out = WayOut::Close(Arc::clone(outbox));
        }
    }

    /// Comes back when the connection has to make room.
    pub async fn shown_out(&self) {
        self.hangup.notified().await;
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.strangers.lock().waiting.remove(&self.id);
        self.strangers.left.notify_one();
    }
}

impl WayOut {
    fn take(self) {
        match self {
            Self::Hangup(hangup) => hangup.notify_one(),
            Self::Close(outbox) => outbox.close(CloseCode::RATE),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::{Pin, pin},
        task::{Context, Waker},
    };

    use super::*;

    fn is_ready(future: Pin<&mut impl Future>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[tokio::test]
    async fn the_oldest_makes_room_once_it_has_had_its_time() {
        let strangers = Strangers::new(2);
        let (oldest, second) = (strangers.receive(), strangers.receive());
        let patience_ends = strangers.try_make_room(Instant::now()).expect("no room yet");
        assert!(!is_ready(pin!(oldest.shown_out())));
        assert_eq!(strangers.try_make_room(patience_ends), None);
        assert!(is_ready(pin!(oldest.shown_out())));
        assert!(!is_ready(pin!(second.shown_out())));
        assert_eq!(strangers.len(), 1);
    }

    #[tokio::test]
    async fn whoever_moves_on_makes_room_at_once() {
        let strangers = Strangers::new(1);
        let first = strangers.receive();
        let mut room = pin!(strangers.make_room());
        assert!(!is_ready(room.as_mut()));
        drop(first);
        assert!(is_ready(room.as_mut()));
    }
}
