//! Bytes to frames and back: the size cap, the decoding, the gathering of what waits into one write. Nothing else.

use std::{
    collections::VecDeque,
    error::Error,
    task::{Context, Poll, ready},
};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::{Sink, Stream};
use std::pin::Pin;
use tieline_protocol::{
    CloseCode, Decoded,
    envelope::json::{self, BadFrame},
};
use tieline_relay::peer::Input;
use tokio_tungstenite::tungstenite;

/// One socket. Reads frames; writes texts in their order.
pub(super) struct Socket {
    socket: WebSocket,
    waiting: VecDeque<Utf8Bytes>,
    is_flushed: bool,
}

/// The other end is gone, or might as well be.
#[derive(Debug)]
pub(super) struct Gone;

impl Socket {
    pub(super) fn new(socket: WebSocket) -> Self {
        Self { socket, waiting: VecDeque::new(), is_flushed: true }
    }

    /// Queues a text.
    pub(super) fn push(&mut self, text: Utf8Bytes) {
        self.waiting.push_back(text);
    }

    /// Whether everything that was queued has been handed to the socket.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Forgets what is queued.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Hands over what is queued, as far as the socket takes it.
    pub(super) fn poll_hand_over(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        while !self.waiting.is_empty() {
            ready!(Pin::new(&mut self.socket).poll_ready(context)).map_err(|_| Gone)?;
            if let Some(text) = self.waiting.pop_front() {
                self.is_flushed = false;
                Pin::new(&mut self.socket).start_send(Message::Text(text)).map_err(|_| Gone)?;
            }
        }
        // What a burst took is not kept for the hours of silence after it.
        self.waiting = VecDeque::new();
        Poll::Ready(Ok(()))
    }

    /// Makes sure that what was handed over leaves.
    pub(super) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        if !self.is_flushed {
            ready!(Pin::new(&mut self.socket).poll_flush(context)).map_err(|_| Gone)?;
            self.is_flushed = true;
        }
        Poll::Ready(Ok(()))
    }

    /// The next thing that the peer says.
    pub(super) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Input, Gone>> {
        loop {
            let Some(message) = ready!(Pin::new(&mut self.socket).poll_next(context)) else {
                return Poll::Ready(Err(Gone));
            };
            return Poll::Ready(match message {
                Ok(Message::Text(text)) => Ok(decode(&text)),
                Ok(Message::Binary(_)) => {
                    Ok(Input::Broken { id: None, why: "frames are text, not binary".to_owned() })
                }
                // The WebSocket's own ping and pong: answered below us.
                // A close too (RFC 6455, 5.5.1): reading on sends the answer, and then the stream ends.
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)) => continue,
                Err(error) if is_oversize(&error) => Ok(Input::Oversize),
                Err(_) => Err(Gone),
            });
        }
    }

    /// Says goodbye, and waits until the peer has too: a socket that is closed with unread bytes may take back what it sent.
    pub(super) async fn close(mut self, code: CloseCode) {
        use futures_util::{SinkExt, StreamExt};
        for text in std::mem::take(&mut self.waiting) {
            if self.socket.feed(Message::Text(text)).await.is_err() {
                return;
            }
        }
        let frame = CloseFrame { code: code.0, reason: Utf8Bytes::default() };
        if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = self.socket.next().await {}
        }
    }
}

fn decode(text: &str) -> Input {
    match json::decode_client(text) {
        Ok(Decoded::Frame(id, frame)) => Input::Frame { id, frame, bytes: text.len() },
        Ok(Decoded::UnknownType { id, .. }) => Input::UnknownType { id },
        Err(BadFrame { id, why }) => Input::Broken { id, why },
    }
}

/// axum hides tungstenite's error behind a box.
fn is_oversize(error: &axum::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(tungstenite::Error::Capacity(_)) = cause.downcast_ref() {
            return true;
        }
        source = cause.source();
    }
    false
}
