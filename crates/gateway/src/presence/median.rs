//! From first answers to a number that can be promised.

use tieline_protocol::Millis;

/// Fewer say nothing.
const ENOUGH: usize = 3;

/// What people say, in minutes: nobody says "within 37 minutes".
const SAID: [u32; 12] = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440, 2_880];

/// Half of the answers came within so many minutes, rounded up to what one says. None: too few, or too slow to boast of.
pub(super) fn minutes_of(mut waits: Vec<Millis>) -> Option<u32> {
    if waits.len() < ENOUGH {
        return None;
    }
    waits.sort_unstable();
    let median = waits.get((waits.len() - 1) / 2)?;
    let minutes = u32::try_from(median.0.div_ceil(60_000)).ok()?;
    SAID.into_iter().find(|said| *said >= minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_rounded_up_to_what_one_says() {
        let minutes = |waits: &[u64]| minutes_of(waits.iter().map(|secs| Millis::secs(*secs)).collect());
        assert_eq!(minutes(&[10, 20]), None, "too few");
        assert_eq!(minutes(&[10, 20, 30]), Some(1));
        assert_eq!(minutes(&[400, 10, 100_000, 170]), Some(5), "one who slept does not count for all");
        assert_eq!(minutes(&[3_600, 3_600, 3_601]), Some(60));
        assert_eq!(minutes(&[900_000, 900_000, 900_000]), None);
    }
}
