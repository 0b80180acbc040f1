//! For those who do not see the screen, or have no pointer. WCAG 2.2 AA as far as a machine can tell: `docs/accessibility.md`.

use anyhow::Result;
use serde_json::json;
use thirtyfour::Key;
use tieline_e2e::{Kind, Side, Stage, Visitor, Window, access, play_in, tour, until};

const PANEL: [&str; 2] = ["tieline-launcher", "iframe"];
const NEXT_DAY: &str = "const now = Date.now; Date.now = () => now() + 25 * 3600e3;";

async fn scheme(page: &Window, name: &str) -> Result<()> {
    let features = json!([{ "name": "prefers-color-scheme", "value": name },
        { "name": "prefers-reduced-motion", "value": "reduce" }]);
    page.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
    Ok(())
}

/// In light and in dark, in the document that is meant.
async fn is_clean(page: &Window, frame: &[&str], state: &str, found: &mut Vec<String>) -> Result<()> {
    for name in ["light", "dark"] {
        scheme(page, name).await?;
        let driver = if frame.is_empty() { page.top().await? } else { page.inside(frame).await? };
        let is_dark: bool = driver
            .execute("return matchMedia('(prefers-color-scheme: dark)').matches", Vec::new())
            .await?
            .convert()?;
        assert_eq!(is_dark, name == "dark", "the document hears of it");
        let told = |finding: String| format!("{state}, {name}: {finding}");
        found.extend(access::violations(driver).await?.into_iter().map(told));
        let small = access::small_targets(driver).await?;
        found.extend(small.into_iter().map(|small| format!("{state}, {name}: too small: {small}")));
    }
    Ok(())
}

async fn talk(stage: &Stage, visitor: &Visitor) -> Result<tieline_e2e::Desk> {
    let desk = stage.desk().await?;
    visitor.say("Is it dishwasher safe?").await?;
    visitor.wait_until_sent().await?;
    desk.open("Is it dishwasher safe?").await?;
    desk.say("It is: https://shop.example/care").await?;
    visitor.wait_for_line(Side::Theirs, "It is: https://shop.example/care").await?;
    Ok(desk)
}

/// The states that most visitors meet, of panel and desk, light and dark: axe-core finds nothing, and nothing is too small to be pressed.
#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_the_usual_states() {
    play_in(Kind::ChromiumOneProcess, async |stage| {
        let mut found = Vec::new();
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        is_clean(&visitor.page, &[], "launcher", &mut found).await?;
        visitor.ask("#ask").await?;
        is_clean(&visitor.page, &PANEL, "empty", &mut found).await?;
        let desk = talk(stage, &visitor).await?;
        is_clean(&visitor.page, &PANEL, "conversation", &mut found).await?;
        is_clean(&desk.page, &[], "desk", &mut found).await?;
        desk.type_in("Let me look").await?;
        until("dots", async || Ok((!visitor.texts(".typing").await?.is_empty()).then_some(()))).await?;
        is_clean(&visitor.page, &PANEL, "typing", &mut found).await?;
        let alone = stage.visitor_after("").await?;
        is_clean(&alone.page, &[], "page of its own", &mut found).await?;
        stage.gateway.kill().await?;
        visitor.say("Does it float?").await?;
        until("a notice", async || Ok((!visitor.texts(".notice p").await?.is_empty()).then_some(()))).await?;
        is_clean(&visitor.page, &PANEL, "reconnecting", &mut found).await?;
        visitor.inside().await?.execute(NEXT_DAY, Vec::new()).await?;
        until("a failed line", async || Ok((!visitor.texts(".failed").await?.is_empty()).then_some(())))
            .await?;
        is_clean(&visitor.page, &PANEL, "failed", &mut found).await?;
        is_clean(&desk.page, &[], "desk, cut off", &mut found).await?;
        assert!(found.is_empty(), "{}", found.join("\n\n"));
        Ok(())
    })
    .await;
}

/// Nor in what is opened from there: menus, strips, dialogs, forms, files, and the end.
#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_menus_dialogs_and_forms() {
    play_in(Kind::ChromiumOneProcess, async |stage| {
        let mut found = Vec::new();
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        let desk = talk(stage, &visitor).await?;
        let see = async |place: &str| is_clean(&visitor.page, &PANEL, place, &mut found).await;
        tour::walk(&visitor, &desk, see).await?;
        is_clean(&desk.page, &[], "desk, closed session", &mut found).await?;
        assert!(found.is_empty(), "{}", found.join("\n\n"));
        Ok(())
    })
    .await;
}

/// What a screen reader is given is what it was: `tests/e2e/trees`.
#[tokio::test(flavor = "multi_thread")]
async fn panel_and_desk_read_as_they_did() {
    play_in(Kind::ChromiumOneProcess, async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        until(
            "the greeting",
            async || Ok((!visitor.texts(".thread-rows p").await?.is_empty()).then_some(())),
        )
        .await?;
        let panel = async || access::tree(&visitor.page, Some(&stage.gateway.url())).await;
        access::compare("panel-empty", &panel().await?)?;
        let desk = talk(stage, &visitor).await?;
        until("read", async || {
            let states = visitor.texts(".said.mine .state").await?;
            Ok(states.iter().all(|state| state.contains("Read")).then_some(()))
        })
        .await?;
        access::compare("panel", &panel().await?)?;
        access::compare("desk", &access::tree(&desk.page, None).await?)
    })
    .await;
}

/// Tab comes by everything that can be pressed, and by nothing else; Escape leads back to where one came from. In which order is not
/// asserted.
#[tokio::test(flavor = "multi_thread")]
async fn tab_comes_by_everything_and_escape_leads_back() {
    play_in(Kind::ChromiumOneProcess, async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        let desk = talk(stage, &visitor).await?;
        for (page, frame) in [(&visitor.page, &PANEL[..]), (&desk.page, &[][..])] {
            page.devtools("Page.bringToFront", json!({})).await?;
            let mut walk = access::tab_walk(page, frame).await?;
            walk.sort_by_key(|stop| stop.place);
            let driver = if frame.is_empty() { page.top().await? } else { page.inside(frame).await? };
            assert_eq!(walk, access::ways(driver).await?);
        }
        visitor.page.devtools("Page.bringToFront", json!({})).await?;
        visitor.inside().await?.action_chain().send_keys(Key::Escape).perform().await?;
        visitor.page.wait_until("return document.activeElement?.id === 'ask'").await
    })
    .await;
}
