//! This end's copy of one session's log: a stretch without holes, and what came too early for it.
//!
//! Invariant: `entries` are contiguous and in order of `Seq`; nothing is shown before everything below it is here, back
//! to where the copy begins. What a lost push leaves out is read again with `history`; the log is the truth.

use std::collections::VecDeque;

use tieline_protocol::{
    DraftId, Entry, Epoch, Seq,
    server::{Page, SessionState},
};

use crate::changes::{Changes, Standing};

/// Pushes kept while a gap is mended. What does not fit is read again, for `head` remembers that it exists.
const EARLY_ENTRIES: usize = 256;

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It is the newest line now, perhaps with others behind it.
    New,
    /// It was here already.
    Known,
    /// Something below it is missing: it waits.
    Early,
    /// Another line stands in its place: this copy is not that log's.
    Wrong,
}

/// Which way a page was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// Before the copy.
    Older,
    /// After the copy.
    Newer,
    /// The newest, for a copy that holds nothing.
    Newest,
}

/// The copy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    epoch: Option<Epoch>,
    /// Contiguous, oldest first.
    entries: VecDeque<Entry>,
    /// Highest `Seq` with no gap below it, down to where the copy begins. None: nothing is known yet.
    settled: Option<Seq>,
    /// Above the gap, in order.
    early: Vec<Entry>,
    /// The highest `Seq` that the log is known to have.
    head: Seq,
    /// The gateway has nothing older, though the copy does not begin with 1.
    is_bottomed: bool,
    /// What the entries change in each other.
    changes: Changes,
    /// Grows whenever the copy is dropped: the same `Seq` may mean another entry from there on.
    generation: u32,
}

impl Timeline {
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + Clone {
        self.entries.iter()
    }

    /// Those from one place to another, both included, as far as they are here.
    pub(crate) fn between(&self, from: Seq, to: Seq) -> impl Iterator<Item = &Entry> {
        let first = self.oldest().unwrap_or_default();
        let place = |seq: Seq| usize::try_from(seq.0.saturating_sub(first.0)).unwrap_or(usize::MAX);
        let end = place(to.next()).min(self.entries.len());
        self.entries.range(place(from).min(end)..end)
    }

    /// See the field.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How the words of an entry stand by now.
    pub(crate) fn standing<'a>(&'a self, entry: &'a Entry) -> Standing<'a> {
        self.changes.standing(entry)
    }

    /// Whether an entry said something when the log ended at `last`.
    pub(crate) fn was_said(&self, entry: &Entry, last: Seq) -> bool {
        self.changes.was_said(entry, last)
    }

