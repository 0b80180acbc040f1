//! The time of day, and a clock for one connection that never steps.

use std::{
    cell::Cell,
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tieline_protocol::Millis;
use tokio::time::Instant;

thread_local! {
    static STAND_IN: Cell<Option<fn() -> Millis>> = const { Cell::new(None) };
}

/// On this thread the time of day comes from there from now on. For simulations (`tests/turmoil`), where time is not real.
pub fn stand_in(time_of_day: fn() -> Millis) {
    STAND_IN.set(Some(time_of_day));
}

/// The time of day.
pub fn now() -> Millis {
    if let Some(time_of_day) = STAND_IN.get() {
        return time_of_day();
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// What buckets are filled by. It never steps: one that waited for the time of day to catch up would give nothing for an hour.
pub fn steady() -> Millis {
    if STAND_IN.get().is_some() {
        return now();
    }
    static CLOCK: OnceLock<Clock> = OnceLock::new();
    CLOCK.get_or_init(Clock::start).now()
}

/// Starts at the time of day and then runs evenly, so that a step of the system's clock does not cut every connection at once.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began_at: Millis,
    began: Instant,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self { began_at: now(), began: Instant::now() }
    }

    /// Its time.
    pub fn now(&self) -> Millis {
        self.began_at + Millis(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// The moment at which it shows that time, for a timer.
    pub fn moment(&self, at: Millis) -> Instant {
        self.began + Duration::from_millis((at - self.began_at).0)
    }
}
