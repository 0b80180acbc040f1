//! How much of a log is unread, where only a stretch of it is here.
//!
//! What is here is counted here. Of the rest the gateway said how much there is, when it last told how far the log reaches.

use tieline_protocol::{Seq, server::SessionState};

/// The gateway's count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// This side had read up to here.
    read: Seq,
    /// The log reached up to here.
    last: Seq,
    /// What the other side said in between.
    unread: u32,
}

impl Tally {
    /// The count in a session's head, if it has one.
    pub(crate) fn of(state: &SessionState, is_visiting: bool) -> Option<Self> {
        let own = state.cursors.iter().filter(|cursor| cursor.role.is_visiting() == is_visiting);
        let read = own.map(|cursor| cursor.read).fold(Seq::ZERO, Seq::max);
        state.unread.map(|unread| Self { read, last: state.last, unread })
    }

    /// Where the log ended when it was counted.
    pub(crate) fn last(&self) -> Seq {
        self.last
    }

    /// What is unread and not in the copy, now that this side has read up to `read`. `copy`: its places, newest first, and
    /// whether what stands there was counted: the other side's words. If somebody has read a part of what is not here, this is the most that it
    /// can be.
    pub(crate) fn elsewhere(&self, read: Seq, copy: impl Iterator<Item = (Seq, bool)>) -> u32 {
        let read = read.max(self.read);
        let (mut unread, mut places) = (self.unread, self.last.0.saturating_sub(read.0));
        if places == 0 {
            return 0;
        }
        let counted = copy.skip_while(|(seq, _)| *seq > self.last).take_while(|(seq, _)| *seq > self.read);
        for (seq, is_counted) in counted {
            if is_counted {
                unread = unread.saturating_sub(1);
            }
            if seq > read {
                places = places.saturating_sub(1);
            }
        }
        unread.min(u32::try_from(places).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing was read of nine lines; the fifth is this side's own, as is the tenth, which came later.
    const TALLY: Tally = Tally { read: Seq(0), last: Seq(9), unread: 8 };

    fn elsewhere(read: u64, copy: std::ops::RangeInclusive<u64>) -> u32 {
        TALLY.elsewhere(Seq(read), copy.rev().map(|seq| (Seq(seq), seq != 5 && seq != 10)))
    }

    #[test]
    fn what_is_not_here_is_the_rest_of_the_count() {
        for (copy, expected) in
            [(20..=20, 8), (9..=9, 7), (9..=12, 7), (5..=10, 4), (4..=9, 3), (1..=9, 0), (10..=12, 8)]
        {
            assert_eq!(elsewhere(0, copy.clone()), expected, "{copy:?}");
        }
    }

    #[test]
    fn what_was_read_meanwhile_is_taken_off() {
        for (read, copy, expected) in
            [(9, 9..=9, 0), (12, 9..=12, 0), (8, 9..=9, 0), (7, 9..=9, 1), (7, 7..=9, 0), (2, 9..=9, 6)]
        {
            assert_eq!(elsewhere(read, copy.clone()), expected, "{read} {copy:?}");
        }
    }

    #[test]
    fn without_a_count_nothing_is_said_of_the_rest() {
        assert_eq!(Tally::default().elsewhere(Seq(0), [(Seq(9), true)].into_iter()), 0);
    }
}
