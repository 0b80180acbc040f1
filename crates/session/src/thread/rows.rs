//! Rows in the making.

use super::{
    Body, Bubble, Chat, Content, Delivery, DraftId, Entry, Millis, PartyId, Reader, Row, Seq, Stage,
    Standing, Waiting, Ways, content_of, name_of, quote_of, text_of,
};
use crate::spans::clean_line;

/// Words of one author closer together than this stand as one group.
const GROUP_SPAN: Millis = Millis::minutes(5);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// `last` is the newest bubble's author and moment.
pub(super) struct Rows<'a> {
    chat: &'a Chat,
    reader: &'a Reader,
    rows: Vec<Row>,
    last: Option<(Option<PartyId>, Millis)>,
    /// Drafts that change words: the last of each counts.
    on_the_way: Vec<(DraftId, &'a Waiting)>,
    /// The question whose answers can be chosen.
    question: Option<Seq>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(chat: &'a Chat, reader: &'a Reader) -> Self {
        let rows = Vec::with_capacity(chat.timeline.len() + 8);
        let changes = chat.outbox.rows().filter_map(|row| Some((row.record.body.target()?, row)));
        Self { chat, reader, rows, last: None, on_the_way: changes.collect(), question: question_of(chat) }
    }

    pub(super) fn into_rows(self) -> Vec<Row> {
        self.rows
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
        let mut bubble = Bubble {
            author: author.and_then(|_| name_of(&entry.from)),
            is_edited,
            quote: entry.reply_to.filter(|_| !is_gone).and_then(|words| quote_of(chat, words, reader)),
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
            self.put_change(&mut bubble);
        }
        self.push(author, is_first_new, bubble);
    }

    pub(super) fn push_draft(&mut self, row: &Waiting) {
        let record = &row.record;
        // A change stands in the place of what it changes. Where that is not here, it is shown by itself all the same.
        let is_applied = |target| {
            self.rows
                .iter()
                .any(|row| matches!(row, Row::Bubble(bubble) if bubble.key == target && bubble.is_mine))
        };
        if record.body.target().is_some_and(is_applied)
            || matches!((record.body.target(), row.stage), (Some(_), Stage::Accepted(_)))
        {
            return;
        }
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
        if is_new_day {
            self.rows.push(Row::Day { starts_at: day });
        }
        if is_first_new {
            self.rows.push(Row::NewMark);
        }
        bubble.starts_group = is_new_day || is_first_new || !is_near || !is_same_author;
        if let Some(Row::Bubble(before)) = self.rows.last_mut() {
            before.ends_group = bubble.starts_group;
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
