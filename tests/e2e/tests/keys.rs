//! Focus and keys.

use anyhow::Result;
use thirtyfour::Key;
use tieline_e2e::{Window, play, until};

async fn has_focus(page: &Window, id: &str) -> Result<()> {
    page.wait_until(&format!("return document.activeElement?.id === '{id}'")).await
}

async fn is_open(page: &Window, open: bool) -> Result<()> {
    page.wait_until(&format!(
        "return document.querySelector('tieline-launcher').hasAttribute('open') === {open}"
    ))
    .await
}

/// The caret goes into the composer on opening, and back to where it came from on closing.
#[tokio::test(flavor = "multi_thread")]
async fn focus_goes_in_and_comes_back_to_the_control() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.inside().await?.action_chain().send_keys(Key::Escape).perform().await?;
        is_open(&visitor.page, false).await?;
        has_focus(&visitor.page, "ask").await?;
        visitor.ask("#about").await?;
        visitor.page.click(&["tieline-launcher", "button"]).await?;
        is_open(&visitor.page, false).await?;
        has_focus(&visitor.page, "about").await
    })
    .await;
}

/// Without a pointer: Tab to the launcher, Enter, write, Escape.
#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_is_enough() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        until("the launcher by Tab", async || {
            visitor.page.press(Key::Tab).await?;
            let there: bool = visitor
                .page
                .script("return document.activeElement?.localName === 'tieline-launcher'")
                .await?;
            Ok(there.then_some(()))
        })
        .await?;
        visitor.page.press(Key::Enter).await?;
        visitor.wait_for_composer().await?;
        visitor
            .inside()
            .await?
            .action_chain()
            .send_keys("By keyboard")
            .send_keys(Key::Enter)
            .perform()
            .await?;
        visitor.wait_until_sent().await?;
        visitor.inside().await?.action_chain().send_keys(Key::Escape).perform().await?;
        is_open(&visitor.page, false).await?;
        visitor.page.wait_until("return document.activeElement?.localName === 'tieline-launcher'").await?;
        assert_eq!(stage.gateway.texts()?, ["By keyboard"]);
        Ok(())
    })
    .await;
}

/// Somebody who has gone on to another field while we load keeps the caret there.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_panel_does_not_steal_the_focus() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        // In one task: no frame can be ready in between.
        visitor
            .page
            .script::<()>("document.getElementById('ask').click(); document.getElementById('search').focus()")
            .await?;
        visitor
            .page
            .wait_until("return document.querySelector('tieline-launcher').hasAttribute('ready')")
            .await?;
        has_focus(&visitor.page, "search").await?;
        visitor.page.press(Key::Escape).await?;
        is_open(&visitor.page, true).await
    })
    .await;
}

/// A control that is a link stays one for those who ask for a new tab.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_with_a_modifier_stays_a_link() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        let press = "return document.getElementById('link').dispatchEvent(
            new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: true }))";
        assert!(visitor.page.script::<bool>(press).await?, "not prevented");
        is_open(&visitor.page, false).await?;
        visitor.page.click(&["#link"]).await?;
        is_open(&visitor.page, true).await
    })
    .await;
}
