//! P9: the real program is restarted under a listener that a service manager keeps, as systemd's socket activation does.

use std::{
    fs::File,
    net::TcpListener,
    os::fd::OwnedFd,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tieline_load::{
    client::{Client, Heard, draft_id, visitor_hello},
    stage::Stage,
};
use tieline_protocol::{Auth, CloseCode, ServerFrame};

/// Killed when dropped, so that a test that fails leaves nothing behind.
struct Process(Child);

impl Process {
    /// Starts the gateway with the listener as descriptor 3, and says so in the environment, as systemd does.
    fn start(config_file: &Path, listener: &TcpListener) -> Self {
        let log = File::options().create(true).append(true).open(config_file.with_extension("log")).unwrap();
        let child = Command::new("sh")
            .args(["-c", "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" serve --config \"$1\" 3<&0 </dev/null"])
            .arg(env!("CARGO_BIN_EXE_tieline"))
            .arg(config_file)
            .stdin(Stdio::from(OwnedFd::from(listener.try_clone().unwrap())))
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self(child)
    }

    fn ask_to_stop(&self) {
        assert!(Command::new("kill").arg(self.0.id().to_string()).status().unwrap().success());
    }

    async fn ended(mut self) {
        let status = tokio::task::spawn_blocking(move || self.0.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn stage(folder: &Path, drain_secs: u32) -> (Stage, TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stage = Stage::prepare(folder, &address, 1, &format!("drain_secs = {drain_secs}\n")).await.unwrap();
    (stage, listener, address)
}

#[tokio::test]
async fn a_restart_refuses_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (stage, listener, address) = stage(folder.path(), 1).await;
    let hello = |auth| visitor_hello(&stage.channel, &stage.ticket(), auth);
    let first = Process::start(&stage.config_file, &listener);
    let (mut client, welcome) = Client::enter(&address, hello(Auth::New)).await.unwrap();
    let session = client.open(draft_id(), None).await.unwrap().session;
    let draft = draft_id();
    let receipt = client.say(session, draft, "before").await.unwrap();

    first.ask_to_stop();
    assert!(matches!(client.hear().await.unwrap(), Heard::Frame(None, ServerFrame::Drain(_))));
    // Make before break: the next connection is dialled while the first still serves.
    let token = welcome.tokens.visitor.unwrap();
    let next = tokio::spawn({
        let (address, hello) = (address.clone(), hello(Auth::Visitor { token }));
        async move { Client::enter(&address, hello).await }
    });
    client.say(session, draft_id(), "while it stops").await.unwrap();
    assert_eq!(client.hear().await.unwrap(), Heard::Closed(CloseCode::DRAIN));
    first.ended().await;

    let second = Process::start(&stage.config_file, &listener);
    let (mut client, welcome) = next.await.unwrap().expect("refused by nobody");
    assert_eq!(welcome.sessions[0].entries.len(), 2);
    let again = client.say(session, draft, "before").await.unwrap();
    assert_eq!((again.seq, again.duplicate), (receipt.seq, true));
    drop(client);
    second.ask_to_stop();
    second.ended().await;
}

/// A stay of a minute, and nobody who wants to wait for it.
#[tokio::test]
async fn whoever_asks_twice_does_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let (stage, listener, address) = stage(folder.path(), 60).await;
    let gateway = Process::start(&stage.config_file, &listener);
    let hello = visitor_hello(&stage.channel, &stage.ticket(), Auth::New);
    let (mut client, _) = Client::enter(&address, hello).await.unwrap();
    gateway.ask_to_stop();
    assert!(matches!(client.hear().await.unwrap(), Heard::Frame(None, ServerFrame::Drain(_))));
    let asked_at = Instant::now();
    gateway.ask_to_stop();
    gateway.ended().await;
    assert!(asked_at.elapsed() < Duration::from_secs(30), "it took {:?}", asked_at.elapsed());
}
