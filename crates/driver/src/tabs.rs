//! The browser's part of the line: carries out what `line.rs` decides, and passes on what tabs tell each other besides.
//!
//! Decides nothing. What another tab says is heard by nobody before the end is started, nor while the page is away.

use std::rc::{Rc, Weak};

use js_sys::Array;
use tieline_browser::{LockFact, SocketFact};
use tieline_protocol::{ClientFrame, CloseCode, Decoded, Outgoing, ServerFrame};
use tieline_session::{Input, Owner, Record};
use wasm_bindgen::JsValue;

use crate::{
    effects::Errand,
    end::End,
    engine::Inner,
    greeting::Greeting,
    group::Group,
    ids,
    line::{Action, Fact},
    record,
    sockets::Which,
    wire,
    word::Word,
};

/// The socket could not be opened at all: the same as one that broke.
const NO_CONNECTION: CloseCode = CloseCode(1006);
/// Another tab has kept a draft.
const DRAFT: &str = "draft";
/// Another tab took a draft back.
const FORGOT: &str = "forgot";
/// Another tab's person is somebody new.
const STRANGER: &str = "stranger";
/// The app around another tab's loop says something to its like.
const ASIDE: &str = "aside";

impl<E: End> Inner<E> {
    /// Takes a fact of the line.
    pub(crate) fn on_line(self: &Rc<Self>, fact: Fact) {
        let actions = self.line.borrow_mut().handle(ids::now(), fact);
        for action in actions {
            self.act(action);
        }
        self.arm();
    }

    /// Joins the tabs of the person that this end is.
    pub(crate) fn join_tabs(self: &Rc<Self>) {
        let Some(channel) = &self.shared_as else { return };
        let weak = Rc::downgrade(self);
        let hear = move |parts: &Array| {
            if let Some(engine) = weak.upgrade() {
                engine.hear_tab(parts);
            }
        };
        self.group.replace(Some(Group::join(channel, self.owner(), hear)));
    }

    /// Leaves them: the page goes away, or the person is another.
    pub(crate) fn leave_tabs(self: &Rc<Self>) {
        self.on_line(Fact::Left);
        self.group.take();
    }

    /// Another person's tabs are another group. Comes before what the end does about it.
    pub(crate) fn follow_owner(self: &Rc<Self>) {
        let is_another = |group: &Group| *group.owner() != self.owner();
        let is_left = self.group.borrow().as_ref().is_some_and(is_another);
        if is_left {
            self.leave_tabs();
            self.join_tabs();
        }
    }

    /// The disk has the draft: the other tabs may show it.
    pub(crate) fn tell_draft(&self, record: &Record) {
        if let Some(value) = record::to_value(record) {
            self.post(&[DRAFT.into(), value]);
        }
    }

    /// The person took the draft back: no tab is to say it.
    pub(crate) fn tell_forgot(&self, draft_id: impl std::fmt::Display) {
        self.post(&[FORGOT.into(), draft_id.to_string().into()]);
    }

    /// Somebody new sits here, a visitor by that number.
    pub(crate) fn become_stranger(self: &Rc<Self>, visitor: u32) {
        self.files.clear();
        self.run(Errand::ForgetVisitor(visitor));
        self.feed(Input::SignedOut(visitor));
    }

    /// The person of these tabs has signed out. To be said while this tab is still among them.
    pub(crate) fn tell_stranger(&self, visitor: u32) {
        self.post(&[STRANGER.into(), visitor.to_string().into()]);
    }

    /// Says something to the apps of the other tabs.
    pub(crate) fn tell_aside(&self, text: &str) {
        self.post(&[ASIDE.into(), text.into()]);
    }

    pub(crate) fn on_socket(self: &Rc<Self>, number: u32, fact: SocketFact) {
        match fact {
            SocketFact::Opened => {
                if let Some(greeting) = self.greeting.get().opened(number) {
                    return self.greeting.set(greeting);
                }
            }
            SocketFact::Closed(_) => self.greeting.set(self.greeting.get().closed(number)),
            SocketFact::Text(_) => {}
        }
        let which = self.sockets.borrow().which(number);
        match which {
            Some(Which::Main) => self.on_line(match fact {
                SocketFact::Opened => Fact::Opened,
                SocketFact::Text(text) => Fact::Received(text),
                SocketFact::Closed(code) => Fact::Closed(CloseCode(code)),
            }),
            Some(Which::Next) => self.on_next(fact),
            None => {}
        }
    }

