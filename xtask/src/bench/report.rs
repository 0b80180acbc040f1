//! `docs/benchmarks.md`: what was measured, how, and on what.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::{
    LOADS, ROUNDS, Rounds, machine,
    plot::{self, Bar},
    spread,
};
use crate::shell;

const END: &str = "<!-- end -->";

/// Puts a section between its marks, or at the page's end. Between them the page is ours; what people write around stays.
pub(super) fn put(what: &str, section: &str) -> Result<()> {
    let path = shell::root().join("docs/benchmarks.md");
    let begin = format!("<!-- written by cargo xtask bench {what}: begin -->");
    let old = std::fs::read_to_string(&path).context("reading docs/benchmarks.md")?;
    let (before, after) = match old.split_once(&begin) {
        Some((before, rest)) => {
            let (_, after) =
                rest.split_once(END).context("docs/benchmarks.md has lost the end of a section")?;
            (before.to_owned(), after.to_owned())
        }
        None => (format!("{}\n\n", old.trim_end()), "\n".to_owned()),
    };
    std::fs::write(&path, format!("{before}{begin}\n{section}{END}{after}"))?;
    eprintln!("bench  wrote {}", path.display());
    Ok(())
}

/// Writes a picture for the page.
pub(super) fn picture(name: &str, svg: &str) -> Result<()> {
    let images = shell::root().join("docs/images");
    std::fs::create_dir_all(&images)?;
    std::fs::write(images.join(name), svg).with_context(|| format!("writing {name}"))
}

/// The gateway's part.
pub(super) fn write(rounds: &Rounds) -> Result<()> {
    picture("benchmark-latency.svg", &latency(rounds))?;
    put("gateway", &section(rounds)?)
}

fn latency(rounds: &Rounds) -> String {
    let rows = LOADS.iter().flat_map(|load| load.fields.iter().map(move |field| (load, field)));
    let rows = rows.filter(|(_, field)| field.name == "p50_ms" || field.name == "p99_ms");
    let bars = rows.filter_map(|(load, field)| {
        let rate = load.title.split(',').take(load.title.matches(',').count()).collect::<Vec<_>>().join(",");
        let spread = spread(rounds.get(&(load.title, field.name))?);
        Some(Bar { title: format!("{rate}: {}", field.title), spread, is_ours: true })
    });
    plot::bars("Send to the other side's socket, milliseconds", 2, &bars.collect::<Vec<_>>())
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
    out.push_str(
        "- gateway, load generator and disk share that machine: the generator takes its part of the cores\n",
    );
    out.push_str("\nTo repeat it: `cargo xtask bench gateway`.\n");
    Ok(out)
}
