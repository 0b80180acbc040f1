//! From a chat to the rows of its thread: days, groups, the mark above what is new, states.

use tieline_protocol::{Author, Body, Entry, Millis, PartyId, Seq};

use crate::{
    chat::Chat,
    outbox::{Stage, Waiting},
    screen::{Bubble, Content, Delivery, Row, Span, Thread, Typist},
    spans::{clean, clean_item, clean_line, spans_of},
};

/// Words of one author closer together than this stand as one group.
const GROUP_SPAN: Millis = Millis::minutes(5);
/// Longest preview, in characters.
const PREVIEW_CHARS: usize = 120;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The thread of a chat, for this end's person.
pub(crate) fn thread_of(chat: &Chat, me: Option<PartyId>, offset_minutes: i32, now: Millis) -> Thread {
    let mut rows =
        Rows { chat, me, offset_minutes, rows: Vec::with_capacity(chat.timeline.len() + 8), last: None };
    let mut new_after = chat.new_after;
    for entry in chat.timeline.entries() {
        let is_mine = chat.is_mine(entry);
        let is_first_new = !is_mine && new_after.is_some_and(|seq| entry.seq > seq);
        if is_first_new {
            new_after = None;
        }
        rows.push_entry(entry, is_mine, is_first_new);
    }
    for row in chat.outbox.rows() {
        rows.push_draft(row);
    }
    Thread {
        rows: rows.rows,
        has_older: chat.timeline.has_older(),
        is_loading: chat.session.is_some() && chat.timeline.is_blank(),
        typing: chat.typing.latest(now).map(|author| Typist {
            name: name_of(author),
            is_mine: author.role.is_visiting() == chat.is_visiting(),
        }),
    }
}

/// The chat's newest words on one line, and whether this side said them.
pub(crate) fn preview_of(chat: &Chat) -> (String, bool) {
    let draft = chat.outbox.rows().next_back().map(|row| (&row.record.body, true));
    let entry = chat.timeline.newest().map(|entry| (&entry.body, chat.is_mine(entry)));
    let (words, is_mine) = match draft.or(entry) {
        Some((Body::Text { text }, is_mine)) => (clean_line(text), is_mine),
        Some((Body::Item { item }, is_mine)) => (clean_line(&item.title), is_mine),
        Some((Body::Unknown, is_mine)) => (None, is_mine),
        None => (chat.item.as_ref().and_then(|item| clean_line(&item.title)), false),
    };
    (words.unwrap_or_default().chars().take(PREVIEW_CHARS).collect(), is_mine)
}

/// The name that somebody goes by, if it may be shown.
pub(crate) fn name_of(author: &Author) -> Option<String> {
    author.name.as_deref().and_then(clean_line)
}

/// What a body shows.
pub(crate) fn content_of(body: &Body) -> Content {
    match body {
        Body::Text { text } => {
            let spans = spans_of(text);
            Content::Text(if spans.is_empty() { vec![Span::Plain(clean(text))] } else { spans })
        }
        Body::Item { item } => Content::Item(clean_item(item)),
        Body::Unknown => Content::Unsupported,
    }
}

/// Rows in the making. `last` is the newest bubble's place, author and moment.
struct Rows<'a> {
    chat: &'a Chat,
    me: Option<PartyId>,
    offset_minutes: i32,
    rows: Vec<Row>,
    last: Option<(Option<PartyId>, Millis)>,
}

impl Rows<'_> {
    fn push_entry(&mut self, entry: &Entry, is_mine: bool, is_first_new: bool) {
        // A visitor is one person under any id; at the desk a colleague is somebody else on the same side.
        let is_self = is_mine && (self.chat.is_visiting() || Some(entry.from.id) == self.me);
        let author = (!is_self).then_some(entry.from.id);
        let state = is_mine.then(|| self.chat.cursors.delivery_of(entry.seq, self.chat.is_visiting()));
        self.push(
            author,
            is_first_new,
            Bubble {
                key: entry.draft_id,
                is_mine,
                author: author.and_then(|_| name_of(&entry.from)),
                content: content_of(&entry.body),
                at: entry.at,
                state,
                starts_group: true,
                ends_group: true,
            },
        );
    }

    fn push_draft(&mut self, row: &Waiting) {
        let state = match row.stage {
            Stage::Saving(_) => Delivery::Saving,
            Stage::Queued => Delivery::Queued,
            Stage::Sending => Delivery::Sending,
            Stage::Accepted(seq) => self.accepted(seq),
            Stage::Failed(why) => Delivery::Failed(why),
        };
        self.push(
            None,
            false,
            Bubble {
                key: row.record.draft_id,
                is_mine: true,
                author: None,
                content: content_of(&row.record.body),
                at: row.record.made_at,
                state: Some(state),
                starts_group: true,
                ends_group: true,
            },
        );
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
        let offset = i64::from(self.offset_minutes) * 60_000;
        let local = i64::try_from(at.0).unwrap_or(i64::MAX / 2).saturating_add(offset);
        let midnight = local.div_euclid(DAY_MS) * DAY_MS - offset;
        Millis(u64::try_from(midnight).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
