//! What a page pays before anybody means to talk: one request.

use anyhow::Result;
use tieline_e2e::{Rows, play, until};

const NOTHING: Rows = Rows { visitors: 0, devices: 0, sessions: 0, entries: 0 };

/// Everything that could be kept in the page's own origin.
const KEPT: &str = "return (async () => JSON.stringify({
  cookies: document.cookie,
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  databases: (await indexedDB.databases()).map((database) => database.name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
}))()";

#[tokio::test(flavor = "multi_thread")]
async fn before_intent_a_page_pays_one_request_and_nothing_is_kept() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        let page = &visitor.page;
        page.wait_for(&["tieline-launcher", "button"]).await?;
        let requests = page.requests().await?;
        let ours: Vec<_> = requests.iter().filter(|url| !url.starts_with(&stage.hosts.origin())).collect();
        assert_eq!(ours, [&format!("{}/loader.js", stage.gateway.url())]);
        assert_eq!(page.frames().await?, 0);
        let kept: String = page.script(KEPT).await?;
        assert_eq!(kept, r#"{"cookies":"","local":[],"session":[],"databases":[],"caches":[],"workers":0}"#);
        let cookies = page.devtools("Storage.getCookies", serde_json::json!({})).await?;
        assert_eq!(cookies["cookies"], serde_json::json!([]), "in any origin of this browser");
        assert_eq!(stage.gateway.rows()?, NOTHING);
        Ok(())
    })
    .await;
}

/// Looking at the panel is not talking: rows come with the first words.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_panel_writes_no_row_and_the_first_words_do() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        assert_eq!(stage.gateway.rows()?, NOTHING);
        visitor.say("Hello").await?;
        visitor.wait_until_sent().await?;
        assert_eq!(stage.gateway.rows()?, Rows { visitors: 1, devices: 1, sessions: 1, entries: 1 });
        Ok(())
    })
    .await;
}

/// The page adds one global name and its layout does not move.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_gets_one_global_and_no_layout_shift() -> Result<()> {
    play(async |stage| {
        let page = stage.window().await?;
        let probe = "window.__before = new Set(Object.getOwnPropertyNames(window));
            window.__shifts = 0;
            new PerformanceObserver((list) => list.getEntries().forEach((entry) => { __shifts += entry.value; }))
              .observe({ type: 'layout-shift', buffered: true });";
        page.devtools("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({ "source": probe })).await?;
        page.go(&format!("{}/plain.html", stage.hosts.origin())).await?;
        // By DevTools, as WebDriver's own scripts leave names behind.
        let read = "document.querySelector('tieline-launcher') && JSON.stringify({ shifts: __shifts,
            names: Object.getOwnPropertyNames(window).filter((name) => !__before.has(name) && !name.startsWith('__')) })";
        let ask = serde_json::json!({ "expression": read });
        let found = until("the launcher", async || {
            let answer = page.devtools("Runtime.evaluate", ask.clone()).await?;
            Ok(answer["result"]["value"].as_str().map(str::to_owned))
        })
        .await?;
        assert_eq!(found, r#"{"shifts":0,"names":["tieline"]}"#);
        Ok(())
    })
    .await;
    Ok(())
}
