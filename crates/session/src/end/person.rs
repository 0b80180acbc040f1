//! Whose words are whose: what the store gives back, another person at the same browser, a chat that finds its session.

use tieline_protocol::{
    Auth, Body, ClientFrame, DraftId, Millis, Seq, SessionId, client::Renewal, server::Tokens,
};

use super::End;
use crate::{
    chat::{Chat, ChatKey, Opening},
    effect::{Effect, Owner, Place, Record},
    link::Lack,
    requests::Asked,
};

impl End {
    /// Takes up drafts of an earlier page, or of this person after another one.
    pub(super) fn restore(&mut self, mut records: Vec<Record>) {
        crate::order::sort_few(&mut records, |record| record.made_at);
        for record in records {
            let is_known = self.chats.iter().any(|chat| chat.outbox.holds(record.draft_id))
                || self.parked.iter().any(|parked| parked.draft_id == record.draft_id);
            if is_known {
                continue;
            }
            if record.owner != *self.proof.owner() {
                self.parked.push(record);
                continue;
            }
            let key = self.chat_of(&record.place);
            if let Some(chat) = self.chat_mut(key) {
                chat.outbox.push(record);
            }
        }
    }

    pub(super) fn take_token(&mut self, now: Millis, auth: Auth, out: &mut Vec<Effect>) {
        if matches!(auth, Auth::New | Auth::Resume { .. }) {
            return;
        }
        match self.proof.replace(auth) {
            None if std::mem::take(&mut self.is_auth_due) && self.link.is_live() => {
                let renewal = ClientFrame::Auth(Renewal { auth: self.proof.base().clone() });
                self.requests.ask(now, Asked::Renewal, renewal, out);
            }
            None => self.link.provided(now, Lack::Token, out),
            before => self.follow_person(now, before, out),
        }
    }

    /// If another person was here before, everything of theirs goes, the connection too.
    pub(super) fn follow_person(&mut self, now: Millis, before: Option<Owner>, out: &mut Vec<Effect>) {
        if let Some(before) = before {
            self.change_person(before, out);
            self.link.redial(now, out);
        }
    }

    /// The gateway says that the proof ends soon. Anonymous visitors have none that ends.
    pub(super) fn ask_for_proof(&mut self, out: &mut Vec<Effect>) {
        let can_end = matches!(self.proof.base(), Auth::User { .. } | Auth::Agent { .. });
        if can_end && !std::mem::replace(&mut self.is_auth_due, true) {
            out.push(Effect::FetchToken);
        }
    }

    /// The fresh proof holds: what was refused for want of one goes out at once.
    pub(super) fn renewed(&mut self, tokens: Tokens, out: &mut Vec<Effect>) {
        self.proof.welcomed(tokens, out);
        self.chats.iter_mut().for_each(Chat::hurry);
    }

    pub(super) fn retry(&mut self, draft_id: DraftId, now: Millis, out: &mut Vec<Effect>) {
        if let Some(record) = self.chats.iter_mut().find_map(|chat| chat.outbox.retry(draft_id, now)) {
            out.push(Effect::Save(record.clone()));
        }
    }

    /// The person takes a draft back. Gives its words and whose chat's they were, unless they are on the wire or gone.
    pub(super) fn take_back(&mut self, draft_id: DraftId, out: &mut Vec<Effect>) -> Option<(ChatKey, Body)> {
        let taken = |chat: &mut Chat| Some((chat.key, chat.outbox.discard(draft_id)?));
        let (key, record) = self.chats.iter_mut().find_map(taken)?;
        if record.sha256.is_some() {
            out.push(Effect::StopUpload(draft_id));
        }
        let taken = (key, record.body);
        out.push(Effect::Forget(draft_id));
        Some(taken)
    }

    /// The person wants to say a draft otherwise.
    pub(super) fn revise(&mut self, draft_id: DraftId, out: &mut Vec<Effect>) {
        match self.take_back(draft_id, out) {
            Some((_, Body::Text { text })) => out.push(Effect::Compose(text)),
            Some((key, Body::Edit { target, text })) => self.edit_again(key, target, text),
            _ => {}
        }
    }

    /// Another tab has kept a draft, or knows more of where it belongs.
    pub(super) fn overhear(&mut self, now: Millis, record: Record, out: &mut Vec<Effect>) {
        let draft_id = record.draft_id;
        if record.owner != *self.proof.owner() {
            return;
        }
        let Some(key) = self.chats.iter().find(|chat| chat.outbox.holds(draft_id)).map(|chat| chat.key)
        else {
            let key = self.chat_of(&record.place);
            if let Some(chat) = self.chat_mut(key).filter(|chat| !chat.has_entry(draft_id)) {
                chat.touched_at = chat.touched_at.max(record.made_at);
                chat.outbox.overhear(record, now);
            }
            return;
        };
        match record.place {
            Place::Session(session) if self.find_chat(key).is_some_and(|chat| chat.session.is_none()) => {
                self.settle_in(key, session, out);
            }
            Place::Opening { is_asked: true, draft_id: name, .. } => {
                let opening = self.chat_mut(key).and_then(|chat| chat.opening.as_mut());
                if let Some(opening) = opening.filter(|opening| !opening.is_asked) {
                    (opening.draft_id, opening.is_asked) = (name, true);
                }
            }
            Place::Session(_) | Place::Opening { .. } => {}
        }
    }

    /// Another tab took a draft back, or the log has it. What is on the wire here gets its own answer.
    pub(super) fn unhear(&mut self, draft_id: DraftId) {
        self.parked.retain(|record| record.draft_id != draft_id);
        for chat in &mut self.chats {
            chat.outbox.discard(draft_id);
        }
    }

