//! Simulated time, as the time of day.

use std::time::Duration;

use tieline_protocol::Millis;

/// When every simulation begins.
pub const EPOCH: Millis = Millis(1_780_000_000_000);

/// The time of day within the simulation; outside of it, that of its beginning.
pub fn now() -> Millis {
    EPOCH + millis(turmoil::sim_elapsed().unwrap_or_default())
}

/// A length of time.
pub fn millis(time: Duration) -> Millis {
    Millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
