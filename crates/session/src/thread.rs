//! From a chat to the rows of its thread: days, groups, the mark above what is new, states.

use tieline_protocol::{
    Answer, Author, Body, Capability, DraftId, Entry, FileCard, Millis, PartyId, Seq, file::capability_of,
};

use crate::{
    changes::Standing,
    chat::Chat,
    links::Links,
    outbox::{Stage, Waiting},
    screen::{Bubble, Content, Delivery, File, FileKind, Quote, Quoted, Row, Span, Thread, Typist, Ways},
    spans::{clean, clean_item, clean_line, spans_of},
};

mod derived;
mod rows;

pub(crate) use derived::Derived;

/// Longest preview, in characters.
const PREVIEW_CHARS: usize = 120;

/// For whom a thread is drawn, and what they may do in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reader {
    pub(crate) me: Option<PartyId>,
    /// Where they are: minutes east of UTC.
    pub(crate) offset_minutes: i32,
    pub(crate) now: Millis,
    /// How far this end's clock is ahead of the gateway's, as far as is known.
    pub(crate) ahead_ms: i64,
    pub(crate) may_reply: bool,
    /// For how long words can be changed.
    pub(crate) edit_window: Millis,
}

impl Reader {
    /// What they can do about words in the log.
    pub(crate) fn ways(&self, chat: &Chat, entry: &Entry) -> Ways {
        let standing = chat.timeline.standing(entry);
        if chat.is_closed() || standing == Standing::Gone || entry.body.target().is_some() {
            return Ways::default();
        }
        let is_in_time = self.is_self(chat, entry) && self.gateway_now() - entry.at < self.edit_window;
        // What is about to go is not said otherwise: the gateway would refuse the second change.
        let going = Body::Retract { target: entry.draft_id };
        let can_change = is_in_time && chat.outbox.rows().all(|row| row.record.body != going);
        let is_text = matches!(standing, Standing::AsSaid(Body::Text { .. }) | Standing::Otherwise(_));
        Ways { reply: self.may_reply, edit: can_change && is_text, retract: can_change }
    }

    /// The gateway's time, as far as is known.
    fn gateway_now(&self) -> Millis {
        Millis(self.now.0.saturating_add_signed(self.ahead_ms.saturating_neg()))
    }

    /// Said by this very person. A visitor is one person under any id; at the desk a colleague is somebody else on the same side.
    fn is_self(&self, chat: &Chat, entry: &Entry) -> bool {
        chat.is_mine(entry) && (chat.is_visiting() || Some(entry.from.id) == self.me)
    }
}

/// The thread of a chat, for this end's person.
pub(crate) fn thread_of(chat: &Chat, reader: &Reader) -> Thread {
    let rows = rows::rows_of(chat, reader, &mut chat.derived.borrow_mut());
    // Every test of this crate is one of what is kept, too.
    #[cfg(test)]
    assert_eq!(rows, rows::rows_of(chat, reader, &mut Derived::default()), "as if all were made anew");
    Thread {
        rows,
        has_older: chat.timeline.has_older(),
        begins_at: chat.timeline.oldest().unwrap_or_default(),
        is_loading: chat.session.is_some() && chat.timeline.is_blank(),
        typing: chat.typing.latest(reader.now).map(|author| Typist {
            name: name_of(author),
            is_mine: author.role.is_visiting() == chat.is_visiting(),
        }),
    }
}

/// A chat's newest words on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preview {
    pub(crate) words: String,
    /// This side said them.
    pub(crate) is_mine: bool,
    /// They were taken back.
    pub(crate) is_gone: bool,
}

/// The chat's newest words.
pub(crate) fn preview_of(chat: &Chat) -> Preview {
    let draft = chat.outbox.rows().rev().map(|row| &row.record.body).find(|body| body.is_said());
    if let Some(body) = draft {
        return Preview { words: line_of(body), is_mine: true, is_gone: false };
    }
    let newest = chat.timeline.entries().rev().find_map(|entry| {
        let of = |words, is_gone| Preview { words, is_mine: chat.is_mine(entry), is_gone };
        match (&entry.body, chat.timeline.standing(entry)) {
            // What it changes is in its own place, or further up than this copy reaches: then it is all that is known.
            (Body::Edit { target, .. } | Body::Retract { target }, _)
                if chat.timeline.find_words(*target).is_some() =>
            {
                None
            }
            (Body::Edit { text, .. }, _) => Some(of(line_of_text(text), false)),
            (Body::Retract { .. }, _) | (_, Standing::Gone) => Some(of(String::new(), true)),
            (_, Standing::Otherwise(text)) => Some(of(line_of_text(text), false)),
            (_, Standing::AsSaid(body)) => Some(of(line_of(body), false)),
        }
    });
    newest.unwrap_or_else(|| {
        let words = chat.item.as_ref().and_then(|item| clean_line(&item.title)).unwrap_or_default();
        Preview { words, ..Preview::default() }
    })
}

