//! What one client saw of its own words, in the order in which it saw it.

use tieline_protocol::{DraftId, Seq, SessionId};

/// One fact. There may be any number of `Sent` for a draft, and of `Acknowledged`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It went out. Whether it arrived is not known.
    Sent {
        /// Where.
        session: SessionId,
        /// What.
        draft_id: DraftId,
    },
    /// The gateway says that it is in the log, there.
    Acknowledged {
        /// Where.
        session: SessionId,
        /// What.
        draft_id: DraftId,
        /// At which place.
        seq: Seq,
    },
}

/// A client's facts, oldest first.
pub type History = Vec<Fact>;
