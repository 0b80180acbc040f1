//! The agent's end: the door of the desk. One link, many chats, one of them open.

use std::cmp::Reverse;

use tieline_protocol::{
    Author, Body, Capability, DeskOnly, DraftId, Millis, Role, SessionId, desk::DeskRequest,
};

use crate::{
    alarm::earlier,
    answering::Answering,
    chat::{Chat, ChatKey},
    detail::Look,
    effect::{Effect, Owner},
    end::{End, Said},
    input::{Input, Setup},
    screen::{DeskScreen, OpenSession, SessionRow},
    spans::{clean_item, clean_line},
    thread::{Preview, name_of, preview_of},
};

/// One agent at one desk.
#[derive(Debug)]
pub struct Agent {
    end: End,
    picked: Option<SessionId>,
    answering: Answering,
    /// The desk's tab is visible. It is when the desk opens; a shell that knows better says `PanelHidden`.
    is_shown: bool,
}

impl Agent {
    /// An end that has not dialled yet.
    pub fn new(setup: Setup) -> Self {
        Self {
            end: End::new(setup, false, Look::FULL),
            picked: None,
            answering: Answering::default(),
            is_shown: true,
        }
    }

    /// Takes a fact, gives what is to be done about it, in order.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        match input {
            Input::PanelShown => self.is_shown = true,
            Input::PanelHidden => self.is_shown = false,
            Input::SessionPicked(session) => {
                if session != self.picked {
                    self.answering.look_away();
                }
                self.picked = session;
                if let Some(chat) = self.picked_chat_mut() {
                    chat.fill_screen();
                }
            }
            Input::Typed { has_text } => {
                if let Some(key) = self.picked_chat().map(|chat| chat.key) {
                    self.end.typed(now, key, has_text, &mut out);
                }
            }
            Input::Offer { draft_id, text, options } => {
                if let Some(key) = self.picked_chat().map(|chat| chat.key) {
                    self.end.offer(now, key, draft_id, (text, options), &mut out);
                }
            }
            Input::Aimed(aim) => {
                if let Some(key) = self.picked_chat().map(|chat| chat.key) {
                    self.end.aim(now, key, aim);
                }
            }
            Input::Retract { draft_id, target } => {
                if let Some(key) = self.picked_chat().map(|chat| chat.key) {
                    self.end.retract(now, key, draft_id, target, &mut out);
                }
            }
            Input::OlderWanted => {
                if let Some(chat) = self.picked_chat_mut() {
                    chat.wants_older = chat.timeline.has_older();
                }
            }
            Input::MoreSessionsWanted => {
                let oldest = self.sorted().last().and_then(|chat| chat.session);
                if self.end.has_more_sessions {
                    self.end.want_sessions(oldest);
                }
            }
            Input::Attach { draft_id, file, .. } => {
                if let Some(key) = self.picked_chat().map(|chat| chat.key) {
                    self.end.attach(now, key, draft_id, file, &mut out);
                }
            }
            Input::Submit { draft_id, text, .. } => self.submit(now, draft_id, &text, &mut out),
            Input::CloseWanted(draft_id) => self.say(now, draft_id, Body::Closed, &mut out),
            Input::FormWanted { draft_id, form } => self.say(now, draft_id, Body::Ask { form }, &mut out),
            Input::Retry(_) | Input::Discard(_) | Input::Revise(_) => self.end.take_up(now, &input, &mut out),
            Input::DeskWants(request) => self.want(request, &mut out),
            input => {
                if let Input::Received { id, frame } = &input {
                    self.answering.hear(now, *id, frame);
                } else if let Input::NextReceived { id, frame } = &input {
                    self.answering.hear(now, *id, frame);
                }
                self.end.take(now, input, &mut out);
            }
        }
        if let Some(request) = self.answering.unasked().filter(|_| self.end.link.is_live()) {
            self.want(request, &mut out);
        }
        self.answering.settle(now);
        let focus = self.focus();
        self.end.settle(now, focus, &mut out);
        out
    }

    /// When the shell is to say `Tick` at the latest. An earlier or a second one does no harm.
    pub fn next_wake(&self) -> Option<Millis> {
        earlier(self.end.next_wake(), self.answering.next_wake())
    }

    /// Who this end speaks for.
    pub fn owner(&self) -> &Owner {
        self.end.proof.owner()
    }

    /// What the agent sees at `now`.
    pub fn screen(&self, now: Millis) -> DeskScreen {
        DeskScreen {
            notice: self.end.notice(now),
            me: self.end.me.as_ref().and_then(name_of),
            is_loaded: self.end.is_loaded,
            sessions: self.sorted().into_iter().filter_map(|chat| self.row_of(chat)).collect(),
            has_more_sessions: self.end.has_more_sessions,
            open: self.picked_chat().and_then(|chat| self.open_of(chat, now)),
            unread: self.end.unread(),
            // Where the desk itself is cut off, it does not know.
            down: if self.end.link.is_live() { self.answering.down() } else { Vec::new() },
        }
    }

    /// Newest activity first.
    fn sorted(&self) -> Vec<&Chat> {
        let mut chats: Vec<&Chat> = self.end.chats().collect();
        chats.sort_by_key(|chat| (Reverse(chat.touched_at), Reverse(chat.session)));
        chats
    }

    fn row_of(&self, chat: &Chat) -> Option<SessionRow> {
        let Preview { words: preview, is_mine: preview_is_mine, is_gone: preview_is_gone } = preview_of(chat);
        Some(SessionRow {
            session: chat.session?,
            visitor_name: chat.visitor.as_ref().and_then(name_of),
            channel_name: chat.channel_name.as_deref().and_then(clean_line),
            item: chat.newest_item().map(clean_item),
            preview,
            preview_is_mine,
            preview_is_gone,
            touched_at: chat.touched_at,
            unread: chat.unread(),
            is_open: chat.session == self.picked,
            is_closed: chat.is_closed(),
            assignee: self.answering.assignee(chat.session?, self.end.my_id()),
        })
    }

    fn open_of(&self, chat: &Chat, now: Millis) -> Option<OpenSession> {
        let is_known = |visitor: &Author| visitor.role == Role::User;
        let (thread, aim) = self.end.look_into(chat, now);
        Some(OpenSession {
            session: chat.session?,
            visitor_name: chat.visitor.as_ref().and_then(name_of),
            is_known_user: chat.visitor.as_ref().is_some_and(is_known),
            channel_name: chat.channel_name.as_deref().and_then(clean_line),
            item: chat.newest_item().map(clean_item),
            thread,
            aim,
            can_write: !chat.is_closed() && !self.end.link.is_refused(),
            can_offer: self.end.may(chat, Capability::QuickReply),
            can_ask: self.end.grants(Capability::Form) == Some(true),
            accepts: self.end.accepts(),
            assignee: self.answering.assignee(chat.session?, self.end.my_id()),
            team: self.answering.team(chat.session?, self.end.my_id()),
            can_assign: !chat.is_closed() && self.end.link.is_live(),
            is_assign_refused: self.answering.is_refused(chat.session?),
        })
    }

    fn picked_chat(&self) -> Option<&Chat> {
        self.end.find_session(self.picked?)
    }

    fn picked_chat_mut(&mut self) -> Option<&mut Chat> {
        let key = self.picked_chat()?.key;
        self.end.chat_mut(key)
    }

    fn focus(&self) -> Option<ChatKey> {
        self.picked_chat().filter(|_| self.is_shown).map(|chat| chat.key)
    }

    /// Asks what only the desk can ask. Without a line there is nobody to ask.
    fn want(&mut self, request: DeskOnly<DeskRequest>, out: &mut Vec<Effect>) {
        let id = self.end.link.is_live().then(|| self.end.fresh_id());
        self.answering.want(request, id, out);
    }

    /// Says in the open session what is no text.
    fn say(&mut self, now: Millis, draft_id: DraftId, body: Body, out: &mut Vec<Effect>) {
        if let Some(key) = self.picked_chat().filter(|chat| !chat.is_closed()).map(|chat| chat.key) {
            self.end.say(now, key, Said { draft_id, reply_to: None, body, made_at: now }, out);
        }
    }

    fn submit(&mut self, now: Millis, draft_id: DraftId, text: &str, out: &mut Vec<Effect>) {
        let text = text.trim();
        let Some(key) = self.picked_chat().map(|chat| chat.key).filter(|_| clean_line(text).is_some()) else {
            return;
        };
        self.end.speak(now, key, draft_id, text, out);
    }
}

#[cfg(test)]
mod tests;
