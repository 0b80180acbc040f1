//! The wire protocol `tieline.v1`: every frame, id, code and limit, shared by gateway, widget, desk and tests.
//!
//! Owns the shape of what crosses the socket and nothing else: no I/O, no clock, no randomness, no policy.
//! Decoding has two steps ([`envelope`]): first `{type, id, body}`, then the body by its type. Unknown fields are
//! ignored, an unknown type is a value and not a failure, so that an old end meets a new one without harm.
//!
//! Read next: [`client`] and [`server`] for the frames, [`entry`] for what a session's log holds, [`file`] for files, [`desk`] for
//! what only the answering side is told.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod capability;
pub mod client;
pub mod code;
pub mod desk;
pub mod entry;
pub mod envelope;
pub mod file;
pub mod form;
pub mod id;
pub mod limits;
pub mod server;
pub mod time;

pub use capability::{Capabilities, Capability};
pub use client::{Auth, ClientFrame, Cursor, Draft, Hello};
pub use code::{CloseCode, ErrorCode, Retry};
pub use desk::DeskOnly;
pub use entry::{Author, Body, Entry, FormSource, Item, Price, Role};
pub use envelope::{Decoded, Outgoing};
pub use file::FileCard;
pub use form::{Answer, Field, FieldKind, Form};
pub use id::{BadId, ChannelId, DraftId, Epoch, FileId, PartyId, RequestId, Seq, SessionId};
pub use server::{ErrorBody, Receipt, ServerFrame, SessionState, Welcome};
pub use time::Millis;

/// The WebSocket sub-protocol. A change that an old end cannot ignore gets a new name.
pub const SUBPROTOCOL: &str = "tieline.v1";
