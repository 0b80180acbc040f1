//! One end of a chat session, as data.
//!
//! Owns drafts, the timelines and the decision to redial. Does not know sockets, clocks, storage or HTML: each reaches it
//! as an [`Input`], and what it wants done leaves as an [`Effect`]. What a person sees is a [`screen`], derived, never kept.
//! Start in `visitor.rs` or `agent.rs`, the only doors.
//!
//! The contract of both doors: `handle(now, input) -> Vec<Effect>` and `next_wake() -> Option<Millis>`. The shell carries
//! out the effects in their order, re-arms one timer at `next_wake`, and feeds what comes of it back in. An early or
//! doubled wake-up changes nothing. No input panics and none is refused: what makes no sense changes nothing.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod agent;
pub mod effect;
pub mod input;
pub mod screen;
pub mod visitor;

mod aim;
mod alarm;
mod answering;
mod changes;
mod chat;
mod cursors;
mod detail;
mod end;
mod jitter;
mod link;
mod links;
mod opening;
mod order;
mod outbox;
mod own_chats;
mod proof;
mod requests;
mod spans;
mod subject;
mod taken;
mod tally;
mod thread;
mod timeline;
mod typing;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod testing;

pub use agent::Agent;
pub use detail::Detail;
pub use effect::{Effect, Event, Owner, Place, Record};
pub use input::{Aim, Attached, Input, NoUpload, Setup};
pub use screen::{DeskScreen, Screen};
pub use visitor::Visitor;
