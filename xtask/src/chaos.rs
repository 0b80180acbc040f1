//! `xtask chaos`: a real gateway under a bad network, kills, pauses and restarts, for as long as one likes.
//!
//! `tests/load` does it and checks; here its words become ours, and the two programs are built.

use anyhow::{Context as _, Result};
use pico_args::Arguments;

use crate::shell;

/// What is asked for.
pub(crate) struct Options {
    minutes: u64,
    seed: Option<u64>,
    sessions: Option<u64>,
}

impl Options {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Self> {
        Ok(Self {
            minutes: arguments.value_from_str("--minutes").context("say for how long: --minutes N")?,
            seed: arguments.opt_value_from_str("--seed")?,
            sessions: arguments.opt_value_from_str("--sessions")?,
        })
    }
}

/// Fails if a promise was broken. The history stays in `target/chaos`, one file a seed.
pub(crate) fn run(options: &Options) -> Result<()> {
    // As the tests are built: cargo builds a dependency anew for every other set of packages.
    shell::run(shell::cargo().args(["build", "--workspace", "--exclude", "xtask", "--bins"]))?;
    let programs = shell::target_dir().join("debug");
    let mut chaos = shell::command(&programs.join("tieline-load").to_string_lossy());
    chaos.arg("--gateway").arg(programs.join("tieline")).arg("--folder").arg(shell::target_dir());
    chaos.args(["chaos", "--seconds", &(options.minutes * 60).to_string()]);
    for (name, value) in [("--seed", options.seed), ("--sessions", options.sessions)] {
        if let Some(value) = value {
            chaos.args([name, &value.to_string()]);
        }
    }
    shell::run(&mut chaos)
}
