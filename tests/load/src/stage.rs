//! A data folder with a channel and its agents in it, made without the network.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use tieline_gateway::{
    auth::{
        AuthContext,
        desk::{self, SocketToken},
        registration::{Policy, Wish},
        registry::Registry,
        secret,
    },
    clock,
    config::{self, Config, Sources},
    store::Store,
};
use tieline_protocol::{ChannelId, DraftId, Seq, SessionId};

use crate::checker::Logs;

/// A channel has fifty recipients at most; one of them is `default`.
const AGENTS_PER_CHANNEL: usize = 49;

/// A folder, and what is in it.
pub struct Stage {
    /// The configuration file for `tieline serve --config`.
    pub config_file: PathBuf,
    /// What it says.
    pub config: Config,
    /// The first channel. Recipient `r0` is answered by agent `a0`, and so on; `default` by `a0` too.
    pub channel: ChannelId,
    channels: Vec<ChannelId>,
    store: Store,
    auth: AuthContext,
}

impl Stage {
    /// Prepares a folder for a gateway at that address. `more` is added to the configuration.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn prepare(folder: &Path, address: &str, agents: usize, more: &str) -> Result<Self> {
        let mut channels = Vec::new();
        for first in (0..agents.max(1)).step_by(AGENTS_PER_CHANNEL) {
            channels.push(recipients(first..agents.min(first + AGENTS_PER_CHANNEL)));
        }
        Self::prepare_channels(folder, address, channels, more).await
    }

    /// Prepares a folder with one channel that these agents answer: sign-in names, and accounts elsewhere.
    ///
    /// # Errors
    /// When the folder cannot be written, or somebody cannot be an agent.
    pub async fn prepare_answered_by(
        folder: &Path,
        address: &str,
        agents: &[&str],
        more: &str,
    ) -> Result<Self> {
        let recipients = vec![serde_json::json!({"name": "default", "agents": agents})];
        Self::prepare_channels(folder, address, vec![recipients], more).await
    }

    async fn prepare_channels(
        folder: &Path,
        address: &str,
        wanted: Vec<Vec<serde_json::Value>>,
        more: &str,
    ) -> Result<Self> {
        let config_file = folder.join("tieline.toml");
        let data_dir = folder.join("data");
        let settings = format!(
            "listen = \"{address}\"\ndata_dir = {:?}\nallow_volatile_store = true\n{more}",
            data_dir.to_string_lossy().into_owned()
        );
        std::fs::create_dir_all(&data_dir)?;
        std::fs::write(&config_file, settings)?;
        let config = config::load(&Sources { file: Some(config_file.clone()), ..Sources::default() })?;
        let store = Store::open(&config.store)?;
        let auth = AuthContext::open(&config, store.clone())?;
        let mut channels = Vec::new();
        for recipients in wanted {
            channels.push(register(&store, &auth, recipients).await?);
        }
        let channel = channels.first().cloned().context("there is a channel")?;
        Ok(Self { config_file, config, channel, channels, store, auth })
    }

    /// The channel whose recipient `r<n>` agent `a<n>` answers.
    pub fn channel_of(&self, agent: usize) -> &ChannelId {
        self.channels.get(agent / AGENTS_PER_CHANNEL).unwrap_or(&self.channel)
    }

    /// All channels.
    pub fn channels(&self) -> &[ChannelId] {
        &self.channels
    }

    /// An embed ticket of the first channel, as its frame document would carry it.
    pub fn ticket(&self) -> String {
        self.auth.tickets.issue(&self.channel, clock::now()).0
    }

    /// A socket token of an agent, as the desk would fetch it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn agent_token(&self, login: &str) -> Result<String> {
        Ok(self.sign_in(login).await?.1)
    }

    /// A sign-in of an agent: the cookie, and a socket token made with it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_in(&self, login: &str) -> Result<(String, String)> {
        let login = login.to_owned();
        let cookie = self
            .store
            .write(move |db| {
                let (invite, _) = desk::invite(db, &login, None, clock::now())?;
                desk::redeem(db, invite.expose(), clock::now())
            })
            .await?
            .context("a fresh invite is redeemed")?;
        let session = secret::encode(&secret::sha256(cookie.expose().as_bytes()));
        let expires_at = clock::now() + desk::SOCKET_LIFE;
        Ok((cookie.expose().clone(), self.auth.sockets.sign(&SocketToken { session, expires_at })))
    }
}

/// All logs of a store, as they lie on disk.
///
/// # Errors
/// When the store cannot be read.
pub async fn read_logs(store: &Path) -> Result<Logs> {
    let store = Store::open(store)?;
    let rows = store.read(|db| {
        db.prepare("select session_id, seq, draft_id from entry order by session_id, seq")?
            .query_map([], |row| {
                let id = |at| row.get::<_, [u8; 16]>(at).map(uuid::Uuid::from_bytes);
                Ok((SessionId(id(0)?), Seq(row.get::<_, i64>(1)?.cast_unsigned()), DraftId(id(2)?)))
            })?
            .collect::<std::result::Result<Vec<_>, _>>()
    });
    let mut logs = Logs::new();
    for (session, seq, draft_id) in rows.await? {
        logs.entry(session).or_default().push((seq, draft_id));
    }
    Ok(logs)
}

fn recipients(agents: Range<usize>) -> Vec<serde_json::Value> {
    let own = agents.map(|n| serde_json::json!({"name": format!("r{n}"), "agents": [format!("a{n}")]}));
    [serde_json::json!({"name": "default", "agents": ["a0"]})].into_iter().chain(own).collect()
}

async fn register(
    store: &Store,
    auth: &AuthContext,
    recipients: Vec<serde_json::Value>,
) -> Result<ChannelId> {
    let wish: Wish = serde_json::from_value(serde_json::json!({
        "name": "Load",
        "origins": ["http://localhost:7071"],
        "recipients": recipients,
    }))?;
    let policy = Policy { allow_insecure_origins: true };
    let registry = Registry { store: store.clone(), master: auth.master.clone(), policy };
    Ok(registry.register(&wish, clock::now()).await?.channel.id)
}
