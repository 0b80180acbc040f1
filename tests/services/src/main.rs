//! A server of another platform for `cargo xtask demo --with`: on its documented file, with an account on it, kept in a folder.
//!
//! Says in one line of JSON what the gateway has to be told, who answers, and how one signs in. Then it serves until it is asked to
//! stop, or until its input ends: so the server does not outlive whoever started it, however that ended.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tieline_services::{XmppKind, XmppServer};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// Who answers with a client of their own. Anybody on this machine may know the password: the server listens nowhere else.
const ACCOUNT: (&str, &str) = ("leo", "demo");

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [platform, folder, port] = words.as_slice() else {
        bail!("tieline-services PLATFORM FOLDER FIRST-PORT");
    };
    let (folder, port) = (PathBuf::from(folder), port.parse().context("the first port")?);
    let kind = match platform.as_str() {
        "prosody" => XmppKind::Prosody,
        "ejabberd" => XmppKind::Ejabberd,
        other => bail!("there is no {other}: prosody, ejabberd"),
    };
    // Heard from here on, also while the server starts.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut server = tokio::select! {
        started = start(kind, &folder, port) => started?,
        _ = terminate.recv() => return Ok(()),
    };
    writeln!(std::io::stdout(), "{}", about(&server, port))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = watch_input() => {}
    }
    server.stop().await
}

async fn start(kind: XmppKind, folder: &Path, port: u16) -> Result<XmppServer> {
    let second = port.checked_add(1).zip(port.checked_add(2));
    let (component, files) = second.context("there must be room for three ports")?;
    let server = XmppServer::start_in(kind, folder, [port, component, files]).await?;
    let mark = folder.join("account");
    if !mark.exists() {
        let address = server.add_account(ACCOUNT.0, ACCOUNT.1).await?;
        std::fs::write(mark, address)?;
    }
    Ok(server)
}

fn about(server: &XmppServer, port: u16) -> Value {
    let (name, password) = ACCOUNT;
    let address = format!("{name}@localhost");
    json!({
        "settings": server.gateway_settings(),
        "agent": format!("xmpp:{address}"),
        "sign_in": [
            format!("{address}, password {password}; server 127.0.0.1, port {port}"),
            "TLS with a certificate of the demo's own, which your client has to accept",
            format!("profanity: /connect {address} server 127.0.0.1 port {port} tls trust"),
            "a visitor's first words invite you into their room",
        ],
    })
}

/// In a thread that nobody waits for: a read of the input cannot be broken off.
fn watch_input() -> oneshot::Receiver<()> {
    let (over, is_over) = oneshot::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 64];
        // An input that cannot be read has ended, too.
        while std::io::stdin().read(&mut bytes).is_ok_and(|count| count > 0) {}
        let _ = over.send(());
    });
    is_over
}
