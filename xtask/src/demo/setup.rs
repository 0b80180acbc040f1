//! What an operator would do by hand, once: configuration, channel, people. Through the command line of `tieline`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::platform::{Before, Platform};
use crate::shell;

/// Sign-in name and shown name of whoever tries the desk.
pub(super) const PERSON: (&str, &str) = ("mia", "Mia");
/// Those of the program that answers.
pub(super) const SELLER: (&str, &str) = ("robin", "Robin");

/// A demo that can be started.
pub(super) struct Setup {
    /// `.demo/<port>`, with the name of the platform behind it.
    pub(super) folder: PathBuf,
    pub(super) port: u16,
    pub(super) shop_url: String,
    pub(super) desk_link: String,
    gateway_url: String,
    shop_port: u16,
    channel: Channel,
    seller_invite: String,
}

/// Where a demo keeps what it has. Each platform has a folder of its own: other people answer its channel.
pub(super) fn folder(port: u16, platform: Option<&str>, fresh: bool) -> Result<PathBuf> {
    let name = platform.map_or_else(|| port.to_string(), |platform| format!("{port}-{platform}"));
    let folder = shell::root().join(".demo").join(name);
    if fresh && folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    Ok(folder)
}

/// The shop's half of a registration.
struct Channel {
    id: String,
    kid: String,
    secret: String,
}

impl Setup {
    /// Finds what an earlier start left in the folder, or makes it.
    pub(super) fn prepare(
        folder: PathBuf,
        port: u16,
        shop_port: u16,
        platform: Option<&Platform>,
    ) -> Result<Self> {
        let (gateway_url, shop_url) = (url(port), url(shop_port));
        let channel = match Channel::load(&folder) {
            Some(channel) if tieline(&folder, &["channel", "show", &channel.id]).is_ok() => channel,
            _ => Channel::register(&folder, &shop_url, platform)?,
        };
        let desk_link = invite(&folder, PERSON)?;
        let link = invite(&folder, SELLER)?;
        let seller_invite = link.split_once("invite=").context("an invite without its token")?.1.to_owned();
        Ok(Self { folder, port, shop_url, desk_link, gateway_url, shop_port, channel, seller_invite })
    }

    pub(super) fn gateway(&self) -> Command {
        let mut command = program("tieline");
        command.arg("--config").arg(config(&self.folder)).arg("serve");
        command
    }

    pub(super) fn shop(&self) -> Command {
        let mut command = program("tieline-example-shop");
        command.args(["--port", &self.shop_port.to_string(), "--gateway", &self.gateway_url]);
        command.args(["--channel", &self.channel.id, "--kid", &self.channel.kid]);
        command.env("SHOP_SECRET", &self.channel.secret);
        command
    }

    pub(super) fn seller(&self) -> Command {
        let mut command = program("tieline-example-seller");
        command.args(["--gateway", &self.gateway_url]).env("TIELINE_INVITE", &self.seller_invite);
        command
    }
}

impl Channel {
    fn load(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("shop.json")).ok()?;
        Self::parse(&serde_json::from_str(&text).ok()?)
    }

    fn parse(value: &Value) -> Option<Self> {
        let text = |pointer| Some(value.pointer(pointer)?.as_str()?.to_owned());
        Some(Self {
            id: text("/channel/id")?,
            kid: text("/secret_key/kid")?,
            secret: text("/secret_key/secret")?,
        })
    }

    /// Keeps the answer beside the store: the secret is shown only this once.
    fn register(folder: &Path, shop_url: &str, platform: Option<&Platform>) -> Result<Self> {
        let agents = [PERSON.0, SELLER.0].into_iter().chain(platform.map(|platform| platform.agent.as_str()));
        let recipient = format!("default={}", agents.collect::<Vec<_>>().join(","));
        let answer = tieline(
            folder,
            &[
                "channel",
                "create",
                "--name",
                "Kiln & Cedar",
                "--origin",
                shop_url,
                "--recipient",
                &recipient,
                "--greeting",
                "Hello! Ask us anything about what you are looking at.",
                "--new-secret",
            ],
        )?;
        std::fs::write(folder.join("shop.json"), answer.to_string())?;
        Self::parse(&answer).context("`tieline channel create` answered something else")
    }
}

fn invite(folder: &Path, (agent, name): (&str, &str)) -> Result<String> {
    let answer = tieline(folder, &["desk", "invite", "--agent", agent, "--name", name])?;
    let link = answer.get("link").and_then(Value::as_str).context("`tieline desk invite` gave no link")?;
    Ok(link.to_owned())
}

fn config(folder: &Path) -> PathBuf {
    folder.join("tieline.toml")
}

fn url(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// Writes what the gateway is told, and what it writes itself for a server of another platform.
pub(super) fn configure(folder: &Path, port: u16, platform: Option<&Before>) -> Result<()> {
    let text = format!(
        "# Written by `cargo xtask demo` at each start.\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"{}\"\n\
         data_dir = {:?}\nassets_dir = {:?}\nallow_volatile_store = true\n{}",
        url(port),
        folder.join("data"),
        shell::dist_dir(),
        platform.map_or("", |platform| platform.settings.as_str()),
    );
    std::fs::write(config(folder), text).with_context(|| format!("writing {}", config(folder).display()))?;
    if let Some(file) = platform.and_then(|platform| platform.registration.as_ref()) {
        tieline(folder, &["matrix", "registration", "--file", &file.to_string_lossy()])?;
    }
    Ok(())
}

/// Runs a command of the gateway's own command line and reads its JSON.
fn tieline(folder: &Path, arguments: &[&str]) -> Result<Value> {
    let mut command = program("tieline");
    command.arg("--config").arg(config(folder)).arg("--json").args(arguments);
    let answer = shell::read(&mut command)?;
    serde_json::from_str(&answer).with_context(|| format!("{} gave no JSON", shell::line(&command)))
}

/// One of the programs that were just built.
pub(super) fn program(name: &str) -> Command {
    let path = shell::target_dir().join("debug").join(name);
    let mut command = Command::new(path);
    // A failure's own words belong at the end of the log, where they are read.
    command.current_dir(shell::root()).env_remove("RUST_BACKTRACE");
    // The demo is what its file says, whatever the developer's shell has set.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TIELINE_") {
            command.env_remove(name);
        }
    }
    command
}
