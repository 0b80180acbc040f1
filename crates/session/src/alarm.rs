//! A moment to wait for, that a clock set back cannot push out of reach.

use tieline_protocol::Millis;

/// Set at one moment, due at another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alarm {
    set_at: Millis,
    due_at: Millis,
}

impl Alarm {
    pub(crate) fn after(now: Millis, wait: Millis) -> Self {
        Self { set_at: now, due_at: now + wait }
    }

    pub(crate) fn due_at(self) -> Millis {
        self.due_at
    }

    /// It was set so long ago.
    pub(crate) fn has_run(self, now: Millis, time: Millis) -> bool {
        now - self.set_at >= time
    }

    /// Before it was set is also late: somebody has put the clock back, and waiting an hour for it would be wrong.
    pub(crate) fn is_due(self, now: Millis) -> bool {
        now >= self.due_at || now < self.set_at
    }
}

/// The earlier of two moments, where none means never.
pub(crate) fn earlier(one: Option<Millis>, other: Option<Millis>) -> Option<Millis> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_late_or_when_the_clock_went_back() {
        let alarm = Alarm::after(Millis(1000), Millis(500));
        for (now, expected) in [(1000, false), (1499, false), (1500, true), (9000, true), (999, true)] {
            assert_eq!(alarm.is_due(Millis(now)), expected, "at {now}");
        }
        assert_eq!(earlier(None, Some(Millis(2))), Some(Millis(2)));
        assert_eq!(earlier(Some(Millis(1)), Some(Millis(2))), Some(Millis(1)));
    }
}
