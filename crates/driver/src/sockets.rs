//! The end's socket, and the one beside it while a gateway hands over to the next.
//!
//! Owns both and says which one a fact is of. Knows no frames.

use gloo_net::websocket::State;
use tieline_browser::{Socket, SocketFact};
use tieline_protocol::{CloseCode, SUBPROTOCOL};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// The one that serves.
    Main,
    /// The one that is to take its place.
    Next,
}

/// A socket under a number: its facts come later, and it may be the other one by then, or none.
type Numbered = Option<(u32, Socket)>;

/// Both sockets.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    main: Numbered,
    next: Numbered,
    last: u32,
}

impl Sockets {
    /// Opens one, instead of the one that is there. `tell` gets each fact with the number to ask [`Self::which`] about.
    /// False: it cannot be opened.
    pub(crate) fn open(&mut self, which: Which, url: &str, tell: impl Fn(u32, SocketFact) + 'static) -> bool {
        self.last = self.last.wrapping_add(1);
        let number = self.last;
        let socket = Socket::open(url, SUBPROTOCOL, move |fact| tell(number, fact));
        let is_open = socket.is_some();
        *self.slot(which) = socket.map(|socket| (number, socket));
        is_open
    }

    /// Which one has that number; none if it was let go of.
    pub(crate) fn which(&self, number: u32) -> Option<Which> {
        let has = |slot: &Numbered| slot.as_ref().is_some_and(|(its, _)| *its == number);
        match (has(&self.main), has(&self.next)) {
            (true, _) => Some(Which::Main),
            (_, true) => Some(Which::Next),
            _ => None,
        }
    }

    /// Closes one and lets go of it.
    pub(crate) fn close(&mut self, which: Which, code: CloseCode) {
        if let Some((_, socket)) = self.slot(which).take() {
            socket.close(code.0);
        }
    }

    /// The next one serves from here on. False: there is none.
    pub(crate) fn switch(&mut self) -> bool {
        let Some(next) = self.next.take() else { return false };
        self.close(Which::Main, CloseCode::BYE);
        self.main = Some(next);
        true
    }

    /// A text that finds no open socket is lost on purpose: the session says it again after the next `welcome`.
    pub(crate) fn send(&mut self, which: Which, text: String) {
        let open = self.slot(which).as_ref().filter(|(_, socket)| matches!(socket.state(), State::Open));
        if let Some((_, socket)) = open {
            socket.send(text);
        }
    }

    fn slot(&mut self, which: Which) -> &mut Numbered {
        match which {
            Which::Main => &mut self.main,
            Which::Next => &mut self.next,
        }
    }
}
