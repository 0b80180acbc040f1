//! The merchant's people on Matrix, and an application service that only listens: both in Python.

use std::ops::Deref;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::foreign::Foreign;
use crate::synapse::{Registration, SECRET, Synapse};

/// An account's client, on matrix-nio. What it has no method for, [`Foreign::ask`] does: `clients/matrix_client.py` lists the
/// orders.
pub struct MatrixClient(Foreign);

impl MatrixClient {
    /// Starts one that is not signed in.
    ///
    /// # Errors
    /// When there is no Python.
    pub fn start() -> Result<Self> {
        Foreign::start("matrix_client.py").map(Self)
    }

    /// Makes an account, and gives its address.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn register(&self, server: &Synapse, name: &str, password: &str) -> Result<String> {
        let facts = json!({"homeserver": server.url(), "secret": SECRET, "name": name, "password": password});
        text(&self.ask("register", facts).await?)
    }

    /// Signs in, and listens from then on; also through restarts of the server.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn sign_in(&self, server: &Synapse, name: &str, password: &str) -> Result<()> {
        let user = format!("@{name}:{}", server.domain());
        let facts = json!({"homeserver": server.url(), "user": user, "password": password});
        self.ask("sign_in", facts).await.map(drop)
    }

    /// Waits for an invitation and follows it. Gives the room.
    ///
    /// # Errors
    /// When none comes.
    pub async fn accept_invitation(&self) -> Result<String> {
        let invite = self.wait_for("an invitation", |event| event["event"] == "invite").await?;
        let room = text(&invite["room"])?;
        self.join(&room).await?;
        Ok(room)
    }

    /// Enters a room.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn join(&self, room: &str) -> Result<()> {
        self.ask("join", json!({"room": room})).await.map(drop)
    }

    /// Says something. Gives the event's id, as do those below.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn say(&self, room: &str, body: &str) -> Result<String> {
        text(&self.ask("say", json!({"room": room, "body": body})).await?)
    }

    /// Says it anew (`m.replace`).
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn edit(&self, room: &str, event_id: &str, body: &str) -> Result<String> {
        text(&self.ask("edit", json!({"room": room, "event_id": event_id, "body": body})).await?)
    }

    /// Answers an event.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn reply(&self, room: &str, event_id: &str, body: &str) -> Result<String> {
        text(&self.ask("reply", json!({"room": room, "event_id": event_id, "body": body})).await?)
    }

    /// Takes an event back.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn redact(&self, room: &str, event_id: &str) -> Result<String> {
        text(&self.ask("redact", json!({"room": room, "event_id": event_id})).await?)
    }

    /// Says how far it has read (`m.read`).
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn read(&self, room: &str, event_id: &str) -> Result<()> {
        self.ask("read", json!({"room": room, "event_id": event_id})).await.map(drop)
    }

    /// Says whether it writes.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn typing(&self, room: &str, is_typing: bool) -> Result<()> {
        self.ask("typing", json!({"room": room, "is_typing": is_typing})).await.map(drop)
    }

    /// Uploads a file and says so. Gives its `mxc:` address.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn send_file(&self, room: &str, name: &str, kind: &str, bytes: &[u8]) -> Result<String> {
        let content: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let facts = json!({"room": room, "name": name, "content": content, "content_type": kind});
        text(&self.ask("send_file", facts).await?["url"])
    }

    /// The next message with these words, whole.
    ///
    /// # Errors
    /// After 30 seconds, with all that was heard.
    pub async fn hears(&self, body: &str) -> Result<Value> {
        let heard = self
            .wait_for(body, |event| event["event"] == "timeline" && event["raw"]["content"]["body"] == body)
            .await?;
        Ok(heard["raw"].clone())
    }
}

impl Deref for MatrixClient {
    type Target = Foreign;

    fn deref(&self) -> &Foreign {
        &self.0
    }
}

/// An application service that tells what a homeserver brings. `clients/receiver.py` is it.
pub struct Receiver(Foreign);

impl Receiver {
    /// Listens where a registration says.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(registration: &Registration) -> Result<Self> {
        let receiver = Foreign::start("receiver.py")?;
        let facts = json!({"port": registration.port, "hs_token": Registration::HS_TOKEN});
        receiver.ask("listen", facts).await?;
        Ok(Self(receiver))
    }

    /// The first transaction with an event that fits, and that event.
    ///
    /// # Errors
    /// After 30 seconds, with all that was heard.
    pub async fn receives(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Result<(String, Value)> {
        let find = |event: &Value| event["events"].as_array()?.iter().find(|inner| fits(inner)).cloned();
        let transaction = self.wait_for(what, |event| find(event).is_some()).await?;
        Ok((text(&transaction["id"])?, find(&transaction).context("found before")?))
    }
}

impl Deref for Receiver {
    type Target = Foreign;

    fn deref(&self) -> &Foreign {
        &self.0
    }
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("no text: {value}"))?.to_owned())
}
