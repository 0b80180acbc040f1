//! What the widget costs a page and how it feels, beside others of its kind: `tieline-bench-widget <folder of rivals> <rounds>`.
//! The last line that it prints is JSON: subject, measure, one number for each round. See `cargo xtask bench widget`.
//!
//! Chromium is throttled by DevTools as a mid-range phone on a mobile network is: [`SLOW`]. Every page view has an empty cache and
//! the subjects take turns, so that a slow minute of the machine falls on all of them.

mod cost;
mod open;
mod rivals;
mod subject;
mod thread;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tieline_e2e::{Kind, Stage, Window, play_in};

use crate::rivals::Rivals;
use crate::subject::{SUBJECTS, Subject};

/// The numbers of each round, by subject and measure.
#[derive(Default)]
pub(crate) struct Figures(BTreeMap<String, BTreeMap<String, Vec<f64>>>);

impl Figures {
    pub(crate) fn note(&mut self, subject: &str, measure: &str, value: f64) {
        self.0.entry(subject.into()).or_default().entry(measure.into()).or_default().push(value);
    }
}

/// How much the machine and the line are held back.
#[derive(Clone, Copy)]
pub(crate) struct Throttle {
    processor: f64,
    /// Milliseconds from a request to its answer, and bytes a second. None: as fast as it goes.
    line: Option<(f64, f64)>,
}

/// A processor of a quarter, 9 Mbit/s, 60 ms there and back.
pub(crate) const SLOW: Throttle = Throttle { processor: 4.0, line: Some((60.0, 9e6 / 8.0)) };

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder =
        arguments.next().map(PathBuf::from).context("usage: tieline-bench-widget <rivals> <rounds>")?;
    let rounds = arguments.next().and_then(|word| word.to_str()?.parse().ok()).unwrap_or(5_usize);
    let rivals = Rivals::serve(&folder).await?;
    let mut figures = Figures::default();
    play_in(Kind::ChromiumOneProcess, async |stage| {
        for subject in &SUBJECTS {
            // Not counted: servers read and pack their files when they are first asked for them.
            cost::measure(stage, &rivals, subject, &mut Figures::default())
                .await
                .with_context(|| format!("a first look at {}", subject.name))?;
        }
        for round in 1..=rounds {
            for subject in &SUBJECTS {
                cost::measure(stage, &rivals, subject, &mut figures)
                    .await
                    .with_context(|| format!("the page cost of {}", subject.name))?;
            }
            for subject in SUBJECTS.iter().filter(|subject| subject.control.is_some()) {
                open::measure(stage, &rivals, subject, &mut figures)
                    .await
                    .with_context(|| format!("opening {}", subject.name))?;
            }
            eprintln!("bench  round {round} of {rounds}");
        }
        for _ in 0..rounds.min(3) {
            thread::measure(stage, &rivals, &mut figures).await.context("the long thread")?;
        }
        Ok(())
    })
    .await;
    println!("{}", serde_json::to_string(&figures.0)?);
    Ok(())
}

/// A window with an empty cache, in which the probe runs before everything else.
pub(crate) async fn window(stage: &Stage, subject: &Subject, throttle: Throttle) -> Result<Window> {
    let page = stage.window().await?;
    page.devtools("Network.enable", json!({})).await?;
    page.devtools("Network.clearBrowserCache", json!({})).await?;
    page.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": throttle.processor })).await?;
    if let Some((latency, bytes_per_second)) = throttle.line {
        let line = json!({ "offline": false, "latency": latency, "downloadThroughput": bytes_per_second,
            "uploadThroughput": bytes_per_second });
        page.devtools("Network.emulateNetworkConditions", line).await?;
    }
    let wanted = format!("() => ({})", subject.launcher);
    let usable = format!("() => ({})", subject.usable);
    let probe = include_str!("probe.js").replace("WANTED", &format!("({wanted})"));
    page.before_each_document(&probe.replace("USABLE", &format!("({usable})"))).await?;
    Ok(page)
}

/// A number within what a script gave.
pub(crate) fn number(value: &Value, name: &str) -> Result<f64> {
    value.get(name).and_then(Value::as_f64).with_context(|| format!("no {name} in {value}"))
}
