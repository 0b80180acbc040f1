//! How long a live peer's proof holds, and what happens as it ends.
//!
//! A minute ahead the peer is told. Past the end it reads for another minute, which `authz` sees to; then it is over. A fresh
//! proof at any moment before that begins anew.

use tieline_protocol::Millis;

use crate::principal::READ_ONLY_FOR;

/// Time enough to ask the page, and the page its backend.
const TELL_BEFORE: Millis = Millis::secs(60);

/// A proof that held when it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    ends_at: Option<Millis>,
    is_told: bool,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Tell the peer that the proof ends then.
    Tell(Millis),
    /// Close.
    Over,
}

impl Proof {
    /// One that ends then, or never.
    pub(super) fn new(ends_at: Option<Millis>) -> Self {
        Self { ends_at, is_told: false }
    }

    /// The same, once the peer was told.
    pub(super) fn told(self) -> Self {
        Self { is_told: true, ..self }
    }

    /// When [`Self::due`] has something.
    pub(super) fn next_wake(self) -> Option<Millis> {
        let ends_at = self.ends_at?;
        Some(if self.is_told { ends_at + READ_ONLY_FOR } else { ends_at - TELL_BEFORE })
    }

    /// What is due by now.
    pub(super) fn due(self, now: Millis) -> Option<Due> {
        let ends_at = self.ends_at?;
        if ends_at + READ_ONLY_FOR <= now {
            return Some(Due::Over);
        }
        (!self.is_told && ends_at - TELL_BEFORE <= now).then_some(Due::Tell(ends_at))
    }
}
