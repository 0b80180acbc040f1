//! What the gateway says, frame by frame.

use tieline_protocol::{
    ClientFrame, CloseCode, DraftId, Entry, ErrorBody, ErrorCode, Millis, Outgoing, RequestId, Retry, Seq,
    ServerFrame, SessionState,
    client::Beat,
    server::{Page, Phase, Ping, Place, Presence, ReaderCursor, Receipt, Sessions, Typist},
};

use super::End;
use crate::{
    alarm::Alarm,
    chat::{Change, Chat, ChatKey},
    effect::{Effect, Event},
    requests::Asked,
    screen::Failure,
    timeline::Stretch,
};

/// Shortest pause after a temporary refusal that names none.
const SHORTEST_PAUSE: Millis = Millis(250);
/// Between questions that were refused for good: a capability may be granted later, so this is not "never".
const LONG_REST: Millis = Millis::minutes(1);

impl End {
    pub(super) fn receive(
        &mut self,
        now: Millis,
        id: Option<RequestId>,
        frame: ServerFrame,
        out: &mut Vec<Effect>,
    ) {
        if !self.link.is_live() {
            if self.link.is_greeting() {
                self.receive_greeting(now, frame, out);
            }
            return;
        }
        self.link.heard(now);
        match frame {
            ServerFrame::Welcome(_) | ServerFrame::Pong(_) => {}
            ServerFrame::AuthDue(_) => self.ask_for_proof(out),
            ServerFrame::Renewed(renewed) => {
                self.requests.answered(id);
                self.renewed(renewed.tokens, out);
            }
            ServerFrame::Ok(receipt) => {
                self.requests.answered(id);
                self.take_receipt(now, receipt, out);
            }
            ServerFrame::Ticket(ticket) => {
                self.requests.answered(id);
                self.take_ticket(ticket, out);
            }
            ServerFrame::Links(links) => {
                if let Some(Asked::Links(key)) = self.requests.answered(id)
                    && let Some(chat) = self.chat_mut(key)
                {
                    chat.links.take(links, now);
                }
            }
            ServerFrame::Page(page) => self.take_page(now, id, page, out),
            ServerFrame::Sessions(sessions) => self.take_sessions(now, id, sessions, out),
            ServerFrame::Session(state) => {
                self.install(now, *state, out);
                self.move_in(out);
            }
            ServerFrame::Channel(face) => self.face = Some(*face),
            ServerFrame::Presence(presence) => self.take_presence(presence),
            ServerFrame::Queue(place) => self.take_place(place),
            ServerFrame::Entry(entry) => self.take_entry(now, *entry, out),
            ServerFrame::Cursor(cursor) => self.take_cursor(cursor),
            ServerFrame::Typing(typist) => self.take_typist(now, typist),
            ServerFrame::Ping(ping) => self.take_ping(ping, out),
            // The desk's own door has heard it.
            ServerFrame::Desk(_) => {}
            ServerFrame::Drain(drain) => self.link.drain(now, drain.spread_ms),
            ServerFrame::Err(error) => match self.requests.answered(id) {
                Some(asked) => self.refuse(now, asked, &error, out),
                // Without an id it explains the close that follows. With one, it answers what was given up.
                None if id.is_none() => self.proof.refused(error),
                None => {}
            },
        }
    }

    /// No answer came in time.
    pub(super) fn unanswered(&mut self, now: Millis, asked: Asked, out: &mut Vec<Effect>) {
        match asked {
            Asked::Gap(_) => return self.link.abandon(now, CloseCode::GAP, out),
            Asked::Send(key, draft_id) | Asked::Upload(key, draft_id) => {
                if let Some(chat) = self.chat_mut(key) {
                    chat.outbox.requeue(draft_id);
                }
            }
            Asked::Links(key) => {
                if let Some(chat) = self.chat_mut(key) {
                    chat.links.lose_link();
                }
            }
            Asked::Open(_) | Asked::History(..) | Asked::List | Asked::Renewal => {}
        }
        self.link.probe(now, out);
    }

    /// Takes a session's head, in `welcome`, in a list or as a push.
    pub(super) fn install(&mut self, now: Millis, state: SessionState, out: &mut Vec<Effect>) {
        let session = state.session;
        let key = match self.find_session(session) {
            Some(chat) => chat.key,
            None => self.add_chat(|chat| chat.session = Some(session)),
        };
        self.change(now, key, out, |chat, accepted| chat.install(state, accepted));
    }

