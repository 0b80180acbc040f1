//! Did each acknowledgement wait for the disk?

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use tieline_protocol::DraftId;

use crate::{acks::Ack, trace::Event};

/// SQLite's file format, 4.1 and 4.2: the WAL begins with a header, and each frame is a header and a page.
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// An acknowledgement that nobody could have kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Its draft was not written before it left.
    NotWritten(DraftId),
    /// Its draft was written, but no sync that began after its transaction's last byte had ended when it left.
    AheadOfSync(DraftId),
}

/// When a draft's transaction was complete in the WAL: the event of its last byte.
type Commits = HashMap<[u8; 16], usize>;

/// When each acknowledged draft was in the WAL, and when it was on the disk.
pub(crate) struct Order {
    commits: Commits,
    syncs: BTreeMap<usize, usize>,
}

impl Order {
    pub(crate) fn of(events: &[Event], acks: &[Ack], wal: &Path, page_bytes: usize) -> Self {
        Self { commits: commits(events, acks, wal, page_bytes), syncs: syncs(events, wal) }
    }

    /// Every acknowledgement that was ahead of its sync.
    pub(crate) fn check(&self, acks: &[Ack]) -> Vec<Flaw> {
        let flaw = |ack: &Ack| {
            let written =
                self.commits.get(ack.draft_id.0.as_bytes()).is_some_and(|commit| *commit < ack.event);
            if !written {
                return Some(Flaw::NotWritten(ack.draft_id));
            }
            let is_kept = self.sync_of(ack).is_some_and(|(_, ended)| ended < ack.event);
            (!is_kept).then_some(Flaw::AheadOfSync(ack.draft_id))
        };
        acks.iter().filter_map(flaw).collect()
    }

    /// The sync after whose end a draft is on the disk: of those that began after its commit, the one that ended first.
    pub(crate) fn sync_of(&self, ack: &Ack) -> Option<(usize, usize)> {
        let commit = self.commits.get(ack.draft_id.0.as_bytes())?;
        let covering = self.syncs.range(commit..).map(|(began, ended)| (*began, *ended));
        covering.min_by_key(|(_, ended)| *ended)
    }
}

/// The syncs of the WAL: beginning and end.
fn syncs(events: &[Event], wal: &Path) -> BTreeMap<usize, usize> {
    let mut begun = HashMap::new();
    let mut syncs = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        match event {
            Event::SyncBegan { file, thread } if file == wal => drop(begun.insert(thread, place)),
            Event::SyncEnded { file, thread } if file == wal => {
                let began = begun.remove(thread).expect("what ends has begun");
                syncs.insert(began, place);
            }
            _ => {}
        }
    }
    syncs
}

fn commits(events: &[Event], acks: &[Ack], wal: &Path, page_bytes: usize) -> Commits {
    let wanted: HashMap<[u8; 16], ()> = acks.iter().map(|ack| (ack.draft_id.0.into_bytes(), ())).collect();
    let mut commits = Commits::new();
    // Drafts in pages of the transaction that is being written.
    let mut open: Vec<[u8; 16]> = Vec::new();
    let mut is_last = false;
    for (place, event) in events.iter().enumerate() {
        let Event::Wrote { file, at, bytes } = event else { continue };
        if file != wal || *at < WAL_HEADER {
            continue;
        }
        let within = (at - WAL_HEADER) % (FRAME_HEADER + page_bytes);
        if within == 0 {
            // The second word is the file's size after a commit, and 0 in a transaction's other frames.
            is_last = bytes[4..8] != [0; 4];
        }
        if within + bytes.len() < FRAME_HEADER + page_bytes && within == 0 {
            continue;
        }
        open.extend(bytes.windows(16).filter_map(|bytes| {
            let id: [u8; 16] = bytes.try_into().ok()?;
            // Ids begin with the time, so that most bytes are passed over quickly.
            (bytes[0] <= 2 && wanted.contains_key(&id)).then_some(id)
        }));
        if is_last {
            for id in open.drain(..) {
                // Its page may be written again later, for a neighbour's sake.
                commits.entry(id).or_insert(place);
            }
        }
    }
    commits
}
