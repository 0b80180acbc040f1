//! A client without manners: says just what it is told to, and shows just what came back.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use tieline_protocol::{
    Auth, Body, ChannelId, ClientFrame, CloseCode, Decoded, Draft, DraftId, Entry, ErrorBody, Hello, Millis,
    Receipt, RequestId, SUBPROTOCOL, ServerFrame, SessionId, Welcome,
    client::{Open, Position},
    envelope::json,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};

/// Longer than anything that a healthy gateway takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Ten thousand clients in one process need small buffers as well.
const BUFFER_BYTES: usize = 4096;

/// One socket.
pub struct Client {
    /// The socket itself, for tests that send what is no frame.
    pub socket: WebSocketStream<TcpStream>,
    next_id: u32,
}

/// The gateway answered the handshake with a status instead of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// The HTTP status.
    pub status: u16,
    /// When to come back, as `Retry-After` says.
    pub retry_after_secs: Option<u64>,
}

impl TurnedAway {
    fn or_other(error: tungstenite::Error) -> anyhow::Error {
        let tungstenite::Error::Http(answer) = &error else { return error.into() };
        let retry_after =
            answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        Self { status: answer.status().as_u16(), retry_after_secs: retry_after }.into()
    }
}

impl std::fmt::Display for TurnedAway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "turned away with {}", self.status)
    }
}

impl std::error::Error for TurnedAway {}

/// What the gateway did next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A frame, with the id of the request that it answers.
    Frame(Option<RequestId>, ServerFrame),
    /// It closed the socket, with a code.
    Closed(CloseCode),
    /// The connection broke without a word.
    Broken,
}

impl Client {
    /// Opens a socket without an `Origin`, as a program does.
    ///
    /// # Errors
    /// When the gateway does not answer, or turns the socket away.
    pub async fn connect(address: &str) -> Result<Self> {
        Self::connect_from(address, None).await
    }

    /// Opens a socket with that `Origin`, as a browser would.
    ///
    /// # Errors
    /// When the gateway does not answer, or turns the socket away.
    pub async fn connect_from(address: &str, origin: Option<&str>) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("dialling {address}"))?;
        Self::over(stream, address, origin).await
    }

    /// Makes a socket of a connection that is there already.
    ///
    /// # Errors
    /// When the gateway does not answer, or turns the socket away.
    pub async fn over(stream: TcpStream, address: &str, origin: Option<&str>) -> Result<Self> {
        let mut request = format!("ws://{address}/v1/ws").into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse()?);
        }
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default().read_buffer_size(BUFFER_BYTES).write_buffer_size(0);
        let (socket, _) =
            client_async_with_config(request, stream, Some(config)).await.map_err(TurnedAway::or_other)?;
        Ok(Self { socket, next_id: 1 })
    }

    /// Connects and says hello; fails unless it is welcome.
    ///
    /// # Errors
    /// When it is not.
    pub async fn enter(address: &str, hello: Hello) -> Result<(Self, Welcome)> {
        let mut client = Self::connect(address).await?;
        let welcome = client.greet(hello).await?;
        Ok((client, welcome))
    }

    /// Says hello; fails unless it is welcome.
    ///
    /// # Errors
    /// When it is not.
    pub async fn greet(&mut self, hello: Hello) -> Result<Welcome> {
        self.send(ClientFrame::Hello(Box::new(hello))).await?;
        match self.hear().await? {
            Heard::Frame(_, ServerFrame::Welcome(welcome)) => Ok(*welcome),
            other => bail!("not welcome: {other:?}"),
        }
    }

    /// Sends a frame under a new id.
    ///
    /// # Errors
    /// When the socket is gone.
    pub async fn send(&mut self, frame: ClientFrame) -> Result<RequestId> {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        self.send_text(json::encode(Some(id), frame)).await?;
        Ok(id)
    }

    /// Sends any text.
    ///
    /// # Errors
    /// When the socket is gone.
    pub async fn send_text(&mut self, text: String) -> Result<()> {
        Ok(self.socket.send(Message::text(text)).await?)
    }

    /// What comes next, within [`PATIENCE`]. Who is there and who waits is told when it likes, and passed over.
    ///
    /// # Errors
    /// When nothing comes, or something that is no frame.
    pub async fn hear(&mut self) -> Result<Heard> {
        loop {
            match self.hear_all().await? {
                Heard::Frame(None, ServerFrame::Presence(_) | ServerFrame::Queue(_)) => {}
                heard => return Ok(heard),
            }
        }
    }

    /// What comes next, within [`PATIENCE`], whatever it is.
    ///
    /// # Errors
    /// When nothing comes, or something that is no frame.
    pub async fn hear_all(&mut self) -> Result<Heard> {
        timeout(PATIENCE, self.next()).await.context("the gateway said nothing")?
    }

    /// What comes next, however long it takes. May be dropped while it waits: nothing is lost by that.
    ///
    /// # Errors
    /// When something comes that is no frame.
    pub async fn next(&mut self) -> Result<Heard> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => match json::decode_server(&text) {
                    Ok(Decoded::Frame(id, frame)) => return Ok(Heard::Frame(id, frame)),
                    other => bail!("no frame of ours: {other:?}"),
                },
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Ok(Heard::Closed(CloseCode(frame.code.into())));
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Ok(Heard::Broken),
                Some(Ok(_)) => {}
            }
        }
    }

    /// The answer to a request. Entries, cursors and pings that come first are passed over.
    ///
    /// # Errors
    /// When the socket closes before.
    pub async fn answer(&mut self, id: RequestId) -> Result<ServerFrame> {
        loop {
            match self.hear().await? {
                Heard::Frame(Some(answered), frame) if answered == id => return Ok(frame),
                Heard::Frame(..) => {}
                gone => bail!("no answer: {gone:?}"),
            }
        }
    }

    /// Sends a frame and waits for its answer.
    ///
    /// # Errors
    /// When the socket closes before.
    pub async fn ask(&mut self, frame: ClientFrame) -> Result<ServerFrame> {
        let id = self.send(frame).await?;
        self.answer(id).await
    }

    /// Begins a session.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn open(&mut self, draft_id: DraftId, to: Option<&str>) -> Result<Receipt> {
        let open = Open { draft_id, to: to.map(str::to_owned), item: None };
        match self.ask(ClientFrame::Open(open)).await? {
            ServerFrame::Ok(receipt) => Ok(receipt),
            other => bail!("not opened: {other:?}"),
        }
    }

    /// Says something, and gives the receipt.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn say(&mut self, session: SessionId, draft_id: DraftId, text: &str) -> Result<Receipt> {
        match self.ask(text_frame(session, draft_id, text)).await? {
            ServerFrame::Ok(receipt) => Ok(receipt),
            other => bail!("not taken: {other:?}"),
        }
    }

    /// The next entry. Anything else that comes first is passed over.
    ///
    /// # Errors
    /// When the socket closes before.
    pub async fn entry(&mut self) -> Result<Entry> {
        loop {
            match self.hear().await? {
                Heard::Frame(_, ServerFrame::Entry(entry)) => return Ok(*entry),
                Heard::Frame(..) => {}
                gone => bail!("no entry: {gone:?}"),
            }
        }
    }

    /// The refusal that comes next, and the code of the close that follows it.
    ///
    /// # Errors
    /// When something else comes.
    pub async fn refusal(&mut self) -> Result<(ErrorBody, CloseCode)> {
        let refusal = match self.hear().await? {
            Heard::Frame(_, ServerFrame::Err(body)) => body,
            other => bail!("not refused: {other:?}"),
        };
        match self.hear().await? {
            Heard::Closed(code) => Ok((refusal, code)),
            other => bail!("not closed: {other:?}"),
        }
    }
}

