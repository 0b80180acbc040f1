//! What is fetched in parts, the loader's other half and what is cut off the wasm: when, under which policies, and what happens
//! where it does not come.

use anyhow::{Context as _, Result};
use serde_json::json;
use thirtyfour::{By, Key};
use tieline_e2e::{Side, Stage, Visitor, Window, play};

/// Nonces, Trusted Types and a digest on the tag are enough for both halves, and the frame does not wait for the second.
#[tokio::test(flavor = "multi_thread")]
async fn both_halves_pass_a_policy_of_nonces_and_a_pinned_loader() {
    play(async |stage| {
        stage.hosts.fill("SRI", &digest_of_loader()?);
        stage.hosts.fill("NONCE", "bm90IHJhbmRvbQ");
        let visitor = stage.visitor("pinned.html").await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        assert_eq!(ours(stage, &visitor).await?, ["/loader.js"], "before intent");
        visitor.ask("#ask").await?;
        visitor.say("Pinned down").await?;
        visitor.wait_until_sent().await?;
        assert_eq!(visitor.page.violations().await?, [] as [&str; 0]);
        let asked = ours(stage, &visitor).await?;
        let parts: Vec<_> = asked.iter().filter(|path| path.contains("panel")).collect();
        assert!(parts.len() == 1 && parts[0].starts_with("/assets/panel-"), "asked for once: {asked:?}");
        let lead = "const at = (part) => performance.getEntriesByType('resource').find(({ name }) => name.includes(part));
            return at('/w/').startTime < at('/panel-').responseEnd";
        assert!(visitor.page.script::<bool>(lead).await?, "the frame is asked for before the other half has come");
        Ok(())
    })
    .await;
}

/// A gateway that was renewed since the page was loaded knows the second half by another name: the page takes the younger one.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_loader_takes_the_younger_half() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        block(&visitor.page, &["*/assets/panel-*"]).await?;
        visitor.ask("#ask").await?;
        visitor.say("To a younger gateway").await?;
        visitor.wait_until_sent().await?;
        assert!(ours(stage, &visitor).await?.iter().any(|path| path.starts_with("/panel.js")));
        Ok(())
    })
    .await;
}

/// No second half at all: a sentence and a link, in place of the empty panel, with the focus on it. The next press tries again.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_other_half_the_loader_shows_the_way_out() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        visitor.page.script::<()>("window.failed = []; document.addEventListener('tieline:failed', ({ detail }) => failed.push(detail.why))").await?;
        block(&visitor.page, &["*/panel.js*", "*/assets/panel-*"]).await?;
        visitor.page.click(&["#ask"]).await?;
        let link = visitor.page.wait_for(&["tieline-launcher", ".note a"]).await?;
        assert_eq!(link.prop("href").await?.as_deref(), Some("mailto:shop@example.org"));
        let state = "const host = document.querySelector('tieline-launcher');
            return JSON.stringify([host.hasAttribute('open'), host.shadowRoot.activeElement?.localName, failed])";
        assert_eq!(visitor.page.script::<String>(state).await?, r#"[false,"a",["unreachable"]]"#);
        assert_eq!(visitor.page.frames().await?, 0, "the frame that nobody talks to is gone");
        visitor.page.press(Key::Escape).await?;
        let closed = "return !document.querySelector('tieline-launcher').hasAttribute('noted') && document.activeElement.id === 'ask'";
        visitor.page.wait_until(closed).await?;
        block(&visitor.page, &[]).await?;
        visitor.ask("#ask").await?;
        visitor.say("At last").await?;
        visitor.wait_until_sent().await
    })
    .await;
}

/// Whether a page of ours has asked for what is cut off the wasm.
const HAS_ASKED: &str =
    "return performance.getEntriesByType('resource').some(({ name }) => name.includes('_later'))";

/// Greeting and composer need nothing but the first download. What draws a thread comes with the first letter.
#[tokio::test(flavor = "multi_thread")]
async fn what_draws_a_thread_is_fetched_when_one_begins_to_type() {
    play(async |stage| {
        let page = stage.window().await?;
        page.go(&format!("{}/c/{}", stage.gateway.url(), stage.channel)).await?;
        let composer = page.wait_for(&[".composer textarea"]).await?;
        page.wait_for(&[".empty"]).await?;
        page.wait_until("return document.querySelector('[data-standing]').dataset.standing !== 'unknown'")
            .await?;
        assert!(!page.script::<bool>(HAS_ASKED).await?, "a cold first open");
        composer.send_keys("I").await?;
        page.wait_until(HAS_ASKED).await
    })
    .await;
}

