//! The server end of a connection as data.
//!
//! Owns what a connected peer may say and when ([`peer`]), how a frame becomes a [`command`], what fits into its [`forms`], who may do what ([`authz`]),
//! who sees it ([`audience`]), how much of it ([`limits`]), which desks somebody sits at ([`attendance`]), and what the log means ([`log_model`]). Does not know sockets,
//! clocks, random bytes, SQL or JSON: time is an argument, refusals are values.
//!
//! The only way to the log is a [`Permit`], and only `authz.rs` can make one.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod attendance;
pub mod audience;
pub mod authz;
pub mod command;
pub mod file_name;
pub mod forms;
pub mod limits;
pub mod log_model;
pub mod peer;
pub mod principal;
mod words;

pub use audience::Topic;
pub use authz::{AssignFacts, ChannelFacts, Denial, Facts, Permit, Target, Wish, authorise};
pub use command::{
    Assign, Command, History, List, ListAgents, MoveCursor, Open, Post, ReadFiles, Type, Upload,
};
pub use limits::{Bucket, Rate};
pub use peer::Peer;
pub use principal::{Desk, Principal, Provisional, Scope};
