//! One WebSocket at a time: bytes to frames and back. Knows nothing of what they mean.

use anyhow::{Result, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use tieline_protocol::envelope::json::{decode_server, encode};
use tieline_protocol::{ClientFrame, CloseCode, Decoded, Outgoing, SUBPROTOCOL};
use tieline_session::Input;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// The network ended the connection without a word.
const ABNORMAL: CloseCode = CloseCode(1006);

/// An open socket.
pub(crate) struct Wire(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Wire {
    /// Dials and agrees on the protocol.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let mut request = url.into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
        let (stream, response) = connect_async(request).await?;
        let agreed = response.headers().get("sec-websocket-protocol");
        ensure!(agreed.is_some_and(|name| name == SUBPROTOCOL), "the gateway does not speak {SUBPROTOCOL}");
        Ok(Self(stream))
    }

    /// The next fact from the wire. After `SocketClosed` there is none. Safe to drop while it waits.
    pub(crate) async fn next(&mut self) -> Input {
        loop {
            let text = match self.0.next().await {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(frame))) => {
                    return Input::SocketClosed(frame.map_or(ABNORMAL, |frame| CloseCode(frame.code.into())));
                }
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return Input::SocketClosed(ABNORMAL),
            };
            match decode_server(&text) {
                Ok(Decoded::Frame(id, frame)) => return Input::Received { id, frame },
                Ok(Decoded::UnknownType { must: true, .. }) => return Input::MustReload,
                // A later version's frame that may be ignored, or one that cannot be read: the log repairs what is missing.
                Ok(Decoded::UnknownType { .. }) | Err(_) => {}
            }
        }
    }

    /// Puts a frame on the wire. A failure shows in `next`.
    pub(crate) async fn send(&mut self, Outgoing { id, frame }: Outgoing<ClientFrame>) {
        let _ = self.0.send(Message::text(encode(id, frame))).await;
    }

    /// Says why and leaves.
    pub(crate) async fn close(mut self, code: CloseCode) {
        let frame = CloseFrame { code: code.0.into(), reason: "".into() };
        let _ = self.0.close(Some(frame)).await;
    }
}
