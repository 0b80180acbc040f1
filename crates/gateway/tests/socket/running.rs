//! A gateway that runs within the test.

use std::path::Path;

use tempfile::TempDir;
use tieline_gateway::{
    app::AppState,
    config::{self, Sources},
    serve_state,
    store::Tuning,
};
use tieline_load::{
    client::{self, Client, draft_id, hello, visitor_hello},
    stage::Stage,
};
use tieline_protocol::{Auth, Capabilities, ChannelId, Hello, SessionId, Welcome};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

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
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
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
        let token = self.state.auth.operator_token.expose();
        let body = wish.to_string();
        let request = format!(
            "PATCH /v1/channels/{} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.channel,
            self.address,
            body.len()
        );
        let (status, answer) = client::request(&self.address, &request).await.unwrap();
        assert_eq!(status, 200, "{answer}");
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

fn load(file: &Path) -> config::Config {
    config::load(&Sources { file: Some(file.to_owned()), ..Sources::default() }).unwrap()
}
