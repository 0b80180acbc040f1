//! A server of another platform beside the gateway, so that one can answer with a client of one's own.
//!
//! `tests/services` starts it, on the file of `docs/connectors`, as it does for the tests. Which platform it is matters there only:
//! here it is some lines of configuration, somebody who answers, and some lines to print.

use std::path::{Path, PathBuf};
use std::process::Command;

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
const NAMES: [&str; 3] = ["prosody", "ejabberd", "synapse"];

/// A server that runs.
pub(super) struct Platform {
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

/// One that is to be started on ports from one on; what it keeps lies in the demo's folder.
pub(super) struct Plan {
    name: &'static str,
    first_port: u16,
    folder: PathBuf,
    /// With packages in it, for a server that needs some.
    python: Option<PathBuf>,
}

/// What the gateway has to know and to do before the server starts.
pub(super) struct Before {
    /// What its configuration says of the server.
    pub(super) settings: String,
    /// The file that it writes for the server.
    pub(super) registration: Option<PathBuf>,
}

impl Plan {
    /// Installs what it needs, and compiles what starts it.
    pub(super) fn build(name: &'static str, first_port: u16, folder: &Path) -> Result<Self> {
        let python = servers::install_for(name)?;
        shell::run(shell::cargo().args(["build", "-p", PACKAGE, "--bins"]))?;
        let kept = folder.join(name);
        std::fs::create_dir_all(&kept).with_context(|| format!("creating {}", kept.display()))?;
        Ok(Self { name, first_port, folder: folder.to_owned(), python })
    }

    /// Asks for what comes first.
    pub(super) fn before(&self) -> Result<Before> {
        let mut command = program(PACKAGE);
        command.arg("settings");
        let about = read(&shell::read(self.arguments(&mut command))?)?;
        let registration = about["registration"].as_str().map(PathBuf::from);
        Ok(Before { settings: text(&about["settings"]), registration })
    }

    /// Starts it.
    pub(super) fn start(&self) -> Result<(Child, Platform)> {
        let mut command = program(PACKAGE);
        let (child, line) = Child::spawn_telling("server", self.arguments(&mut command), &self.folder)?;
        let about = read(&line)?;
        let sign_in = about["sign_in"].as_array().into_iter().flatten().map(text).collect();
        Ok((child, Platform { agent: text(&about["agent"]), sign_in }))
    }

    fn arguments<'command>(&self, command: &'command mut Command) -> &'command mut Command {
        if let Some(python) = &self.python {
            command.env("SERVICES_PYTHON", python);
        }
        command.arg(self.name).arg(self.folder.join(self.name)).arg(self.first_port.to_string())
    }
}

fn read(line: &str) -> Result<Value> {
    serde_json::from_str(line).context("what the server says of itself")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
