//! What became of a caller.

use std::time::Duration;

use tieline_protocol::Seq;

/// What became of a caller.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Connections that were welcome.
    pub welcomes: usize,
    /// Of these, how many began while another one still served.
    pub switches: usize,
    /// Connections that ended before there was a next one.
    pub cuts: usize,
    /// The longest time between two welcomes without a connection.
    pub longest_offline: Duration,
    /// Milliseconds from the first time that a draft was said to its acknowledgement.
    pub answers_ms: Vec<u32>,
    /// Handshakes answered with a status: the status, and whether it said when to come back.
    pub turned_away: Vec<(u16, bool)>,
    /// Refusals of drafts for good.
    pub refused: usize,
    /// How far its view got.
    pub shown: Seq,
    /// Drafts that wait still.
    pub waiting: usize,
    /// What it still wanted to read, if anything.
    pub missing: Option<String>,
}