/// What draws the thread does not come: the word is said and seen all the same, the visitor is told, and one press brings the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_said_though_what_draws_it_does_not_come() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let page = stage.window().await?;
        page.go(&format!("{}/c/{}", stage.gateway.url(), stage.channel)).await?;
        let composer = page.wait_for(&[".composer textarea"]).await?;
        block(&page, &["*_later*"]).await?;
        composer.send_keys("Said plainly").await?;
        composer.send_keys(Key::Enter + "").await?;
        page.wait_for(&[".panel > .lost button"]).await?;
        desk.open("Said plainly").await?;
        desk.wait_for_line(Side::Theirs, "Said plainly").await?;
        let is_seen =
            "return document.querySelector('.said.mine .bubble')?.textContent.trim() === 'Said plainly'";
        page.wait_until(is_seen).await?;
        block(&page, &[]).await?;
        page.click(&[".panel > .lost button"]).await?;
        page.wait_for(&[".said.mine .state"]).await?;
        page.wait_until(is_seen).await
    })
    .await;
}

/// A thread without its styles could not be used: it counts as not here until they have come, and then it has them.
#[tokio::test(flavor = "multi_thread")]
async fn what_draws_a_thread_comes_with_its_styles() {
    play(async |stage| {
        let page = stage.window().await?;
        page.go(&format!("{}/c/{}", stage.gateway.url(), stage.channel)).await?;
        let composer = page.wait_for(&[".composer textarea"]).await?;
        block(&page, &["*_later*.css"]).await?;
        composer.send_keys("Well dressed").await?;
        composer.send_keys(Key::Enter + "").await?;
        page.wait_for(&[".panel > .lost button"]).await?;
        block(&page, &[]).await?;
        page.click(&[".panel > .lost button"]).await?;
        page.wait_for(&[".said.mine .state"]).await?;
        let display = "return getComputedStyle(document.querySelector('.said.mine .state')).display";
        assert_eq!(page.script::<String>(display).await?, "flex");
        Ok(())
    })
    .await;
}

/// What looks at a given file does not come: the visitor is told, and the file is said once it has.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_waits_for_what_looks_at_it() {
    play(async |stage| {
        let page = stage.window().await?;
        page.go(&format!("{}/c/{}", stage.gateway.url(), stage.channel)).await?;
        page.wait_for(&[".composer button.attach"]).await?;
        block(&page, &["*_later*"]).await?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("list.txt");
        std::fs::write(&file, "Two lamps")?;
        let field = page.top().await?.find(By::Css(".composer input[type=file]")).await?;
        field.send_keys(file.display().to_string()).await?;
        page.wait_for(&[".panel > .lost button"]).await?;
        block(&page, &[]).await?;
        page.click(&[".panel > .lost button"]).await?;
        page.wait_for(&[".said.mine .bubble.file .file-name"]).await?;
        page.wait_for(&[".said.mine .state"]).await?;
        Ok(())
    })
    .await;
}

/// The paths that the page has asked our gateway for.
async fn ours(stage: &Stage, visitor: &Visitor) -> Result<Vec<String>> {
    let gateway = stage.gateway.url();
    let asked = visitor.page.requests().await?;
    Ok(asked.iter().filter_map(|url| url.strip_prefix(&gateway)).map(str::to_owned).collect())
}

async fn block(page: &Window, patterns: &[&str]) -> Result<()> {
    page.devtools("Network.enable", json!({})).await?;
    page.devtools("Network.setBlockedURLs", json!({ "urls": patterns })).await?;
    Ok(())
}

fn digest_of_loader() -> Result<String> {
    let folder = std::env::var("TIELINE_ASSETS").context("TIELINE_ASSETS")?;
    let text = std::fs::read_to_string(format!("{folder}/manifest.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&text)?;
    Ok(manifest["integrity"]["loader.js"].as_str().context("no digest of the loader")?.to_owned())
}
