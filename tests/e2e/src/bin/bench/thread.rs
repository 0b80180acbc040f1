//! A thread of ten thousand entries: scrolling, a flood of news, memory. The panel is the real one in a real page; only the
//! socket is replaced, by one within the page.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tieline_e2e::{Stage, Window, until};

use crate::rivals::Rivals;
use crate::subject::TIELINE;
use crate::{Figures, Throttle, number, window};

const ENTRIES: usize = 10_000;
const PANEL: [&str; 2] = ["tieline-launcher", "iframe"];

pub(crate) async fn measure(stage: &Stage, rivals: &Rivals, figures: &mut Figures) -> Result<()> {
    for (name, processor) in [("thread", 1.0), ("thread, CPU 4x", 4.0)] {
        let page = window(stage, &TIELINE, Throttle { processor, line: None }).await?;
        page.before_each_document(&include_str!("socket.js").replace("ENTRIES", &ENTRIES.to_string()))
            .await?;
        page.go(&rivals.page_of(stage, &TIELINE).await?).await?;
        page.click(&["tieline-launcher", "button"]).await?;
        until("the whole thread", async || {
            let heap = ask(&page, "return window.__heap()").await?;
            // How many are drawn depends on how high they are.
            Ok((number(&heap, "rows")? > 10.0).then_some(()))
        })
        .await?;
        note_memory(&page, name, "", figures).await?;
        let scroll = ask(&page, "return window.__scroll(5)").await?;
        note(name, "scroll", &scroll, figures)?;
        let end = "const pane = document.querySelector('.thread-rows'); pane.scrollTop = pane.scrollHeight; return true";
        ask(&page, end).await?;
        let one = ask(&page, "return window.__one(30)").await?;
        figures.note(name, "one_ms", number(&one, "median_ms")?);
        figures.note(name, "one_worst_ms", number(&one, "worst_ms")?);
        let flood = ask(&page, "return window.__stream(5, 1000)").await?;
        note(name, "flood", &flood, figures)?;
        figures.note(name, "flood_entries", number(&flood, "come")?);
        note_memory(&page, name, "_after", figures).await?;
        page.close().await?;
    }
    Ok(())
}

fn note(name: &str, what: &str, seen: &Value, figures: &mut Figures) -> Result<()> {
    for measure in ["fps", "worst_ms", "tasks", "longest_ms"] {
        figures.note(name, &format!("{what}_{measure}"), number(seen, measure)?);
    }
    Ok(())
}

async fn note_memory(page: &Window, name: &str, when: &str, figures: &mut Figures) -> Result<()> {
    let heap = ask(page, "return window.__heap()").await?;
    page.devtools("HeapProfiler.collectGarbage", json!({})).await?;
    let usage = page.devtools("Runtime.getHeapUsage", json!({})).await?;
    figures.note(name, &format!("wasm_bytes{when}"), number(&heap, "wasm_bytes")?);
    figures.note(name, &format!("script_bytes{when}"), number(&usage, "usedSize")?);
    figures.note(name, &format!("nodes{when}"), number(&heap, "nodes")?);
    Ok(())
}

async fn ask(page: &Window, script: &str) -> Result<Value> {
    let answer = page.inside(&PANEL).await?.execute(script, Vec::new()).await?;
    answer.convert().context("the answer of the panel")
}