    /// The device has said who sits here: a socket that is open already may be greeted.
    pub(crate) fn greet(self: &Rc<Self>) {
        if let Greeting::Due(number) = self.greeting.take() {
            self.on_socket(number, SocketFact::Opened);
        }
    }

    /// Opens a socket, and has the app look for a newer visitor's token first: this tab may have slept for days.
    pub(crate) fn open_socket(self: &Rc<Self>, which: Which) -> bool {
        if matches!(self.owner(), Owner::Visitor(_)) {
            self.greeting.set(Greeting::Held);
            self.run(Errand::FreshenToken);
        }
        let weak = Rc::downgrade(self);
        let tell = move |number, fact| {
            if let Some(engine) = Weak::upgrade(&weak) {
                engine.on_socket(number, fact);
            }
        };
        self.sockets.borrow_mut().open(which, &self.socket_url, tell)
    }

    fn act(self: &Rc<Self>, action: Action) {
        match action {
            Action::Claim => self.claim(),
            Action::LetGo => {
                if let Some(group) = self.group.borrow_mut().as_mut() {
                    group.let_go();
                }
            }
            Action::Post(word) => self.post_word(word),
            Action::Pass(frame) => {
                if let Some(text) = wire::encode(&frame) {
                    self.post_word(Word::Up(text));
                }
            }
            Action::Open => {
                if !self.open_socket(Which::Main) {
                    self.on_line(Fact::Closed(NO_CONNECTION));
                }
            }
            Action::Close(code) => self.sockets.borrow_mut().close(Which::Main, code),
            Action::Write(frame) => self.write(Which::Main, &frame),
            Action::Relay(text) => self.sockets.borrow_mut().send(Which::Main, text),
            Action::Feed(input) => self.feed(input),
        }
    }

    pub(crate) fn write(&self, which: Which, frame: &Outgoing<ClientFrame>) {
        if let Some(text) = wire::encode(frame) {
            self.sockets.borrow_mut().send(which, text);
        }
    }

    fn claim(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let tell = move |fact| {
            if let Some(engine) = Weak::upgrade(&weak) {
                engine.on_line(match fact {
                    LockFact::Granted => Fact::Granted,
                    LockFact::Refused => Fact::Refused,
                });
            }
        };
        let is_queued = self.group.borrow_mut().as_mut().is_some_and(|group| group.claim(tell));
        if !is_queued {
            self.on_line(Fact::Refused);
        }
    }

    fn on_next(self: &Rc<Self>, fact: SocketFact) {
        match fact {
            SocketFact::Opened => self.feed(Input::NextOpened),
            SocketFact::Closed(code) => self.feed(Input::NextClosed(CloseCode(code))),
            SocketFact::Text(text) => {
                if let Some(Decoded::Frame(id, frame)) = wire::decode(&text) {
                    if matches!(frame, ServerFrame::Welcome(_)) {
                        self.next_welcome.replace(Some(text));
                    }
                    self.feed(Input::NextReceived { id, frame });
                }
            }
        }
    }

    fn hear_tab(self: &Rc<Self>, parts: &Array) {
        let text = |place| parts.get(place).as_string();
        let Some(name) = text(0) else { return };
        match name.as_str() {
            DRAFT => {
                if let Some(record) = record::of_value(&parts.get(1)) {
                    self.feed(Input::Overheard(Box::new(record)));
                }
            }
            FORGOT => {
                if let Some(draft_id) = text(1).and_then(|id| id.parse().ok()) {
                    self.feed(Input::Unheard(draft_id));
                }
            }
            STRANGER => {
                if let Some(visitor) = text(1).and_then(|number| number.parse().ok()) {
                    self.become_stranger(visitor);
                }
            }
            ASIDE => {
                if let Some(text) = text(1) {
                    self.run(Errand::Aside(text));
                }
            }
            _ => {
                if let Some(word) = Word::of_parts(&name, text(1), text(2)) {
                    self.on_line(Fact::Heard(word));
                }
            }
        }
    }

    fn post_word(&self, word: Word) {
        let (name, first, second) = word.into_parts();
        self.post(&[name.into(), first.into(), second.into()]);
    }

    fn post(&self, parts: &[JsValue]) {
        if let Some(group) = self.group.borrow().as_ref() {
            group.post(parts);
        }
    }
}
