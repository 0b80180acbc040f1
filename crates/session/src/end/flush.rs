//! What goes out once a fact is learned: openings, drafts, questions about the log, cursors, the unread count.

use tieline_protocol::{
    Body, Capability, ClientFrame, Draft, DraftId, FileCard, Item, Millis, Outgoing, SessionId,
    client::{History, List, Open},
    file::{Links, Upload},
    limits,
};

use super::End;
use crate::{
    alarm::{Alarm, earlier},
    chat::{Chat, ChatKey},
    cursors::{CURSOR_PAUSE, CURSOR_VOLLEY},
    effect::{Effect, Event},
    opening::name_of,
    requests::{Asked, Requests},
    timeline::Stretch,
};

impl End {
    pub(super) fn flush(&mut self, now: Millis, out: &mut Vec<Effect>) {
        let is_live = self.link.is_live();
        for chat in &mut self.chats {
            self.is_kept &= !chat.outbox.outwait_store(now);
            chat.outbox.expire(now);
            chat.typing.tick(now);
            if self.focus == Some(chat.key) && !chat.timeline.is_blank() {
                chat.cursors.mark_read(chat.timeline.settled());
            }
            if is_live && let Some(session) = chat.session {
                send(chat, session, now, &mut self.requests, out);
                read_back(chat, session, now, &mut self.requests, out);
                if self.focus == Some(chat.key) {
                    ask_for_links(chat, session, now, &mut self.requests, out);
                }
            }
        }
        if is_live {
            self.open_sessions(now, out);
            self.ask_for_sessions(now, out);
            self.tell_cursors(now, out);
        }
        let unread = self.unread();
        if unread != self.unread_told {
            self.unread_told = unread;
            out.push(Effect::Tell(Event::UnreadChanged(unread)));
        }
    }

    /// When something is to be done though nothing happens.
    pub(crate) fn next_wake(&self) -> Option<Millis> {
        let is_live = self.link.is_live();
        let chats = self.chats.iter().flat_map(|chat| {
            let opening = chat.opening.as_ref().and_then(|opening| opening.not_before);
            let rests =
                [opening, chat.history_rests].map(|alarm| alarm.filter(|_| is_live).map(Alarm::due_at));
            let links = chat.links.next_wake().filter(|_| is_live && self.focus == Some(chat.key));
            rests.into_iter().chain([chat.typing.next_wake(), links]).chain(chat.outbox.wakes())
        });
        let shared = [
            self.link.next_wake(self.now),
            self.requests.next_wake(),
            self.cursor_rest.filter(|_| is_live && self.has_cursor_news()).map(Alarm::due_at),
        ];
        // What is due by now was looked at in `settle` and waits for something else.
        chats.chain(shared).map(|due| due.filter(|due| *due > self.now)).fold(None, earlier)
    }

    fn open_sessions(&mut self, now: Millis, out: &mut Vec<Effect>) {
        let Some(me) = self.my_id() else { return };
        let can_item = self.grants(Capability::Item) == Some(true);
        for place in 0..self.chats.len() {
            let Some(chat) = self.chats.get(place).filter(|chat| chat.session.is_none()) else { continue };
            let ended =
                self.chats.iter().filter(|other| other.is_closed() && other.is_with(chat.to.as_deref()));
            let name = name_of(me, chat.to.as_deref(), ended.filter_map(|other| other.session).max());
            if let Some(chat) = self.chats.get_mut(place) {
                open(chat, name, now, can_item, &mut self.requests, out);
            }
        }
    }

    fn ask_for_sessions(&mut self, now: Millis, out: &mut Vec<Effect>) {
        if !self.requests.is_open(|asked| asked == Asked::List)
            && let Some(after) = self.wants_sessions.take()
        {
            self.requests.ask(now, Asked::List, ClientFrame::List(List { after }), out);
        }
    }

    fn tell_cursors(&mut self, now: Millis, out: &mut Vec<Effect>) {
        if self.grants(Capability::Receipts) != Some(true)
            || self.cursor_rest.is_some_and(|rest| !rest.is_due(now))
        {
            return;
        }
        let cursors = self
            .chats
            .iter_mut()
            .filter_map(|chat| chat.cursors.tell(chat.session?, chat.timeline.settled()));
        let before = out.len();
        out.extend(
            cursors
                .take(CURSOR_VOLLEY)
                .map(|cursor| Effect::Send(Outgoing { id: None, frame: ClientFrame::Cursor(cursor) })),
        );
        self.cursor_rest = (out.len() > before).then(|| Alarm::after(now, CURSOR_PAUSE));
    }

