//! From an entry to the queues of those who may see it.
//!
//! A hint, never the truth: whoever misses one reads the log after their cursor. That is why a slow reader may be cut off
//! ([`outbox`]) and why an announcement may get lost on its way between gateways without harm.

mod local;
mod outbox;

use axum::extract::ws::Utf8Bytes;
use tieline_protocol::{Seq, SessionId};
use tieline_relay::Topic;

pub use self::{
    local::{Local, Subscription},
    outbox::{ConnectionId, Outbox, Parcel, Room, Taken},
};

/// Something to tell everybody on some topics. Serialised once, however many listen.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// The frame, ready for the wire.
    pub text: Utf8Bytes,
    /// Which entry it is, so that a catch-up which has it already can drop it.
    pub place: Option<(SessionId, Seq)>,
    /// Nothing is lost if it is.
    pub is_soft: bool,
}

/// Reaches every connection that listens, wherever it is.
pub trait Fanout: Send + Sync + 'static {
    /// Queues the announcement for all listeners of any of the topics, each once, but for one connection that knows
    /// already. Never waits.
    fn announce(&self, topics: &[Topic], announcement: &Announcement, except: Option<ConnectionId>);
}
