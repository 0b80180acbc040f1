//! `xtask bench widget`: what the widget costs a page and how it feels, beside others from npm, into `docs/benchmarks.md`.
//! `tieline-bench-widget` (`tests/e2e/src/bin/bench`) drives the browser and gives the numbers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::{
    machine,
    plot::{self, Bar},
    report, rivals, spread, thousands,
};
use crate::{dist, shell, test};

/// Odd, so that the median is a round that happened.
pub(super) const ROUNDS: usize = 5;

const OURS: &str = "tieline";
const BLANK: &str = "blank";
const OTHERS: [&str; 3] = ["converse.js", "@n8n/chat", "deep-chat"];

/// The rounds by subject and measure, as `tieline-bench-widget` prints them.
struct Figures(BTreeMap<String, BTreeMap<String, Vec<f64>>>);

impl Figures {
    fn rounds(&self, subject: &str, measure: &str) -> Option<&[f64]> {
        self.0.get(subject)?.get(measure).map(Vec::as_slice)
    }

    /// Median and spread, in words. A measure that a subject does not have is a dash.
    fn show(&self, subject: &str, measure: &str, unit: Unit) -> String {
        self.rounds(subject, measure).map_or_else(|| "-".into(), |rounds| unit.show(spread(rounds)))
    }

    /// How much later the launcher was there than a blank page's heading.
    fn beyond_blank(&self, subject: &str) -> Option<Vec<f64>> {
        let (_, blank, _) = spread(self.rounds(BLANK, "launcher_ms")?);
        Some(self.rounds(subject, "launcher_ms")?.iter().map(|seen| seen - blank).collect())
    }
}

#[derive(Clone, Copy)]
enum Unit {
    Kilobytes,
    Megabytes,
    Millis,
    Count,
    Shift,
}

impl Unit {
    fn show(self, (low, middle, high): (f64, f64, f64)) -> String {
        let one = |value: f64| match self {
            Self::Kilobytes => format!("{:.1} KB", value / 1000.0),
            Self::Megabytes => format!("{:.1} MB", value / 1e6),
            Self::Millis => format!("{} ms", thousands(value)),
            Self::Count => thousands(value),
            Self::Shift => format!("{value:.3}"),
        };
        if one(low) == one(high) {
            return format!("**{}**", one(middle));
        }
        format!("**{}** ({} to {})", one(middle), one(low), one(high))
    }
}

pub(super) fn run(rounds: usize) -> Result<()> {
    test::chromedriver()?;
    dist::run()?;
    let rivals = rivals::fetch()?;
    let mut build = shell::cargo();
    shell::run(build.args(["build", "--release", "-p", "tieline-gateway"]))?;
    let mut measure = shell::cargo();
    measure.args(["run", "-p", "tieline-e2e", "--bin", "tieline-bench-widget", "--"]).arg(rivals);
    measure.arg(rounds.to_string());
    measure
        .env("TIELINE_BIN", shell::target_dir().join("release/tieline"))
        .env("TIELINE_ASSETS", shell::dist_dir());
    let answer = shell::read(&mut measure)?;
    let last = answer.lines().last().unwrap_or_default();
    let figures = Figures(serde_json::from_str(last).with_context(|| format!("no JSON: {last}"))?);
    report::picture("benchmark-widget.svg", &picture(&figures))?;
    report::put("widget", &section(&figures, rounds)?)
}

fn picture(figures: &Figures) -> String {
    let bars = std::iter::once(OURS).chain(OTHERS).filter_map(|subject| {
        let spread = spread(&figures.beyond_blank(subject)?);
        Some(Bar { title: subject.into(), spread, is_ours: subject == OURS })
    });
    let title = "Launcher visible after a blank page, milliseconds (CPU 4x, 9 Mbit/s, 60 ms)";
    plot::bars(title, 0, &bars.collect::<Vec<_>>())
}

fn section(figures: &Figures, rounds: usize) -> Result<String> {
    let mut out = format!(
        "## The widget, beside others\n\n\
         In Chromium, held back by DevTools to a quarter of this processor, 9 Mbit/s and 60 ms from request to answer; each page view with an\n\
         empty cache unless it says otherwise. Median of {rounds} rounds in which all took turns; in brackets the lowest and the highest. The same\n\
         page each time: a heading, two paragraphs, and the widget's own tag as its documentation has it. The others come from npm, bundled as they\n\
         are published, and are served by a local server of ours with brotli at its hardest and cache headers for ever.\n\n"
    );
    cost(&mut out, figures)?;
    opening(&mut out, figures)?;
    thread(&mut out, figures)?;
    out.push_str("The machine:\n\n");
    for line in machine::describe() {
        writeln!(out, "- {line}")?;
    }
    let chromium = shell::version("chromium").unwrap_or_default();
    writeln!(out, "- {}, headless, drawn by software", chromium.lines().last().unwrap_or_default())?;
    writeln!(out, "- browser, gateway and servers share that machine: the spread in brackets is its noise")?;
    if std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("CARGO_PROFILE_DIST_")) {
        writeln!(
            out,
            "- **the bundle was built for trying out (`CARGO_PROFILE_DIST_*` is set), not as it is shipped**"
        )?;
    }
    out.push_str("\nTo repeat it: `cargo xtask bench widget`.\n");
    Ok(out)
}

