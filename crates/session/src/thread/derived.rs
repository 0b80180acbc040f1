//! Blocks of rows that were made before, and what they were made from.
//!
//! Invariant: a block is taken again only where making it anew would give the same. An entry never changes, so that is when
//! all else that its rows follow from is as it was: [`Basis`] and [`Terms`] of its own, [`News`] of the whole copy.

use tieline_protocol::{DraftId, Entry, Millis, PartyId, Seq};

use super::rows::{Last, Making, block_of};
use crate::{
    changes::Standing,
    chat::Chat,
    links::Links,
    screen::{BLOCK_ENTRIES, Block, Content, Row},
};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Derived {
    /// What all of them share: another copy of the log, another reader or other rights, and none is of use.
    shared: Shared,
    /// From where to where the copy reached.
    reach: (Seq, Seq),
    /// The words that a draft was about to change.
    pending: Vec<DraftId>,
    links: u32,
    /// In order of their numbers.
    blocks: Vec<Made>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Shared {
    generation: u32,
    me: Option<PartyId>,
    offset_minutes: i32,
    may_reply: bool,
    edit_window: Millis,
    is_closed: bool,
}

/// A block that may serve again.
#[derive(Debug)]
pub(super) struct Made {
    number: u64,
    basis: Basis,
    terms: Terms,
    /// None: nothing of it shows.
    pub(super) block: Option<Block>,
    /// The newest bubble when it was done.
    last: Last,
}

/// What the rows of a block follow from, beside its entries and what became of them.
#[derive(Debug, PartialEq, Eq)]
struct Basis {
    /// The oldest of its entries that is here. More may come in above it.
    first: Seq,
    /// The newest bubble above it.
    above: Last,
    /// Where the mark above new words is still looked for.
    new_after: Option<Seq>,
    /// How far the other side has got, within the block.
    delivered: Seq,
    read: Seq,
    /// The question whose answers can be chosen, if it is one of these.
    question: Option<Seq>,
}

/// For how long rows hold that were made at a moment. Found while they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// The gateway's time, from the first to before the second: within it the same words can be changed.
    from: Millis,
    until: Millis,
    /// Words are quoted that are not here, and older ones could be had, or not.
    lacks: Option<bool>,
}

impl Terms {
    pub(super) const EVER: Self = Self { from: Millis(0), until: Millis(u64::MAX), lacks: None };

    /// The row would be another before that moment than after it.
    pub(super) fn turn_at(&mut self, moment: Millis, now: Millis) {
        if now < moment {
            self.until = self.until.min(moment);
        } else {
            self.from = self.from.max(moment);
        }
    }

    pub(super) fn lack(&mut self, has_older: bool) {
        self.lacks = Some(has_older);
    }

    fn hold(&self, now: Millis, has_older: bool) -> bool {
        (self.from..self.until).contains(&now) && self.lacks.is_none_or(|had_older| had_older == has_older)
    }
}

/// What has happened to the copy since the blocks were made.
struct News<'a> {
    chat: &'a Chat,
    /// Where the copy ended then, and the words that were or are about to be changed, or have been.
    reach: (Seq, Seq),
    changed: Vec<DraftId>,
    has_links: bool,
}

impl<'a> News<'a> {
    fn take(making: &Making<'a>, reach: (Seq, Seq), derived: &mut Derived) -> Self {
        let chat = making.chat;
        let pending = making.on_the_way.iter().map(|(target, _)| *target).collect();
        let mut news = Self {
            chat,
            reach: std::mem::replace(&mut derived.reach, reach),
            changed: std::mem::replace(&mut derived.pending, pending),
            has_links: derived.links != chat.links.revision(),
        };
        derived.links = chat.links.revision();
        let changes: Vec<DraftId> = news.entries().filter_map(|entry| entry.body.target()).collect();
        news.changed.extend(changes.into_iter().chain(derived.pending.iter().copied()));
        news
    }

    /// What came into the copy, at either end.
    fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        let timeline = &self.chat.timeline;
        let (oldest, newest) = self.reach;
        let older = timeline.between(Seq::ZERO, Seq(oldest.0.saturating_sub(1)));
        older.chain(timeline.between(newest.next(), Seq(u64::MAX)))
    }

    /// Rows of that entry may be others by now.
    fn touches(&self, entry: &Entry) -> bool {
        let is_here_now = |words| self.entries().any(|entry| entry.draft_id == words);
        self.changed.contains(&entry.draft_id)
            || entry.reply_to.is_some_and(|words| self.changed.contains(&words) || is_here_now(words))
    }
}

