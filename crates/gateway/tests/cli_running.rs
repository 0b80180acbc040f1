//! What an operator types while the gateway runs, and what those who are connected notice of it.

use std::{path::Path, process::Command};

use tempfile::TempDir;
use tieline_load::{
    client::{Client, Heard, draft_id, hello, now, ticket, visitor_hello},
    process::{Gateway, free_address},
    stage::Stage,
};
use tieline_protocol::{Auth, ClientFrame, CloseCode, ErrorCode, Hello, Millis, client::Beat};

mod signing;

use signing::BackendKey;

struct Place {
    folder: TempDir,
    address: String,
    stage: Stage,
    _gateway: Gateway,
}

impl Place {
    async fn serving() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address().unwrap();
        let stage = Stage::prepare(folder.path(), &address, 1, "").await.unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_tieline"));
        let gateway = Gateway::start(program, &stage.config_file, &address).await.unwrap();
        Self { folder, address, stage, _gateway: gateway }
    }

    /// Types a command; gives what it printed.
    async fn run(&self, words: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieline"));
        command.arg("--config").arg(&self.stage.config_file).args(words);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A key of the shop's backend, registered.
    async fn backend_key(&self) -> BackendKey {
        let key = BackendKey::ed25519("k1");
        let file = self.folder.path().join("k1.pem");
        std::fs::write(&file, &key.public_pem).unwrap();
        let words =
            ["key", "add", &self.stage.channel.0, "--kid", "k1", "--public-key", file.to_str().unwrap()];
        self.run(&words).await;
        key
    }

    async fn hello(&self, auth: Auth) -> Hello {
        visitor_hello(&self.stage.channel, &ticket(&self.address, &self.stage.channel).await.unwrap(), auth)
    }

    /// What the backend says of somebody from that moment on.
    fn vouch(&self, key: &BackendKey, subject: &str, from: Millis) -> Auth {
        let config = &self.stage.config;
        let mut claims = signing::claims(&self.stage.channel.0, &config.gateway_id, from.0 / 1_000);
        claims["sub"] = subject.into();
        Auth::User { jwt: key.sign(&claims), visitor: None }
    }

    async fn enter(&self, auth: Auth) -> Client {
        Client::enter(&self.address, self.hello(auth).await).await.unwrap().0
    }

    /// Says that hello, and gives what it was refused with.
    async fn refused(&self, hello: Hello) -> (ErrorCode, CloseCode) {
        let mut client = Client::connect(&self.address).await.unwrap();
        client.send(ClientFrame::Hello(Box::new(hello))).await.unwrap();
        let (body, close) = client.refusal().await.unwrap();
        (body.code, close)
    }
}

/// Passes over what was on its way, and gives the code of the close.
async fn closed(client: &mut Client) -> CloseCode {
    loop {
        match client.hear().await.unwrap() {
            Heard::Frame(..) => {}
            Heard::Closed(code) => return code,
            Heard::Broken => panic!("broken without a word"),
        }
    }
}

async fn is_alive(client: &mut Client) -> bool {
    client.ask(ClientFrame::Ping(Beat { nonce: 1 })).await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn user_revoke_ends_one_users_sockets_and_tokens() {
    let place = Place::serving().await;
    let key = place.backend_key().await;
    let before = place.vouch(&key, "ada", now());
    let mut ada = place.enter(before.clone()).await;
    let mut bob = place.enter(place.vouch(&key, "bob", now())).await;
    let said = place.run(&["user", "revoke", &place.stage.channel.0, "ada"]).await;
    assert!(said.contains("issued for ada until now"), "{said}");
    assert_eq!(closed(&mut ada).await, CloseCode::SIGN_IN);
    assert!(is_alive(&mut bob).await);
    let outcome = place.refused(place.hello(before).await).await;
    assert_eq!(outcome, (ErrorCode::TokenExpired, CloseCode::SIGN_IN));
    let mut again = place.enter(place.vouch(&key, "ada", now() + Millis::secs(2))).await;
    assert!(is_alive(&mut again).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn channel_close_turns_everybody_away_until_channel_open() {
    let place = Place::serving().await;
    let channel = &place.stage.channel.0;
    let mut visitor = place.enter(Auth::New).await;
    let session = visitor.open(draft_id(), None).await.unwrap().session;
    visitor.say(session, draft_id(), "before").await.unwrap();
    let early = place.hello(Auth::New).await;

    let said = place.run(&["channel", "close", channel]).await;
    assert!(said.contains(channel) && said.contains("is closed"), "{said}");
    assert_eq!(closed(&mut visitor).await, CloseCode::CHANNEL);
    assert_eq!(place.refused(early).await, (ErrorCode::ChannelClosed, CloseCode::CHANNEL));
    let token = place.stage.agent_token("a0").await.unwrap();
    let (mut agent, welcome) = Client::enter(&place.address, hello(Auth::Agent { token })).await.unwrap();
    assert_eq!(welcome.sessions.len(), 1, "the desk still reads what was said");
    assert!(agent.say(session, draft_id(), "too late").await.is_err());

    let said = place.run(&["channel", "open", channel]).await;
    assert!(said.contains(channel) && said.contains("is open"), "{said}");
    let mut visitor = place.enter(Auth::New).await;
    let session = visitor.open(draft_id(), None).await.unwrap().session;
    visitor.say(session, draft_id(), "after").await.unwrap();
}
