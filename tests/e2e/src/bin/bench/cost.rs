//! What a page pays for a widget that nobody has touched, and when its launcher is there.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use tieline_e2e::{Stage, until};

use crate::rivals::Rivals;
use crate::subject::Subject;
use crate::{Figures, SLOW, window};

/// Everything is there when nothing new was asked for between two looks so far apart.
const QUIET_MS: u32 = 1500;

const COUNT: &str = "
const entries = performance.getEntriesByType('resource').filter((entry) => !entry.name.startsWith('data:'));
const { tasks, shift, paint, seen } = window.__probe;
const newest = Math.max(0, ...entries.map((entry) => entry.responseEnd));
return {
  is_quiet: seen > 0 && entries.every((entry) => entry.responseEnd > 0) && performance.now() > Math.max(newest, seen) + QUIET,
  requests: entries.map(({ name, encodedBodySize }) => [name, encodedBodySize]),
  tasks, shift, paint, seen,
};";

#[derive(Deserialize)]
struct Seen {
    is_quiet: bool,
    requests: Vec<(String, f64)>,
    tasks: Vec<f64>,
    shift: f64,
    paint: f64,
    seen: f64,
}

pub(crate) async fn measure(
    stage: &Stage,
    rivals: &Rivals,
    subject: &Subject,
    figures: &mut Figures,
) -> Result<()> {
    let page = window(stage, subject, SLOW).await?;
    page.go(&rivals.page_of(stage, subject).await?).await?;
    let count = COUNT.replace("QUIET", &QUIET_MS.to_string());
    let seen = until("a quiet page", async || {
        let seen: Seen = page.script(&count).await?;
        Ok(seen.is_quiet.then_some(seen))
    })
    .await?;
    page.close().await?;
    let mut bytes = 0.0;
    for (name, size) in &seen.requests {
        bytes += if *size > 0.0 { *size } else { size_of(name)? };
    }
    for (measure, value) in [
        ("bytes", bytes),
        ("requests", seen.requests.len() as f64),
        ("long_tasks", seen.tasks.len() as f64),
        ("long_task_ms", seen.tasks.iter().sum()),
        ("layout_shift", seen.shift),
        ("first_paint_ms", seen.paint),
        ("launcher_ms", seen.seen),
    ] {
        figures.note(subject.name, measure, value);
    }
    Ok(())
}

/// A browser tells nobody how large a script of another origin is: ours is looked up where the gateway has it from.
fn size_of(address: &str) -> Result<f64> {
    let Some((_, name)) = address.rsplit_once('/').filter(|(_, name)| name.ends_with(".js")) else {
        return Ok(0.0);
    };
    let folder = std::env::var_os("TIELINE_ASSETS").context("TIELINE_ASSETS is not set")?;
    let packed = std::path::Path::new(&folder).join(format!("{name}.br"));
    // What failed to load has no size.
    Ok(std::fs::metadata(packed).map_or(0.0, |file| file.len() as f64))
}
