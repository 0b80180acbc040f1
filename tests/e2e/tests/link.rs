//! The connection goes and comes: nobody loses a word, and a deploy goes unseen.

use std::time::{Duration, Instant};

use anyhow::Result;
use tieline_e2e::{Kind, Side, Visitor, play, play_in, until};

/// Collects every notice that comes on screen from now on.
const WATCH: &str = "
window.__notices = [];
const line = document.querySelector('.notice');
const note = () => { const text = (document.querySelector('.notice')?.innerText || '').trim(); if (text) window.__notices.push(text); };
new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });";

async fn notices(visitor: &Visitor) -> Result<Vec<String>> {
    Ok(visitor.inside().await?.execute("return window.__notices", Vec::new()).await?.convert()?)
}

/// P9: the gateway is stopped in good order and started again, as in a deploy. What is typed meanwhile arrives once, and no
/// notice comes on screen.
#[tokio::test(flavor = "multi_thread")]
async fn p9_a_restart_goes_unseen() {
    for kind in [Kind::Chromium, Kind::Firefox] {
        play_in(kind, async |stage| {
            let desk = stage.desk().await?;
            let visitor = stage.visitor("plain.html").await?;
            visitor.ask("#ask").await?;
            visitor.say("Before").await?;
            visitor.wait_until_sent().await?;
            desk.open("Before").await?;
            visitor.inside().await?.execute(WATCH, Vec::new()).await?;
            // Typed before, as a browser under remote control types for longer than a restart takes.
            visitor.type_in("Meanwhile").await?;
            stage.gateway.stop().await?;
            let down = Instant::now();
            visitor.press_enter().await?;
            stage.gateway.serve().await?;
            println!("{kind:?}: the gateway was away for {} ms", down.elapsed().as_millis());
            visitor.wait_until_sent().await?;
            desk.wait_for_line(Side::Theirs, "Meanwhile").await?;
            desk.say("After").await?;
            visitor.wait_for_line(Side::Theirs, "After").await?;
            assert_eq!(notices(&visitor).await?, [""; 0]);
            assert_eq!(stage.gateway.texts()?, ["Before", "Meanwhile", "After"]);
            Ok(())
        })
        .await;
    }
}

/// P8: the gateway hangs without closing anything. The visitor is told within the promise's 35 s, and goes on when it is back.
#[tokio::test(flavor = "multi_thread")]
async fn p8_a_gateway_that_hangs_is_noticed() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("One").await?;
        visitor.wait_until_sent().await?;
        stage.gateway.freeze()?;
        visitor.say("Two").await?;
        let asked = Instant::now();
        until("a notice", async || Ok((!visitor.texts(".notice p").await?.is_empty()).then_some(()))).await?;
        println!("noticed after {} ms", asked.elapsed().as_millis());
        assert!(asked.elapsed() < Duration::from_secs(35));
        stage.gateway.thaw()?;
        visitor.wait_until_sent().await?;
        assert_eq!(stage.gateway.texts()?, ["One", "Two"]);
        Ok(())
    })
    .await;
}

/// P15: loading the tag blocks the page's main thread for no longer than 50 ms.
#[tokio::test(flavor = "multi_thread")]
async fn p15_the_tag_is_no_long_task() {
    play(async |stage| {
        let page = stage.window().await?;
        let probe = "window.__tasks = []; window.__watch = new PerformanceObserver((list) => {
              __tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration))); });
            __watch.observe({ type: 'longtask', buffered: true });";
        page.before_each_document(probe).await?;
        // Once to have everything read from the disk: the first load measures the machine.
        for _ in 0..2 {
            page.go(&format!("{}/plain.html", stage.hosts.origin())).await?;
            page.wait_for(&["tieline-launcher", "button"]).await?;
        }
        let tasks: Vec<u32> = page
            .script("return __watch.takeRecords().map((entry) => entry.duration).concat(__tasks)")
            .await?;
        assert_eq!(tasks, [0; 0], "milliseconds of long tasks");
        Ok(())
    })
    .await;
}
