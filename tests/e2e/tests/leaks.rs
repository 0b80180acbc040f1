//! Whoever opens and shuts the panel all day long has the same page in the evening.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tieline_e2e::{Kind, Side, Window, play_in};

/// Rounds before measuring: what is made once is made in them.
const WARM_UP: u32 = 50;
const ROUNDS: u32 = 500;
/// A script of the driver may not take long.
const AT_ONCE: u32 = 50;
/// What 500 rounds may add to the heap: the browser's own books, and less than half a kilobyte for a round.
const SLACK_BYTES: f64 = 200_000.0;
/// The wasm's memory grows by pages and never shrinks: what is freed in pieces may cost one page more. 500 rounds that each leave
/// 132 bytes behind need two.
const WASM_PAGE_BYTES: f64 = 65_536.0;

const OPEN_AND_SHUT: &str = "
const host = document.querySelector('tieline-launcher');
const button = host.shadowRoot.querySelector('button');
const until = (holds) => new Promise((done) => {
  const look = () => (holds() ? done() : requestAnimationFrame(look));
  look();
});
return (async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    button.click();
    await until(() => host.hasAttribute('open') && host.hasAttribute('ready'));
    button.click();
    await until(() => !host.hasAttribute('open'));
  }
  return true;
})();";

/// What page and frame hold together: they are in one process.
#[derive(Debug)]
struct Held {
    nodes: f64,
    documents: f64,
    listeners: f64,
    heap_bytes: f64,
    wasm_bytes: f64,
}

async fn held(page: &Window) -> Result<Held> {
    for _ in 0..3 {
        page.devtools("HeapProfiler.collectGarbage", json!({})).await?;
    }
    let counters = page.devtools("Memory.getDOMCounters", json!({})).await?;
    let heap = page.devtools("Runtime.getHeapUsage", json!({})).await?;
    let inside = page.inside(&["tieline-launcher", "iframe"]).await?;
    let wasm: Value =
        inside.execute("return window.__memory?.buffer.byteLength", Vec::new()).await?.convert()?;
    let number =
        |value: &Value, name: &str| value[name].as_f64().with_context(|| format!("no {name} in {value}"));
    Ok(Held {
        nodes: number(&counters, "nodes")?,
        documents: number(&counters, "documents")?,
        listeners: number(&counters, "jsEventListeners")?,
        heap_bytes: number(&heap, "usedSize")?,
        wasm_bytes: wasm.as_f64().context("the wasm's memory was not seen")?,
    })
}

async fn rounds(page: &Window, count: u32) -> Result<()> {
    for _ in 0..count / AT_ONCE {
        page.script::<bool>(&OPEN_AND_SHUT.replace("ROUNDS", &AT_ONCE.to_string())).await?;
    }
    Ok(())
}

/// Keeps an eye on the memory of whatever wasm is loaded.
const WATCH: &str = "for (const name of ['instantiate', 'instantiateStreaming']) {
  const plain = WebAssembly[name];
  WebAssembly[name] = async (...rest) => {
    const made = await plain.apply(WebAssembly, rest);
    window.__memory = (made.instance ?? made).exports.memory ?? window.__memory;
    return made;
  };
}";

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_times_open_and_shut_leave_nothing_behind() {
    play_in(Kind::ChromiumOneProcess, async |stage| {
        let page = stage.window().await?;
        page.before_each_document(WATCH).await?;
        page.go(&format!("{}/plain.html", stage.hosts.origin())).await?;
        let visitor = tieline_e2e::Visitor::new(page);
        visitor.ask("#ask").await?;
        visitor.say("Is it dishwasher safe?").await?;
        visitor.wait_until_sent().await?;
        visitor.wait_for_line(Side::Mine, "Is it dishwasher safe?").await?;
        visitor.press_launcher().await?;
        rounds(&visitor.page, WARM_UP).await?;
        let before = held(&visitor.page).await?;
        rounds(&visitor.page, ROUNDS).await?;
        let after = held(&visitor.page).await?;
        println!("{before:?}\n{after:?}");
        assert!(after.nodes <= before.nodes, "nodes: {before:?} {after:?}");
        assert!(after.documents <= before.documents, "documents: {before:?} {after:?}");
        assert!(after.listeners <= before.listeners, "listeners: {before:?} {after:?}");
        assert!(
            after.wasm_bytes - before.wasm_bytes <= WASM_PAGE_BYTES,
            "memory of the wasm: {before:?} {after:?}"
        );
        assert!(after.heap_bytes - before.heap_bytes < SLACK_BYTES, "heap: {before:?} {after:?}");
        Ok(())
    })
    .await;
}
