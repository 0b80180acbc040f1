//! What a visitor says that is no message: forms, and how it was.

use tieline_protocol::{Answer, Body, Capability, DraftId, FormSource, Millis};

use super::Visitor;
use crate::{
    chat::{Chat, ChatKey},
    effect::Effect,
    end::Said,
    screen::{Ending, FormWish, Standing},
    spans::clean_line,
};

/// A form that was filled in, on its way to a session.
pub(super) struct Filled {
    pub(super) draft_id: DraftId,
    pub(super) session_draft_id: DraftId,
    pub(super) answers: Vec<Answer>,
    pub(super) message: Option<(DraftId, String)>,
}

impl Visitor {
    /// The form that is to be filled in now.
    pub(super) fn form_wish(&self, chat: Option<&Chat>, standing: Option<Standing>) -> Option<FormWish> {
        let can_fill = self.end.grants(Capability::Form) == Some(true) && !self.end.link.is_refused();
        let face = self.end.face.as_ref().filter(|_| can_fill)?;
        if let Some(chat) = chat {
            let (seq, form) = chat.asked_form().filter(|_| !chat.is_closed())?;
            return Some(FormWish::Asked { seq, form: form.clone() });
        }
        // Once a visitor: who has a session has been asked, or wrote before there was a form.
        let is_first = self.end.is_loaded && self.end.chats().next().is_none();
        if is_first && let Some(form) = &face.pre_chat {
            return Some(FormWish::PreChat(form.clone()));
        }
        let is_away = matches!(standing, Some(Standing::Away { .. }));
        (is_away && face.offline_form).then_some(FormWish::Offline)
    }

    /// What is left to do in a closed session.
    pub(super) fn ending(&self, chat: Option<&Chat>) -> Option<Ending> {
        let chat = chat.filter(|chat| chat.is_closed())?;
        let is_wanted = self.end.face.as_ref().is_some_and(|face| face.rating);
        let can_rate = is_wanted && self.end.grants(Capability::Rating) == Some(true);
        Some(Ending { can_rate, rated: chat.rated() })
    }

    pub(super) fn fill(&mut self, now: Millis, filled: Filled, out: &mut Vec<Effect>) {
        let Filled { draft_id, session_draft_id, answers, message } = filled;
        let (source, asked) = match self.form_now(now) {
            Some(FormWish::PreChat(_)) => (FormSource::PreChat, None),
            Some(FormWish::Offline) => (FormSource::Offline, None),
            Some(FormWish::Asked { seq, .. }) => (FormSource::Asked, Some(seq)),
            // It went while it was filled in: another tab was first.
            None => return self.fill_message(now, session_draft_id, message, out),
        };
        let key = self.open_chat(now, session_draft_id);
        // What belongs together stays in its order, also when it is read back from the store.
        let made_at = now - Millis(1);
        self.end.say(
            now,
            key,
            Said { draft_id, reply_to: None, body: Body::Form { source, asked, answers }, made_at },
            out,
        );
        self.fill_message(now, session_draft_id, message, out);
    }

    pub(super) fn rate(
        &mut self,
        now: Millis,
        draft_id: DraftId,
        stars: u8,
        text: &str,
        out: &mut Vec<Effect>,
    ) {
        let Some(chat) = self.current().filter(|chat| chat.is_closed() && chat.session.is_some()) else {
            return;
        };
        let (key, text) = (chat.key, text.trim());
        let text = clean_line(text).map(|_| text.to_owned());
        let body = Body::Rating { stars: stars.clamp(1, 5), text };
        self.end.say(now, key, Said { draft_id, reply_to: None, body, made_at: now }, out);
    }

    fn form_now(&self, now: Millis) -> Option<FormWish> {
        let chat = self.current();
        self.form_wish(chat, self.standing(chat, now))
    }

    fn fill_message(
        &mut self,
        now: Millis,
        session_draft_id: DraftId,
        message: Option<(DraftId, String)>,
        out: &mut Vec<Effect>,
    ) {
        if let Some((draft_id, text)) = message {
            self.submit(now, draft_id, session_draft_id, &text, out);
        }
    }

    /// The chat on screen, or a new one.
    pub(super) fn open_chat(&mut self, now: Millis, session_draft_id: DraftId) -> ChatKey {
        if let Some(chat) = self.current().filter(|chat| !chat.is_closed()) {
            return chat.key;
        }
        let wished = self.wish.as_ref();
        let item = wished.and_then(|wish| wish.item.clone());
        let to = wished.map(|wish| wish.to.clone()).or_else(|| self.begun.clone()).flatten();
        if let Some(wish) = &mut self.wish {
            // The picked one has ended, and these words open another.
            wish.picked = None;
        }
        self.end.add_chat(|chat| {
            (chat.to, chat.item, chat.touched_at) = (to, item, now);
            chat.open_as(session_draft_id, false);
        })
    }
}
