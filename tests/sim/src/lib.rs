//! Several session ends and the relay on a bad simulated network, with virtual time.
//!
//! Everything is real but the network, the clock, the store's disk and the proofs: `session` at both ends, the relay's
//! `Peer`, `authorise` and `LogModel` in the middle. One seed gives one run, event by event; a failure prints its seed.
//! Read `world` first, then `check` for what must hold.

pub mod chance;
pub mod check;
pub mod gateway;
pub mod person;
pub mod scenario;
pub mod seeds;
pub mod world;

pub use chance::Chance;
pub use world::{Faults, World};
