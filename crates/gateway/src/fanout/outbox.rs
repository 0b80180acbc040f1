//! What waits to go out on one connection. Bounded, or one slow reader would take the memory of all.
//!
//! Invariant: never more than its [`Room`]. Above that soft frames go first; if that does not
//! help, the queue is dropped and the connection closed with 4008. Resuming repairs it, as the log has everything.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::extract::ws::Utf8Bytes;
use futures_util::task::AtomicWaker;
use tieline_protocol::{CloseCode, RequestId, Seq, ServerFrame, SessionId, envelope::json, server::Drain};

/// How much may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// In frames.
    pub frames: u32,
    /// In bytes.
    pub bytes: u32,
}

/// One connection of this gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// A frame on its way out.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Ready for the wire.
    pub text: Utf8Bytes,
    /// Which entry it is, if it is one.
    pub place: Option<(SessionId, Seq)>,
    /// May be dropped.
    pub is_soft: bool,
}

/// What the connection has to do next.
#[derive(Debug, Default)]
pub struct Taken {
    /// Send these, in this order.
    pub parcels: VecDeque<Parcel>,
    /// Then close.
    pub close: Option<CloseCode>,
}

/// The queue. Filled from anywhere, emptied by its connection only.
#[derive(Debug)]
pub struct Outbox {
    id: ConnectionId,
    room: Room,
    waiting: Mutex<Waiting>,
    consumer: AtomicWaker,
}

#[derive(Debug, Default)]
struct Waiting {
    parcels: VecDeque<Parcel>,
    bytes: usize,
    is_leaving: bool,
    close: Option<CloseCode>,
}

impl Outbox {
    /// An empty queue.
    pub fn new(id: ConnectionId, room: Room) -> Self {
        Self { id, room, waiting: Mutex::default(), consumer: AtomicWaker::new() }
    }

    /// Whose it is.
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// Queues a frame. Does nothing once the connection is to close.
    pub fn push(&self, parcel: Parcel) {
        let mut waiting = self.lock();
        if waiting.close.is_some() {
            return;
        }
        waiting.bytes += parcel.text.len();
        waiting.parcels.push_back(parcel);
        if waiting.is_over(self.room) {
            waiting.drop_soft();
        }
        if waiting.is_over(self.room) {
            *waiting = Waiting { close: Some(CloseCode::SLOW), ..Waiting::default() };
        }
        drop(waiting);
        self.consumer.wake();
    }

    /// Queues an answer or a push to this connection alone.
    pub fn reply(&self, id: Option<RequestId>, frame: ServerFrame) {
        self.push(Parcel { text: json::encode(id, frame).into(), place: None, is_soft: false });
    }

    /// Tells the peer to open another connection and leave this one. From now on this one is not counted.
    pub fn ask_to_leave(&self, drain: Drain) {
        self.lock().is_leaving = true;
        self.reply(None, ServerFrame::Drain(drain));
    }

    /// Whether the connection was asked to leave, or is about to close.
    pub fn is_leaving(&self) -> bool {
        let waiting = self.lock();
        waiting.is_leaving || waiting.close.is_some()
    }

    /// Closes the connection after what waits already. The first reason stands.
    pub fn close(&self, code: CloseCode) {
        let mut waiting = self.lock();
        waiting.close.get_or_insert(code);
        drop(waiting);
        self.consumer.wake();
    }

    /// Everything that waits, once something does. `is_ready`: the connection could send it now. If it could not, this
    /// only tells that the queue was dropped, as whoever waits for a socket that takes nothing must hear of that too.
    pub fn poll_take(&self, context: &mut Context<'_>, is_ready: bool) -> Poll<Taken> {
        // Registered before looking, or a push between the two would wake nobody.
        self.consumer.register(context.waker());
        let mut waiting = self.lock();
        let is_due = if is_ready {
            !waiting.parcels.is_empty() || waiting.close.is_some()
        } else {
            waiting.close == Some(CloseCode::SLOW)
        };
        if !is_due {
            return Poll::Pending;
        }
        waiting.bytes = 0;
        Poll::Ready(Taken { parcels: std::mem::take(&mut waiting.parcels), close: waiting.close })
    }

    /// The reason to close, once there is one. For a connection that may not take anything yet.
    pub fn poll_close(&self, context: &mut Context<'_>) -> Poll<CloseCode> {
        self.consumer.register(context.waker());
        self.lock().close.map_or(Poll::Pending, Poll::Ready)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn is_over(&self, room: Room) -> bool {
        self.parcels.len() > room.frames as usize || self.bytes > room.bytes as usize
    }

    fn drop_soft(&mut self) {
        self.parcels.retain(|parcel| !parcel.is_soft);
        self.bytes = self.parcels.iter().map(|parcel| parcel.text.len()).sum();
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    const ROOM: Room = Room { frames: 256, bytes: 1024 * 1024 };

    fn parcel(bytes: usize, is_soft: bool) -> Parcel {
        Parcel { text: "x".repeat(bytes).into(), place: None, is_soft }
    }

    fn take(outbox: &Outbox) -> Poll<Taken> {
        outbox.poll_take(&mut Context::from_waker(Waker::noop()), true)
    }

    #[test]
    fn soft_frames_go_first() {
        let outbox = Outbox::new(ConnectionId(1), ROOM);
        (0..100).for_each(|_| outbox.push(parcel(1, true)));
        (0..200).for_each(|_| outbox.push(parcel(1, false)));
        let Poll::Ready(taken) = take(&outbox) else { panic!("nothing waits") };
        assert_eq!(taken.close, None);
        assert_eq!(taken.parcels.iter().filter(|parcel| !parcel.is_soft).count(), 200);
        assert!(taken.parcels.len() < 300);
    }

    #[test]
    fn too_many_frames_close_with_4008() {
        let outbox = Outbox::new(ConnectionId(1), ROOM);
        (0..=ROOM.frames).for_each(|_| outbox.push(parcel(1, false)));
        outbox.push(parcel(1, false));
        let Poll::Ready(taken) = take(&outbox) else { panic!("nothing waits") };
        assert!(taken.parcels.is_empty());
        assert_eq!(taken.close, Some(CloseCode::SLOW));
    }

    #[test]
    fn too_many_bytes_close_with_4008() {
        let outbox = Outbox::new(ConnectionId(1), ROOM);
        (0..5).for_each(|_| outbox.push(parcel(250_000, false)));
        assert!(matches!(take(&outbox), Poll::Ready(Taken { close: Some(CloseCode::SLOW), .. })));
    }

    #[test]
    fn taking_makes_room() {
        let outbox = Outbox::new(ConnectionId(1), ROOM);
        for _ in 0..3 {
            (0..ROOM.frames).for_each(|_| outbox.push(parcel(1, false)));
            let Poll::Ready(taken) = take(&outbox) else { panic!("nothing waits") };
            assert_eq!((taken.parcels.len(), taken.close), (ROOM.frames as usize, None));
        }
        assert!(take(&outbox).is_pending());
    }
}
