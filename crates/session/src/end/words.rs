//! What a person says, by key or by button: words, one of the answers offered, the wish to take words back.

use tieline_protocol::{Body, Capability, DraftId, Entry, Millis};

use super::{End, Said};
use crate::{
    aim::{Aiming, Purpose},
    chat::{Chat, ChatKey},
    effect::Effect,
    input::Aim,
    screen::{Aimed, Failure, Thread},
    spans::clean_line,
    thread::Reader,
};

impl End {
    /// Says the text, which is trimmed and shows something, in the way that the chat's aim asks for.
    pub(crate) fn speak(
        &mut self,
        now: Millis,
        key: ChatKey,
        draft_id: DraftId,
        text: &str,
        out: &mut Vec<Effect>,
    ) {
        let Some(chat) = self.chat_mut(key) else { return };
        let text_owned = text.to_owned();
        let (reply_to, body) = match chat.use_aim(text) {
            Purpose::Say { reply_to } => (reply_to, Body::Text { text: text_owned }),
            Purpose::Edit { target } => (None, Body::Edit { target, text: text_owned }),
            Purpose::Nothing => return,
        };
        self.say(now, key, Said { draft_id, reply_to, body, made_at: now }, out);
        if text.chars().count() > self.text_chars as usize
            && let Some(chat) = self.chat_mut(key)
        {
            chat.outbox.fail(draft_id, Failure::TooLong);
        }
    }

    /// Asks, with answers to choose from.
    pub(crate) fn offer(
        &mut self,
        now: Millis,
        key: ChatKey,
        draft_id: DraftId,
        (text, options): (String, Vec<String>),
        out: &mut Vec<Effect>,
    ) {
        if clean_line(&text).is_some() && !options.is_empty() {
            let body = Body::Choices { text, options };
            self.say(now, key, Said { draft_id, reply_to: None, body, made_at: now }, out);
        }
    }

    /// Whether the words to come take the place of others.
    pub(crate) fn is_editing(&self, key: ChatKey) -> bool {
        matches!(self.find_chat(key).and_then(|chat| chat.aim.as_ref()), Some(Aiming::Edit { .. }))
    }

    /// One of the answers under a question is what this person says.
    pub(crate) fn choose(
        &mut self,
        now: Millis,
        key: ChatKey,
        draft_id: DraftId,
        (target, option): (DraftId, u32),
        out: &mut Vec<Effect>,
    ) {
        let may_reply = self.find_chat(key).is_some_and(|chat| self.reader(chat, now).may_reply);
        let question = self.find_chat(key).and_then(|chat| chat.timeline.find_words(target));
        let Some(Entry { body: Body::Choices { options, .. }, .. }) = question else { return };
        let Some(text) = usize::try_from(option).ok().and_then(|option| options.get(option)) else { return };
        let body = Body::Text { text: text.clone() };
        self.say(now, key, Said { draft_id, reply_to: may_reply.then_some(target), body, made_at: now }, out);
    }

    /// Own words are to be taken back.
    pub(crate) fn retract(
        &mut self,
        now: Millis,
        key: ChatKey,
        draft_id: DraftId,
        target: DraftId,
        out: &mut Vec<Effect>,
    ) {
        let Some(chat) = self.find_chat(key) else { return };
        let reader = self.reader(chat, now);
        let can_retract = |entry: &Entry| entry.draft_id == target && reader.ways(chat, entry).retract;
        if chat.timeline.entries().any(can_retract) {
            let body = Body::Retract { target };
            self.say(now, key, Said { draft_id, reply_to: None, body, made_at: now }, out);
        }
    }

    /// The words to come are about something, or not any more.
    pub(crate) fn aim(&mut self, now: Millis, key: ChatKey, aim: Option<Aim>) {
        let Some(reader) = self.find_chat(key).map(|chat| self.reader(chat, now)) else { return };
        if let Some(chat) = self.chat_mut(key) {
            chat.take_aim(aim, &reader);
        }
    }

    /// A refused edit goes back into the composer, to be said otherwise once more.
    pub(super) fn edit_again(&mut self, key: ChatKey, target: DraftId, text: String) {
        if let Some(chat) = self.chat_mut(key) {
            chat.aim = Some(Aiming::Edit { target, text });
        }
    }

    /// What stands on screen of a chat.
    pub(crate) fn look_into(&self, chat: &Chat, now: Millis) -> (Thread, Option<Aimed>) {
        let reader = self.reader(chat, now);
        ((self.look.thread)(chat, &reader), (self.look.aimed)(chat, &reader))
    }

    /// Whether a chat's channel may do that, as far as is known.
    pub(crate) fn may(&self, chat: &Chat, capability: Capability) -> bool {
        let here = chat.grants.as_ref().map(|(capabilities, _)| capabilities.grants(capability));
        here.or_else(|| self.grants(capability)) == Some(true)
    }

    fn reader(&self, chat: &Chat, now: Millis) -> Reader {
        let edit_secs = self.face.as_ref().map_or(0, |face| face.edit_secs);
        let edit_window = match &chat.grants {
            Some((_, edit_window)) => *edit_window,
            None => Millis::secs(edit_secs.into()),
        };
        Reader {
            me: self.my_id(),
            offset_minutes: self.offset_minutes,
            now,
            ahead_ms: self.ahead_ms,
            may_reply: self.may(chat, Capability::Reply) && !self.link.is_refused(),
            edit_window: if self.link.is_refused() { Millis(0) } else { edit_window },
        }
    }
}
