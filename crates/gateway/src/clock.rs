//! The time of day, and a clock for one connection that never steps.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tieline_protocol::Millis;
use tokio::time::Instant;

/// The time of day.
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
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
