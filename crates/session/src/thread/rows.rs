//! Rows in the making.

use super::{
    Body, Bubble, Chat, Content, Delivery, DraftId, Entry, Millis, PartyId, Quoted, Reader, Row, Seq, Stage,
    Standing, Waiting, Ways, content_of,
    derived::{Derived, Made, Terms},
    name_of, quote_of, text_of,
};
use crate::{
    screen::{BLOCK_ENTRIES, Block, Rows},
    spans::clean_line,
};

/// Words of one author closer together than this stand as one group.
const GROUP_SPAN: Millis = Millis::minutes(5);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The newest bubble's author and moment.
pub(super) type Last = Option<(Option<PartyId>, Millis)>;

/// All rows of a chat, of blocks that were made before where they still hold.
pub(super) fn rows_of(chat: &Chat, reader: &Reader, derived: &mut Derived) -> Rows {
    let mut making = Making::new(chat, reader);
    making.push_log(derived);
    for (place, row) in (0..).zip(chat.outbox.rows()) {
        making.push_draft(row, place);
    }
    making.finish(derived)
}

/// The block that an entry stands in.
pub(super) fn block_of(seq: Seq) -> u64 {
    seq.0 / BLOCK_ENTRIES
}

/// See the module.
pub(super) struct Making<'a> {
    pub(super) chat: &'a Chat,
    pub(super) reader: &'a Reader,
    /// Finished blocks that will serve again, then the others.
    pub(super) kept: Vec<Made>,
    blocks: Vec<Block>,
    /// The block that `rows` are to be.
    number: u64,
    pub(super) rows: Vec<Row>,
    pub(super) last: Last,
    /// For how long `rows` hold.
    pub(super) terms: Terms,
    /// Drafts that change words: the last of each counts.
    pub(super) on_the_way: Vec<(DraftId, &'a Waiting)>,
    /// The question whose answers can be chosen.
    pub(super) question: Option<Seq>,
}

impl<'a> Making<'a> {
    fn new(chat: &'a Chat, reader: &'a Reader) -> Self {
        let changes = chat.outbox.rows().filter_map(|row| Some((row.record.body.target()?, row)));
        Self {
            chat,
            reader,
            kept: Vec::new(),
            blocks: Vec::new(),
            number: 0,
            rows: Vec::new(),
            last: None,
            terms: Terms::EVER,
            on_the_way: changes.collect(),
            question: question_of(chat),
        }
    }

    fn finish(mut self, derived: &mut Derived) -> Rows {
        self.close(true);
        self.end_block();
        let kept = self.kept.iter().filter_map(|made| made.block.clone());
        let rows = Rows::of(kept.chain(self.blocks).collect());
        derived.keep(self.kept);
        rows
    }

    /// What is pushed from here on stands in that block, or a later one.
    pub(super) fn turn_to(&mut self, number: u64) {
        if number > self.number {
            self.end_block();
            self.number = number;
        }
    }

    fn end_block(&mut self) {
        if !self.rows.is_empty() {
            self.blocks.push(Block::new(self.number, std::mem::take(&mut self.rows)));
        }
    }

    /// Says of the newest bubble so far whether it is the last of its group.
    pub(super) fn close(&mut self, is_end: bool) {
        if let Some(row) = self.rows.last_mut() {
            if let Row::Bubble(before) = row {
                before.ends_group = is_end;
            }
            return;
        }
        let kept = self.kept.iter_mut().filter_map(|made| made.block.as_mut());
        if let Some(block) = kept.chain(&mut self.blocks).next_back() {
            block.close(is_end);
        }
    }

    pub(super) fn push_entry(&mut self, entry: &Entry, is_mine: bool, is_first_new: bool) {
        let (chat, reader) = (self.chat, self.reader);
        let is_self = reader.is_self(chat, entry);
        let author = (!is_self).then_some(entry.from.id);
        let (content, is_edited) = match chat.timeline.standing(entry) {
            Standing::AsSaid(body) => (content_of(body, &chat.links), false),
            Standing::Otherwise(text) => (text_of(text), true),
            Standing::Gone => (Content::Retracted, false),
        };
        let is_gone = content == Content::Retracted;
        let can_choose = self.question == Some(entry.seq);
        let words = entry.reply_to.filter(|_| !is_gone);
        let quote = words.and_then(|words| quote_of(chat, words, reader));
        if words.is_some() && quote.as_ref().is_none_or(|quote| quote.words == Quoted::Elsewhere) {
            self.terms.lack(chat.timeline.has_older());
        }
        let mut bubble = Bubble {
            author: author.and_then(|_| name_of(&entry.from)),
            is_edited,
            quote,
            // What can no longer be chosen is clutter to those who could, and the record to those who asked.
            options: if !is_gone && (can_choose || !chat.is_visiting()) {
                options_of(entry)
            } else {
                Vec::new()
            },
            can_choose,
            ways: reader.ways(chat, entry),
            ..Bubble::of(entry.draft_id, is_mine, content, entry.at)
        };
        bubble.state = is_mine.then(|| self.accepted(entry.seq));
        if is_self {
            self.terms.turn_at(entry.at + reader.edit_window, reader.gateway_now());
            self.put_change(&mut bubble);
        }
        self.push(author, is_first_new, bubble);
    }

