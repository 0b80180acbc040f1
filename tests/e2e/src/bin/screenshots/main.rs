//! Pictures of the real thing, for the documentation: `tieline-screenshots <folder>`. See `cargo xtask shots`. With `states` after
//! the folder: the panel in every state. With `gallery`: all looks of all states, and their page.

mod gallery;
mod states;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use serde_json::json;
use tieline_e2e::{Shop, Side, Stage, Visitor, Window, play, until};

#[tokio::main]
async fn main() -> Result<()> {
    let folder =
        std::env::args_os().nth(1).map(PathBuf::from).context("usage: tieline-screenshots <folder>")?;
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    match std::env::args().nth(2).as_deref() {
        Some("states") => return states::shoot(&folder).await,
        Some("gallery") => return gallery::shoot(&folder).await,
        _ => {}
    }
    play(async |stage| shoot(stage, &folder).await).await;
    Ok(())
}

async fn shoot(stage: &Stage, folder: &Path) -> Result<()> {
    let shop = Shop::start(&stage.gateway).await?;
    let desk = stage.desk().await?;
    let visitor = stage.visitor_of(&shop.page("/?user=Ada")).await?;
    frame(&visitor.page, 1280, 800, "light").await?;
    visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
    save(&visitor.page, folder, "launcher").await?;
    frame(&desk.page, 1280, 800, "light").await?;

    talk(&visitor, &desk).await?;
    save(&visitor.page, folder, "panel-light").await?;
    save(&desk.page, folder, "desk").await?;
    frame(&visitor.page, 1280, 800, "dark").await?;
    save(&visitor.page, folder, "panel-dark").await?;
    frame(&desk.page, 1280, 800, "dark").await?;
    save(&desk.page, folder, "desk-dark").await?;
    let phone = stage.visitor_of("about:blank").await?;
    frame(&phone.page, 360, 640, "light").await?;
    phone.page.go(&shop.page("/p/pour-over-kettle?user=Ada")).await?;
    phone.ask(".ask").await?;
    phone.wait_for_line(Side::Theirs, "Lovely, it is waiting for you. We open at ten.").await?;
    save(&phone.page, folder, "panel-360").await?;
    frame(&desk.page, 390, 844, "light").await?;
    save(&desk.page, folder, "desk-390").await
}

/// A short conversation, so that the pictures show what the thing is for.
async fn talk(visitor: &Visitor, desk: &tieline_e2e::Desk) -> Result<()> {
    visitor.ask(".card:nth-child(1) .ask").await?;
    visitor.say("Hello! Does this kettle work on an induction hob?").await?;
    desk.open("Pour-over kettle").await?;
    desk.wait_for_line(Side::Theirs, "Hello! Does this kettle work on an induction hob?").await?;
    desk.say("It does. The base is flat and magnetic, 13 cm across.").await?;
    desk.say("Shall I put one aside for you?").await?;
    visitor.wait_for_line(Side::Theirs, "Shall I put one aside for you?").await?;
    visitor.say("Yes please. I can come by on Saturday.").await?;
    desk.wait_for_line(Side::Theirs, "Yes please. I can come by on Saturday.").await?;
    until("read by the desk", async || {
        let states = visitor.texts(".said.mine .state").await?;
        Ok(states.iter().all(|state| state.contains("Read")).then_some(()))
    })
    .await?;
    desk.say("Lovely, it is waiting for you. We open at ten.").await?;
    visitor.wait_for_line(Side::Theirs, "Lovely, it is waiting for you. We open at ten.").await
}

async fn frame(page: &Window, width: u32, height: u32, scheme: &str) -> Result<()> {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600 });
    page.devtools("Emulation.setDeviceMetricsOverride", size).await?;
    let media = json!({ "features": [
        { "name": "prefers-color-scheme", "value": scheme },
        { "name": "prefers-reduced-motion", "value": "reduce" },
    ] });
    page.devtools("Emulation.setEmulatedMedia", media).await?;
    Ok(())
}

async fn save(page: &Window, folder: &Path, name: &str) -> Result<()> {
    let file = folder.join(format!("{name}.png"));
    settle(page).await?;
    page.top().await?.screenshot(&file).await?;
    println!("{}", file.display());
    Ok(())
}

/// Two frames: the first one takes the new size, the second is drawn with it.
async fn settle(page: &Window) -> Result<()> {
    let drawn =
        "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
    page.devtools("Page.bringToFront", json!({})).await?;
    page.wait_until(drawn).await
}

fn from_base64(text: &str) -> Result<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).context("decoding a picture")
}
