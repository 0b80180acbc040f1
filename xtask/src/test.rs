//! `xtask test`: every layer of tests, and what they need. Ends with one line: `N passed, N failed`.
//!
//! A layer that cannot run counts as one failure; nothing is ever skipped. Tools that are missing are installed, and where
//! that needs root and we are not, the exact command is named.

mod layers;
mod outcome;
pub(crate) mod servers;
mod tools;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use self::layers::Layer;
use self::outcome::Outcome;
pub(crate) use self::{layers::with_gateway, tools::chromedriver};
use crate::shell;

/// Runs the named layers, or all.
pub(crate) fn run(names: &[String]) -> Result<ExitCode> {
    let layers = if names.is_empty() {
        Layer::ALL.to_vec()
    } else {
        names.iter().map(|name| find(name)).collect::<Result<_>>()?
    };
    let mut rows = Vec::new();
    let mut total = Outcome::default();
    for layer in layers {
        eprintln!("\n==== {} ====", layer.name());
        let started = Instant::now();
        let outcome = layer.run().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Outcome::FAILED
        });
        rows.push((layer.name(), outcome, shell::elapsed(started.elapsed())));
        total = total.plus(outcome);
    }
    println!();
    for (name, Outcome { passed, failed }, time) in rows {
        println!("{name:<8} {passed:>5} passed {failed:>4} failed   {time}");
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn find(name: &str) -> Result<Layer> {
    match Layer::ALL.into_iter().find(|layer| layer.name() == name) {
        Some(layer) => Ok(layer),
        None => bail!("there is no layer `{name}`; there are: {}", Layer::ALL.map(Layer::name).join(", ")),
    }
}
