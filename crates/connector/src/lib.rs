//! The seam between the gateway and another platform, on which the merchant's own client lives.
//!
//! A connector carries sessions to accounts of its platform and back. It keeps nothing: what was handed over and how far the
//! platform was read is the [`Host`]'s to keep, in the same commit as the entry that came of it. So a connector may be killed at
//! any moment and begin again; what it says twice is one line of the log, as the draft's id is made of the platform's own name
//! for it.
//!
//! Read next: [`host`] for the contract, [`words`] for what a client without cards and forms is shown, [`command`] for what a
//! merchant without a desk may write in the room, [`patience`] for what a connector does while the store cannot answer.

pub mod backoff;
pub mod base32;
pub mod bridge;
pub mod card;
pub mod command;
pub mod host;
pub mod patience;
pub mod whom;
pub mod words;

pub use bridge::{Assigned, Assignee, Bridge, Due, Handed, Quote};
pub use host::{Heard, Hint, Host, Refused, Said, Standing, Taken, Trouble};

/// A platform that a connector speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Platform {
    /// Any XMPP server, by an external component (XEP-0114).
    Xmpp,
    /// Any Matrix homeserver, by an application service.
    Matrix,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Xmpp, Self::Matrix];

    /// Its name in the store, in the configuration, and before an account: `xmpp:mia@shop.example`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xmpp => "xmpp",
            Self::Matrix => "matrix",
        }
    }
}