/// A file among these rows can be read elsewhere than they say.
fn moved(rows: &[Row], links: &Links) -> bool {
    rows.iter().any(|row| match row {
        Row::Bubble(bubble) => match &bubble.content {
            Content::File(file) => {
                (file.link.as_ref(), file.is_gone) != (links.find(file.card.id), links.is_gone(file.card.id))
            }
            _ => false,
        },
        Row::Day { .. } | Row::NewMark => false,
    })
}

impl Derived {
    /// What was kept, if it is of use.
    fn take(&mut self, shared: Shared) -> Vec<Made> {
        let is_same = self.shared == shared;
        self.shared = shared;
        let blocks = std::mem::take(&mut self.blocks);
        if is_same { blocks } else { Vec::new() }
    }

    /// Keeps blocks for the next time.
    pub(super) fn keep(&mut self, blocks: Vec<Made>) {
        self.blocks = blocks;
    }
}

impl Making<'_> {
    /// Pushes what the log says: blocks of before where they still hold.
    pub(super) fn push_log(&mut self, derived: &mut Derived) {
        let (chat, reader) = (self.chat, self.reader);
        let mut entries = chat.timeline.entries();
        let (Some(oldest), Some(newest)) = (entries.next(), chat.timeline.entries().next_back()) else {
            return;
        };
        let (oldest, newest) = (oldest.seq, newest.seq);
        let mut before = derived
            .take(Shared {
                generation: chat.timeline.generation(),
                me: reader.me,
                offset_minutes: reader.offset_minutes,
                may_reply: reader.may_reply,
                edit_window: reader.edit_window,
                is_closed: chat.is_closed(),
            })
            .into_iter()
            .peekable();
        let news = News::take(self, (oldest, newest), derived);
        let (delivered, read) = chat.cursors.reach(chat.is_visiting());
        let mut new_after = chat.new_after;
        for number in block_of(oldest)..=block_of(newest) {
            let start = Seq(number.saturating_mul(BLOCK_ENTRIES));
            let (first, last) = (start.max(oldest), Seq(start.0.saturating_add(BLOCK_ENTRIES - 1)));
            // The newest block still grows, and the drafts stand in it.
            if number == block_of(newest) {
                self.turn_to(number);
                return self.push_entries(first, newest, &mut new_after);
            }
            // Where a cursor is above or below the block, it does not matter how far.
            let within = |seq: Seq| Seq(seq.0.clamp(first.0.saturating_sub(1), last.0));
            let basis = Basis {
                first,
                above: self.last,
                new_after: new_after.map(within).filter(|seq| *seq < last),
                delivered: within(delivered),
                read: within(read),
                question: self.question.filter(|seq| (first..=last).contains(seq)),
            };
            while before.next_if(|made| made.number < number).is_some() {}
            let holds = |made: &Made| {
                let rows = made.block.as_ref().map(Block::rows).unwrap_or_default();
                made.basis == basis
                    && made.terms.hold(reader.gateway_now(), chat.timeline.has_older())
                    && !(news.has_links && moved(rows, &chat.links))
                    && !chat.timeline.between(first, last).any(|entry| news.touches(entry))
            };
            match before.next_if(|made| made.number == number).filter(holds) {
                Some(made) => self.push_kept(made, &mut new_after),
                None => self.make(number, basis, last, &mut new_after),
            }
        }
    }

    fn push_kept(&mut self, made: Made, new_after: &mut Option<Seq>) {
        let rows = made.block.as_ref().map(Block::rows).unwrap_or_default();
        if rows.contains(&Row::NewMark) {
            *new_after = None;
        }
        let starts = rows.iter().find_map(|row| match row {
            Row::Bubble(bubble) => Some(bubble.starts_group),
            Row::Day { .. } | Row::NewMark => None,
        });
        if let Some(starts) = starts {
            self.close(starts);
        }
        self.last = made.last;
        self.kept.push(made);
    }

    fn make(&mut self, number: u64, basis: Basis, last: Seq, new_after: &mut Option<Seq>) {
        self.terms = Terms::EVER;
        self.push_entries(basis.first, last, new_after);
        let rows = std::mem::take(&mut self.rows);
        let block = (!rows.is_empty()).then(|| Block::new(number, rows));
        self.kept.push(Made { number, basis, terms: self.terms, block, last: self.last });
    }

    fn push_entries(&mut self, first: Seq, last: Seq, new_after: &mut Option<Seq>) {
        let chat = self.chat;
        for entry in chat.timeline.between(first, last).filter(|entry| entry.body.target().is_none()) {
            let is_mine = chat.is_mine(entry);
            let is_said = chat.timeline.standing(entry) != Standing::Gone;
            let is_first_new = !is_mine && is_said && new_after.is_some_and(|seq| entry.seq > seq);
            if is_first_new {
                *new_after = None;
            }
            self.push_entry(entry, is_mine, is_first_new);
        }
    }
}
