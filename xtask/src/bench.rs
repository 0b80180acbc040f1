//! `xtask bench gateway`: what the gateway does on this machine, into `docs/benchmarks.md`. `xtask bench widget`: what the widget
//! costs a page, beside others of its kind ([`widget`]).
//!
//! Several rounds of each load, taken in turn so that a slow minute of the machine falls on all of them; the report gives
//! the median and how far apart the rounds were. `tests/load` makes the load and measures.

mod machine;
mod plot;
mod report;
mod rivals;
mod widget;

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::shell;

/// Odd, so that the median is a round that happened.
const ROUNDS: usize = 3;

/// One kind of load.
struct Load {
    title: &'static str,
    arguments: &'static [&'static str],
    /// What of its answer is reported: field, in words, unit, digits after the point.
    fields: &'static [Field],
}

struct Field {
    name: &'static str,
    title: &'static str,
    unit: Unit,
    /// design.md's goal, as the report states it.
    goal: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Unit {
    PerSecond,
    Millis,
    Processors,
    Kibibytes,
}

const P50: Field = Field { name: "p50_ms", title: "half within", unit: Unit::Millis, goal: Some("<= 2 ms") };
const P99: Field = Field { name: "p99_ms", title: "99 % within", unit: Unit::Millis, goal: Some("<= 10 ms") };
const WORST: Field = Field { name: "max_ms", title: "slowest", unit: Unit::Millis, goal: None };
const WORK: Field =
    Field { name: "gateway_processors", title: "gateway's processors", unit: Unit::Processors, goal: None };

const LOADS: [Load; 4] = [
    Load {
        title: "saturation, 500 pairs",
        arguments: &["saturate", "--pairs", "500", "--seconds", "8"],
        fields: &[
            Field {
                name: "delivered_per_second",
                title: "delivered, on disk before the ack",
                unit: Unit::PerSecond,
                goal: Some(">= 20,000 /s"),
            },
            WORK,
        ],
    },
    Load {
        title: "500 messages a second, 200 pairs",
        arguments: &["paced", "--rate", "500", "--pairs", "200", "--seconds", "8"],
        fields: &[P50, P99, WORST, WORK],
    },
    Load {
        title: "2,000 messages a second, 200 pairs",
        arguments: &["paced", "--rate", "2000", "--pairs", "200", "--seconds", "8"],
        fields: &[P50, P99, WORST, WORK],
    },
    Load {
        title: "9,900 idle sockets",
        arguments: &["idle", "--sockets", "9900"],
        fields: &[
            Field {
                name: "bytes_per_socket",
                title: "memory of one socket",
                unit: Unit::Kibibytes,
                goal: Some("<= 20 KiB"),
            },
            WORK,
        ],
    },
];

/// The rounds of each field, by load and field name.
type Rounds = BTreeMap<(&'static str, &'static str), Vec<f64>>;

pub(crate) fn run(words: &[String]) -> Result<()> {
    match words {
        [word] if word == "gateway" => gateway(),
        [word] if word == "widget" => widget::run(widget::ROUNDS),
        [word, rounds] if word == "widget" => widget::run(rounds.parse().context("how many rounds?")?),
        _ => bail!("say what to measure: cargo xtask bench gateway, or widget [rounds]"),
    }
}

fn gateway() -> Result<()> {
    let mut build = shell::cargo();
    shell::run(build.args(["build", "--release", "-p", "tieline-gateway", "-p", "tieline-load"]))?;
    let mut rounds = Rounds::new();
    for round in 1..=ROUNDS {
        for load in &LOADS {
            let started = Instant::now();
            let answer = measure(load)?;
            for field in load.fields {
                let value = answer.get(field.name).and_then(Value::as_f64);
                let value = value.with_context(|| format!("tieline-load gave no {}", field.name))?;
                rounds.entry((load.title, field.name)).or_default().push(value);
            }
            eprintln!(
                "bench  round {round} of {ROUNDS}, {}: {}",
                load.title,
                shell::elapsed(started.elapsed())
            );
        }
    }
    report::write(&rounds)
}

fn measure(load: &Load) -> Result<Value> {
    let folder = shell::target_dir().join("release");
    let mut command = shell::command(&folder.join("tieline-load").to_string_lossy());
    command.arg("--gateway").arg(folder.join("tieline")).args(load.arguments);
    let answer = shell::read(command.env("TIELINE_LOAD_DIR", shell::target_dir()))?;
    let last = answer.lines().last().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("tieline-load gave no JSON: {last}"))
}

/// The middle one, and both ends.
fn spread(rounds: &[f64]) -> (f64, f64, f64) {
    let mut sorted = rounds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    (at(0), at(sorted.len() / 2), at(sorted.len().saturating_sub(1)))
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::PerSecond => format!("{} /s", thousands(value)),
            Self::Millis => format!("{value:.2} ms"),
            Self::Processors => format!("{value:.2}"),
            Self::Kibibytes => format!("{:.1} KiB", value / 1024.0),
        }
    }
}

/// `41200.4` -> `41,200`.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{spread, thousands};

    #[test]
    fn the_median_is_the_middle_round() {
        assert_eq!(spread(&[3.0, 1.0, 2.0, 9.0, 2.5]), (1.0, 2.5, 9.0));
    }

    #[test]
    fn large_numbers_are_readable() {
        assert_eq!(thousands(41_200.4), "41,200");
        assert_eq!(thousands(999.0), "999");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
    }
}
