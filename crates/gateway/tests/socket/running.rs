//! A gateway that runs within the test.

use std::path::Path;

use tempfile::TempDir;
use tieline_gateway::{
    Listener,
    app::AppState,
    config::{self, Sources},
    serve_state,
    store::Tuning,
};
use tieline_load::{
    client::{self, Client, draft_id, hello, visitor_hello},
    stage::Stage,
};
use tieline_protocol::{Auth, Capabilities, ChannelId, Hello, Millis, SessionId, Welcome};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::signing::{self, BackendKey};

/// Everything off that would get in the way of a test about something else.
pub(crate) const NO_LIMITS: &str = "[limits]\nburst = 0\nframes_burst = 0\naccepts_burst = 0\nsockets_per_party = 1000\nsockets_per_ip = 1000\n";

pub(crate) struct Running {
    pub(crate) address: String,
    pub(crate) channel: ChannelId,
    pub(crate) state: AppState,
    pub(crate) stage: Stage,
    pub(crate) ticket: String,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<std::io::Result<()>>>,
    _folder: TempDir,
}

/// A visitor and the agent who answers them, and a session between them.
pub(crate) struct Talk {
    pub(crate) visitor: Client,
    pub(crate) visitor_token: String,
    pub(crate) agent: Client,
    pub(crate) session: SessionId,
}

impl Running {
    pub(crate) async fn start(settings: &str) -> Self {
        Self::start_tuned(settings, Tuning::default()).await
    }

    pub(crate) async fn start_tuned(settings: &str, tuning: Tuning) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::start_on(listener.into(), settings, tuning).await
    }

    pub(crate) async fn start_on(listener: Listener, settings: &str, tuning: Tuning) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stage = Stage::prepare(folder.path(), &address, 2, settings).await.unwrap();
        let state = AppState::open_tuned(load(&stage.config_file), tuning).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(serve_state(listener, state.clone(), async {
            let _ = stopped.await;
        }));
        let ticket = client::ticket(&address, &stage.channel).await.unwrap();
        Self {
            address,
            channel: stage.channel.clone(),
            state,
            stage,
            ticket,
            stop: Some(stop),
            server: Some(server),
            _folder: folder,
        }
    }

    /// Asks the gateway to stop in good order; gives what to wait for.
    pub(crate) fn ask_to_stop(&mut self) -> JoinHandle<std::io::Result<()>> {
        self.stop.take().unwrap().send(()).unwrap();
        self.server.take().unwrap()
    }

    /// The head of the answer to a socket's request.
    pub(crate) async fn dial(&self) -> String {
        dial(&self.address).await
    }

    pub(crate) fn visitor_hello(&self, auth: Auth) -> Hello {
        visitor_hello(&self.channel, &self.ticket, auth)
    }

    pub(crate) async fn visitor(&self) -> (Client, Welcome) {
        Client::enter(&self.address, self.visitor_hello(Auth::New)).await.unwrap()
    }

    pub(crate) async fn agent(&self, login: &str) -> (Client, Welcome) {
        let token = self.stage.agent_token(login).await.unwrap();
        Client::enter(&self.address, hello(Auth::Agent { token })).await.unwrap()
    }

    /// `PATCH /v1/channels/{id}`, as the operator.
    pub(crate) async fn change(&self, wish: &serde_json::Value) {
        self.operate("PATCH", "", wish).await;
    }

    /// A request of the operator's API below `/v1/channels/{id}`.
    pub(crate) async fn operate(&self, method: &str, below: &str, body: &serde_json::Value) {
        let token = self.state.auth.operator_token.expose();
        let body = body.to_string();
        let request = format!(
            "{method} /v1/channels/{}{below} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.channel,
            self.address,
            body.len()
        );
        let (status, answer) = client::request(&self.address, &request).await.unwrap();
        assert!((200..300).contains(&status), "{status} {answer}");
    }

    /// A key of the shop's backend, registered.
    pub(crate) async fn backend_key(&self, kid: &str) -> BackendKey {
        let key = BackendKey::ed25519(kid);
        let wish = serde_json::json!({"kid": kid, "alg": "EdDSA", "public_key_pem": key.public_pem});
        self.operate("POST", "/keys", &wish).await;
        key
    }

    /// What the backend says of somebody, for so many seconds from that moment on.
    pub(crate) fn vouch(&self, key: &BackendKey, subject: &str, from: Millis, secs: u64) -> String {
        let mut claims = signing::claims(&self.channel.0, &self.state.config.gateway_id, from.0 / 1_000);
        claims["sub"] = subject.into();
        claims["exp"] = (from.0 / 1_000 + secs).into();
        key.sign(&claims)
    }

    /// A user whom the backend vouches for from now on.
    pub(crate) async fn user(&self, key: &BackendKey, subject: &str) -> (Client, Welcome) {
        let jwt = self.vouch(key, subject, client::now(), 900);
        let hello = self.visitor_hello(Auth::User { jwt, visitor: None });
        Client::enter(&self.address, hello).await.unwrap()
    }

    pub(crate) async fn grant(&self, capabilities: Capabilities) {
        let names: Vec<_> = capabilities.0.iter().map(|capability| capability.name()).collect();
        self.change(&serde_json::json!({ "capabilities": names })).await;
    }

    /// A session between a new visitor and agent `a0`.
    pub(crate) async fn talk(&self) -> Talk {
        let (agent, _) = self.agent("a0").await;
        let (mut visitor, welcome) = self.visitor().await;
        let session = visitor.open(draft_id(), None).await.unwrap().session;
        let visitor_token = welcome.tokens.visitor.unwrap();
        Talk { visitor, visitor_token, agent, session }
    }
}

/// Asks for a socket by hand, and gives the head of the answer, in small letters.
pub(crate) async fn dial(address: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /v1/ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: tieline.v1\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = tokio::time::timeout(client::PATIENCE, stream.read_u8()).await;
        head.push(byte.expect("an answer in time").expect("an answer"));
    }
    String::from_utf8(head).unwrap().to_lowercase()
}

fn load(file: &Path) -> config::Config {
    config::load(&Sources { file: Some(file.to_owned()), ..Sources::default() }).unwrap()
}