fn cost(out: &mut String, figures: &Figures) -> Result<()> {
    out.push_str(
        "### Before anybody has touched it\n\n\
         | | brotli | requests | tasks over 50 ms | in all | layout shift | launcher visible, beyond a blank page |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for subject in std::iter::once(OURS).chain(OTHERS) {
        let beyond = figures.beyond_blank(subject);
        writeln!(
            out,
            "| {subject} | {} | {} | {} | {} | {} | {} |",
            figures.show(subject, "bytes", Unit::Kilobytes),
            figures.show(subject, "requests", Unit::Count),
            figures.show(subject, "long_tasks", Unit::Count),
            figures.show(subject, "long_task_ms", Unit::Millis),
            figures.show(subject, "layout_shift", Unit::Shift),
            beyond.map_or_else(|| "-".into(), |rounds| Unit::Millis.show(spread(&rounds))),
        )?;
    }
    writeln!(
        out,
        "\nGoal: at most 5 KB, 1 request, no long task, no shift, 100 ms. A blank page's own heading was there after {}.\n\n\
         ![Launcher visible](images/benchmark-widget.svg)\n\n\
         Bytes are bodies as they went over the wire, without headers and without the page itself. The others are not loaders: their whole\n\
         widget is there when the launcher is, where ours has still to come (below). `deep-chat` is no launcher at all but a chat in the page; what\n\
         counts for it is its field. What each needs of a server of its own to answer is not in it.\n",
        figures.show(BLANK, "launcher_ms", Unit::Millis)
    )?;
    Ok(())
}

fn opening(out: &mut String, figures: &Figures) -> Result<()> {
    out.push_str(
        "### From the press to somewhere to write\n\n\
         | | first time, nothing cached | first in this page view, files cached | shut and opened again | fetched at the first |\n|---|---|---|---|---|\n",
    );
    for subject in [OURS, "@n8n/chat", "converse.js"] {
        writeln!(
            out,
            "| {subject} | {} | {} | {} | {} |",
            figures.show(subject, "open_cold_ms", Unit::Millis),
            figures.show(subject, "open_warm_ms", Unit::Millis),
            figures.show(subject, "open_again_ms", Unit::Millis),
            figures.show(subject, "open_cold_bytes", Unit::Kilobytes),
        )?;
    }
    out.push_str(
        "\nGoal: at most 400 ms cold, 100 ms warm, 160 KB. From the moment of the press, on the browser's clock, to the first frame in which the\n\
         caret is in a field that one can write into; with ours no connection is needed for that, what is written waits. `@n8n/chat` has\n\
         loaded everything with the page, so its press only shows it; take both tables together. `converse.js` without an XMPP server gets\n\
         no further than its sign-in form: that is what is counted. `deep-chat` has nothing to open. Our frame runs in the page's process here, as on\n\
         most phones, because DevTools hold back one process only; on a desktop it has a process of its own, which leaves the page free.\n\n",
    );
    Ok(())
}

fn thread(out: &mut String, figures: &Figures) -> Result<()> {
    out.push_str(
        "### A thread of 10,000 entries\n\n| | as fast as it goes | CPU 4x | goal |\n|---|---|---|---|\n",
    );
    for (title, measure, unit, goal) in [
        ("scrolling, frames a second", "scroll_fps", Unit::Count, "60"),
        ("longest time between two frames", "scroll_worst_ms", Unit::Millis, ""),
        ("tasks over 50 ms in 5 s of scrolling", "scroll_tasks", Unit::Count, "0"),
        ("one more entry, until it is laid out", "one_ms", Unit::Millis, "16 ms"),
        ("the slowest of 30", "one_worst_ms", Unit::Millis, ""),
        ("entries that came in 5 s", "flood_entries", Unit::Count, "5,000"),
        ("frames a second meanwhile", "flood_fps", Unit::Count, ""),
        ("tasks over 50 ms meanwhile", "flood_tasks", Unit::Count, "0"),
        ("the longest of them", "flood_longest_ms", Unit::Millis, "50 ms"),
        ("memory of the wasm, with 10,000", "wasm_bytes", Unit::Megabytes, ""),
        ("heap of the scripts, with 10,000", "script_bytes", Unit::Megabytes, "40 MB with the wasm's"),
        ("memory of the wasm after the flood", "wasm_bytes_after", Unit::Megabytes, ""),
        ("elements in the document after it", "nodes_after", Unit::Count, ""),
    ] {
        let (plain, slow) =
            (figures.show("thread", measure, unit), figures.show("thread, CPU 4x", measure, unit));
        writeln!(out, "| {title} | {plain} | {slow} | {goal} |")?;
    }
    out.push_str(
        "\nThe shipped panel in a real page; its socket is replaced by one within the page, so that parsing, deriving and drawing are in it and the\n\
         network is not. All 10,000 come in one `welcome`. Scrolled up by 40 px a frame from the end; then, at the end, one\n\
         entry at a time, 30 times; then 1,000 entries a second, each a message event of its own. Wasm memory never shrinks: it is the most that was ever needed.\n\n",
    );
    Ok(())
}