    /// A draft stands where its entry will: `place` entries behind the log's end. So its row stays in its block, and a reader's
    /// element in its place, when the one becomes the other.
    fn push_draft(&mut self, row: &Waiting, place: u64) {
        let record = &row.record;
        // A change stands in the place of what it changes. Where that is not here, it is shown by itself all the same.
        if let Some(target) = record.body.target()
            && (matches!(row.stage, Stage::Accepted(_)) || self.has_own(target))
        {
            return;
        }
        let seq = match row.stage {
            Stage::Accepted(seq) => seq,
            _ => Seq(self.chat.timeline.settled().0.saturating_add(place).saturating_add(1)),
        };
        self.turn_to(block_of(seq));
        let mut bubble = Bubble {
            quote: record.reply_to.and_then(|words| quote_of(self.chat, words, self.reader)),
            is_edited: matches!(record.body, Body::Edit { .. }),
            ..Bubble::of(record.draft_id, true, content_of(&record.body, &self.chat.links), record.made_at)
        };
        bubble.state = Some(self.state_of(row));
        bubble.change = record.body.target().map(|_| record.draft_id);
        self.put_change(&mut bubble);
        self.push(None, false, bubble);
    }

    /// Words of this side under that name are shown.
    fn has_own(&self, name: DraftId) -> bool {
        let is_own = |entry: &Entry| entry.draft_id == name && self.chat.is_mine(entry);
        let drafts = self.blocks.iter().flat_map(Block::rows).chain(&self.rows);
        self.chat.timeline.entries().any(|entry| is_own(entry) && entry.body.target().is_none())
            || drafts
                .into_iter()
                .any(|row| matches!(row, Row::Bubble(bubble) if bubble.key == name && bubble.is_mine))
    }

    /// Shows what is on its way to these words: as they will stand, or why they will not.
    fn put_change(&self, bubble: &mut Bubble) {
        let mut changes = self.on_the_way.iter().rev().filter(|(target, _)| *target == bubble.key);
        let Some((_, row)) = changes.next().filter(|_| bubble.content != Content::Retracted) else { return };
        let state = self.state_of(row);
        match (&row.record.body, state) {
            // It still stands: nobody is to believe that it is gone.
            (Body::Retract { .. }, Delivery::Failed(_)) => {}
            (Body::Retract { .. }, _) => (bubble.content, bubble.quote) = (Content::Retracted, None),
            (body, _) => (bubble.content, bubble.is_edited) = (content_of(body, &self.chat.links), true),
        }
        if !matches!(row.stage, Stage::Accepted(_)) {
            (bubble.state, bubble.change) = (Some(state), Some(row.record.draft_id));
            bubble.ways = Ways::default();
        }
    }

    fn state_of(&self, row: &Waiting) -> Delivery {
        match row.stage {
            Stage::Saving(_) => Delivery::Saving,
            Stage::Queued => Delivery::Queued,
            Stage::Asking => Delivery::Uploading(0),
            Stage::Uploading(percent) => Delivery::Uploading(percent),
            Stage::Sending => Delivery::Sending,
            Stage::Accepted(seq) => self.accepted(seq),
            Stage::Failed(why) => Delivery::Failed(why),
        }
    }

    fn accepted(&self, seq: Seq) -> Delivery {
        self.chat.cursors.delivery_of(seq, self.chat.is_visiting())
    }

    fn push(&mut self, author: Option<PartyId>, is_first_new: bool, mut bubble: Bubble) {
        let day = self.day_of(bubble.at);
        let (is_new_day, is_near) = match self.last {
            Some((_, last_at)) => (day > self.day_of(last_at), bubble.at - last_at <= GROUP_SPAN),
            None => (true, false),
        };
        let is_same_author = self.last.is_some_and(|(last, _)| last == author);
        bubble.starts_group = is_new_day || is_first_new || !is_near || !is_same_author;
        self.close(bubble.starts_group);
        if is_new_day {
            self.rows.push(Row::Day { starts_at: day });
        }
        if is_first_new {
            self.rows.push(Row::NewMark);
        }
        // Clocks differ: a draft may seem older than the entry above it, which must not bring the day before back.
        let at = self.last.map_or(bubble.at, |(_, last_at)| last_at.max(bubble.at));
        self.last = Some((author, at));
        self.rows.push(Row::Bubble(bubble));
    }

    /// Local midnight before the moment.
    fn day_of(&self, at: Millis) -> Millis {
        let offset = i64::from(self.reader.offset_minutes) * 60_000;
        let local = i64::try_from(at.0).unwrap_or(i64::MAX / 2).saturating_add(offset);
        let midnight = local.div_euclid(DAY_MS) * DAY_MS - offset;
        Millis(u64::try_from(midnight).unwrap_or_default())
    }
}

/// The newest question of the other side that this side, if it is asked, has said nothing after.
fn question_of(chat: &Chat) -> Option<Seq> {
    if !chat.is_visiting() || chat.is_closed() || chat.outbox.rows().any(|row| row.record.body.is_said()) {
        return None;
    }
    let said = chat.timeline.entries().rev().filter_map(|entry| match chat.timeline.standing(entry) {
        Standing::AsSaid(body) if body.is_said() => Some((entry, matches!(body, Body::Choices { .. }))),
        Standing::Otherwise(_) => Some((entry, false)),
        _ => None,
    });
    let mut unanswered = said.take_while(|(entry, _)| !chat.is_mine(entry));
    unanswered.find(|(_, is_question)| *is_question).map(|(entry, _)| entry.seq)
}

fn options_of(entry: &Entry) -> Vec<String> {
    match &entry.body {
        Body::Choices { options, .. } => {
            options.iter().map(|option| clean_line(option).unwrap_or_default()).collect()
        }
        _ => Vec::new(),
    }
}
