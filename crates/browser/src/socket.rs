//! A WebSocket that tells what happens to it, and closes when dropped.
//!
//! gloo-net's socket is a stream; one task reads it and calls back. The task ends with the socket, whichever way it ends,
//! and after the drop of a [`Socket`] nothing is told any more: a new socket never hears of the old one.

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker, ready},
};

use futures_util::{Sink, Stream};
use gloo_net::websocket::{Message, State, WebSocketError, futures::WebSocket};

/// What the browser reports when a connection breaks, or never came about (RFC 6455, 7.1.5).
const ABNORMAL: u16 = 1006;

/// Something that happened to the socket, in order: at most one `Opened`, then texts, then one `Closed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketFact {
    /// It is open: texts may be sent.
    Opened,
    /// A text came in.
    Text(String),
    /// It is closed, with this code.
    Closed(u16),
}

/// An open or opening connection.
#[derive(Debug)]
#[must_use = "the socket is closed when this is dropped"]
pub struct Socket {
    line: Rc<Line>,
}

/// What the handle and the reading task share. Empty once the handle is gone.
struct Line {
    socket: RefCell<Option<WebSocket>>,
    reader: RefCell<Option<Waker>>,
}

impl Socket {
    /// Begins to connect. `None` if the address or the page's policy makes it impossible from the start.
    pub fn open(url: &str, protocol: &str, tell: impl Fn(SocketFact) + 'static) -> Option<Self> {
        let socket = WebSocket::open_with_protocol(url, protocol).ok()?;
        let line = Rc::new(Line { socket: RefCell::new(Some(socket)), reader: RefCell::new(None) });
        let reader = line.clone();
        wasm_bindgen_futures::spawn_local(async move {
            if poll_fn(|context| reader.poll_open(context)).await {
                tell(SocketFact::Opened);
            }
            while let Some(fact) = poll_fn(|context| reader.poll_next(context)).await {
                let is_last = matches!(fact, SocketFact::Closed(_));
                tell(fact);
                if is_last {
                    break;
                }
            }
        });
        Some(Self { line })
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.line.socket.borrow().as_ref().map_or(State::Closed, WebSocket::state)
    }

    /// Hands a text to the browser. False if the socket is not open: the text is lost and has to be said again.
    pub fn send(&self, text: String) -> bool {
        let mut socket = self.line.socket.borrow_mut();
        let Some(socket) = socket.as_mut().filter(|socket| matches!(socket.state(), State::Open)) else {
            return false;
        };
        Pin::new(socket).start_send(Message::Text(text)).is_ok()
    }

    /// Closes with that code, without a word of it coming back.
    pub fn close(self, code: u16) {
        let socket = self.line.socket.borrow_mut().take();
        if let Some(socket) = socket {
            // A code the browser does not allow is refused; the drop closes all the same.
            let _ = socket.close(Some(code), None);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let socket = self.line.socket.borrow_mut().take();
        drop(socket);
        // Without this the task would wait for ever, and keep itself alive by waiting.
        let reader = self.line.reader.borrow_mut().take();
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl Line {
    /// Ready with whether there is an open connection to read from.
    fn poll_open(&self, context: &mut Context<'_>) -> Poll<bool> {
        *self.reader.borrow_mut() = Some(context.waker().clone());
        let mut socket = self.socket.borrow_mut();
        let Some(socket) = socket.as_mut() else { return Poll::Ready(false) };
        let is_ready = ready!(Pin::new(&mut *socket).poll_ready(context)).is_ok();
        Poll::Ready(is_ready && matches!(socket.state(), State::Open))
    }

    /// Ready with `None` once the handle is gone.
    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<SocketFact>> {
        *self.reader.borrow_mut() = Some(context.waker().clone());
        let mut socket = self.socket.borrow_mut();
        let Some(socket) = socket.as_mut() else { return Poll::Ready(None) };
        loop {
            return Poll::Ready(Some(match ready!(Pin::new(&mut *socket).poll_next(context)) {
                Some(Ok(Message::Text(text))) => SocketFact::Text(text),
                // The protocol has no binary frames, and the close that follows an error says more than the error.
                Some(Ok(Message::Bytes(_)) | Err(WebSocketError::ConnectionError)) => continue,
                Some(Err(WebSocketError::ConnectionClose(close))) => SocketFact::Closed(close.code),
                Some(Err(_)) | None => SocketFact::Closed(ABNORMAL),
            }));
        }
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}
