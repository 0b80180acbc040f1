//! Drafts waiting for a place in the log.
//!
//! Invariant: a draft leaves only when an entry or `ok` bears its `DraftId`, or the person discards it. Losing the
//! connection never removes one. One at a time is on the wire, so the log's order is the order of typing.

use tieline_protocol::{Body, DraftId, FileCard, Millis, Seq};

use crate::{alarm::Alarm, effect::Record, screen::Failure};

/// A draft older than this is not sent unasked: the answer to yesterday's question may be the wrong one today.
const STALE_AFTER: Millis = Millis::minutes(24 * 60);

/// A store that does not answer for so long has failed: words do not wait for it.
const STORE_LIMIT: Millis = Millis::secs(1);
/// The tab that kept a draft has so long to say it. Then any other that knows of it does.
const OTHER_TABS_TURN: Millis = Millis::secs(10);
/// The same, where it has a file to upload first.
const OTHER_TABS_UPLOAD: Millis = Millis::minutes(2);

/// How far a draft has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// On its way to the store, which has until then to answer.
    Saving(Alarm),
    /// Waits for the link and for those before it.
    Queued,
    /// Its file's ticket is asked for.
    Asking,
    /// Its file is on its way, so many of a hundred.
    Uploading(u8),
    /// On the wire.
    Sending,
    /// In the log; shown here until the copy has caught up with its place.
    Accepted(Seq),
    /// Refused; waits for Retry or Delete.
    Failed(Failure),
}

impl Stage {
    /// It is its turn: those behind it wait.
    fn is_under_way(self) -> bool {
        matches!(self, Self::Asking | Self::Uploading(_) | Self::Sending)
    }
}

