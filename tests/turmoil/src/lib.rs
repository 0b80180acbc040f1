//! The real gateway, crashed and cut off as often as it takes: nothing lost, nothing doubled, nothing out of order.
//!
//! Everything that `tieline serve` runs is here as it is: router, sockets, handlers, relay, log, SQLite on a file that survives
//! a crash. So are the ends, `Visitor` and `Agent`. Simulated are the network and time (turmoil), the moment at which a write
//! reaches the disk, and the browser. One thread runs all of it, so that a seed gives the same run again. What stays random are
//! the ids and tokens that the gateway mints; nothing decides by them but the order of what happened in one millisecond.
//!
//! Start in [`world`]. `tests/sim` asks the same questions of the pure halves alone, a hundred times faster.

pub mod browser;
pub mod check;
pub mod figures;
pub mod gateway;
pub mod log;
pub mod panics;
pub mod person;
pub mod plan;
pub mod seeds;
mod shell;
pub mod time;
pub mod wire;
pub mod world;

pub use world::World;
