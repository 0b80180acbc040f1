//! What both doors share: one link, one person's proofs, the chats, and the questions on the wire between them.
//!
//! `take` learns a fact, `settle` acts on what is known now. Knows nothing of panels and lists.

use tieline_protocol::{
    Auth, Author, Body, Capabilities, Capability, ClientFrame, DraftId, Millis, Outgoing, PartyId, RequestId,
    SessionId, client, limits,
    server::{ChannelFace, Presence},
};

use crate::{
    alarm::Alarm,
    chat::{Chat, ChatKey},
    detail::Look,
    effect::{Effect, Record},
    input::{Input, Setup},
    link::{Lack, Link},
    proof::Proof,
    requests::Requests,
    screen::Notice,
};

mod answers;
mod files;
mod flush;
mod hello;
mod person;
#[cfg(test)]
mod tests;
mod words;

/// One end of the line.
#[derive(Debug)]
pub(crate) struct End {
    setup: Setup,
    pub(crate) look: Look,
    is_visiting: bool,
    pub(crate) link: Link,
    pub(crate) proof: Proof,
    requests: Requests,
    /// The proof ends soon, and the page was asked for a fresh one.
    is_auth_due: bool,
    chats: Vec<Chat>,
    last_key: u32,
    pub(crate) me: Option<Author>,
    pub(crate) face: Option<ChannelFace>,
    /// Who is there, by recipient, as the gateway last said.
    pub(crate) presence: Vec<Presence>,
    capabilities: Option<Capabilities>,
    pub(crate) text_chars: u32,
    /// How far this clock is ahead of the gateway's.
    ahead_ms: i64,
    file_bytes: u32,
    /// Drafts of other people who used this browser. Kept, never shown, never sent.
    parked: Vec<Record>,
    is_kept: bool,
    /// This person's `welcome` came.
    pub(crate) is_loaded: bool,
    pub(crate) has_more_sessions: bool,
    /// Sessions to ask for: those touched before this one, or the newest.
    wants_sessions: Option<Option<SessionId>>,
    /// The chat on screen.
    focus: Option<ChatKey>,
    unread_told: u32,
    /// Cursors rest until then.
    cursor_rest: Option<Alarm>,
    pub(crate) offset_minutes: i32,
    /// Whether the link was up when `settle` last looked.
    was_live: bool,
    now: Millis,
}

impl End {
    pub(crate) fn new(mut setup: Setup, is_visiting: bool, look: Look) -> Self {
        let base = std::mem::replace(&mut setup.auth, Auth::New);
        let ticket = setup.embed.take();
        Self {
            link: Link::new(setup.jitter_seed),
            proof: Proof::new(base, ticket),
            requests: Requests::new(setup.request_base),
            setup,
            look,
            is_visiting,
            is_auth_due: false,
            chats: Vec::new(),
            last_key: 0,
            me: None,
            face: None,
            presence: Vec::new(),
            capabilities: None,
            text_chars: u32::try_from(limits::TEXT_CHARS).unwrap_or(u32::MAX),
            ahead_ms: 0,
            file_bytes: 0,
            parked: Vec::new(),
            is_kept: true,
            is_loaded: false,
            has_more_sessions: false,
            wants_sessions: None,
            focus: None,
            unread_told: 0,
            cursor_rest: None,
            offset_minutes: 0,
            was_live: false,
            now: Millis(0),
        }
    }

