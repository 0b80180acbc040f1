//! A server of another platform beside the gateway, so that one can answer with a client of one's own.
//!
//! `tests/services` starts it, on the file of `docs/connectors`, as it does for the tests. Which platform it is matters there only:
//! here it is some lines of configuration, somebody who answers, and some lines to print.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::children::Child;
use super::setup::program;
use crate::{shell, test::servers};

/// The package that starts it, and its program.
pub(super) const PACKAGE: &str = "tieline-services";
/// How many ports it takes.
pub(super) const PORTS: u16 = 3;
/// Those there are.
const NAMES: [&str; 2] = ["prosody", "ejabberd"];

/// A server that runs.
pub(super) struct Platform {
    /// What the gateway's configuration says of it.
    pub(super) settings: String,
    /// Who answers there.
    pub(super) agent: String,
    /// How one signs in, in lines.
    pub(super) sign_in: Vec<String>,
}

/// A name that was asked for, if there is such a server.
pub(super) fn parse(name: &str) -> Result<&'static str> {
    let found = NAMES.into_iter().find(|known| *known == name);
    found.with_context(|| format!("--with {name}: there is {}", NAMES.join(", ")))
}

impl Platform {
    /// Starts it on ports from that one on; what it keeps lies in the folder.
    pub(super) fn start(name: &str, first_port: u16, folder: &Path) -> Result<(Child, Self)> {
        let mut command = program(PACKAGE);
        command.arg(name).arg(folder.join(name)).arg(first_port.to_string());
        let (child, line) = Child::spawn_telling("server", &mut command, folder)?;
        let about: Value = serde_json::from_str(&line).context("what the server says of itself")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let sign_in = about["sign_in"].as_array().into_iter().flatten().map(text).collect();
        Ok((child, Self { settings: text(&about["settings"]), agent: text(&about["agent"]), sign_in }))
    }
}

/// Installs what it needs, and compiles what starts it.
pub(super) fn build(name: &str) -> Result<()> {
    servers::install_for(name)?;
    shell::run(shell::cargo().args(["build", "-p", PACKAGE, "--bins"]))
}
