//! The visitor's end: the door of the widget. One chat for each recipient that the page names.

use tieline_protocol::{
    Body, Capability, DraftId, Item, Millis, SessionId,
    client::DEFAULT_RECIPIENT,
    limits,
    server::{Availability, ChannelFace, Presence},
};

use crate::{
    chat::{Chat, ChatKey},
    detail::{Act, Detail},
    effect::{Effect, Owner},
    end::{End, Said},
    input::{Input, Setup},
    own_chats,
    screen::{Screen, Standing, Thread},
    spans::{clean_item, clean_line},
};

mod formal;

use formal::Filled;

/// Most buttons under a greeting.
const QUICK_QUESTIONS: usize = 4;

/// One visitor on one page.
#[derive(Debug)]
pub struct Visitor {
    end: End,
    /// Whom the page last asked for, and about what. None: whoever was written to last.
    wish: Option<Wish>,
    is_shown: bool,
    /// The list lies over the chat.
    is_listing: bool,
    /// The visitor put a closed session away, to begin another with the same recipient.
    begun: Option<Option<String>>,
    act: Act,
}

#[derive(Debug)]
struct Wish {
    to: Option<String>,
    item: Option<Item>,
    /// The one that the visitor took from their list, which need not be the newest with that recipient.
    picked: Option<SessionId>,
}

impl Visitor {
    /// An end that has not dialled yet.
    pub fn new(setup: Setup) -> Self {
        Self::with(setup, Detail::full())
    }

    /// The same without what makes the screen in full, until [`Input::DetailCame`].
    pub fn plain(setup: Setup) -> Self {
        Self::with(setup, Detail::plain())
    }

    fn with(setup: Setup, Detail { look, act }: Detail) -> Self {
        let end = End::new(setup, true, look);
        Self { end, wish: None, is_shown: false, is_listing: false, begun: None, act }
    }

