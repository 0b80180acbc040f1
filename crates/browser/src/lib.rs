//! The browser services that widget and desk need, and the only place that asks the browser for them.
//!
//! Owns sockets, storage, clocks, listeners. Does not know frames, sessions or HTML: strings and numbers go in and out.
//! Invariant: whatever registers with the browser is a value that unregisters in `Drop`. Nothing here throws or panics:
//! what the browser refuses comes back as `None`, `false` or an error value.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod address;
pub mod broadcast;
pub mod clock;
pub mod database;
pub mod download;
pub mod file;
pub mod focus;
pub mod http;
pub mod ids;
pub mod intl;
pub mod listener;
pub mod locks;
pub mod message_port;
pub mod page;
pub mod patience;
pub mod recording;
pub mod resize;
pub mod socket;
pub mod storage;
pub mod timer;
pub mod upload;

pub use broadcast::Broadcast;
pub use listener::Listener;
pub use locks::{Lock, LockFact};
pub use message_port::Port;
pub use page::{Page, PageFact};
pub use resize::SizeWatch;
pub use socket::{Socket, SocketFact};
pub use storage::Store;
pub use timer::Timer;
