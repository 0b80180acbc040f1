//! The connector to any Matrix homeserver.
//!
//! The gateway is an application service of the homeserver (Application Service API, v1.17), a session is a room. What the merchant
//! writes is brought in transactions, and kept by the homeserver until the gateway has it on disk. What the gateway says goes out
//! from a device and under the draft's own name, so that it is said once, also when either of the two is killed between.
//! Tried on Synapse: `docs/connectors/matrix.md`.

pub mod address;
pub mod ask;
pub mod check;
pub mod client;
pub mod connector;
pub mod content;
pub mod door;
pub mod heard;
pub mod markup;
pub mod room;
mod task;
mod watch;

pub use connector::{SERVICE_ID, Setup, run};
pub use door::{Door, Inbox, NotTaken};
