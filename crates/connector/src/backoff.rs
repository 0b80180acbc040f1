//! How long to wait before the next try.

use std::time::Duration;

/// Doubling spans with a random part (full jitter): a server that comes back is not met by everybody at once.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    tries: u32,
}

impl Backoff {
    /// Begins with a span and doubles up to another.
    pub fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, tries: 0 }
    }

    /// It worked: the next wait is a short one.
    pub fn reset(&mut self) {
        self.tries = 0;
    }

    /// The next wait: at least half of its span. `chance` is any number.
    pub fn next(&mut self, chance: u32) -> Duration {
        let span = self.first.saturating_mul(1 << self.tries.min(20)).min(self.most);
        self.tries = self.tries.saturating_add(1);
        let half = span / 2;
        half + half.mul_f64(f64::from(chance) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_double_up_to_the_most_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5));
        let longest = |backoff: &mut Backoff| backoff.next(u32::MAX).as_millis();
        assert_eq!([(); 4].map(|()| longest(&mut backoff)), [1_000, 2_000, 4_000, 5_000]);
        assert_eq!(backoff.next(0), Duration::from_millis(2_500));
        backoff.reset();
        assert_eq!(longest(&mut backoff), 1_000);
    }
}
