//! The gateway: HTTP and sockets outside, the log inside.
//!
//! A frame takes this way: `edge` (bytes to frame) -> `relay::Peer` (frame to command) -> `handlers` (facts, permit) ->
//! `log` (permit to entry, on disk) -> `fanout` (entry to the queues of those who may see it) -> `edge` (queue to bytes).
//! Nothing else writes the log, and nobody is shown what the log has not accepted.

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
mod connect;
mod crash;
pub mod edge;
pub mod fanout;
pub mod files;
mod handlers;
pub mod http;
pub mod instance;
mod listen;
pub mod log;
mod presence;
mod serve;
pub mod store;
pub mod telemetry;
mod watch;

pub use listen::{Accept, Listener};
pub use serve::{serve, serve_on, serve_state};
