//! What happens to bytes on their way.

use std::time::Duration;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// What the client says.
    ToServer,
    /// What the server says.
    ToClient,
}

impl Way {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::ToServer, Self::ToClient];
}

/// What becomes of the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// They arrive.
    #[default]
    Pass,
    /// They wait until the weather changes, as when a cable is out and TCP repeats itself.
    Hold,
    /// They are taken and never arrive, nor does the end of the stream: a black hole, without a reset.
    Swallow,
}

/// The state of one direction. The default lets everything through at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// What becomes of the bytes.
    pub fate: Fate,
    /// They arrive so much later.
    pub delay: Duration,
    /// And up to so much later than that. Never one before another: this is TCP.
    pub jitter: Duration,
    /// The largest piece that is written at once. 1 cuts every frame into its bytes.
    pub piece_bytes: Option<usize>,
    /// How much gets through a second.
    pub bytes_per_second: Option<u32>,
    /// A connection is reset once so many of its bytes have passed: in the middle of a frame, if one likes.
    pub reset_after_bytes: Option<u64>,
}

impl Weather {
    /// Nothing arrives, and nobody is told.
    pub const BLACK_HOLE: Self = Self { fate: Fate::Swallow, ..Self::CALM };
    /// Nothing arrives until it is over.
    pub const STANDSTILL: Self = Self { fate: Fate::Hold, ..Self::CALM };
    /// Everything arrives at once.
    pub const CALM: Self = Self {
        fate: Fate::Pass,
        delay: Duration::ZERO,
        jitter: Duration::ZERO,
        piece_bytes: None,
        bytes_per_second: None,
        reset_after_bytes: None,
    };

    /// Everything arrives so much later, give or take.
    pub const fn slow(delay: Duration, jitter: Duration) -> Self {
        Self { delay, jitter, ..Self::CALM }
    }

    /// Everything arrives in pieces of that size.
    pub const fn sliced(piece_bytes: usize) -> Self {
        Self { piece_bytes: Some(piece_bytes), ..Self::CALM }
    }
}