    /// Takes a fact, gives what is to be done about it, in order.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        match input {
            Input::Asked { to, item } => {
                self.wish = Some(Wish { to, item, picked: None });
                (self.is_listing, self.begun) = (false, None);
            }
            Input::ListShown(is_listing) => self.is_listing = is_listing,
            Input::DetailCame(Detail { look, act }) => {
                self.end.look = look;
                self.act = act;
            }
            Input::PanelShown => self.is_shown = true,
            Input::PanelHidden => self.is_shown = false,
            Input::Submit { draft_id, session_draft_id, text } => {
                self.submit(now, draft_id, session_draft_id, &text, &mut out);
            }
            Input::Typed { has_text } => {
                if let Some(key) = self.current().map(|chat| chat.key) {
                    self.end.typed(now, key, has_text, &mut out);
                }
            }
            Input::SessionPicked(_)
            | Input::MoreSessionsWanted
            | Input::FormFilled { .. }
            | Input::Rated { .. }
            | Input::BegunAnew
            | Input::Aimed(_)
            | Input::Retract { .. }
            | Input::Choose { .. }
            | Input::Attach { .. }
            | Input::Retry(_)
            | Input::Discard(_)
            | Input::Revise(_)
            | Input::OlderWanted => (self.act)(self, now, input, &mut out),
            input => self.end.take(now, input, &mut out),
        }
        let focus = self.focus();
        self.end.settle(now, focus, &mut out);
        out
    }

    /// When the shell is to say `Tick` at the latest. An earlier or a second one does no harm.
    pub fn next_wake(&self) -> Option<Millis> {
        self.end.next_wake()
    }

    /// Who this end speaks for.
    pub fn owner(&self) -> &Owner {
        self.end.proof.owner()
    }

    /// What the visitor sees at `now`.
    pub fn screen(&self, now: Millis) -> Screen {
        let chat = self.current();
        let nothing = Thread { is_loading: !self.end.is_loaded, ..Thread::default() };
        let (thread, aim) = chat.map_or((nothing, None), |chat| self.end.look_into(chat, now));
        let face = self.end.face.as_ref();
        let wished = self.wish.as_ref().and_then(|wish| wish.item.as_ref());
        let can_item = self.end.grants(Capability::Item) != Some(false);
        let item = wished.or_else(|| chat.and_then(Chat::newest_item)).filter(|_| can_item);
        let standing = self.standing(chat, now);
        let end = self.ending(chat);
        Screen {
            owner: self.end.proof.owner().clone(),
            title: face.and_then(|face| clean_line(&face.name)),
            greeting: face.and_then(|face| clean_line(face.greeting.as_deref()?)),
            quick_questions: face.map(quick_questions).unwrap_or_default(),
            item: item.map(clean_item),
            standing,
            place: chat.and_then(|chat| chat.place),
            notice: self.end.notice(now),
            thread,
            aim,
            unread: self.end.unread(),
            can_write: !self.end.link.is_refused() && end.is_none(),
            end,
            form: self.form_wish(chat, standing),
            text_chars: self.end.text_chars,
            chats: own_chats::rows(self.end.chats(), chat.map(|chat| chat.key), self.end.look.preview),
            has_more_chats: self.end.has_more_sessions,
            is_listing: self.is_listing,
            accepts: self.end.accepts(),
        }
    }

    /// Whether whoever answers this chat is there. What was told of a moment that has passed is not told on.
    fn standing(&self, chat: Option<&Chat>, now: Millis) -> Option<Standing> {
        let wished = self.wish.as_ref().and_then(|wish| wish.to.as_deref());
        let to = chat.and_then(|chat| chat.to.as_deref()).or(wished).unwrap_or(DEFAULT_RECIPIENT);
        let is_of = |presence: &&Presence| presence.to.as_deref().unwrap_or(DEFAULT_RECIPIENT) == to;
        let Presence { state, back_at, answer_minutes, .. } = self.end.presence.iter().find(is_of)?;
        match state {
            Availability::Here => Some(Standing::Here { answer_minutes: *answer_minutes }),
            Availability::Away | Availability::Closed => {
                Some(Standing::Away { back_at: back_at.filter(|back_at| *back_at > now) })
            }
            Availability::Unknown => None,
        }
    }

    /// The chat that the visitor picked, or that the page asked for; of those a closed one only while there is no other.
    fn current(&self) -> Option<&Chat> {
        let picked = self.wish.as_ref().and_then(|wish| wish.picked);
        if let Some(chat) = picked
            .and_then(|session| self.end.find_session(session))
            .filter(|chat| !(self.begun.is_some() && chat.is_closed()))
        {
            return Some(chat);
        }
        let is_wished = |chat: &&Chat| self.wish.as_ref().is_none_or(|wish| chat.is_with(wish.to.as_deref()));
        let is_put_away = |chat: &&Chat| self.begun.is_some() && chat.is_closed();
        self.end
            .chats()
            .filter(is_wished)
            .filter(|chat| !is_put_away(chat))
            .max_by_key(|chat| (!chat.is_closed(), chat.session.is_none(), chat.touched_at))
    }

    fn focus(&self) -> Option<ChatKey> {
        self.current().filter(|_| self.is_shown && !self.is_listing).map(|chat| chat.key)
    }

    fn pick(&mut self, session: Option<SessionId>) {
        let Some(chat) = session.and_then(|session| self.end.session_mut(session)) else { return };
        chat.fill_screen();
        self.wish = Some(Wish { to: chat.to.clone(), item: None, picked: session });
        self.is_listing = false;
    }

    /// Asks for the sessions before the oldest that is here, if there may be any: a `welcome` does not say.
    fn want_more(&mut self) {
        let sessions = self.end.chats().filter(|chat| chat.session.is_some());
        let is_full = sessions.clone().count() >= limits::LIST_SESSIONS as usize;
        let oldest =
            sessions.min_by_key(|chat| (chat.touched_at, chat.session)).and_then(|chat| chat.session);
        if is_full || self.end.has_more_sessions {
            self.end.want_sessions(oldest);
        }
    }

    fn submit(
        &mut self,
        now: Millis,
        draft_id: DraftId,
        session_draft_id: DraftId,
        text: &str,
        out: &mut Vec<Effect>,
    ) {
        let text = text.trim();
        if clean_line(text).is_none() {
            return;
        }
        let key = self.chat_to_write(now, draft_id, session_draft_id, out);
        self.end.speak(now, key, draft_id, text, out);
    }

    /// The chat that takes what is said now, with the card of what it is about before it.
    fn chat_to_write(
        &mut self,
        now: Millis,
        draft_id: DraftId,
        session_draft_id: DraftId,
        out: &mut Vec<Effect>,
    ) -> ChatKey {
        let wished_item = self.wish.as_ref().and_then(|wish| wish.item.clone());
        match self.current().filter(|chat| !chat.is_closed()) {
            Some(chat) => {
                let key = chat.key;
                let card =
                    wished_item.filter(|item| self.is_news(chat, item) && session_draft_id != draft_id);
                // Words in the place of others bring no card.
                let card = card.filter(|_| !self.end.is_editing(key));
                if let Some(item) = card {
                    // The same seller, another product: its card goes before the question about it.
                    let made_at = now - Millis(1);
                    self.end.say(
                        now,
                        key,
                        Said {
                            draft_id: session_draft_id,
                            reply_to: None,
                            body: Body::Item { item },
                            made_at,
                        },
                        out,
                    );
                }
                key
            }
            None => self.open_chat(now, session_draft_id),
        }
    }

    fn is_news(&self, chat: &Chat, item: &Item) -> bool {
        let is_same = |said: &Item| (&said.id, &said.title, &said.url) == (&item.id, &item.title, &item.url);
        self.end.grants(Capability::Item) == Some(true) && !chat.newest_item().is_some_and(is_same)
    }
}