/// The words of that name as other words quote them. None where the session has none of that name.
pub(crate) fn quote_of(chat: &Chat, target: DraftId, reader: &Reader) -> Option<Quote> {
    let Some(entry) = chat.timeline.find_words(target) else {
        let words = Quoted::Elsewhere;
        return chat.timeline.has_older().then_some(Quote {
            key: target,
            is_mine: false,
            author: None,
            words,
        });
    };
    let words = match chat.timeline.standing(entry) {
        Standing::AsSaid(body) => Quoted::Words(line_of(body)),
        Standing::Otherwise(text) => Quoted::Words(line_of_text(text)),
        Standing::Gone => Quoted::Gone,
    };
    let author = if reader.is_self(chat, entry) { None } else { name_of(&entry.from) };
    Some(Quote { key: target, is_mine: chat.is_mine(entry), author, words })
}

/// The name that somebody goes by, if it may be shown.
pub(crate) fn name_of(author: &Author) -> Option<String> {
    author.name.as_deref().and_then(clean_line)
}

fn answer_of(answer: &Answer) -> Option<(String, String)> {
    let label = clean_line(&answer.label).or_else(|| clean_line(&answer.name))?;
    Some((label, clean_line(&answer.value)?))
}

/// A rating where there is room for a line only.
fn stars_of(stars: u8) -> String {
    (1..=5).map(|star| if star <= stars { '\u{2605}' } else { '\u{2606}' }).collect()
}

/// What a body shows.
pub(crate) fn content_of(body: &Body, links: &Links) -> Content {
    match body {
        Body::Text { text } | Body::Choices { text, .. } | Body::Edit { text, .. } => text_of(text),
        Body::Item { item } => Content::Item(clean_item(item)),
        Body::File { file } => Content::File(Box::new(file_of(file, links))),
        Body::Retract { .. } | Body::Retracted => Content::Retracted,
        Body::Ask { form } => Content::Asked(form.title.as_deref().and_then(clean_line)),
        Body::Form { answers, .. } => Content::Answers(answers.iter().filter_map(answer_of).collect()),
        Body::Closed => Content::Closed,
        Body::Rating { stars, text } => {
            Content::Rating { stars: (*stars).clamp(1, 5), text: text.as_deref().map(clean) }
        }
        Body::Unknown => Content::Unsupported,
    }
}

fn file_of(card: &FileCard, links: &Links) -> File {
    let kind = match capability_of(&card.media_type) {
        // Without its measures it would make the thread jump when it comes.
        Some(Capability::Image) if card.width.is_some() && card.height.is_some() => FileKind::Picture,
        Some(Capability::Voice) => FileKind::Sound,
        _ => FileKind::Other,
    };
    let name = clean_line(&card.name).unwrap_or_default();
    let card = FileCard { name, ..card.clone() };
    File { kind, link: links.find(card.id).cloned(), is_gone: links.is_gone(card.id), card }
}

fn text_of(text: &str) -> Content {
    let spans = spans_of(text);
    Content::Text(if spans.is_empty() { vec![Span::Plain(clean(text))] } else { spans })
}

fn line_of(body: &Body) -> String {
    match body {
        Body::Text { text } | Body::Choices { text, .. } | Body::Edit { text, .. } => line_of_text(text),
        Body::Item { item } => line_of_text(&item.title),
        Body::File { file } => line_of_text(&file.name),
        Body::Ask { form } => form.title.as_deref().map(line_of_text).unwrap_or_default(),
        Body::Form { answers, .. } => {
            answers.first().map(|answer| line_of_text(&answer.value)).unwrap_or_default()
        }
        Body::Rating { stars, .. } => stars_of(*stars),
        Body::Retract { .. } | Body::Retracted | Body::Closed | Body::Unknown => String::new(),
    }
}

fn line_of_text(text: &str) -> String {
    clean_line(text).unwrap_or_default().chars().take(PREVIEW_CHARS).collect()
}

#[cfg(test)]
mod tests;
