//! The real panel with a thread of ten thousand entries: a few are drawn, nothing jumps, the end is kept.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;
use tieline_e2e::{Kind, Visitor, play_in, until};

const ENTRIES: u32 = 10_000;
/// Rounding, of a row's place and of the scrolling.
const ABOUT_PX: f64 = 1.5;

/// Scrolls up step by step as a person does, and says how far from it the line in the middle of the pane moved at the worst step.
const CLIMB: &str = "
const pane = document.querySelector('.thread-rows');
const rows = () => Array.from(pane.querySelectorAll('.said:not(.ghost)'));
const top = (row) => row.getBoundingClientRect().top;
const frame = () => new Promise(requestAnimationFrame);
return (async () => {
  let worst = 0;
  let most = 0;
  for (let step = 0; step < 60; step += 1) {
    const middle = top(pane) + pane.clientHeight / 2;
    const row = rows().find((row) => row.getBoundingClientRect().bottom > middle);
    const before = top(row);
    pane.scrollTop -= 180;
    await frame();
    await frame();
    worst = Math.max(worst, Math.abs(top(row) - before - 180));
    most = Math.max(most, rows().length);
  }
  return { worst, most };
})();";

#[derive(Debug, Deserialize)]
struct Climbed {
    worst: f64,
    most: u32,
}

const PX_BELOW: &str = "const pane = document.querySelector('.thread-rows');
return pane.scrollHeight - pane.scrollTop - pane.clientHeight";

async fn ask(visitor: &Visitor, script: &str) -> Result<Value> {
    visitor.inside().await?.execute(script, Vec::new()).await?.convert().context("the panel's answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_entries_are_drawn_in_part_and_nothing_jumps() {
    play_in(Kind::ChromiumOneProcess, async |stage| {
        let page = stage.window().await?;
        // The benchmark's: a gateway within the page, with a long session.
        let socket = include_str!("../src/bin/bench/socket.js").replace("ENTRIES", &ENTRIES.to_string());
        page.before_each_document(&format!("window.__probe = {{ tasks: [] }};\n{socket}")).await?;
        page.go(&format!("{}/plain.html", stage.hosts.origin())).await?;
        let visitor = Visitor::new(page);
        visitor.ask("#ask").await?;
        until("the end of the thread", async || {
            let lines = visitor.lines().await?;
            let is_last = lines.last().is_some_and(|line| line.text.starts_with("Line 10000"));
            Ok((is_last && lines.len() > 10).then_some(()))
        })
        .await?;
        let height = ask(&visitor, "return document.querySelector('.thread-rows').scrollHeight").await?;
        assert!(height.as_f64().unwrap_or_default() > 300_000.0, "as long as it is: {height}");
        let climbed: Climbed = serde_json::from_value(ask(&visitor, CLIMB).await?)?;
        assert!(climbed.worst < ABOUT_PX && climbed.most < 250, "{climbed:?}");
        ask(
            &visitor,
            "const pane = document.querySelector('.thread-rows'); pane.scrollTop = pane.scrollHeight",
        )
        .await?;
        until("back at the end", async || {
            Ok((ask(&visitor, PX_BELOW).await?.as_f64() <= Some(1.0)).then_some(()))
        })
        .await?;
        let flood = ask(&visitor, "return window.__stream(1, 1000)").await?;
        assert!(flood["come"].as_f64() >= Some(900.0), "{flood}");
        until("the newest of the flood, in sight", async || {
            let newest = ask(&visitor, "return window.__heap().newest").await?;
            let is_shown = visitor.lines().await?.last().is_some_and(|line| {
                line.text.split(' ').nth(1).and_then(|number| number.parse().ok()) == newest.as_u64()
            });
            Ok((is_shown && ask(&visitor, PX_BELOW).await?.as_f64() <= Some(1.0)).then_some(()))
        })
        .await
    })
    .await;
}