/// A `send` frame with a text.
pub fn text_frame(session: SessionId, draft_id: DraftId, text: &str) -> ClientFrame {
    ClientFrame::Send(Draft { session, draft_id, reply_to: None, body: Body::Text { text: text.to_owned() } })
}

/// A hello with nothing but its proof.
pub fn hello(auth: Auth) -> Hello {
    Hello {
        channel: None,
        capabilities: Vec::new(),
        app: None,
        language: None,
        embed: None,
        page_origin: None,
        auth,
        cursors: Vec::new(),
    }
}

/// A hello on a channel, with its embed ticket.
pub fn visitor_hello(channel: &ChannelId, ticket: &str, auth: Auth) -> Hello {
    Hello { channel: Some(channel.clone()), embed: Some(ticket.to_owned()), ..hello(auth) }
}

/// The same with copies of sessions to be brought up to date.
pub fn with_cursors(hello: Hello, cursors: Vec<Position>) -> Hello {
    Hello { cursors, ..hello }
}

/// SHA-256 of a file, as `upload` wants it.
pub fn digest(bytes: &[u8]) -> String {
    tieline_gateway::auth::secret::sha256(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new draft id.
pub fn draft_id() -> DraftId {
    DraftId::at(now(), tieline_gateway::auth::secret::random())
}

/// The time of day.
pub fn now() -> Millis {
    tieline_gateway::clock::now()
}

/// `GET` of a path: status and body. The gateway's HTTP is tested elsewhere; here a ticket has to be got.
///
/// # Errors
/// When the gateway does not answer.
pub async fn get(address: &str, path: &str) -> Result<(u16, String)> {
    request(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")).await
}

/// Any HTTP request that asks for the connection to be closed: status and body.
///
/// # Errors
/// When the gateway does not answer.
pub async fn request(address: &str, request: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.context("no HTTP answer")??;
    let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no HTTP status")?;
    Ok((status, body.to_owned()))
}

/// An embed ticket, fetched as a frame document would.
///
/// # Errors
/// When there is none for that channel.
pub async fn ticket(address: &str, channel: &ChannelId) -> Result<String> {
    #[derive(serde::Deserialize)]
    struct Issued {
        ticket: String,
    }
    let (status, body) = get(address, &format!("/v1/ticket/{channel}")).await?;
    ensure!(status == 200, "no ticket: {status} {body}");
    Ok(serde_json::from_str::<Issued>(&body)?.ticket)
}

/// The token of a visitor who was never here before.
///
/// # Errors
/// When the gateway does not welcome them.
pub async fn visitor_token(address: &str, channel: &ChannelId) -> Result<String> {
    let ticket = ticket(address, channel).await?;
    let (_, welcome) = Client::enter(address, visitor_hello(channel, &ticket, Auth::New)).await?;
    welcome.tokens.visitor.context("a new visitor gets a token")
}
