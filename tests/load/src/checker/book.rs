//! The lines about one session, as the rules want to look them up.

use std::collections::{BTreeMap, HashMap};

use tieline_protocol::{DraftId, Seq};

use crate::history::{Fact, Line};

/// One session's lines.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// What clients saw, in order.
    pub(super) seen: Vec<Line>,
    /// The log, in the order in which it was read.
    pub(super) log: Vec<(Seq, DraftId, Line)>,
    /// Each draft's lines.
    pub(super) drafts: HashMap<DraftId, Lines>,
    /// Where each draft stands first.
    places: HashMap<DraftId, (Seq, Line)>,
    by_place: BTreeMap<Seq, (DraftId, Line)>,
}

/// The lines about one draft.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) sent: Vec<Line>,
    pub(super) refused: Vec<Line>,
}

impl Book {
    pub(super) fn of(lines: Vec<Line>) -> Self {
        let mut book = Self::default();
        for line in lines {
            match line.fact {
                Fact::Logged { seq, draft_id, .. } => {
                    book.log.push((seq, draft_id, line));
                    book.places.entry(draft_id).or_insert((seq, line));
                    book.by_place.entry(seq).or_insert((draft_id, line));
                    continue;
                }
                Fact::Sent { draft_id, .. } => book.drafts.entry(draft_id).or_default().sent.push(line),
                Fact::Refused { draft_id, .. } => book.drafts.entry(draft_id).or_default().refused.push(line),
                _ => {}
            }
            book.seen.push(line);
        }
        book
    }

    /// When the draft went out first.
    pub(super) fn first_sent(&self, draft_id: DraftId) -> Option<Line> {
        self.drafts.get(&draft_id)?.sent.first().copied()
    }

    /// Where the draft stands.
    pub(super) fn place_of(&self, draft_id: DraftId) -> Option<(Seq, Line)> {
        self.places.get(&draft_id).copied()
    }

    /// What stands there.
    pub(super) fn at(&self, seq: Seq) -> Option<(DraftId, Line)> {
        self.by_place.get(&seq).copied()
    }
}