    /// Learns a fact that is neither panel's nor list's business.
    pub(crate) fn take(&mut self, now: Millis, input: Input, out: &mut Vec<Effect>) {
        match input {
            Input::Restored(records) => self.restore(records),
            Input::Start => self.link.start(now, out),
            Input::UploadMoved { draft_id, percent } => {
                self.chats.iter_mut().for_each(|chat| chat.outbox.move_upload(draft_id, percent));
            }
            Input::Uploaded { draft_id, file } => self.uploaded(draft_id, file, out),
            Input::UploadFailed { draft_id, why } => self.upload_failed(now, draft_id, why),
            Input::Overheard(record) => self.overhear(now, *record, out),
            Input::Unheard(draft_id) => self.unhear(draft_id),
            Input::SocketOpened => {
                if self.link.opened(now) {
                    let hello = self.hello();
                    out.push(Effect::Send(hello));
                }
            }
            Input::Received { id, frame } => self.receive(now, id, frame, out),
            Input::MustReload => self.link.outdated(out, true),
            Input::SocketClosed(code) => {
                let is_ours = self.link.is_live() || self.link.is_greeting();
                let cure = self.proof.cure(code, self.link.is_live() || !is_ours);
                self.link.closed(now, code, cure, out);
            }
            Input::Saved(draft_id) => self.settle_saving(draft_id, true),
            Input::SaveFailed(draft_id) => self.settle_saving(draft_id, false),
            Input::SessionsWanted => self.want_sessions(None),
            Input::NextOpened => {
                if self.link.next_opened(now) {
                    let hello = self.hello();
                    out.push(Effect::SendNext(hello));
                }
            }
            Input::NextReceived { frame, .. } => self.receive_next(now, frame, out),
            Input::NextClosed(code) => self.link.next_closed(now, code),
            Input::TokenArrived(auth) => self.take_token(now, auth, out),
            Input::VisitorFound { visitor, token } => {
                let before = self.proof.find_visitor(visitor, token);
                self.follow_person(now, before, out);
            }
            Input::SignedOut(visitor) => {
                let before = self.proof.sign_out(visitor);
                self.follow_person(now, before, out);
            }
            Input::TicketArrived(ticket) => {
                self.proof.renew_ticket(ticket);
                self.link.provided(now, Lack::Ticket, out);
            }
            Input::TokenFailed => {
                self.is_auth_due = false;
                self.link.not_provided(now);
            }
            Input::WokeUp => self.link.woke(now, out),
            Input::WentOffline => self.link.went_offline(now, out),
            Input::PageHidden => self.link.hidden(out),
            Input::TimeZone { offset_minutes } => {
                self.offset_minutes = offset_minutes.clamp(-18 * 60, 18 * 60);
            }
            // The doors' own, and the tick: time passes in `settle`.
            Input::Tick
            | Input::DetailCame(_)
            | Input::Retry(_)
            | Input::Discard(_)
            | Input::Revise(_)
            | Input::Asked { .. }
            | Input::PanelShown
            | Input::PanelHidden
            | Input::SessionPicked(_)
            | Input::ListShown(_)
            | Input::Submit { .. }
            | Input::Offer { .. }
            | Input::Aimed(_)
            | Input::Retract { .. }
            | Input::Choose { .. }
            | Input::FormFilled { .. }
            | Input::Rated { .. }
            | Input::BegunAnew
            | Input::CloseWanted(_)
            | Input::FormWanted { .. }
            | Input::Attach { .. }
            | Input::Typed { .. }
            | Input::OlderWanted
            | Input::MoreSessionsWanted
            | Input::DeskWants(_) => {}
        }
    }

    /// What a person does about a draft that is not in the log yet. Apart from [`End::take`]: a first open can do without.
    pub(crate) fn take_up(&mut self, now: Millis, input: &Input, out: &mut Vec<Effect>) {
        match input {
            Input::Retry(draft_id) => self.retry(*draft_id, now, out),
            Input::Discard(draft_id) => {
                self.take_back(*draft_id, out);
            }
            Input::Revise(draft_id) => self.revise(*draft_id, out),
            _ => {}
        }
    }

    /// Lets time pass, then says everything that can be said now.
    pub(crate) fn settle(&mut self, now: Millis, focus: Option<ChatKey>, out: &mut Vec<Effect>) {
        self.now = now;
        self.link.tick(now, out);
        for asked in self.requests.overdue(now) {
            self.unanswered(now, asked, out);
        }
        if !self.link.is_live() {
            if self.was_live {
                self.lose_link();
            }
            self.requests.drop_all();
        }
        self.drop_hollow();
        self.look_at(focus);
        self.flush(now, out);
        self.was_live = self.link.is_live();
    }

    pub(crate) fn chats(&self) -> impl Iterator<Item = &Chat> + Clone {
        self.chats.iter()
    }

    pub(crate) fn chat_mut(&mut self, key: ChatKey) -> Option<&mut Chat> {
        self.chats.iter_mut().find(|chat| chat.key == key)
    }

