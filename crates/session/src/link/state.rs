//! Where a connection can be, and what that means to a person and to the timer.

use tieline_protocol::Millis;

use super::Link;
use crate::{
    alarm::{Alarm, earlier},
    screen::Notice,
};

/// Where the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody wants it yet.
    Idle,
    /// A socket is being opened.
    Dialling { limit: Alarm },
    /// `hello` is out.
    Greeting { limit: Alarm, late: Alarm },
    /// `welcome` came. `silent`: then the peer counts as dead.
    Live { silent: Alarm, probe: Option<Alarm> },
    /// A pause before the next dial.
    Waiting { until: Alarm },
    /// The page was asked for a token or ticket. `again`: then it is asked once more.
    Asking { what: Lack, again: Alarm },
    /// The page is frozen or left.
    Asleep,
    /// The gateway will not have this page. Final.
    Refused,
    /// This build is too old. Final.
    Outdated,
}

impl State {
    pub(super) fn has_socket(self) -> bool {
        matches!(self, Self::Dialling { .. } | Self::Greeting { .. } | Self::Live { .. })
    }
}

/// What the next `hello` lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// A proof of identity.
    Token,
    /// An embed ticket.
    Ticket,
}

/// What a refused connection needs before the next dial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cure {
    /// Time.
    Pause {
        /// The gateway's wish.
        at_least: Millis,
    },
    /// The page's help.
    Ask(Lack),
    /// Nothing: what was wrong is mended already.
    None,
}

impl Link {
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, State::Live { .. })
    }

    pub(crate) fn is_greeting(&self) -> bool {
        matches!(self.state, State::Greeting { .. })
    }

    pub(crate) fn has_been_live(&self) -> bool {
        self.has_been_live
    }

    /// The gateway will not have this page, whatever is tried.
    pub(crate) fn is_refused(&self) -> bool {
        self.state == State::Refused
    }

    pub(crate) fn next_wake(&self, now: Millis) -> Option<Millis> {
        let deadline = match self.state {
            State::Dialling { limit } | State::Greeting { limit, .. } => Some(limit.due_at()),
            State::Live { silent, probe } => {
                let soonest = earlier(probe.map(Alarm::due_at), self.next.due_at());
                earlier(Some(silent.due_at()), soonest)
            }
            State::Waiting { until } => Some(until.due_at()),
            State::Asking { again, .. } => Some(again.due_at()),
            State::Idle | State::Asleep | State::Refused | State::Outdated => None,
        };
        let notice = self.down.map(Alarm::due_at).filter(|due| *due > now);
        earlier(deadline, notice)
    }

    /// What a person should know of the connection.
    pub(crate) fn notice(&self, now: Millis) -> Option<Notice> {
        match self.state {
            State::Refused => return Some(Notice::Refused),
            State::Outdated => return Some(Notice::MustReload),
            State::Idle | State::Asleep | State::Live { .. } => return None,
            _ if self.is_signed_out => return Some(Notice::SignedOut),
            _ => {}
        }
        self.down.filter(|down| down.is_due(now)).map(|_| match self.is_offline {
            true => Notice::Offline,
            false if self.has_been_live => Notice::Reconnecting,
            false => Notice::Connecting,
        })
    }
}