/// A draft and what became of it so far.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) record: Record,
    pub(crate) stage: Stage,
    /// Not before then, because the gateway said so.
    not_before: Option<Alarm>,
    /// Not before then, because another tab is saying it.
    hold: Option<Alarm>,
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

    /// Takes what the store already has.
    pub(crate) fn push(&mut self, record: Record) {
        self.rows.push(Waiting { record, stage: Stage::Queued, not_before: None, hold: None, tries: 0 });
    }

    /// Takes what the store is asked to keep at this moment.
    pub(crate) fn push_saving(&mut self, record: Record, now: Millis) {
        let stage = Stage::Saving(Alarm::after(now, STORE_LIMIT));
        self.rows.push(Waiting { record, stage, not_before: None, hold: None, tries: 0 });
    }

    /// Takes what nobody will ever take: the person is told why, and can only drop it. The store is not asked to keep it.
    pub(crate) fn push_failed(&mut self, record: Record, why: Failure) {
        self.rows.push(Waiting { record, stage: Stage::Failed(why), not_before: None, hold: None, tries: 0 });
    }

    /// Takes what the log had and lost, at its place in the order of typing; the store is asked to keep it again.
    pub(crate) fn push_again(&mut self, record: Record, now: Millis) {
        self.push_saving(record, now);
        crate::order::sort_few(&mut self.rows, |row| row.record.made_at);
    }

    /// Takes what another tab has kept, at its place in the order of typing.
    pub(crate) fn overhear(&mut self, record: Record, now: Millis) {
        let turn = if record.sha256.is_some() { OTHER_TABS_UPLOAD } else { OTHER_TABS_TURN };
        let hold = Some(Alarm::after(now, turn));
        self.rows.push(Waiting { record, stage: Stage::Queued, not_before: None, hold, tries: 0 });
        crate::order::sort_few(&mut self.rows, |row| row.record.made_at);
    }

    /// The store has it, or never will: either way it waits in the queue from now on.
    pub(crate) fn settle_saving(&mut self, draft_id: DraftId) {
        self.change(draft_id, |row| {
            if matches!(row.stage, Stage::Saving(_)) {
                row.stage = Stage::Queued;
            }
        });
    }

    /// Whether the store left a draft without an answer. It is queued all the same.
    pub(crate) fn outwait_store(&mut self, now: Millis) -> bool {
        let mut is_late = false;
        for row in &mut self.rows {
            if matches!(row.stage, Stage::Saving(limit) if limit.is_due(now)) {
                row.stage = Stage::Queued;
                is_late = true;
            }
        }
        is_late
    }

    pub(crate) fn holds(&self, draft_id: DraftId) -> bool {
        self.rows.iter().any(|row| row.record.draft_id == draft_id)
    }

    /// Whose files are on their way.
    pub(crate) fn uploads(&self) -> impl Iterator<Item = DraftId> {
        self.rows.iter().filter(|row| matches!(row.stage, Stage::Uploading(_))).map(|row| row.record.draft_id)
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
        if self.rows.iter().any(|row| row.stage.is_under_way()) {
            return None;
        }
        let first = self.rows.iter().find(|row| matches!(row.stage, Stage::Saving(_) | Stage::Queued))?;
        let mut waits = [first.not_before, first.hold].into_iter().flatten();
        let is_ready = first.stage == Stage::Queued && waits.all(|alarm| alarm.is_due(now));
        is_ready.then_some(&first.record)
    }

    pub(crate) fn mark_asking(&mut self, draft_id: DraftId) {
        self.change(draft_id, |row| row.stage = Stage::Asking);
    }

    /// The ticket came. False: it is not waited for any more.
    pub(crate) fn begin_upload(&mut self, draft_id: DraftId) -> bool {
        let mut has_begun = false;
        self.change(draft_id, |row| {
            has_begun = row.stage == Stage::Asking;
            if has_begun {
                row.stage = Stage::Uploading(0);
            }
        });
        has_begun
    }

    /// The type of a draft's file.
    pub(crate) fn media_type(&self, draft_id: DraftId) -> String {
        let row = self.rows.iter().find(|row| row.record.draft_id == draft_id);
        match row.map(|row| &row.record.body) {
            Some(Body::File { file }) => file.media_type.clone(),
            _ => String::new(),
        }
    }

    /// So much of the file is on its way.
    pub(crate) fn move_upload(&mut self, draft_id: DraftId, percent: u8) {
        self.change(draft_id, |row| {
            if let Stage::Uploading(before) = row.stage {
                row.stage = Stage::Uploading(before.max(percent.min(100)));
            }
        });
    }

    /// The gateway has the file. Gives the record, whose body says now what the gateway says.
    pub(crate) fn end_upload(&mut self, draft_id: DraftId, file: FileCard) -> Option<&Record> {
        let row = self.rows.iter_mut().find(|row| row.record.draft_id == draft_id)?;
        if !matches!(row.stage, Stage::Asking | Stage::Uploading(_)) {
            return None;
        }
        (row.stage, row.not_before, row.tries) = (Stage::Queued, None, 0);
        (row.record.body, row.record.sha256) = (Body::File { file }, None);
        Some(&row.record)
    }

    pub(crate) fn mark_sending(&mut self, draft_id: DraftId) {
        self.change(draft_id, |row| row.stage = Stage::Sending);
    }

    /// No answer came: nobody knows whether the log has it, so it is said again under the same id.
    pub(crate) fn requeue(&mut self, draft_id: DraftId) {
        self.change(draft_id, |row| {
            if matches!(row.stage, Stage::Sending | Stage::Asking) {
                row.stage = Stage::Queued;
            }
        });
    }

    /// The connection is gone (an upload has its own), and with it every answer.
    pub(crate) fn requeue_all(&mut self) {
        for row in &mut self.rows {
            row.not_before = None;
            if matches!(row.stage, Stage::Sending | Stage::Asking) {
                row.stage = Stage::Queued;
            }
        }
    }

    /// What the gateway could not take before it may take now.
    pub(crate) fn hurry(&mut self) {
        self.rows.iter_mut().for_each(|row| row.not_before = None);
    }

    /// The gateway cannot take it just now.
    pub(crate) fn put_off(&mut self, draft_id: DraftId, until: Alarm) {
        self.change(draft_id, |row| {
            if row.stage.is_under_way() {
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
            if matches!(row.stage, Stage::Saving(_) | Stage::Queued | Stage::Sending) {
                row.stage = Stage::Failed(why);
            }
        }
    }

    /// The log has it. Gives the record, if that was not known yet.
    pub(crate) fn accept(&mut self, draft_id: DraftId, seq: Seq) -> Option<Record> {
        let row = self.rows.iter_mut().find(|row| row.record.draft_id == draft_id)?;
        if matches!(row.stage, Stage::Accepted(_)) {
            return None;
        }
        row.stage = Stage::Accepted(seq);
        Some(row.record.clone())
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
    pub(crate) fn discard(&mut self, draft_id: DraftId) -> Option<Record> {
        let is_back = |row: &Waiting| {
            row.record.draft_id == draft_id && !matches!(row.stage, Stage::Sending | Stage::Accepted(_))
        };
        let place = self.rows.iter().position(is_back)?;
        Some(self.rows.remove(place).record)
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
        self.rows.iter().flat_map(|row| match row.stage {
            Stage::Saving(limit) => [Some(limit.due_at()), None, None],
            Stage::Queued => {
                let stale_at = row.record.made_at + STALE_AFTER + Millis(1);
                [row.not_before.map(Alarm::due_at), row.hold.map(Alarm::due_at), Some(stale_at)]
            }
            Stage::Asking | Stage::Uploading(_) | Stage::Sending | Stage::Accepted(_) | Stage::Failed(_) => {
                [None; 3]
            }
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