    pub(crate) fn find_chat(&self, key: ChatKey) -> Option<&Chat> {
        self.chats.iter().find(|chat| chat.key == key)
    }

    pub(crate) fn find_session(&self, session: SessionId) -> Option<&Chat> {
        self.chats.iter().find(|chat| chat.session == Some(session))
    }

    pub(crate) fn session_mut(&mut self, session: SessionId) -> Option<&mut Chat> {
        self.chats.iter_mut().find(|chat| chat.session == Some(session))
    }

    /// A new chat, shaped by the caller.
    pub(crate) fn add_chat(&mut self, shape: impl FnOnce(&mut Chat)) -> ChatKey {
        self.last_key = self.last_key.wrapping_add(1);
        let key = ChatKey(self.last_key);
        let mut chat = Chat::new(key, self.is_visiting);
        shape(&mut chat);
        self.chats.push(chat);
        key
    }

    /// Whether the channel may do that, as far as is known.
    pub(crate) fn grants(&self, capability: Capability) -> Option<bool> {
        self.capabilities.as_ref().map(|capabilities| capabilities.grants(capability))
    }

    /// An id for a question that only the desk asks.
    pub(crate) fn fresh_id(&mut self) -> RequestId {
        self.requests.fresh()
    }

    pub(crate) fn my_id(&self) -> Option<PartyId> {
        self.me.as_ref().map(|me| me.id)
    }

    /// Wants the sessions touched before that one, or the newest.
    pub(crate) fn want_sessions(&mut self, after: Option<SessionId>) {
        self.wants_sessions.get_or_insert(after);
    }

    pub(crate) fn unread(&self) -> u32 {
        self.chats.iter().fold(0, |sum, chat| sum + chat.unread())
    }

    pub(crate) fn notice(&self, now: Millis) -> Option<Notice> {
        self.link.notice(now).or((!self.is_kept).then_some(Notice::NotKept))
    }

    /// Puts words into a chat's outbox: kept first, sent by `settle`.
    pub(crate) fn say(&mut self, now: Millis, key: ChatKey, draft: Said, out: &mut Vec<Effect>) {
        let owner = self.proof.owner().clone();
        let is_new = !self.chats.iter().any(|chat| chat.outbox.holds(draft.draft_id));
        let Some(chat) = self.chat_mut(key).filter(|_| is_new) else { return };
        let Some(place) = chat.place() else { return };
        let Said { draft_id, reply_to, body, made_at } = draft;
        let record = Record { draft_id, place, reply_to, body, made_at, owner, sha256: None };
        out.push(Effect::Save(record.clone()));
        chat.outbox.push_saving(record, now);
        chat.typing.sent();
    }

    /// The composer of a chat changed.
    pub(crate) fn typed(&mut self, now: Millis, key: ChatKey, has_text: bool, out: &mut Vec<Effect>) {
        if !self.link.is_live() || self.grants(Capability::Typing) != Some(true) {
            return;
        }
        let Some(chat) = self.chat_mut(key) else { return };
        if let Some(session) = chat.session
            && let Some(on) = chat.typing.changed(now, has_text)
        {
            let frame = ClientFrame::Typing(client::Typing { session, on });
            out.push(Effect::Send(Outgoing { id: None, frame }));
        }
    }

    fn settle_saving(&mut self, draft_id: DraftId, is_kept: bool) {
        self.is_kept = is_kept;
        self.chats.iter_mut().for_each(|chat| chat.outbox.settle_saving(draft_id));
    }

    fn lose_link(&mut self) {
        let me = self.my_id();
        for chat in &mut self.chats {
            chat.lose_link();
            chat.cursors.forget_told(me);
        }
    }

    fn look_at(&mut self, focus: Option<ChatKey>) {
        if focus == self.focus {
            return;
        }
        if let Some(chat) = self.focus.and_then(|key| self.chat_mut(key)) {
            chat.end_look();
        }
        if let Some(chat) = focus.and_then(|key| self.chat_mut(key)) {
            chat.begin_look();
        }
        self.focus = focus;
    }
}

/// Words on their way into an outbox.
pub(crate) struct Said {
    pub(crate) draft_id: DraftId,
    pub(crate) reply_to: Option<DraftId>,
    pub(crate) body: Body,
    pub(crate) made_at: Millis,
}
