//! A shop whose merchant answers by Matrix: homeserver, gateway, visitor, and Mia with her own client.

use std::{
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
pub(crate) use tieline_load::shop::text_of;
use tieline_load::{process::free_address, shop::Shop};
use tieline_protocol::Entry;
use tieline_services::{MatrixClient, Synapse, tieline};

pub(crate) const MIA: &str = "@mia:localhost";

pub(crate) struct World {
    shop: Shop,
    pub(crate) server: Synapse,
    pub(crate) mia: MatrixClient,
    pub(crate) room: String,
}

impl Deref for World {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Shop {
        &mut self.shop
    }
}

/// What the gateway is told of the homeserver, and of being tested.
pub(crate) fn settings(homeserver: &str) -> String {
    // The visitor here answers no heartbeat while a test looks elsewhere.
    format!(
        "allow_insecure_origins = true\n[limits]\nburst = 0\nframes_burst = 0\n[ping]\nevery_ms = 600000\ngrace_ms = 600000\n[log]\nlevel = \"info,tieline_matrix=debug\"\n[matrix]\nhomeserver = \"{homeserver}\"\nserver_name = \"localhost\"\n"
    )
}

/// The registration, written as an operator has it written: before there is a homeserver.
pub(crate) async fn registration(folder: &Path, address: &str) -> Result<PathBuf> {
    let config = folder.join("before.toml");
    let text = format!(
        "listen = \"{address}\"\ndata_dir = {:?}\n{}",
        folder.join("data").display().to_string(),
        settings("http://127.0.0.1:8008")
    );
    std::fs::write(&config, text)?;
    let file = folder.join("registration.yaml");
    let mut command = tokio::process::Command::new(tieline()?);
    // The file is all of its configuration, whatever the one who tests has set.
    command.env_remove("TIELINE_BIN");
    command.arg("--config").arg(&config).args(["matrix", "registration", "--file"]).arg(&file);
    let output = command.output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(file)
}

impl World {
    /// The visitor has said `hello`, and Mia is in the room that this made.
    pub(crate) async fn start() -> Result<Self> {
        let (folder, address) = (tempfile::tempdir()?, free_address()?);
        let server = Synapse::start(&registration(folder.path(), &address).await?).await?;
        let mia = server.person("mia").await?;
        let agents = ["robin", "matrix:@mia:localhost"];
        let settings = settings(&server.url());
        let mut shop = Shop::open(tieline()?, folder, address, &agents, &settings).await?;
        shop.say("hello").await?;
        let room = mia.accept_invitation().await?;
        let world = Self { shop, server, mia, room };
        world.mia_hears("hello").await?;
        Ok(world)
    }

    /// The next entry that the visitor is shown; if none comes, what the gateway and the homeserver said.
    pub(crate) async fn entry(&mut self) -> Result<Entry> {
        self.shop.entry().await.with_context(|| self.account())
    }

    /// What Mia hears next with these words, whole; if not, what the gateway said of it.
    pub(crate) async fn mia_hears(&self, body: &str) -> Result<Value> {
        self.mia.hears(body).await.with_context(|| self.account())
    }

    /// What Mia hears next that fits.
    pub(crate) async fn mia_sees(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        let heard =
            self.mia.wait_for(what, |event| event["event"] == "timeline" && fits(&event["raw"])).await;
        Ok(heard.with_context(|| self.account())?["raw"].clone())
    }

    /// What a notice of the gateway to her says.
    pub(crate) async fn mia_is_told(&self, part: &str) -> Result<Value> {
        self.mia_sees(part, |raw| {
            raw["content"]["msgtype"] == "m.notice"
                && raw["sender"] == "@chat_tieline:localhost"
                && raw["content"]["body"].as_str().is_some_and(|body| body.contains(part))
        })
        .await
    }

    fn account(&self) -> String {
        let gateway =
            std::fs::read_to_string(self.stage.config_file.with_extension("log")).unwrap_or_default();
        let server = self.server.log();
        let lines: Vec<_> = server.lines().filter(|line| !line.contains(" - INFO - ")).collect();
        format!("the gateway:\n{gateway}\nthe homeserver:\n{}", lines.join("\n"))
    }

    /// Another account comes into the room, asked in by Mia.
    pub(crate) async fn guest(&self, name: &str) -> Result<MatrixClient> {
        let guest = self.server.person(name).await?;
        self.mia.ask("invite", json!({ "room": self.room, "user": format!("@{name}:localhost") })).await?;
        guest.join(&self.room).await?;
        Ok(guest)
    }

    /// The homeserver's token, as the gateway keeps it.
    pub(crate) fn homeserver_token(&self) -> Result<String> {
        let tokens = std::fs::read_to_string(self.folder.path().join("data/matrix.tokens"))?;
        Ok(tokens.lines().nth(1).context("two tokens")?.to_owned())
    }

    /// A request to the gateway, as a homeserver makes it.
    pub(crate) async fn bring(
        &self,
        (method, path): (&str, &str),
        token: Option<&str>,
        body: &Value,
    ) -> Result<(u16, String)> {
        let authorization = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{authorization}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        tieline_load::client::request(&self.address, &request).await
    }
}