    /// The words of that name. Of two that bear it the first: whoever repeats a name does not take its place.
    pub(crate) fn find_words(&self, draft_id: DraftId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.draft_id == draft_id && entry.body.target().is_none())
    }

    /// Everything up to here is in the copy, or older than it.
    pub(crate) fn settled(&self) -> Seq {
        self.settled.unwrap_or_default()
    }

    /// What `hello` tells of the copy.
    pub(crate) fn position(&self) -> Option<(Epoch, Seq)> {
        Some((self.epoch.clone()?, self.settled?))
    }

    /// Nothing is known yet.
    pub(crate) fn is_blank(&self) -> bool {
        self.settled.is_none()
    }

    pub(crate) fn has_older(&self) -> bool {
        !self.is_bottomed && self.entries.front().is_some_and(|first| first.seq > Seq(1))
    }

    pub(crate) fn oldest(&self) -> Option<Seq> {
        self.entries.front().map(|first| first.seq)
    }

    /// The log is longer than the copy, so something has to be read again.
    pub(crate) fn lacks_newer(&self) -> bool {
        self.settled.is_some_and(|settled| settled < self.head)
    }

    /// A push came above a gap: not just a long catch-up, something was lost.
    pub(crate) fn has_gap(&self) -> bool {
        !self.early.is_empty()
    }

    /// The log is known to reach at least so far.
    pub(crate) fn note_head(&mut self, last: Seq) {
        self.head = self.head.max(last);
    }

    /// A session that was opened just now: an empty log.
    pub(crate) fn begin(&mut self, epoch: Epoch) {
        if self.epoch.is_none() {
            self.epoch = Some(epoch);
            self.settled.get_or_insert(Seq::ZERO);
        }
    }

    /// Drops the copy. What it held is read again, or is gone with the log's lost tail.
    pub(crate) fn void(&mut self) {
        *self = Self { generation: self.generation.wrapping_add(1), ..Self::default() };
    }

    /// Takes a session's head with its stretch. Gives the entries that are new here, and false if the copy was not that
    /// log's.
    pub(crate) fn install(&mut self, state: SessionState) -> bool {
        self.follow(&state.epoch, state.reset);
        self.note_head(state.last);
        if self.settled.is_none() {
            match state.entries.first() {
                Some(first) => self.settled = Some(Seq(first.seq.0.saturating_sub(1))),
                None if state.last == Seq::ZERO => self.settled = Some(Seq::ZERO),
                None => {}
            }
        }
        self.apply_all(state.entries)
    }

    /// Takes the answer to `history`. False if the copy was not that log's.
    pub(crate) fn turn_page(&mut self, page: Page, stretch: Stretch) -> bool {
        if self.follow(&page.epoch, false) && stretch != Stretch::Newest {
            // The page was asked for in terms of the old copy.
            self.note_head(page.last);
            return true;
        }
        self.note_head(page.last);
        if stretch == Stretch::Older {
            self.is_bottomed = page.entries.is_empty();
            for entry in page.entries.into_iter().rev() {
                if self.oldest().is_some_and(|oldest| entry.seq.next() == oldest) {
                    self.changes.note(&entry);
                    self.entries.push_front(entry);
                }
            }
            return true;
        }
        if page.entries.is_empty() {
            // Whatever was said of a longer log, there is nothing more to read.
            self.early.clear();
            self.head = self.settled.unwrap_or(page.last);
            self.settled = Some(self.head);
            return true;
        }
        if self.settled.is_none() {
            self.settled = page.entries.first().map(|first| Seq(first.seq.0.saturating_sub(1)));
        }
        self.apply_all(page.entries)
    }

    /// Takes one entry.
    pub(crate) fn apply(&mut self, entry: Entry) -> Applied {
        let settled = *self.settled.get_or_insert(Seq(entry.seq.0.saturating_sub(1)));
        self.note_head(entry.seq);
        if entry.seq <= settled {
            return match self.find(entry.seq) {
                Some(known) if known.draft_id != entry.draft_id => Applied::Wrong,
                _ => Applied::Known,
            };
        }
        if entry.seq > settled.next() {
            return self.hold(entry);
        }
        self.push(entry);
        while let Some(at) = self.early.first().map(|first| first.seq) {
            let settled = self.settled();
            if at > settled.next() {
                break;
            }
            let entry = self.early.remove(0);
            if at == settled.next() {
                self.push(entry);
            }
        }
        Applied::New
    }

    /// What is here above a place, also above a gap.
    pub(crate) fn since(&self, after: Seq) -> impl Iterator<Item = &Entry> {
        self.entries.iter().rev().take_while(move |entry| entry.seq > after).chain(&self.early)
    }

    /// The log does not have that line in that place, as far as the copy reaches: what is older than the copy is trusted.
    pub(crate) fn lacks(&self, seq: Seq, draft_id: DraftId) -> bool {
        match self.find(seq) {
            Some(entry) => entry.draft_id != draft_id,
            None => seq > self.settled(),
        }
    }

    fn find(&self, seq: Seq) -> Option<&Entry> {
        let first = self.oldest()?;
        self.entries.get(usize::try_from(seq.0.checked_sub(first.0)?).ok()?)
    }

    fn push(&mut self, entry: Entry) {
        self.settled = Some(entry.seq);
        self.changes.note(&entry);
        self.entries.push_back(entry);
    }

    fn hold(&mut self, entry: Entry) -> Applied {
        match self.early.binary_search_by_key(&entry.seq, |held| held.seq) {
            Ok(_) => Applied::Known,
            Err(place) => {
                self.early.insert(place, entry);
                self.early.truncate(EARLY_ENTRIES);
                Applied::Early
            }
        }
    }

    fn apply_all(&mut self, entries: Vec<Entry>) -> bool {
        entries.into_iter().all(|entry| self.apply(entry) != Applied::Wrong)
    }

    /// Keeps the copy only if it is of that generation. True if it was dropped.
    fn follow(&mut self, epoch: &Epoch, is_void: bool) -> bool {
        let is_other = is_void || self.epoch.as_ref().is_some_and(|known| known != epoch);
        if is_other {
            self.void();
        }
        self.epoch = Some(epoch.clone());
        is_other
    }
}

#[cfg(test)]
mod tests;
