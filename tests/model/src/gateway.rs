//! A gateway's half of the contract, and what lies between it and an end.
//!
//! A connection is TCP: what an end says arrives in order, late, or not at all once the connection is broken. What a gateway
//! says arrives at once or never: an end that hears late differs in nothing from one whose next words arrive late.

use std::collections::{BTreeSet, VecDeque};

use tieline_protocol::Seq;

use crate::log::Draft;

/// From an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Up {
    /// Log this.
    Send(Draft),
    /// What stands after that place?
    History(Seq),
}

/// To an end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Down {
    /// In; and all that stands after the cursor of the hello.
    Welcome(Vec<(Seq, Draft)>),
    /// The draft is on disk, there.
    Ok(Seq, Draft),
    /// A line of the log.
    Entry(Seq, Draft),
    /// The answer to `history`.
    Page(Vec<(Seq, Draft)>),
    /// Where the log ends: a ping with heads.
    Head(Seq),
    /// Not now: say it again.
    Busy(Draft),
    /// Come back elsewhere.
    Drain,
}

/// What a connection waits for. Meanwhile it reads nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// In the log; the answer is still to be given.
    Committed(Seq, Draft),
    /// Answered, and not in the log: only a flaw leads here.
    Promised(Draft),
}

/// One connection, both halves of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// Which gateway.
    pub gateway: usize,
    /// Underway to the gateway.
    pub up: VecDeque<Up>,
    /// The command that the gateway is at.
    pub work: Option<Work>,
    /// Nothing reaches the end any more, and it has not noticed.
    pub is_broken: bool,
    /// The end was told to leave, and is served until it has.
    pub is_draining: bool,
}

impl Link {
    /// To that gateway.
    pub fn to(gateway: usize) -> Self {
        Self { gateway, up: VecDeque::new(), work: None, is_broken: false, is_draining: false }
    }

    /// Drafts that may reach the log yet though the end has left, in their order.
    pub fn afterlife(&self) -> Vec<Draft> {
        let drafts = self.up.iter().filter_map(|frame| match frame {
            Up::Send(draft) => Some(*draft),
            Up::History(_) => None,
        });
        drafts.collect()
    }
}

/// What a gateway is up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// At work.
    #[default]
    Up,
    /// Sends its guests away and takes no new ones.
    Draining,
    /// Gone, with everything that was not on disk.
    Down,
}

/// One gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gateway {
    /// What it is up to.
    pub phase: Phase,
    /// Committed here; nobody has been told.
    pub unannounced: BTreeSet<Seq>,
    /// Heard of over the bus; its guests have not been told.
    pub heard: BTreeSet<Seq>,
}
