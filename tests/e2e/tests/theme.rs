//! The preview of a theme: the real launcher on small pages of ours, words about contrast, and what is to be pasted.

use anyhow::Result;
use tieline_e2e::{Rows, Window, play};

const NOTHING: Rows = Rows { visitors: 0, devices: 0, sessions: 0, entries: 0 };

/// What one preview shows: the launcher's colours, and those of a bubble within the frame.
const SHOWN: &str = "
const shown = (title) => {
  const { contentDocument } = document.querySelector(`iframe[title=${title}]`);
  const root = contentDocument?.querySelector('tieline-launcher')?.shadowRoot;
  const button = root?.querySelector('button');
  const bubble = root?.querySelector('iframe')?.contentDocument?.querySelector('.mine .bubble');
  if (!bubble) return '';
  const view = contentDocument.defaultView;
  return view.getComputedStyle(button).backgroundColor + ' ' + view.getComputedStyle(bubble).backgroundColor;
};";

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_can_be_tried_and_pasted_without_signing_in() {
    play(async |stage| {
        let page = stage.window().await?;
        page.go(&format!("{}/c/{}/theme", stage.gateway.url(), stage.channel)).await?;
        set(&page, "accent", "#ffff00").await?;
        set(&page, "position", "left").await?;
        set(&page, "surface", "rgb(250, 240, 230)").await?;
        set(&page, "muted", "light-dark(#bbb, #ddd)").await?;
        set(&page, "radius-bubble", "4").await?;
        set(&page, "danger", "no colour at all").await?;
        for title in ["Light", "Phone"] {
            page.wait_until(&format!("{SHOWN} return shown('{title}') === 'rgb(255, 255, 0) rgb(255, 255, 0)'")).await?;
        }
        page.wait_until(&format!("{SHOWN} return shown('Dark') !== '' && !shown('Dark').includes('(255, 255, 0)')")).await?;
        let said = "return document.getElementById('verdict').innerText";
        page.wait_until(&format!("{said}.includes('Bubbles and buttons get an edge')")).await?;
        page.wait_until(&format!("{said}.includes('On light: lesser words on the surface are hard to read')")).await?;
        let tag: String = page.script("return document.getElementById('tag').textContent").await?;
        let expected = format!(
            "<script src=\"{}/loader.js\" data-channel=\"{}\" data-accent=\"#ffff00\" data-position=\"left\" async></script>",
            stage.gateway.url(),
            stage.channel
        );
        assert_eq!(tag.lines().next(), Some(expected.as_str()));
        assert!(tag.contains("--tieline-surface: rgb(250, 240, 230);") && tag.contains("--tieline-radius-bubble: 4px;"), "{tag}");
        assert!(!tag.contains("danger"), "what is no colour is not printed: {tag}");
        assert!(page.find(&["[name=danger][aria-invalid]"]).await?.is_some());
        assert_eq!(page.violations().await?, [] as [&str; 0]);
        assert_eq!(stage.gateway.rows()?, NOTHING);
        Ok(())
    })
    .await;
}

async fn set(page: &Window, name: &str, value: &str) -> Result<()> {
    let script = format!(
        "const control = document.querySelector('[name=\"{name}\"]');
         control.value = {value:?};
         control.dispatchEvent(new Event('input', {{ bubbles: true }}));"
    );
    page.script(&script).await
}
