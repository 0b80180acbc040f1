//! Who sits there changes while the page stays: signed in, signed out, somebody else.

use anyhow::Result;
use tieline_e2e::{Shop, Side, Stage, Visitor, play, until};

/// Signs somebody in, as a shop with pages that never reload does.
async fn sign_in(visitor: &Visitor, user: &str) -> Result<()> {
    let source = format!("tieline.identify(async () => (await fetch('/token?user={user}')).text())");
    visitor.page.script::<()>(&source).await
}

async fn sign_out(visitor: &Visitor) -> Result<()> {
    visitor.page.script::<()>("tieline.identify(() => null)").await
}

/// Ada, signed in on a product's page, who has said something.
async fn ada(stage: &Stage, shop: &Shop, text: &str) -> Result<Visitor> {
    let visitor = stage.visitor_of(&shop.page("/p/linen-apron")).await?;
    visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
    sign_in(&visitor, "Ada").await?;
    visitor.ask(".ask").await?;
    visitor.say(text).await?;
    visitor.wait_until_sent().await?;
    Ok(visitor)
}

/// Waits until none of these stands in the thread.
async fn wait_until_gone(visitor: &Visitor, texts: &[&str]) -> Result<()> {
    until(&format!("{texts:?} to vanish"), async || {
        let lines = visitor.lines().await?;
        Ok((!lines.iter().any(|line| texts.contains(&line.text.as_str()))).then_some(()))
    })
    .await
}

/// Ada signs out and Ben signs in at the same page: nothing of hers stays on screen, and each finds the own words again.
#[tokio::test(flavor = "multi_thread")]
async fn another_person_on_the_same_page_sees_nothing_of_the_first() {
    play(async |stage| {
        let shop = Shop::start(&stage.gateway).await?;
        let visitor = ada(stage, &shop, "This is Ada").await?;
        visitor.type_in("Ada has not sent this").await?;

        sign_out(&visitor).await?;
        wait_until_gone(&visitor, &["This is Ada"]).await?;
        assert_eq!(visitor.composer().await?, "");
        visitor.say("Nobody in particular").await?;
        visitor.wait_until_sent().await?;

        sign_in(&visitor, "Ben").await?;
        wait_until_gone(&visitor, &["This is Ada"]).await?;
        visitor.say("This is Ben").await?;
        visitor.wait_for_line(Side::Mine, "This is Ben").await?;
        visitor.wait_until_sent().await?;

        sign_in(&visitor, "Ada").await?;
        visitor.wait_for_line(Side::Mine, "This is Ada").await?;
        wait_until_gone(&visitor, &["This is Ben", "Nobody in particular"]).await?;
        Ok(())
    })
    .await;
}

/// What Ada typed while the gateway was away is hers: it is not sent for Ben, and it is sent when she is back.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_never_sent_under_another_name() {
    play(async |stage| {
        let shop = Shop::start(&stage.gateway).await?;
        let visitor = ada(stage, &shop, "Ada, first").await?;
        stage.gateway.kill().await?;
        visitor.say("Ada, while it was away").await?;
        visitor.wait_until_kept("Ada, while it was away").await?;
        sign_in(&visitor, "Ben").await?;
        wait_until_gone(&visitor, &["Ada, first", "Ada, while it was away"]).await?;
        stage.gateway.serve().await?;
        visitor.say("Ben").await?;
        visitor.wait_until_sent().await?;
        assert_eq!(stage.gateway.texts()?, ["Ada, first", "Ben"]);
        sign_in(&visitor, "Ada").await?;
        visitor.wait_for_line(Side::Mine, "Ada, while it was away").await?;
        visitor.wait_until_sent().await?;
        assert_eq!(stage.gateway.texts()?, ["Ada, first", "Ben", "Ada, while it was away"]);
        Ok(())
    })
    .await;
}
