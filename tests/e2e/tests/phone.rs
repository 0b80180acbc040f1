//! The panel on a phone: as large as what is seen, above the keyboard, and the page where it was.

use anyhow::Result;
use serde_json::json;
use tieline_e2e::{Visitor, play};

/// A visual viewport that the test moves, and a "back" gesture that it makes.
const DEVICE: &str = "
const view = Object.assign(new EventTarget(), { width: 360, height: 640, offsetTop: 0, offsetLeft: 0, scale: 1 });
Object.defineProperty(window, 'visualViewport', { get: () => view });
window.move = (to) => { Object.assign(view, to); view.dispatchEvent(new Event('resize')); };
window.CloseWatcher = class extends EventTarget {
  constructor() { super(); window.watchers = (window.watchers || 0) + 1; window.watcher = this; }
  destroy() { window.watchers -= 1; }
};";

/// The panel's box, and whether the page behind it is held.
const PANEL: &str = "const { left, top, width, height } = document.querySelector('tieline-launcher').shadowRoot
    .querySelector('.panel').getBoundingClientRect();
    return JSON.stringify([left, top, width, height].map(Math.round)) + ' ' + getComputedStyle(document.documentElement).overflowY";

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_fills_what_is_seen_and_gives_the_page_back() {
    play(async |stage| {
        stage.hosts.fill("ROOT", "class=tall");
        stage.hosts.fill("PLACE", "");
        let visitor = stage.visitor_of("about:blank").await?;
        let page = &visitor.page;
        page.before_each_document(DEVICE).await?;
        let size = json!({ "width": 360, "height": 640, "deviceScaleFactor": 2, "mobile": true });
        page.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        let insets = json!({ "insets": { "top": 47, "bottom": 34 } });
        page.devtools("Emulation.setSafeAreaInsetsOverride", insets).await?;
        page.go(&format!("{}/placed.html", stage.hosts.origin())).await?;
        page.wait_for(&["tieline-launcher", "button"]).await?;
        page.script::<()>("scrollTo(0, 120)").await?;
        let steps: usize = page.script("return history.length").await?;
        page.script::<()>("document.querySelector('#ask').click()").await?;
        wait_for_panel(&visitor, "[0,0,360,640] hidden").await?;
        visitor.wait_for_composer().await?;
        wait_inside(&visitor, "getComputedStyle(document.querySelector('.header')).paddingTop === '47px'").await?;
        wait_inside(&visitor, "getComputedStyle(document.querySelector('.composer')).paddingBottom === '34px'").await?;

        // The keyboard comes: half of the screen is left, and the browser has moved what is seen of the page.
        page.script::<()>("move({ height: 300, offsetTop: 80 })").await?;
        wait_for_panel(&visitor, "[0,80,360,300] hidden").await?;
        let above = "innerHeight === 300 && document.querySelector('textarea').getBoundingClientRect().bottom <= 300
            && getComputedStyle(document.querySelector('.composer')).paddingBottom === '12px'";
        wait_inside(&visitor, above).await?;
        visitor.say("Above the keyboard").await?;
        visitor.wait_until_sent().await?;

        // Two fingers enlarge a part of the picture: the panel stays as it is, so that there is something to enlarge.
        page.script::<()>("move({ width: 180, height: 320, offsetTop: 0, scale: 2 })").await?;
        wait_for_panel(&visitor, "[0,0,360,640] hidden").await?;
        page.script::<()>("move({ width: 360, height: 640, scale: 1 }); scrollTo(0, 0)").await?;

        // The gesture for "back" closes it, without a step in the page's history; the page is where it was.
        page.script::<()>("watcher.dispatchEvent(new Event('close'))").await?;
        page.wait_until("return !document.querySelector('tieline-launcher').hasAttribute('open')").await?;
        let after = format!(
            "return scrollY === 120 && document.documentElement.style.overflow === '' && watchers === 0 && history.length === {steps}"
        );
        page.wait_until(&after).await?;
        Ok(())
    })
    .await;
}

async fn wait_for_panel(visitor: &Visitor, expected: &str) -> Result<()> {
    let script = PANEL.replacen("return", "const found = ", 1);
    visitor.page.wait_until(&format!("{script}; return found === '{expected}'")).await
}

async fn wait_inside(visitor: &Visitor, condition: &str) -> Result<()> {
    tieline_e2e::until(condition, async || {
        let answer = visitor.inside().await?.execute(format!("return {condition}"), Vec::new()).await?;
        Ok(answer.convert::<bool>()?.then_some(()))
    })
    .await
}
