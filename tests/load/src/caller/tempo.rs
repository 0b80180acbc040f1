//! What a caller is like, and what all callers are to do.

use std::time::Duration;

/// How fast and how patient.
#[derive(Clone, Copy, Debug)]
pub struct Tempo {
    /// The mean time between two things it says. `None`: it only reads.
    pub pause: Option<Duration>,
    /// How many drafts may wait before it stops to type.
    pub most_waiting: usize,
    /// No answer for so long: the connection is given up.
    pub patience: Duration,
    /// The first backoff spans up to so much, each further one twice as much,
    pub backoff: Duration,
    /// up to this.
    pub longest_backoff: Duration,
}

impl Default for Tempo {
    fn default() -> Self {
        Self {
            pause: Some(Duration::from_millis(200)),
            most_waiting: 20,
            patience: Duration::from_secs(10),
            backoff: Duration::from_millis(500),
            longest_backoff: Duration::from_secs(30),
        }
    }
}

/// What everybody is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Talk.
    #[default]
    Talking,
    /// Say what still waits, and nothing new.
    FallingSilent,
    /// Read to the end, and leave.
    Settling,
    /// Leave at once.
    Over,
}
