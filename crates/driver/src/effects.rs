//! One arm per effect. Decides nothing: what comes of it goes back in as an input.

use std::rc::{Rc, Weak};

use gloo_net::websocket::State;
use tieline_browser::{Socket, SocketFact};
use tieline_protocol::{ClientFrame, CloseCode, Decoded, Outgoing, SUBPROTOCOL};
use tieline_session::{Effect, Event, Input};

use crate::{
    end::End,
    engine::{Inner, feed_weak},
    wire,
};

/// The socket could not be opened at all: the same as one that broke.
const NO_CONNECTION: CloseCode = CloseCode(1006);

/// What only the app around the loop can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Keep the visitor's token for the next visit.
    KeepVisitorToken(String),
    /// Get a proof of identity; answer with `TokenArrived` or `TokenFailed`.
    FetchToken,
    /// Get an embed ticket; answer with `TicketArrived` or `TokenFailed`.
    FetchTicket,
    /// Pass it on to whoever cares.
    Tell(Event),
}

impl<E: End> Inner<E> {
    pub(crate) fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Dial => self.dial(),
            Effect::HangUp(code) => self.hang_up(code),
            Effect::Send(frame) => self.send(&frame),
            Effect::Save(record) => {
                let draft_id = record.draft_id;
                self.drafts.save(record);
                self.feed(Input::Saved(draft_id));
            }
            Effect::Forget(draft_id) => self.drafts.forget(draft_id),
            Effect::KeepVisitorToken(token) => self.run(Errand::KeepVisitorToken(token)),
            Effect::FetchToken => self.run(Errand::FetchToken),
            Effect::FetchTicket => self.run(Errand::FetchTicket),
            Effect::Tell(event) => self.run(Errand::Tell(event)),
        }
    }

    fn dial(self: &Rc<Self>) {
        let url = format!("{}/v1/ws", socket_origin(&self.gateway));
        let weak = Rc::downgrade(self);
        let socket = Socket::open(&url, SUBPROTOCOL, move |fact| hear(&weak, fact));
        if socket.is_none() {
            self.feed(Input::SocketClosed(NO_CONNECTION));
        }
        // The socket of before, if there is one, closes by being dropped here.
        self.socket.replace(socket);
    }

    fn hang_up(&self, code: CloseCode) {
        let socket = self.socket.take();
        if let Some(socket) = socket {
            socket.close(code.0);
        }
    }

    /// A frame that finds no open socket is lost on purpose: the session says it again after the next `welcome`.
    fn send(&self, frame: &Outgoing<ClientFrame>) {
        let socket = self.socket.borrow();
        let Some(socket) = socket.as_ref().filter(|socket| matches!(socket.state(), State::Open)) else {
            return;
        };
        if let Some(text) = wire::encode(frame) {
            socket.send(text);
        }
    }
}

fn hear<E: End>(engine: &Weak<Inner<E>>, fact: SocketFact) {
    let input = match fact {
        SocketFact::Opened => Input::SocketOpened,
        SocketFact::Closed(code) => Input::SocketClosed(CloseCode(code)),
        SocketFact::Text(text) => match wire::decode(&text) {
            Some(Decoded::Frame(id, frame)) => Input::Received { id, frame },
            Some(Decoded::UnknownType { must: true, .. }) => Input::MustReload,
            // A newer gateway may say what we need not understand. A broken frame shows as a gap, and gaps are mended.
            Some(Decoded::UnknownType { .. }) | None => return,
        },
    };
    feed_weak(engine, input);
}

/// `https://g` to `wss://g`, `http://g` to `ws://g`.
fn socket_origin(gateway: &str) -> String {
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
