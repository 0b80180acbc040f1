//! The merchant's people on XMPP, and a component that is as little of a gateway as it takes: both in Python, on slixmpp.

use std::ops::Deref;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::foreign::Foreign;
use crate::xmpp_server::XmppServer;

/// An account's client. What it has no method for, [`Foreign::ask`] does: `clients/xmpp_client.py` lists the orders.
pub struct XmppClient(Foreign);

impl XmppClient {
    /// Starts one that is not signed in.
    ///
    /// # Errors
    /// When there is no Python.
    pub fn start() -> Result<Self> {
        Foreign::start("xmpp_client.py").map(Self)
    }

    /// Signs in, also again after the connection was lost. Gives the full address.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn sign_in(&self, server: &XmppServer, address: &str, password: &str) -> Result<String> {
        let facts = json!({
            "jid": address,
            "password": password,
            "host": "127.0.0.1",
            "port": server.client_port(),
            "certificate": server.certificate(),
        });
        text(self.ask("sign_in", facts).await?)
    }

    /// Enters a room, without its history. Gives the statuses of its own presence there.
    ///
    /// # Errors
    /// What the room says if it refuses.
    pub async fn join(&self, room: &str, nick: &str) -> Result<Vec<u64>> {
        let joined = self.ask("join", json!({"room": room, "nick": nick})).await?;
        Ok(numbers(&joined["statuses"]))
    }

    /// Says something to a room. Gives the stanza's id.
    ///
    /// # Errors
    /// When the client fails.
    pub async fn say(&self, room: &str, body: &str) -> Result<String> {
        text(self.ask("say", json!({"to": room, "body": body})).await?)
    }

    /// Says something to one person.
    ///
    /// # Errors
    /// When the client fails.
    pub async fn tell(&self, address: &str, body: &str) -> Result<String> {
        let facts = json!({"to": address, "body": body, "type": "chat", "receipt": true});
        text(self.ask("say", facts).await?)
    }

    /// Replaces what it said under an id before (XEP-0308).
    ///
    /// # Errors
    /// When the client fails.
    pub async fn correct(&self, room: &str, replaced_id: &str, body: &str) -> Result<String> {
        text(self.ask("correct", json!({"to": room, "replaces": replaced_id, "body": body})).await?)
    }

    /// Takes back what it said (XEP-0424): `id` is the room's stanza-id.
    ///
    /// # Errors
    /// When the client fails.
    pub async fn retract(&self, room: &str, id: &str) -> Result<String> {
        text(self.ask("retract", json!({"to": room, "id": id})).await?)
    }

    /// Answers a message (XEP-0461), with the words answered to as fallback.
    ///
    /// # Errors
    /// When the client fails.
    pub async fn reply(
        &self,
        room: &str,
        author: &str,
        id: &str,
        quoted: &str,
        body: &str,
    ) -> Result<String> {
        let facts = json!({"to": room, "author": author, "replied_id": id, "quoted": quoted, "body": body});
        text(self.ask("reply", facts).await?)
    }

    /// Says how far it has read (XEP-0333): `id` is the room's stanza-id.
    ///
    /// # Errors
    /// When the client fails.
    pub async fn mark_displayed(&self, room: &str, id: &str) -> Result<()> {
        self.ask("mark", json!({"to": room, "id": id})).await.map(drop)
    }

    /// `composing`, `paused`, `active` (XEP-0085).
    ///
    /// # Errors
    /// When the client fails.
    pub async fn chat_state(&self, room: &str, state: &str) -> Result<()> {
        self.ask("chat_state", json!({"to": room, "state": state})).await.map(drop)
    }

    /// Uploads a file (XEP-0363) and says so (XEP-0066). Gives its address.
    ///
    /// # Errors
    /// When the server refuses the file.
    pub async fn send_file(&self, room: &str, name: &str, kind: &str, bytes: &[u8]) -> Result<String> {
        let content: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let facts = json!({"to": room, "name": name, "content": content, "content_type": kind});
        text(self.ask("send_file", facts).await?["url"].take())
    }

    /// Any text onto the stream: for forgeries.
    ///
    /// # Errors
    /// When the client fails.
    pub async fn raw(&self, xml: &str) -> Result<()> {
        self.ask("raw", json!({"xml": xml})).await.map(drop)
    }

    /// Returns once the server has taken all that was sent before.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ping(&self) -> Result<()> {
        self.ask("ping", json!({})).await.map(drop)
    }

    /// The next message with these words.
    ///
    /// # Errors
    /// After 30 seconds, with all that was heard.
    pub async fn hears(&self, body: &str) -> Result<Value> {
        self.wait_for(body, |event| event["event"] == "message" && event["body"] == body).await
    }
}

impl Deref for XmppClient {
    type Target = Foreign;

    fn deref(&self) -> &Foreign {
        &self.0
    }
}

/// A component that does what it is told. `clients/component.py` lists the orders.
pub struct Component(Foreign);

impl Component {
    /// Starts one that is not connected.
    ///
    /// # Errors
    /// When there is no Python.
    pub fn start() -> Result<Self> {
        Foreign::start("component.py").map(Self)
    }

    /// Signs in with a secret.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn connect(&self, server: &XmppServer, secret: &str) -> Result<()> {
        let facts = json!({
            "name": server.component_name(),
            "secret": secret,
            "host": "127.0.0.1",
            "port": server.component_port(),
        });
        self.ask("connect", facts).await.map(drop)
    }

    /// What a room's archive has after a place in it (all of it after ""), oldest first, read in pages of two.
    ///
    /// # Errors
    /// When the room refuses.
    pub async fn archive(&self, room: &str, who: &str, after: &str) -> Result<Vec<Value>> {
        let found = self.ask("archive", json!({"room": room, "who": who, "after": after})).await?;
        found.as_array().cloned().with_context(|| format!("no list: {found}"))
    }
}

impl Deref for Component {
    type Target = Foreign;

    fn deref(&self) -> &Foreign {
        &self.0
    }
}

/// Where a room has put a message: the stanza-id that bears the room's own name. One by somebody else proves nothing.
///
/// # Errors
/// When it has none.
pub fn place_of(message: &Value, room: &str) -> Result<String> {
    let ids = message["stanza_ids"].as_array().into_iter().flatten();
    let id = ids.filter(|id| id["by"] == room).find_map(|id| id["id"].as_str());
    Ok(id.with_context(|| format!("no place in {room}: {message}"))?.to_owned())
}

fn text(value: Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("no text: {value}"))?.to_owned())
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}
