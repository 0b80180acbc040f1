//! The connector to any XMPP server.
//!
//! The gateway is an external component of the server (XEP-0114), a session is a room (XEP-0045) with an archive (XEP-0313). The
//! room is what makes the way from the agent lossless: what is written while the gateway is down stands in the archive, and is
//! read from the last `stanza-id` (XEP-0359) on. In direct mode a session is a contact instead, which promises less. Tried on Prosody 0.12 and ejabberd 23: `docs/connectors/xmpp.md`.

pub mod address;
pub mod check;
pub mod connector;
pub mod contact;
pub mod element;
pub mod heard;
pub mod line;
mod meaning;
pub mod ns;
pub mod place;
pub mod room;
pub mod service;
mod settings;
pub mod stanza;
mod task;

pub use connector::{Setup, run};