    fn receive_greeting(&mut self, now: Millis, frame: ServerFrame, out: &mut Vec<Effect>) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcome(now, *welcome, out),
            ServerFrame::Err(error) => self.proof.refused(error),
            ServerFrame::Ping(ping) => self.take_ping(ping, out),
            _ => {}
        }
    }

    fn take_receipt(&mut self, now: Millis, receipt: Receipt, out: &mut Vec<Effect>) {
        let Receipt { session, draft_id, .. } = receipt;
        if let Some(key) = self.opening_chat(draft_id) {
            return self.take_opened(key, receipt, out);
        }
        let (Some(key), Some(me)) = (self.find_session(session).map(|chat| chat.key), self.me.clone()) else {
            return;
        };
        if receipt.seq > Seq::ZERO {
            self.change(now, key, out, |chat, accepted| chat.accept(receipt, me, accepted));
        }
    }

    fn take_opened(&mut self, key: ChatKey, receipt: Receipt, out: &mut Vec<Effect>) {
        if self.find_session(receipt.session).is_none()
            && let Some(chat) = self.chat_mut(key)
        {
            chat.touched_at = chat.touched_at.max(receipt.at);
            chat.timeline.begin(receipt.epoch);
        }
        self.settle_in(key, receipt.session, out);
    }

    fn take_page(&mut self, now: Millis, id: Option<RequestId>, page: Page, out: &mut Vec<Effect>) {
        let (key, stretch) = match self.requests.answered(id) {
            Some(Asked::History(key, stretch)) => (key, stretch),
            Some(Asked::Gap(key)) => (key, Stretch::Newer),
            _ => return,
        };
        if self.find_chat(key).is_some_and(|chat| chat.session == Some(page.session)) {
            self.change(now, key, out, |chat, accepted| chat.turn_page(page, stretch, accepted));
        }
    }

    fn take_sessions(
        &mut self,
        now: Millis,
        id: Option<RequestId>,
        sessions: Sessions,
        out: &mut Vec<Effect>,
    ) {
        if self.requests.answered(id) == Some(Asked::List) {
            self.has_more_sessions = sessions.more;
        }
        for state in sessions.sessions {
            self.install(now, state, out);
        }
        self.move_in(out);
        if self.is_visiting {
            // A list brings one line of each session; a person wants to see a screenful.
            self.chats.iter_mut().for_each(Chat::fill_screen);
        }
    }

    fn take_entry(&mut self, now: Millis, entry: Entry, out: &mut Vec<Effect>) {
        match self.find_session(entry.session).map(|chat| chat.key) {
            Some(key) => self.change(now, key, out, |chat, accepted| chat.apply(entry, accepted)),
            // Its `session` push was lost; the list brings it.
            None => self.want_sessions(None),
        }
    }

    fn take_presence(&mut self, presence: Presence) {
        match self.presence.iter_mut().find(|known| known.to == presence.to) {
            Some(known) => *known = presence,
            None => self.presence.push(presence),
        }
    }

    fn take_place(&mut self, place: Place) {
        if let Some(chat) = self.session_mut(place.session) {
            chat.place = (place.place > 0).then_some(place.place);
        }
    }

    fn take_cursor(&mut self, cursor: ReaderCursor) {
        if let Some(chat) = self.session_mut(cursor.session) {
            chat.merge_cursor(cursor);
        }
    }

    fn take_typist(&mut self, now: Millis, typist: Typist) {
        let Typist { session, from, on } = typist;
        // A visitor is one person under any id, and a tab of theirs with a socket of its own is no news.
        let is_own = if self.is_visiting { from.role.is_visiting() } else { Some(from.id) == self.my_id() };
        if let Some(chat) = self.session_mut(session).filter(|_| !is_own) {
            chat.typing.hear(now, from, on);
        }
    }

    fn take_ping(&mut self, ping: Ping, out: &mut Vec<Effect>) {
        out.push(Effect::Send(Outgoing { id: None, frame: ClientFrame::Pong(Beat { nonce: ping.nonce }) }));
        for head in ping.heads {
            match self.session_mut(head.session) {
                Some(chat) => chat.timeline.note_head(head.last),
                None => self.want_sessions(None),
            }
        }
    }

    fn refuse(&mut self, now: Millis, asked: Asked, error: &ErrorBody, out: &mut Vec<Effect>) {
        let is_temporary = error.temporary || error.code.retry() != Retry::Never;
        let named = error.retry_ms.unwrap_or_default();
        let wait =
            |tries, link: &mut crate::link::Link| link.pause_after(tries).max(named).max(SHORTEST_PAUSE);
        let place = |key| move |chat: &&mut Chat| chat.key == key;
        match asked {
            Asked::Send(key, draft_id) => {
                let Some(chat) = self.chats.iter_mut().find(place(key)) else { return };
                if is_temporary {
                    let tries = chat.outbox.tries(draft_id);
                    chat.outbox.put_off(draft_id, Alarm::after(now, wait(tries, &mut self.link)));
                    return;
                }
                if error.code == ErrorCode::SessionClosed {
                    chat.phase = Phase::Closed;
                }
                chat.outbox.fail(draft_id, failure_of(error.code));
                out.extend(chat.drop_void_changes().into_iter().map(Effect::Forget));
            }
            Asked::Upload(_, draft_id) => self.refuse_file(now, draft_id, error.code, named),
            Asked::Open(key) => {
                let Some(chat) = self.chats.iter_mut().find(place(key)) else { return };
                // None: an earlier answer opened it, and this one is late.
                let Some(opening) = &mut chat.opening else { return };
                let is_second = !is_temporary && error.code == ErrorCode::Conflict;
                if !is_temporary && !is_second {
                    return chat.outbox.fail_all(failure_of(error.code));
                }
                opening.not_before = Some(Alarm::after(now, wait(opening.tries, &mut self.link)));
                opening.tries = opening.tries.saturating_add(1);
                if is_second {
                    // Another tab was first, about something else. Its session takes these words in, once it is known here.
                    opening.is_asked = false;
                    self.move_in(out);
                    self.want_sessions(None);
                }
            }
            // Where reading back is not granted, a new connection's catch-up mends the gap.
            Asked::Gap(_) if !is_temporary => self.link.abandon(now, CloseCode::GAP, out),
            Asked::History(key, _) | Asked::Gap(key) => {
                let rest = if is_temporary { wait(2, &mut self.link) } else { LONG_REST };
                if let Some(chat) = self.chats.iter_mut().find(place(key)) {
                    chat.history_rests = Some(Alarm::after(now, rest));
                }
            }
            // A list is asked for again when there is reason again. A proof that is not believed changes nothing: the
            // connection lasts as long as the old one, and the close that follows asks for another.
            // Addresses of files are asked for again on another connection.
            Asked::List | Asked::Renewal | Asked::Links(_) => {}
        }
    }

    /// Lets a chat change, then tells the page what came of it.
    fn change(
        &mut self,
        now: Millis,
        key: ChatKey,
        out: &mut Vec<Effect>,
        change: impl FnOnce(&mut Chat, &mut Vec<DraftId>) -> Change,
    ) {
        let Some(chat) = self.chat_mut(key) else { return };
        let mut accepted = Vec::new();
        let Change { received, is_wrong } = change(chat, &mut accepted);
        let session = chat.session;
        for record in chat.take_lost() {
            // The log lost its tail, and these words with it: they are said again under their names.
            out.push(Effect::Save(record.clone()));
            chat.outbox.push_again(record, now);
        }
        out.extend(chat.drop_void_changes().into_iter().map(Effect::Forget));
        for draft_id in accepted {
            out.push(Effect::Forget(draft_id));
            out.extend(session.map(|session| Effect::Tell(Event::MessageSent { session })));
        }
        if received > 0 {
            out.extend(session.map(|session| Effect::Tell(Event::MessageReceived { session })));
        }
        if is_wrong {
            self.link.abandon(now, CloseCode::GAP, out);
        }
    }

    fn opening_chat(&self, draft_id: DraftId) -> Option<ChatKey> {
        let is_named =
            |chat: &&Chat| chat.opening.as_ref().is_some_and(|opening| opening.draft_id == draft_id);
        self.chats.iter().find(is_named).map(|chat| chat.key)
    }
}

/// The refusal in screen words.
fn failure_of(code: ErrorCode) -> Failure {
    match code {
        ErrorCode::TooLarge => Failure::TooLong,
        ErrorCode::Forbidden
        | ErrorCode::Unsupported
        | ErrorCode::ChannelClosed
        | ErrorCode::OriginDenied => Failure::NotAllowed,
        ErrorCode::SessionClosed => Failure::SessionEnded,
        ErrorCode::TooLate => Failure::TooLate,
        _ => Failure::Refused,
    }
}
