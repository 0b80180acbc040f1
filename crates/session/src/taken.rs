//! Own words that the log took, remembered for the day on which it loses its tail.
//!
//! A restored backup is another generation of the log, and may lack what was acknowledged last. What this page said itself
//! it says again, under the same ids: a line that is there after all stays one line.

use tieline_protocol::Seq;

use crate::{effect::Record, outbox::Outbox, timeline::Timeline};

/// What a restored backup lacks is minutes old; more would only cost room.
const MOST: usize = 100;

/// The own words of one chat in this page's life.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Newest last.
    known: Vec<(Seq, Record)>,
    /// Of an older generation of the log, until the new one is read.
    doubted: Vec<(Seq, Record)>,
}

impl Taken {
    /// The log has it.
    pub(crate) fn remember(&mut self, seq: Seq, record: Record) {
        let surplus = (self.known.len() + 1).saturating_sub(MOST);
        self.known.drain(..surplus);
        self.known.push((seq, record));
    }

    /// Another generation of the log began.
    pub(crate) fn doubt(&mut self) {
        self.doubted.append(&mut self.known);
    }

    /// What the new generation has not. Nothing before its copy reaches the log's end.
    pub(crate) fn take_lost(&mut self, timeline: &Timeline, outbox: &Outbox) -> Vec<Record> {
        if timeline.is_blank() || timeline.has_gap() || timeline.lacks_newer() {
            return Vec::new();
        }
        let mut lost = Vec::new();
        for (seq, record) in std::mem::take(&mut self.doubted) {
            if !timeline.lacks(seq, record.draft_id) {
                self.remember(seq, record);
            } else if !outbox.holds(record.draft_id) {
                lost.push(record);
            }
        }
        lost
    }
}
