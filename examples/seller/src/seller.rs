//! Whom to answer, and when. Reads the desk's screen as a person would, and gives what a person would do next.
//!
//! Keeps nothing that matters: a thread whose last word is the visitor's wants an answer, whoever saw it before. So a
//! seller that was restarted answers once, and one who shares the desk with a person keeps quiet when they were first.

use std::collections::HashMap;

use anyhow::Result;
use tieline_protocol::{DraftId, Millis, SessionId};
use tieline_session::Input;
use tieline_session::screen::{Content, DeskScreen, OpenSession, Row, Span};

use crate::answer::{Answer, answer};

/// How long a glance at the question takes.
const READING: Millis = Millis(700);
/// A quick typist, so that nobody waits for a demo.
const TYPING_PER_CHAR: u64 = 12;
const TYPING_MOST: u64 = 1_800;

/// What is being answered just now.
#[derive(Default)]
pub(crate) struct Seller {
    /// Sessions looked at and left, with the moment of their last word: they want nothing until that moves.
    settled: HashMap<SessionId, Millis>,
    work: Work,
}

/// One thing at a time, as people do.
#[derive(Default)]
enum Work {
    #[default]
    Nothing,
    /// Has the session open, to read it.
    Reading { session: SessionId, until: Millis },
    /// Knows what to say and types it.
    Typing { session: SessionId, question: DraftId, answer: Answer, until: Millis },
}

impl Seller {
    /// What to do now, if anything. `mint` names a draft.
    pub(crate) fn wish(
        &mut self,
        now: Millis,
        screen: &DeskScreen,
        mint: impl Fn() -> Result<DraftId>,
    ) -> Result<Option<Input>> {
        match std::mem::take(&mut self.work) {
            Work::Nothing => Ok(self.pick(now, screen)),
            Work::Reading { session, until } => {
                let Some(open) = opened(screen, session) else { return Ok(None) };
                if now < until || open.thread.is_loading {
                    self.work = Work::Reading { session, until };
                } else if let Some((question, said)) = open_question(open) {
                    let answer = answer(open.item.as_ref(), &said, answers_given(open));
                    let typing = TYPING_MOST.min(answer.text.chars().count() as u64 * TYPING_PER_CHAR);
                    self.work = Work::Typing { session, question, answer, until: now + Millis(typing) };
                } else {
                    self.settle(screen, session);
                }
                Ok(None)
            }
            Work::Typing { session, question, answer, until } if now < until => {
                self.work = Work::Typing { session, question, answer, until };
                Ok(None)
            }
            Work::Typing { session, question, answer, .. } => {
                let Some(open) = opened(screen, session) else { return Ok(None) };
                // They wrote on, or somebody else answered, while we typed: look again.
                if open_question(open).is_none_or(|(now_asked, _)| now_asked != question) {
                    self.work = Work::Reading { session, until: now };
                    return Ok(None);
                }
                let [draft_id, session_draft_id] = [mint()?, mint()?];
                self.work = Work::Reading { session, until: now };
                let Answer { text, options } = answer;
                if open.can_offer && !options.is_empty() {
                    let options = options.iter().map(|option| (*option).to_owned()).collect();
                    return Ok(Some(Input::Offer { draft_id, text, options }));
                }
                Ok(Some(Input::Submit { draft_id, session_draft_id, text }))
            }
        }
    }

    /// When `wish` should be asked again, even if nothing happens.
    pub(crate) fn next_wake(&self) -> Option<Millis> {
        match self.work {
            Work::Nothing => None,
            Work::Reading { until, .. } | Work::Typing { until, .. } => Some(until),
        }
    }

    /// The session that has waited longest.
    fn pick(&mut self, now: Millis, screen: &DeskScreen) -> Option<Input> {
        let waiting =
            screen.sessions.iter().rev().find(|row| {
                !row.preview_is_mine && self.settled.get(&row.session) != Some(&row.touched_at)
            })?;
        self.work = Work::Reading { session: waiting.session, until: now + READING };
        Some(Input::SessionPicked(Some(waiting.session)))
    }

    fn settle(&mut self, screen: &DeskScreen, session: SessionId) {
        if let Some(row) = screen.sessions.iter().find(|row| row.session == session) {
            self.settled.insert(session, row.touched_at);
        }
    }
}

fn opened(screen: &DeskScreen, session: SessionId) -> Option<&OpenSession> {
    screen.open.as_ref().filter(|open| open.session == session && open.can_write)
}

/// What the visitor said since anybody answered, and the key of the last of it.
fn open_question(open: &OpenSession) -> Option<(DraftId, String)> {
    let bubbles = open.thread.rows.iter().rev().filter_map(|row| match row {
        Row::Bubble(bubble) => Some(bubble),
        _ => None,
    });
    let mut asked: Vec<_> = bubbles.take_while(|bubble| !bubble.is_mine).collect();
    let last = asked.first()?.key;
    asked.reverse();
    let words: Vec<String> = asked.iter().filter_map(|bubble| words_of(&bubble.content)).collect();
    Some((last, words.join("\n")))
}

fn words_of(content: &Content) -> Option<String> {
    let Content::Text(spans) = content else { return None };
    let plain = spans.iter().map(|span| match span {
        Span::Plain(text) | Span::Link { text, .. } => text.as_str(),
    });
    Some(plain.collect())
}

fn answers_given(open: &OpenSession) -> usize {
    open.thread.rows.iter().filter(|row| matches!(row, Row::Bubble(bubble) if bubble.is_mine)).count()
}