    fn has_cursor_news(&self) -> bool {
        self.grants(Capability::Receipts) == Some(true)
            && self
                .chats
                .iter()
                .any(|chat| chat.session.is_some() && chat.cursors.has_news(chat.timeline.settled()))
    }
}

fn open(
    chat: &mut Chat,
    name: DraftId,
    now: Millis,
    can_item: bool,
    requests: &mut Requests,
    out: &mut Vec<Effect>,
) {
    let key = chat.key;
    if chat.outbox.next(now).is_none() || requests.is_open(|asked| asked == Asked::Open(key)) {
        return;
    }
    let Some(opening) = &mut chat.opening else { return };
    if opening.not_before.is_some_and(|alarm| !alarm.is_due(now)) {
        return;
    }
    opening.not_before = None;
    let draft_id = if opening.is_asked { opening.draft_id } else { name };
    out.extend(chat.ask_to_open(name).into_iter().map(Effect::Save));
    let item: Option<Item> = chat.item.clone().filter(|_| can_item);
    let open = Open { draft_id, to: chat.to.clone(), item };
    requests.ask(now, Asked::Open(key), ClientFrame::Open(open), out);
}

fn send(chat: &mut Chat, session: SessionId, now: Millis, requests: &mut Requests, out: &mut Vec<Effect>) {
    let Some(record) = chat.outbox.next(now) else { return };
    let (draft_id, reply_to, body) = (record.draft_id, record.reply_to, record.body.clone());
    let body = match (body, &record.sha256) {
        (Body::File { file }, Some(sha256)) => {
            let upload = Upload {
                session,
                draft_id,
                name: file.name,
                size: file.size,
                media_type: file.media_type,
                sha256: sha256.clone(),
            };
            chat.outbox.mark_asking(draft_id);
            return requests.ask(now, Asked::Upload(chat.key, draft_id), ClientFrame::Upload(upload), out);
        }
        // What it is, the gateway knows.
        (Body::File { file }, None) => Body::File { file: FileCard::named(file.id) },
        (body, _) => body,
    };
    chat.outbox.mark_sending(draft_id);
    let frame = ClientFrame::Send(Draft { session, draft_id, reply_to, body });
    requests.ask(now, Asked::Send(chat.key, draft_id), frame, out);
}

/// Asks where the files that are on screen can be read.
fn ask_for_links(
    chat: &mut Chat,
    session: SessionId,
    now: Millis,
    requests: &mut Requests,
    out: &mut Vec<Effect>,
) {
    let key = chat.key;
    if requests.is_open(|asked| asked == Asked::Links(key)) {
        return;
    }
    let files = chat.links.ask(chat.timeline.entries().rev(), now);
    if !files.is_empty() {
        requests.ask(now, Asked::Links(key), ClientFrame::Links(Links { session, files }), out);
    }
}

/// Asks for what the copy lacks: one question at a time for each chat.
fn read_back(
    chat: &mut Chat,
    session: SessionId,
    now: Millis,
    requests: &mut Requests,
    out: &mut Vec<Effect>,
) {
    let key = chat.key;
    if chat.history_rests.is_some_and(|alarm| !alarm.is_due(now))
        || requests.is_open(|asked| is_reading(asked, key))
    {
        return;
    }
    chat.history_rests = None;
    let timeline = &chat.timeline;
    let after = Some(timeline.settled());
    let (asked, before, after, limit) = if timeline.is_blank() {
        (Asked::History(key, Stretch::Newest), None, None, limits::TAIL_ENTRIES)
    } else if timeline.has_gap() {
        (Asked::Gap(key), None, after, limits::PAGE_ENTRIES)
    } else if timeline.lacks_newer() {
        (Asked::History(key, Stretch::Newer), None, after, limits::PAGE_ENTRIES)
    } else if std::mem::take(&mut chat.wants_older) && timeline.has_older() {
        (Asked::History(key, Stretch::Older), timeline.oldest(), None, limits::TAIL_ENTRIES)
    } else {
        return;
    };
    requests.ask(now, asked, ClientFrame::History(History { session, before, after, limit }), out);
}

fn is_reading(asked: Asked, key: ChatKey) -> bool {
    match asked {
        Asked::History(chat, _) | Asked::Gap(chat) => chat == key,
        Asked::Open(_)
        | Asked::Send(..)
        | Asked::Upload(..)
        | Asked::Links(_)
        | Asked::List
        | Asked::Renewal => false,
    }
}
