//! One arm per effect. Decides nothing: what comes of it goes back in as an input.

use std::rc::Rc;

use tieline_protocol::CloseCode;
use tieline_session::{Effect, Event, Input};

use crate::{
    end::End,
    engine::{Inner, feed_weak},
    files::Target,
    line::Fact,
    sockets::Which,
};

/// A second socket cannot be had: the same as one that broke.
const NO_CONNECTION: CloseCode = CloseCode(1006);

/// What only the app around the loop can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Keep the token of that visitor for the next visit, unless a later one is known to sit here.
    KeepVisitorToken(u32, String),
    /// Whoever sat here signed out; a visitor by that number sits here from now on. Forget the tokens of those before.
    ForgetVisitor(u32),
    /// Get a proof of identity; answer with `TokenArrived` or `TokenFailed`.
    FetchToken,
    /// Get an embed ticket; answer with `TicketArrived` or `TokenFailed`.
    FetchTicket,
    /// Time has passed, perhaps days: another tab may have been given a newer visitor's token since, or its person signed
    /// out. Answer with `VisitorFound`, sooner or later: no socket of a visitor is greeted before.
    FreshenToken,
    /// The app of another tab said this, with `Feeder::tell_others`.
    Aside(String),
    /// Put these words into the composer.
    Compose(String),
    /// Pass it on to whoever cares.
    Tell(Event),
}

impl<E: End> Inner<E> {
    pub(crate) fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Dial => self.on_line(Fact::Dialled),
            Effect::HangUp(code) => self.on_line(Fact::HungUp(code)),
            Effect::Send(frame) => self.on_line(Fact::Said(frame)),
            Effect::DialNext => self.dial_next(),
            Effect::SendNext(frame) => self.write(Which::Next, &frame),
            Effect::Switch => self.switch(),
            Effect::DropNext => self.sockets.borrow_mut().close(Which::Next, CloseCode::BYE),
            Effect::Save(record) => {
                self.unkept.borrow_mut().push(record.clone());
                self.drafts.save(record);
            }
            Effect::Forget(draft_id) => {
                self.drafts.forget(draft_id);
                self.files.forget(draft_id);
            }
            Effect::Upload { draft_id, url, token, media_type } => {
                let weak = Rc::downgrade(self);
                let target = Target { url, token, media_type };
                self.files.upload(draft_id, target, move |input| feed_weak(&weak, input));
            }
            Effect::StopUpload(draft_id) => self.files.stop(draft_id),
            Effect::KeepVisitorToken { visitor, token } => {
                self.run(Errand::KeepVisitorToken(visitor, token));
            }
            Effect::FetchToken => self.ask_page(Errand::FetchToken),
            Effect::FetchTicket => self.ask_page(Errand::FetchTicket),
            Effect::Compose(text) => self.run(Errand::Compose(text)),
            Effect::Tell(event) => self.run(Errand::Tell(event)),
        }
    }

    /// Only who has the socket can have another beside it.
    fn dial_next(self: &Rc<Self>) {
        self.next_welcome.take();
        let can_dial = self.line.borrow().is_own();
        if !can_dial || !self.open_socket(Which::Next) {
            self.feed(Input::NextClosed(NO_CONNECTION));
        }
    }

    fn switch(self: &Rc<Self>) {
        let is_switched = self.sockets.borrow_mut().switch();
        if is_switched {
            let welcome = self.next_welcome.take();
            self.on_line(Fact::Switched(welcome));
        }
    }

    /// A page may take its time, or have nothing to give: meanwhile another tab may connect.
    fn ask_page(self: &Rc<Self>, errand: Errand) {
        self.on_line(Fact::Rested);
        self.run(errand);
    }
}

/// `https://g` to `wss://g`, `http://g` to `ws://g`.
pub(crate) fn socket_origin(gateway: &str) -> String {
    gateway.strip_prefix("http").map_or_else(|| gateway.to_owned(), |rest| format!("ws{rest}"))
}

#[cfg(test)]
mod tests {
    use super::socket_origin;

    #[test]
    fn the_socket_is_as_safe_as_the_page() {
        assert_eq!(socket_origin("https://chat.example"), "wss://chat.example");
        assert_eq!(socket_origin("http://localhost:7070"), "ws://localhost:7070");
    }
}