    /// A chat's session is known now; perhaps it is a chat that is here already.
    pub(super) fn settle_in(&mut self, key: ChatKey, session: SessionId, out: &mut Vec<Effect>) {
        if let Some(other) = self.find_session(session).map(|chat| chat.key) {
            return self.join(key, other, out);
        }
        if let Some(chat) = self.chat_mut(key) {
            // The store must know: after a reload, old and new drafts of one session have to stand in one queue.
            out.extend(chat.settle_in(session).into_iter().map(Effect::Save));
        }
    }

    /// The gateway knows this browser by another name now. Sessions are gone, words are not: they open new ones.
    pub(super) fn start_over(&mut self, now: Millis, out: &mut Vec<Effect>) {
        self.chats.retain(|chat| chat.outbox.records().next().is_some());
        for chat in self.chats.iter_mut().filter(|chat| chat.session.is_some()) {
            let records = chat.leave(DraftId::at(now, self.link.jitter.bytes()));
            out.extend(records.into_iter().map(Effect::Save));
        }
    }

    /// A chat that waits for a session takes the one that its person already has with the same recipient. Not if its own
    /// may exist as well: then asking again tells which it is.
    pub(super) fn move_in(&mut self, out: &mut Vec<Effect>) {
        let is_unasked = |opening: &Opening| !opening.is_asked;
        let homeless: Vec<ChatKey> = self
            .chats
            .iter()
            .filter(|chat| chat.session.is_none() && chat.opening.as_ref().is_none_or(is_unasked))
            .map(|chat| chat.key)
            .collect();
        for key in homeless {
            let Some(chat) = self.find_chat(key) else { continue };
            let homes = self.chats.iter().filter(|home| {
                home.session.is_some() && home.is_with(chat.to.as_deref()) && !home.is_closed()
            });
            let Some(home) = homes.max_by_key(|home| home.touched_at).map(|home| home.key) else { continue };
            self.join(key, home, out);
        }
    }

    /// Drops chats whose every draft was taken back before they had a session. One that may have been opened keeps its
    /// name for the next draft, unless there is a session for that already.
    pub(super) fn drop_hollow(&mut self) {
        let is_hollow = |chat: &Chat| chat.session.is_none() && chat.outbox.is_empty();
        let is_asked = |chat: &Chat| chat.opening.as_ref().is_some_and(|opening| opening.is_asked);
        while let Some(place) = self.chats.iter().position(|chat| {
            let has_home =
                || self.chats.iter().any(|home| home.session.is_some() && home.is_with(chat.to.as_deref()));
            is_hollow(chat) && (!is_asked(chat) || has_home())
        }) {
            self.chats.remove(place);
        }
    }

    /// Two chats turn out to be one session: `from` ends in `into`.
    pub(super) fn join(&mut self, from: ChatKey, into: ChatKey, out: &mut Vec<Effect>) {
        let Some(place) = self.chats.iter().position(|chat| chat.key == from).filter(|_| from != into) else {
            return;
        };
        let chat = self.chats.remove(place);
        if let Some(home) = self.chat_mut(into) {
            home.outbox.take_over(chat.outbox);
            // Another tab may have said it there already.
            let mut accepted = Vec::new();
            home.recognise(Seq::ZERO, &mut accepted);
            out.extend(accepted.into_iter().map(Effect::Forget));
            if let Some(session) = home.session {
                out.extend(home.settle_in(session).into_iter().map(Effect::Save));
            }
        }
        if self.focus == Some(from) {
            self.focus = Some(into);
        }
    }

    fn change_person(&mut self, before: Owner, out: &mut Vec<Effect>) {
        let chats = std::mem::take(&mut self.chats);
        let uploads = chats.iter().flat_map(|chat| chat.outbox.uploads());
        out.extend(uploads.map(Effect::StopUpload));
        self.parked.extend(chats.iter().flat_map(|chat| chat.outbox.records().cloned()));
        self.requests.drop_all();
        (self.me, self.focus, self.wants_sessions) = (None, None, None);
        (self.is_loaded, self.has_more_sessions, self.is_auth_due) = (false, false, false);
        let owner = self.proof.owner().clone();
        if matches!(owner, Owner::Visitor(_)) {
            // The visitor of before is gone for good, token and all: nobody else may say these words.
            let (orphans, parked): (Vec<_>, Vec<_>) = std::mem::take(&mut self.parked)
                .into_iter()
                .partition(|record| matches!(record.owner, Owner::Visitor(_)) && record.owner != owner);
            self.parked = parked;
            out.extend(orphans.iter().map(|record| Effect::Forget(record.draft_id)));
        }
        let is_claimed = matches!(before, Owner::Visitor(_)) && self.proof.claims_visitor();
        let (mut mine, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.parked)
            .into_iter()
            .partition(|record| record.owner == owner || is_claimed && record.owner == before);
        self.parked = others;
        for record in mine.iter_mut().filter(|record| record.owner != owner) {
            record.owner = owner.clone();
            out.push(Effect::Save(record.clone()));
        }
        self.restore(mine);
    }

    fn chat_of(&mut self, place: &Place) -> ChatKey {
        match place {
            Place::Session(session) => match self.find_session(*session) {
                Some(chat) => chat.key,
                None => self.add_chat(|chat| chat.session = Some(*session)),
            },
            Place::Opening { draft_id, to, item, is_asked } => {
                let is_same =
                    |chat: &&Chat| chat.opening.as_ref().is_some_and(|opening| opening.draft_id == *draft_id);
                if let Some(chat) = self.chats.iter().find(is_same) {
                    return chat.key;
                }
                self.add_chat(|chat| {
                    (chat.to, chat.item) = (to.clone(), item.clone());
                    chat.open_as(*draft_id, *is_asked);
                })
            }
        }
    }
}
