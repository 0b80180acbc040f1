//! One socket of an end, as a browser has it: dials, reports what comes in, sends what is handed over and never waits.

use std::{convert::Infallible, future::pending, time::Duration};

use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tieline_protocol::{ClientFrame, CloseCode, Decoded, Outgoing, SUBPROTOCOL, envelope::json};
use tieline_session::Input;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
    time::sleep,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        http::HeaderValue,
        protocol::{CloseFrame, frame::coding::CloseCode as RawCode},
    },
};
use turmoil::net::TcpStream;

use crate::gateway;

/// What a browser says of a socket that broke, or never opened.
const BROKEN: CloseCode = CloseCode(1006);
/// How long a browser waits for the other end's goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

type Socket = WebSocketStream<TcpStream>;

/// The socket. Dropping it cuts it off.
pub struct Wire {
    /// Distinguishes it from the others of one end.
    pub number: u64,
    outgoing: UnboundedSender<Message>,
    task: JoinSet<()>,
}

impl Wire {
    /// Dials. `heard` gets what happens, in its order, with the socket's number.
    pub fn dial<F: From<(u64, Input)> + 'static>(number: u64, heard: UnboundedSender<F>) -> Self {
        let (outgoing, queue) = unbounded_channel();
        let mut task = JoinSet::new();
        task.spawn_local(run(queue, move |input| {
            // Fails only once the tab is gone.
            let _ = heard.send((number, input).into());
        }));
        Self { number, outgoing, task }
    }

    /// Hands a frame over. On a socket that is gone it is lost.
    pub fn send(&self, frame: Outgoing<ClientFrame>) {
        let text = json::encode(frame.id, frame.frame);
        let _ = self.outgoing.send(Message::text(text));
    }

    /// Says goodbye, and leaves the other end some time for its own.
    pub fn close(self, code: CloseCode) {
        let frame = CloseFrame { code: RawCode::from(code.0), reason: "".into() };
        let _ = self.outgoing.send(Message::Close(Some(frame)));
        let task = self.task;
        tokio::task::spawn_local(async move {
            sleep(GOODBYE).await;
            drop(task);
        });
    }
}

async fn run(queue: UnboundedReceiver<Message>, tell: impl Fn(Input)) {
    let Some(socket) = open().await else { return tell(Input::SocketClosed(BROKEN)) };
    tell(Input::SocketOpened);
    let (sink, stream) = socket.split();
    // Both at once: a peer that takes nothing must still be heard.
    let code = tokio::select! {
        biased;
        code = hear_all(stream, &tell) => code,
        never = send_all(queue, sink) => match never {},
    };
    tell(Input::SocketClosed(code));
}

async fn hear_all(mut stream: SplitStream<Socket>, tell: &impl Fn(Input)) -> CloseCode {
    let mut code = BROKEN;
    while let Some(Ok(message)) = stream.next().await {
        match message {
            Message::Text(text) => {
                if let Some(input) = read(&text) {
                    tell(input);
                }
            }
            Message::Close(Some(frame)) => code = CloseCode(frame.code.into()),
            _ => {}
        }
    }
    code
}

async fn open() -> Option<Socket> {
    let stream = TcpStream::connect((gateway::HOST, gateway::PORT)).await.ok()?;
    let url = format!("ws://{}:{}/v1/ws", gateway::HOST, gateway::PORT);
    let mut request = url.into_client_request().ok()?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
    Some(client_async(request, stream).await.ok()?.0)
}

async fn send_all(mut queue: UnboundedReceiver<Message>, mut sink: SplitSink<Socket, Message>) -> Infallible {
    while let Some(message) = queue.recv().await {
        // A socket that takes nothing more is for the reader to notice.
        if sink.send(message).await.is_err() {
            break;
        }
    }
    pending().await
}

fn read(text: &str) -> Option<Input> {
    match json::decode_server(text) {
        Ok(Decoded::Frame(id, frame)) => Some(Input::Received { id, frame }),
        Ok(Decoded::UnknownType { must: true, .. }) => Some(Input::MustReload),
        _ => None,
    }
}
