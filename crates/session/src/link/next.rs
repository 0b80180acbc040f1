//! The second connection, opened beside one whose gateway is about to leave.
//!
//! Invariant: the first serves until the second was welcomed, so nobody is ever without a line. If the first goes earlier,
//! the second takes its place at whatever stage it is.

use tieline_protocol::{CloseCode, Millis, Retry};

use super::{DIAL_LIMIT, HELLO_LATE, HELLO_LIMIT, Link, state::State};
use crate::{alarm::Alarm, effect::Effect};

/// A gateway that stops does so within that; a wish for longer is a slip.
const LONGEST_SPREAD: Millis = Millis::minutes(10);
/// A failed second connection is tried again soon: the first is cut at a moment that is not told by our clock.
const MOST_TRIES: u32 = 2;

/// Where the second connection is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Next {
    /// Nobody asked for one.
    #[default]
    Unwanted,
    /// It is dialled then.
    Resting { until: Alarm, tries: u32 },
    /// Its socket is being opened.
    Dialling { limit: Alarm, tries: u32 },
    /// Its `hello` is out.
    Greeting { limit: Alarm, late: Alarm, tries: u32 },
    /// The other gateway will not have this end: the first connection serves for as long as it lasts.
    GivenUp,
}

impl Next {
    pub(super) fn due_at(self) -> Option<Millis> {
        match self {
            Self::Resting { until: alarm, .. }
            | Self::Dialling { limit: alarm, .. }
            | Self::Greeting { limit: alarm, .. } => Some(alarm.due_at()),
            Self::Unwanted | Self::GivenUp => None,
        }
    }
}

impl Link {
    /// The gateway leaves: be elsewhere at a moment of our own within `spread`.
    pub(crate) fn drain(&mut self, now: Millis, spread: Millis) {
        if self.is_live() && self.next == Next::Unwanted {
            let spread = spread.min(LONGEST_SPREAD);
            self.expect_restart(now, spread);
            // The last quarter is for the second connection's way.
            let moment = self.jitter.up_to(spread - Millis(spread.0 / 4));
            self.next = Next::Resting { until: Alarm::after(now, moment), tries: 0 };
        }
    }

    /// The second socket is open. True: say hello on it.
    pub(crate) fn next_opened(&mut self, now: Millis) -> bool {
        let Next::Dialling { tries, .. } = self.next else { return false };
        let (limit, late) = (Alarm::after(now, HELLO_LIMIT), Alarm::after(now, HELLO_LATE));
        self.next = Next::Greeting { limit, late, tries };
        true
    }

    /// The second connection waits for its `welcome`.
    pub(crate) fn is_next_greeting(&self) -> bool {
        matches!(self.next, Next::Greeting { .. })
    }

    /// The second socket closed, or could not be opened. The first goes on.
    pub(crate) fn next_closed(&mut self, now: Millis, code: CloseCode) {
        match self.next {
            Next::Dialling { tries, .. } | Next::Greeting { tries, .. } => match code.retry() {
                Retry::Later => self.rest_next(now, tries),
                // What is wrong with this end is cured when the first connection is cut.
                Retry::SignIn | Retry::Never => self.next = Next::GivenUp,
            },
            Next::Unwanted | Next::Resting { .. } | Next::GivenUp => {}
        }
    }

    /// Time has passed.
    pub(super) fn tick_next(&mut self, now: Millis, out: &mut Vec<Effect>) {
        match self.next {
            Next::Resting { until, tries } if until.is_due(now) => {
                self.next = Next::Dialling { limit: Alarm::after(now, DIAL_LIMIT), tries };
                out.push(Effect::DialNext);
            }
            Next::Dialling { limit, tries } | Next::Greeting { limit, tries, .. } if limit.is_due(now) => {
                out.push(Effect::DropNext);
                self.rest_next(now, tries);
            }
            _ => {}
        }
    }

    /// The first connection is gone. True: the second stands in its place.
    pub(super) fn promote(&mut self, out: &mut Vec<Effect>) -> bool {
        let state = match std::mem::take(&mut self.next) {
            Next::Dialling { limit, .. } => State::Dialling { limit },
            Next::Greeting { limit, late, .. } => State::Greeting { limit, late },
            Next::Unwanted | Next::Resting { .. } | Next::GivenUp => return false,
        };
        self.state = state;
        out.push(Effect::Switch);
        true
    }

    /// Nothing more is wanted of the second connection.
    pub(super) fn drop_next(&mut self, out: &mut Vec<Effect>) {
        if matches!(std::mem::take(&mut self.next), Next::Dialling { .. } | Next::Greeting { .. }) {
            out.push(Effect::DropNext);
        }
    }

    fn rest_next(&mut self, now: Millis, tries: u32) {
        let pause = self.pause_after(tries.min(MOST_TRIES));
        self.next = Next::Resting { until: Alarm::after(now, pause), tries: tries.saturating_add(1) };
    }
}
