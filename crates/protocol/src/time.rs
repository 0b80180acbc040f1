//! Time as a number. The clocks of `std` panic on wasm32-unknown-unknown (rust-lang/rust#48564), so no `Instant` here.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// Milliseconds: a moment since the Unix epoch, or a length of time. Arithmetic saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// So many whole seconds.
    pub const fn secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// So many whole minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self::secs(minutes.saturating_mul(60))
    }
}

impl Add for Millis {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Millis {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
