//! Drafts waiting for a place in the log.
//!
//! Invariant: a draft leaves only when an entry or `ok` bears its `DraftId`, or the person discards it. Losing the
//! connection never removes one. One at a time is on the wire, so the log's order is the order of typing.

use tieline_protocol::{Body, DraftId, Millis, Seq};

use crate::{alarm::Alarm, effect::Record, screen::Failure};

/// A draft older than this is not sent unasked: the answer to yesterday's question may be the wrong one today.
const STALE_AFTER: Millis = Millis::minutes(24 * 60);

/// How far a draft has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Waits for the link and for those before it.
    Queued,
    /// On the wire.
    Sending,
    /// In the log; shown here until the copy has caught up with its place.
    Accepted(Seq),
    /// Refused; waits for Retry or Delete.
    Failed(Failure),
}

/// A draft and what became of it so far.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) record: Record,
    pub(crate) stage: Stage,
    /// Not before then, because the gateway said so.
    not_before: Option<Alarm>,
    /// Temporary refusals in a row.
    pub(crate) tries: u32,
}

/// The drafts of one chat, in the order of typing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    rows: Vec<Waiting>,
}

impl Outbox {
    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &Waiting> {
        self.rows.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn push(&mut self, record: Record) {
        self.rows.push(Waiting { record, stage: Stage::Queued, not_before: None, tries: 0 });
    }

    pub(crate) fn holds(&self, draft_id: DraftId) -> bool {
        self.rows.iter().any(|row| row.record.draft_id == draft_id)
    }

    /// Every draft that is not in the log yet.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.rows.iter().filter(|row| !matches!(row.stage, Stage::Accepted(_))).map(|row| &row.record)
    }

    pub(crate) fn records_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.rows.iter_mut().filter(|row| !matches!(row.stage, Stage::Accepted(_))).map(|row| &mut row.record)
    }

    /// The draft whose turn it is. None while one is on the wire or the first must wait.
    pub(crate) fn next(&self, now: Millis) -> Option<&Record> {
        if self.rows.iter().any(|row| row.stage == Stage::Sending) {
            return None;
        }
        let first = self.rows.iter().find(|row| row.stage == Stage::Queued)?;
        first.not_before.is_none_or(|alarm| alarm.is_due(now)).then_some(&first.record)
    }

    pub(crate) fn mark_sending(&mut self, draft_id: DraftId) {
        self.change(draft_id, |row| row.stage = Stage::Sending);
    }

    /// No answer came: nobody knows whether the log has it, so it is said again under the same id.
    pub(crate) fn requeue(&mut self, draft_id: DraftId) {
        self.change(draft_id, |row| {
            if row.stage == Stage::Sending {
                row.stage = Stage::Queued;
            }
        });
    }

    /// The connection is gone, and with it every answer.
    pub(crate) fn requeue_all(&mut self) {
        for row in &mut self.rows {
            row.not_before = None;
            if row.stage == Stage::Sending {
                row.stage = Stage::Queued;
            }
        }
    }

    /// The gateway cannot take it just now.
    pub(crate) fn put_off(&mut self, draft_id: DraftId, until: Alarm) {
        self.change(draft_id, |row| {
            if row.stage == Stage::Sending {
                row.stage = Stage::Queued;
                row.not_before = Some(until);
                row.tries = row.tries.saturating_add(1);
            }
        });
    }

    pub(crate) fn tries(&self, draft_id: DraftId) -> u32 {
        self.rows.iter().find(|row| row.record.draft_id == draft_id).map_or(0, |row| row.tries)
    }

    /// The gateway will never take it. It is parked, the rest go on.
    pub(crate) fn fail(&mut self, draft_id: DraftId, why: Failure) {
        self.change(draft_id, |row| {
            // What the log has cannot fail any more, whatever a late answer says.
            if !matches!(row.stage, Stage::Accepted(_)) {
                row.stage = Stage::Failed(why);
            }
        });
    }

    /// Their session cannot be opened.
    pub(crate) fn fail_all(&mut self, why: Failure) {
        for row in &mut self.rows {
            if matches!(row.stage, Stage::Queued | Stage::Sending) {
                row.stage = Stage::Failed(why);
            }
        }
    }

    /// The log has it. Gives its words, if it was not known yet.
    pub(crate) fn accept(&mut self, draft_id: DraftId, seq: Seq) -> Option<Body> {
        let row = self.rows.iter_mut().find(|row| row.record.draft_id == draft_id)?;
        if matches!(row.stage, Stage::Accepted(_)) {
            return None;
        }
        row.stage = Stage::Accepted(seq);
        Some(row.record.body.clone())
    }

    /// The copy reaches up to there: what was accepted below stands in it, or is older than it.
    pub(crate) fn settle(&mut self, settled: Seq) {
        self.rows.retain(|row| !matches!(row.stage, Stage::Accepted(seq) if seq <= settled));
    }

    /// The copy was dropped; what the log had taken comes back with it.
    pub(crate) fn drop_accepted(&mut self) {
        self.rows.retain(|row| !matches!(row.stage, Stage::Accepted(_)));
    }

    /// The person asks again. Gives the record, which counts as typed now.
    pub(crate) fn retry(&mut self, draft_id: DraftId, now: Millis) -> Option<&Record> {
        let row = self.rows.iter_mut().find(|row| row.record.draft_id == draft_id)?;
        if !matches!(row.stage, Stage::Failed(_)) {
            return None;
        }
        (row.stage, row.not_before, row.tries) = (Stage::Queued, None, 0);
        row.record.made_at = now;
        Some(&row.record)
    }

    /// The person takes it back. Not while it is on the wire: it may stand in the log by now.
    pub(crate) fn discard(&mut self, draft_id: DraftId) -> bool {
        let before = self.rows.len();
        self.rows.retain(|row| {
            row.record.draft_id != draft_id || !matches!(row.stage, Stage::Queued | Stage::Failed(_))
        });
        self.rows.len() < before
    }

    /// Parks what has waited for more than a day.
    pub(crate) fn expire(&mut self, now: Millis) {
        for row in &mut self.rows {
            if row.stage == Stage::Queued && now - row.record.made_at > STALE_AFTER {
                row.stage = Stage::Failed(Failure::Expired);
            }
        }
    }

    /// When a draft may go on, or becomes stale.
    pub(crate) fn wakes(&self) -> impl Iterator<Item = Option<Millis>> {
        self.rows.iter().filter(|row| row.stage == Stage::Queued).flat_map(|row| {
            [row.not_before.map(Alarm::due_at), Some(row.record.made_at + STALE_AFTER + Millis(1))]
        })
    }

    /// Two chats turned out to be one session. What was typed first stays first.
    pub(crate) fn take_over(&mut self, other: Self) {
        self.rows.extend(other.rows);
        crate::order::sort_few(&mut self.rows, |row| row.record.made_at);
    }

    fn change(&mut self, draft_id: DraftId, change: impl FnOnce(&mut Waiting)) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.record.draft_id == draft_id) {
            change(row);
        }
    }
}

#[cfg(test)]
mod tests;
