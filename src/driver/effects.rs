//! One arm per effect. Decides nothing: what comes of it goes back in as an input.

use std::rc::{Rc, Weak};

use gloo_net::websocket::State;
use js_sys::Reflect;
use tieline_browser::{Socket, SocketFact, Store, http};
use tieline_protocol::{ClientFrame, CloseCode, Decoded, Outgoing, SUBPROTOCOL};
use tieline_session::{Effect, Input};

use super::{
    run::{Engine, Word, feed_weak, token_name},
    wire,
};

/// The socket could not be opened at all: the same as one that broke.
const NO_CONNECTION: CloseCode = CloseCode(1006);

impl Engine {
    pub(super) fn carry_out(self: &Rc<Self>, effect: Effect) {
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
            Effect::KeepVisitorToken(token) => {
                self.store.write(&token_name(&self.settings.channel), &token);
            }
            Effect::FetchToken => (self.hooks.tell)(Word::TokenWanted),
            Effect::FetchTicket => self.fetch_ticket(),
            Effect::Tell(event) => (self.hooks.tell)(Word::Told(event)),
        }
    }

    fn dial(self: &Rc<Self>) {
        let url = format!("{}/v1/ws", socket_origin(&self.settings.gateway));
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
        let Some(socket) = socket.as_ref().filter(|socket| matches!(socket.state(), State::Open)) else { return };
        if let Some(text) = wire::encode(frame) {
            socket.send(text);
        }
    }

    fn fetch_ticket(self: &Rc<Self>) {
        let url = format!("{}/v1/ticket/{}", self.settings.gateway, self.settings.channel);
        let weak = Rc::downgrade(self);
        wasm_bindgen_futures::spawn_local(async move {
            let answer = http::load_json(&url).await;
            let ticket = answer.and_then(|answer| Reflect::get(&answer, &"ticket".into()).ok()?.as_string());
            feed_weak(&weak, ticket.map_or(Input::TokenFailed, Input::TicketArrived));
        });
    }
}

fn hear(engine: &Weak<Engine>, fact: SocketFact) {
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
