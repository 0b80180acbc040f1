//! How much, how fast. A token bucket that is told the time.

use tieline_protocol::Millis;

/// How fast a bucket fills, and how much it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once. 0 switches the limit off.
    pub burst: u32,
    /// In the long run.
    pub per_minute: u32,
}

impl Rate {
    /// No limit.
    pub const OFF: Self = Self { burst: 0, per_minute: 0 };

    /// Whether there is no limit.
    pub fn is_off(self) -> bool {
        self.burst == 0
    }
}

/// Parts of a token that a bucket counts in: a token a minute is one part a millisecond.
const PARTS: u64 = 60_000;

/// A token bucket. Time that runs backwards adds nothing and takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    rate: Rate,
    parts: u64,
    filled_at: Millis,
}

impl Bucket {
    /// A full bucket.
    pub fn full(rate: Rate, now: Millis) -> Self {
        Self { rate, parts: capacity(rate), filled_at: now }
    }

    /// Takes one token.
    ///
    /// # Errors
    /// With the time until there is one.
    pub fn take(&mut self, now: Millis) -> Result<(), Millis> {
        if self.rate.is_off() {
            return Ok(());
        }
        self.fill(now);
        if self.parts >= PARTS {
            self.parts -= PARTS;
            return Ok(());
        }
        let missing = PARTS - self.parts;
        Err(Millis(missing.div_ceil(u64::from(self.rate.per_minute).max(1))))
    }

    /// Whether nothing would be lost by forgetting the bucket.
    pub fn is_full(&mut self, now: Millis) -> bool {
        self.fill(now);
        self.parts >= capacity(self.rate)
    }

    fn fill(&mut self, now: Millis) {
        let passed = now - self.filled_at;
        self.filled_at = self.filled_at.max(now);
        let added = passed.0.saturating_mul(u64::from(self.rate.per_minute));
        self.parts = self.parts.saturating_add(added).min(capacity(self.rate));
    }
}

fn capacity(rate: Rate) -> u64 {
    u64::from(rate.burst).saturating_mul(PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 2, per_minute: 60 };

    #[test]
    fn burst_then_one_a_second() {
        let mut bucket = Bucket::full(RATE, Millis(0));
        let taken: Vec<_> = [0, 0, 0, 400, 1000, 1000].map(|at| bucket.take(Millis(at))).into();
        assert_eq!(taken, [Ok(()), Ok(()), Err(Millis(1000)), Err(Millis(600)), Ok(()), Err(Millis(1000))]);
    }

    #[test]
    fn waiting_as_long_as_told_is_enough() {
        let mut bucket = Bucket::full(Rate { burst: 1, per_minute: 7 }, Millis(0));
        assert_eq!(bucket.take(Millis(0)), Ok(()));
        let wait = bucket.take(Millis(5)).unwrap_err();
        assert_eq!(bucket.take(Millis(5) + wait), Ok(()));
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing() {
        let mut bucket = Bucket::full(Rate { burst: 1, per_minute: 60 }, Millis(10_000));
        assert_eq!(bucket.take(Millis(10_000)), Ok(()));
        assert!(bucket.take(Millis(2_000)).is_err());
        assert!(bucket.take(Millis(10_500)).is_err());
        assert_eq!(bucket.take(Millis(11_000)), Ok(()));
    }

    #[test]
    fn off_is_off() {
        let mut bucket = Bucket::full(Rate::OFF, Millis(0));
        assert!((0..1000).all(|_| bucket.take(Millis(0)).is_ok()));
    }
}