/// What is done about what stands on screen in full: see [`Detail`].
pub(crate) fn act(visitor: &mut Visitor, now: Millis, input: Input, out: &mut Vec<Effect>) {
    match input {
        Input::SessionPicked(session) => return visitor.pick(session),
        Input::MoreSessionsWanted => return visitor.want_more(),
        Input::FormFilled { draft_id, session_draft_id, answers, message } => {
            return visitor.fill(now, Filled { draft_id, session_draft_id, answers, message }, out);
        }
        Input::Rated { draft_id, stars, text } => return visitor.rate(now, draft_id, stars, &text, out),
        Input::BegunAnew => {
            let over = visitor.current().filter(|chat| chat.is_closed());
            visitor.begun = over.map(|chat| chat.to.clone());
            return;
        }
        Input::Attach { draft_id, session_draft_id, file } => {
            let key = visitor.chat_to_write(now, draft_id, session_draft_id, out);
            return visitor.end.attach(now, key, draft_id, file, out);
        }
        Input::Retry(_) | Input::Discard(_) | Input::Revise(_) => {
            return visitor.end.take_up(now, &input, out);
        }
        _ => {}
    }
    let Some(key) = visitor.current().map(|chat| chat.key) else { return };
    match input {
        Input::Aimed(aim) => visitor.end.aim(now, key, aim),
        Input::Retract { draft_id, target } => visitor.end.retract(now, key, draft_id, target, out),
        Input::Choose { draft_id, target, option } => {
            visitor.end.choose(now, key, draft_id, (target, option), out);
        }
        Input::OlderWanted => {
            if let Some(chat) = visitor.end.chat_mut(key) {
                chat.wants_older = chat.timeline.has_older();
            }
        }
        _ => {}
    }
}

/// What the channel offers to be asked, as it may be shown. Also what a later gateway sends beyond four.
fn quick_questions(face: &ChannelFace) -> Vec<String> {
    face.quick_questions.iter().take(QUICK_QUESTIONS).filter_map(|question| clean_line(question)).collect()
}

#[cfg(test)]
mod formal_tests;
#[cfg(test)]
mod tests;
