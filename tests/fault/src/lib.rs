//! A TCP proxy that is as bad as a network can be, on demand.
//!
//! Stands between a client and a server, knows bytes and nothing of what they mean. What it does to them is said for each
//! [`Way`] as [`Weather`] and may change at any time; a cut is said once and hits the connections of that moment. The same
//! seed draws the same jitter for the same connections. Start in `proxy.rs`; `pump.rs` is where bytes are delayed or lost.
//!
//! Invariant: a connection that lost a byte never passes another one in that direction. TCP would not show its reader a
//! stream with a hole, and neither do we; only a cut ends it.

mod connection;
mod orders;
mod proxy;
mod pump;
mod weather;

pub use self::{
    orders::{Cut, Traffic},
    proxy::Proxy,
    weather::{Fate, Way, Weather},
};
