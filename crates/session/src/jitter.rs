//! Chance without a random source: a tiny generator that the shell seeds, so that a run can be repeated exactly.

use tieline_protocol::Millis;

/// SplitMix64. Good enough to spread clients over time; never used where guessing would hurt.
#[derive(Clone, Debug)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A length of time from nothing up to, and with, `most`.
    pub(crate) fn up_to(&mut self, most: Millis) -> Millis {
        Millis(self.next() % most.0.saturating_add(1))
    }

    /// Ten bytes for an id that only this end has to tell from its others.
    pub(crate) fn bytes(&mut self) -> [u8; 10] {
        let (high, low) = (self.next().to_be_bytes(), self.next().to_be_bytes());
        let [a, b, c, d, e, f, g, h] = high;
        let [i, j, ..] = low;
        [a, b, c, d, e, f, g, h, i, j]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_gives_the_same_moments_and_none_is_too_late() {
        let (mut one, mut other) = (Jitter::new(7), Jitter::new(7));
        let drawn: Vec<_> = (0..1000).map(|_| one.up_to(Millis(500))).collect();
        assert_eq!(drawn, (0..1000).map(|_| other.up_to(Millis(500))).collect::<Vec<_>>());
        assert!(drawn.iter().all(|moment| moment.0 <= 500));
        assert!(drawn.iter().any(|moment| moment.0 < 50) && drawn.iter().any(|moment| moment.0 > 450));
        assert_eq!(one.up_to(Millis(0)), Millis(0));
    }
}
