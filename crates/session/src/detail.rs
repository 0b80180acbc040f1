//! What an end can do without until there is something to be seen in full: the rows of a thread with all that belongs to them,
//! previews, quotes, and what is done about words that stand there.
//!
//! The shipped widget fetches it when it is first wanted, so it is a value, and a door that begins plain names none of it.
//! Until it is here the newest words are told as they are. What nobody sees yet, nobody does anything about: such an input
//! changes nothing. All that is said, kept and sent is the same with it and without.

use std::fmt;

use tieline_protocol::{Body, DraftId, Millis};

use crate::{
    changes::Standing,
    chat::Chat,
    effect::Effect,
    input::Input,
    screen::{Aimed, Block, Bubble, Content, Row, Rows, Span, Thread},
    spans::clean,
    thread::{Preview, Reader, preview_of, thread_of},
    visitor::{Visitor, act},
};

/// As many words as a plain thread has.
const PLAIN_ROWS: usize = 16;

/// See the module.
#[derive(Clone, Copy)]
pub struct Detail {
    pub(crate) look: Look,
    pub(crate) act: Act,
}

/// What is made of a chat for the screen.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) thread: fn(&Chat, &Reader) -> Thread,
    pub(crate) aimed: fn(&Chat, &Reader) -> Option<Aimed>,
    pub(crate) preview: fn(&Chat) -> Preview,
}

/// What a visitor does about what stands on screen in full.
pub(crate) type Act = fn(&mut Visitor, Millis, Input, &mut Vec<Effect>);

impl Detail {
    /// All of it. Named only where it may be a part of what is downloaded.
    pub const fn full() -> Self {
        Self { look: Look::FULL, act }
    }

    pub(crate) const fn plain() -> Self {
        Self { look: Look::PLAIN, act: |_, _, _, _| {} }
    }
}

impl Look {
    pub(crate) const FULL: Self = Self { thread: thread_of, aimed: Chat::aimed, preview: preview_of };
    const PLAIN: Self = Self { thread: plain_thread, aimed: |_, _| None, preview: |_| Preview::default() };
}

/// The newest words of both sides. What is no text has its row, and tells nothing.
fn plain_thread(chat: &Chat, _: &Reader) -> Thread {
    let entries = chat.timeline.entries().rev().filter(|entry| entry.body.target().is_none());
    let said = entries.take(PLAIN_ROWS).map(|entry| {
        let text = match chat.timeline.standing(entry) {
            Standing::AsSaid(body) => text_in(body),
            Standing::Otherwise(text) => Some(text),
            Standing::Gone => None,
        };
        bubble(entry.draft_id, chat.is_mine(entry), text, entry.at)
    });
    let mut rows: Vec<Row> = said.collect();
    rows.reverse();
    let drafts = chat.outbox.rows().map(|row| &row.record).filter(|record| record.body.target().is_none());
    rows.extend(drafts.map(|record| bubble(record.draft_id, true, text_in(&record.body), record.made_at)));
    Thread {
        rows: Rows::of(if rows.is_empty() { Vec::new() } else { vec![Block::plain(rows)] }),
        has_older: chat.timeline.has_older(),
        is_loading: chat.session.is_some() && chat.timeline.is_blank(),
        ..Thread::default()
    }
}

fn text_in(body: &Body) -> Option<&str> {
    match body {
        Body::Text { text } | Body::Choices { text, .. } => Some(text),
        _ => None,
    }
}

fn bubble(key: DraftId, is_mine: bool, text: Option<&str>, at: Millis) -> Row {
    let content = text.map_or(Content::Unsupported, |text| Content::Text(vec![Span::Plain(clean(text))]));
    Row::Bubble(Bubble::of(key, is_mine, content, at))
}

impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Detail")
    }
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Look")
    }
}

// There is one that can be given.
impl PartialEq for Detail {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Detail {}

#[cfg(test)]
mod tests {
    use tieline_protocol::{Auth, Body};

    use super::Detail;
    use crate::{
        Aim, Input,
        testing::{AGENT, Bench, VISITOR, draft, entry, setup, sketch, state, text},
        visitor::Visitor,
    };

    /// A session of three words, of which the visitor took one back.
    fn bench() -> Bench<Visitor> {
        let mut bench = Bench::new(Visitor::plain(setup(Auth::Visitor { token: "v".into() })));
        let mut lines = vec![entry(1, VISITOR), entry(2, VISITOR), entry(3, AGENT), entry(4, VISITOR)];
        let gone = lines[1].draft_id;
        for (line, body) in lines.iter_mut().zip([
            text("one"),
            text("two"),
            text("see https://example.org"),
            Body::Retract { target: gone },
        ]) {
            line.body = body;
        }
        bench.connect(VISITOR, vec![state(1, lines)]).take();
        bench
    }

    #[test]
    fn until_it_is_here_the_newest_words_are_told_as_they_are() {
        let mut bench = bench();
        bench.submit("four");
        let plain = sketch(&bench.thread());
        assert_eq!(plain, "one ? see https://example.org four", "nothing of what was taken back");
        bench.feed(Input::DetailCame(Detail::full()));
        assert_eq!(sketch(&bench.thread()), "| one:Sent (gone):Sent see https://example.org four:Sending");
    }

    #[test]
    fn what_nobody_sees_yet_nobody_does_anything_about() {
        let mut bench = bench();
        let target = entry(3, AGENT).draft_id;
        bench.feed(Input::Aimed(Some(Aim::Reply(target))));
        bench.feed(Input::Retract { draft_id: draft(9), target: entry(1, VISITOR).draft_id });
        assert!(bench.take().is_empty());
        bench.feed(Input::DetailCame(Detail::full()));
        assert_eq!(bench.door.screen(bench.now).aim, None);
    }
}
