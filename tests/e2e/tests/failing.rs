//! What breaks under a visitor's hands, and what is left: the page, a sentence, a way out. See also `trouble.rs`, `policies.rs`.

use anyhow::Result;
use serde_json::json;
use thirtyfour::Key;
use tieline_e2e::{Kind, Side, Visitor, play, play_in};

/// Nothing of ours lies over the page: no frame, no panel, and the page's own field takes words.
async fn page_is_usable(visitor: &Visitor) -> Result<()> {
    let page = &visitor.page;
    assert_eq!(page.frames().await?, 0);
    let field = page.wait_for(&["#search"]).await?;
    field.click().await?;
    field.send_keys("lamp").await?;
    assert_eq!(field.value().await?.as_deref(), Some("lamp"));
    field.clear().await?;
    Ok(())
}

/// The wasm traps: a sentence and a link, the focus on it, Escape back to where one was, and a press that works again.
#[tokio::test(flavor = "multi_thread")]
async fn a_trap_ends_in_the_way_out() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        let page = &visitor.page;
        page.script::<()>("window.failed = []; document.addEventListener('tieline:failed', ({ detail }) => failed.push(detail.why))").await?;
        visitor.ask("#ask").await?;
        visitor.say("Before it broke").await?;
        visitor.wait_until_sent().await?;
        let trap = "dispatchEvent(new ErrorEvent('error', { error: new WebAssembly.RuntimeError('unreachable') }))";
        visitor.inside().await?.execute(trap, Vec::new()).await?;
        way_out(&visitor).await?;
        assert_eq!(page.script::<Vec<String>>("return failed").await?, ["trap"]);
        page_is_usable(&visitor).await?;
        visitor.ask("#ask").await?;
        visitor.wait_for_line(Side::Mine, "Before it broke").await
    })
    .await;
}

/// A policy without our origin keeps the loader out: the page is as it would be without us, and a link leads where it says.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_without_our_scripts_leaves_the_page_as_it_is() {
    play(async |stage| {
        let visitor = stage.visitor("no-script.html").await?;
        let page = &visitor.page;
        page.click(&["#link"]).await?;
        page.wait_until("return location.hash === '#asked'").await?;
        let left = "return document.querySelectorAll('tieline-launcher').length + typeof window.tieline";
        assert_eq!(page.script::<String>(left).await?, "0undefined");
        page_is_usable(&visitor).await?;
        // The link went its way, so there is nothing to come back from. With a frame it is the same: `policies.rs`.
        assert!(page.violations().await?.iter().any(|violation| violation.starts_with("script-src")));
        Ok(())
    })
    .await;
}

/// No network when the session is first opened: a sentence and a link. With the network back the same button works.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_a_press_ends_in_the_way_out() {
    play_in(Kind::ChromiumOneProcess, async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        network(&visitor, false).await?;
        visitor.page.click(&["#ask"]).await?;
        visitor.page.wait_for(&["tieline-launcher", ".note a"]).await?;
        page_is_usable(&visitor).await?;
        network(&visitor, true).await?;
        visitor.ask("#ask").await?;
        visitor.say("With a network").await?;
        visitor.wait_until_sent().await
    })
    .await;
}

/// What DevTools do to every request of the page's process, its frames included.
async fn network(visitor: &Visitor, is_on: bool) -> Result<()> {
    let page = &visitor.page;
    page.devtools("Network.enable", json!({})).await?;
    let line = json!({ "offline": !is_on, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    page.devtools("Network.emulateNetworkConditions", line).await.map(drop)
}

/// A clock that is a day wrong, either way: what is said arrives, and stays through a reload.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_a_day_wrong_costs_nothing() {
    play(async |stage| {
        for (shift, words) in [("-", "From yesterday"), ("+", "From tomorrow")] {
            let wrong = format!("const now = Date.now; Date.now = () => now() {shift} 86400e3;");
            let visitor = stage.visitor_after(&wrong).await?;
            visitor.say(words).await?;
            visitor.wait_until_sent().await?;
            visitor.page.reload().await?;
            visitor.wait_for_line(Side::Mine, words).await?;
            assert_eq!(visitor.texts(".failed").await?, [] as [&str; 0]);
        }
        assert_eq!(stage.gateway.texts()?, ["From yesterday", "From tomorrow"]);
        Ok(())
    })
    .await;
}

/// The sentence in the visitor's language, the link, the focus on it; Escape takes it away and gives the focus back.
async fn way_out(visitor: &Visitor) -> Result<()> {
    let page = &visitor.page;
    let link = page.wait_for(&["tieline-launcher", ".note a"]).await?;
    assert_eq!(link.prop("href").await?.as_deref(), Some("mailto:shop@example.org"));
    let said = page.wait_for(&["tieline-launcher", ".note p"]).await?.text().await?;
    assert_eq!(said, "The chat cannot be reached right now.");
    let state = "const host = document.querySelector('tieline-launcher');
        return !host.hasAttribute('open') && host.shadowRoot.activeElement?.localName === 'a'";
    page.wait_until(state).await?;
    page.press(Key::Escape).await?;
    let back = "return document.activeElement.id === 'ask' && !document.querySelector('tieline-launcher').hasAttribute('noted')";
    page.wait_until(back).await
}
