//! `docs/benchmarks.md`: what was measured, how, and on what.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::{LOADS, ROUNDS, Rounds, machine, plot, spread};
use crate::shell;

/// Between these the page is ours; what people write around it stays.
const BEGIN: &str = "<!-- written by cargo xtask bench gateway: begin -->";
const END: &str = "<!-- end -->";

const FRAME: &str = "# Benchmarks

Figures of this repository's own load generator (`tests/load`), which speaks the public protocol over real sockets. A message
counts as delivered when it has arrived at the agent's socket; it is acknowledged after the store's fsync, never before.

";

pub(super) fn write(rounds: &Rounds) -> Result<()> {
    let path = shell::root().join("docs/benchmarks.md");
    let old = std::fs::read_to_string(&path).unwrap_or_else(|_| format!("{FRAME}{BEGIN}\n{END}\n"));
    let (before, rest) =
        old.split_once(BEGIN).context("docs/benchmarks.md has lost the mark of its table")?;
    let (_, after) = rest.split_once(END).context("docs/benchmarks.md has lost the end of its table")?;
    std::fs::write(&path, format!("{before}{BEGIN}\n{}{END}{after}", section(rounds)?))?;
    let images = shell::root().join("docs/images");
    std::fs::create_dir_all(&images)?;
    std::fs::write(images.join("benchmark-latency.svg"), plot::latency(rounds))?;
    eprintln!("bench  wrote {}", path.display());
    Ok(())
}

fn section(rounds: &Rounds) -> Result<String> {
    let mut out = format!(
        "## The gateway, on SQLite\n\nMedian of {ROUNDS} rounds; in brackets the lowest and the highest.\n\n\
         | load | what | measured | goal |\n|---|---|---|---|\n"
    );
    for load in &LOADS {
        for field in load.fields {
            let values = rounds.get(&(load.title, field.name)).context("a load without its rounds")?;
            let (low, middle, high) = spread(values);
            let [low, middle, high] = [low, middle, high].map(|value| field.unit.show(value));
            let goal = field.goal.unwrap_or("");
            writeln!(out, "| {} | {} | **{middle}** ({low} to {high}) | {goal} |", load.title, field.title)?;
        }
    }
    out.push_str("\n![Latency at a fixed rate](images/benchmark-latency.svg)\n\nThe machine:\n\n");
    for line in machine::describe() {
        writeln!(out, "- {line}")?;
    }
    out.push_str("\nTo repeat it: `cargo xtask bench gateway`.\n");
    Ok(out)
}
