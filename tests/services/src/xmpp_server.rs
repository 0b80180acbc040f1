//! An XMPP server with a component, rooms and accounts, whichever it is.

use std::path::Path;

use anyhow::Result;

use crate::ejabberd::Ejabberd;
use crate::place::{Place, free_ports};
use crate::process::Process;
use crate::prosody::Prosody;
use crate::xmpp_client::{Component, XmppClient};

pub(crate) const DOMAIN: &str = "localhost";
pub(crate) const SECRET: &str = "component-secret-of-the-tests";
const COMPONENT: &str = "chat.localhost";
const ROOMS: &str = "rooms.localhost";

/// A running server. It ends with the value, and its data with it.
pub struct XmppServer(Server);

enum Server {
    Prosody(Prosody),
    Ejabberd(Ejabberd),
}

/// Which servers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XmppKind {
    /// Prosody 0.12.
    Prosody,
    /// ejabberd 23.
    Ejabberd,
}

impl XmppServer {
    /// Starts one on free ports, with nobody on it.
    ///
    /// # Errors
    /// When it is not installed or does not come up; with its log.
    pub async fn start(kind: XmppKind) -> Result<Self> {
        Self::start_changed(kind, &[]).await
    }

    /// The same, with the documented configuration changed: each first text is replaced by its second.
    ///
    /// # Errors
    /// Those of `start`, and when a text is not there.
    pub async fn start_changed(kind: XmppKind, changes: &[(&str, &str)]) -> Result<Self> {
        Self::start_at(kind, Place::new()?, free_ports()?, changes).await
    }

    /// Starts one on these ports (for clients, for components, for files), with what it has kept in a folder.
    ///
    /// # Errors
    /// Those of `start`.
    pub async fn start_in(kind: XmppKind, folder: &Path, ports: [u16; 3]) -> Result<Self> {
        Self::start_at(kind, Place::kept(folder)?, ports, &[]).await
    }

    async fn start_at(
        kind: XmppKind,
        place: Place,
        ports: [u16; 3],
        changes: &[(&str, &str)],
    ) -> Result<Self> {
        Ok(Self(match kind {
            XmppKind::Prosody => Server::Prosody(Prosody::start(place, ports, changes).await?),
            XmppKind::Ejabberd => Server::Ejabberd(Ejabberd::start(place, ports, changes).await?),
        }))
    }

    /// `address:port` for components.
    pub fn component_address(&self) -> String {
        format!("127.0.0.1:{}", self.component_port())
    }

    pub(crate) fn component_port(&self) -> u16 {
        match &self.0 {
            Server::Prosody(server) => server.component_port,
            Server::Ejabberd(server) => server.component_port,
        }
    }

    /// The name that the component signs in with.
    pub fn component_name(&self) -> &'static str {
        COMPONENT
    }

    /// The secret that it signs in with.
    pub fn component_secret(&self) -> &'static str {
        SECRET
    }

    /// Where rooms are.
    pub fn rooms_name(&self) -> &'static str {
        ROOMS
    }

    /// `address:port` for clients. They have to ask for TLS.
    pub fn client_address(&self) -> String {
        format!("127.0.0.1:{}", self.client_port())
    }

    pub(crate) fn client_port(&self) -> u16 {
        match &self.0 {
            Server::Prosody(server) => server.client_port,
            Server::Ejabberd(server) => server.client_port,
        }
    }

    /// The certificate that clients have to trust.
    pub fn certificate(&self) -> &Path {
        match &self.0 {
            Server::Prosody(server) => &server.certificate,
            Server::Ejabberd(server) => &server.certificate,
        }
    }

    /// Where it keeps files: the origin of their addresses.
    pub fn files_origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.http_port())
    }

    fn http_port(&self) -> u16 {
        match &self.0 {
            Server::Prosody(server) => server.http_port,
            Server::Ejabberd(server) => server.http_port,
        }
    }

    /// The part of the gateway's configuration that is about this server, with sessions as rooms.
    pub fn gateway_settings(&self) -> String {
        Self::gateway_settings_at([self.client_port(), self.component_port(), self.http_port()])
    }

    /// The same, with sessions as contacts.
    pub fn direct_settings(&self) -> String {
        Self::settings_at([self.client_port(), self.component_port(), self.http_port()], "mode = \"direct\"")
    }

    /// With sessions as rooms, of one that would run on these ports: for clients, components and files.
    pub fn gateway_settings_at(ports: [u16; 3]) -> String {
        Self::settings_at(ports, &format!("rooms = \"{ROOMS}\""))
    }

    fn settings_at([_, components, files]: [u16; 3], mode: &str) -> String {
        format!(
            "[xmpp]\nserver = \"127.0.0.1:{components}\"\ndomain = \"{COMPONENT}\"\n{mode}\nsecret = \"{SECRET}\"\nfiles = \"http://127.0.0.1:{files}\"\n"
        )
    }

    /// Adds an account, and gives its address: `name@localhost`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn add_account(&self, name: &str, password: &str) -> Result<String> {
        match &self.0 {
            Server::Prosody(server) => server.add_account(name, password).await?,
            Server::Ejabberd(server) => server.add_account(name, password).await?,
        }
        Ok(format!("{name}@{DOMAIN}"))
    }

    /// Adds an account and signs in with it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn person(&self, name: &str) -> Result<XmppClient> {
        let address = self.add_account(name, "pa55word").await?;
        let client = XmppClient::start()?;
        client.sign_in(self, &address, "pa55word").await?;
        Ok(client)
    }

    /// A component with the right secret, connected.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn component(&self) -> Result<Component> {
        let component = Component::start()?;
        component.connect(self, self.component_secret()).await?;
        Ok(component)
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Errors
    /// When it does not, or was not running.
    pub async fn stop(&mut self) -> Result<()> {
        self.process().stop().await
    }

    /// `kill -9`. Returns when it is dead.
    ///
    /// # Errors
    /// When it was not running.
    pub async fn kill(&mut self) -> Result<()> {
        self.process().kill().await
    }

    /// Starts it on the same ports and data.
    ///
    /// # Errors
    /// When it runs already, or does not come up.
    pub async fn start_again(&mut self) -> Result<()> {
        match &mut self.0 {
            Server::Prosody(server) => server.start_again().await,
            Server::Ejabberd(server) => server.start_again().await,
        }
    }

    /// What it wrote about itself.
    pub fn log(&self) -> String {
        match &self.0 {
            Server::Prosody(server) => server.log(),
            Server::Ejabberd(server) => server.log(),
        }
    }

    fn process(&mut self) -> &mut Process {
        match &mut self.0 {
            Server::Prosody(server) => server.process(),
            Server::Ejabberd(server) => server.process(),
        }
    }
}
