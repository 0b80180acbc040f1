//! Which servers there are for a demo, what the gateway is told of them, and how one signs in.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tieline_services::{Synapse, XmppKind, XmppServer};

/// Who answers with a client of their own. Anybody on this machine may know the password: the server listens nowhere else.
const ACCOUNT: (&str, &str) = ("leo", "demo");

/// A server that is wanted.
pub(crate) struct Demo {
    kind: Kind,
    folder: PathBuf,
    /// For clients, for components, for files.
    ports: [u16; 3],
}

#[derive(Clone, Copy)]
enum Kind {
    Xmpp(XmppKind),
    Synapse,
}

/// A server that runs.
pub(crate) enum Server {
    Xmpp(XmppServer),
    Synapse(Synapse),
}

impl Demo {
    pub(crate) fn new(platform: &str, folder: PathBuf, port: u16) -> Result<Self> {
        let kind = match platform {
            "prosody" => Kind::Xmpp(XmppKind::Prosody),
            "ejabberd" => Kind::Xmpp(XmppKind::Ejabberd),
            "synapse" => Kind::Synapse,
            other => bail!("there is no {other}: prosody, ejabberd, synapse"),
        };
        let (second, third) =
            port.checked_add(1).zip(port.checked_add(2)).context("there must be room for three ports")?;
        Ok(Self { kind, folder, ports: [port, second, third] })
    }

    /// The file in which the server reads of the gateway.
    fn registration(&self) -> PathBuf {
        self.folder.join("tieline.yaml")
    }

    /// For the gateway.
    pub(crate) fn settings(&self) -> Value {
        match self.kind {
            Kind::Xmpp(_) => json!({ "settings": XmppServer::gateway_settings_at(self.ports) }),
            Kind::Synapse => {
                let [port, ..] = self.ports;
                json!({ "settings": Synapse::gateway_settings(port), "registration": self.registration() })
            }
        }
    }

    /// Starts it, and adds the account if it is not there yet.
    pub(crate) async fn start(&self) -> Result<Server> {
        let [port, ..] = self.ports;
        let server = match self.kind {
            Kind::Xmpp(kind) => Server::Xmpp(XmppServer::start_in(kind, &self.folder, self.ports).await?),
            Kind::Synapse => {
                Server::Synapse(Synapse::start_in(&self.folder, port, &self.registration()).await?)
            }
        };
        let mark = self.folder.join("account");
        if !mark.exists() {
            let (name, password) = ACCOUNT;
            let address = match &server {
                Server::Xmpp(server) => server.add_account(name, password).await?,
                Server::Synapse(server) => server.add_account(name, password).await?,
            };
            std::fs::write(mark, address)?;
        }
        Ok(server)
    }

    /// For whoever tries it.
    pub(crate) fn about(&self) -> Value {
        let ((name, password), [port, ..]) = (ACCOUNT, self.ports);
        let (agent, sign_in) = match self.kind {
            Kind::Xmpp(_) => {
                let address = format!("{name}@localhost");
                let lines = [
                    format!("{address}, password {password}; server 127.0.0.1, port {port}"),
                    "TLS with a certificate of the demo's own, which your client has to accept".into(),
                    format!("profanity: /connect {address} server 127.0.0.1 port {port} tls trust"),
                ];
                (format!("xmpp:{address}"), lines)
            }
            Kind::Synapse => {
                let address = format!("@{name}:localhost");
                let lines = [
                    format!("{address}, password {password}; homeserver http://127.0.0.1:{port}"),
                    "Element: Sign in, Edit beside the homeserver, Other homeserver".into(),
                    format!("nheko: {address}, then http://127.0.0.1:{port} as the homeserver"),
                ];
                (format!("matrix:{address}"), lines)
            }
        };
        let lines = sign_in.into_iter().chain(["a visitor's first words invite you into their room".into()]);
        json!({ "agent": agent, "sign_in": lines.collect::<Vec<_>>() })
    }
}

impl Server {
    pub(crate) async fn stop(&mut self) -> Result<()> {
        match self {
            Self::Xmpp(server) => server.stop().await,
            Self::Synapse(server) => server.stop().await,
        }
    }
}
