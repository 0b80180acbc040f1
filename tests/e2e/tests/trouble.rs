//! What a visitor meets when something is not there.

use tieline_e2e::{Side, play};

/// The gateway is down when the visitor wants to talk: a sentence and a link. Later it is up, and the same button works.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_gateway_ends_in_the_fallback_and_may_be_tried_again() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        stage.gateway.kill().await?;
        visitor.page.click(&["#ask"]).await?;
        visitor.page.wait_for(&["tieline-launcher", ".note a"]).await?;
        stage.gateway.serve().await?;
        visitor.ask("#ask").await?;
        visitor.say("At last").await?;
        visitor.wait_until_sent().await
    })
    .await;
}

/// The loader itself does not come: the page is as it would be without us.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_its_loader_is_still_a_page() {
    play(async |stage| {
        stage.gateway.kill().await?;
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.click(&["#ask"]).await?;
        visitor.page.click(&["#search"]).await?;
        assert_eq!(
            visitor
                .page
                .script::<usize>("return document.querySelectorAll('tieline-launcher').length")
                .await?,
            0
        );
        assert_eq!(visitor.page.script::<String>("return typeof window.tieline").await?, "undefined");
        Ok(())
    })
    .await;
}

/// A channel that nobody registered: the same sentence and link.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_channel_ends_in_the_fallback() {
    play(async |stage| {
        stage.hosts.fill("CHANNEL", "ch_000000000000000000000000");
        let visitor = stage.visitor("plain.html").await?;
        visitor.page.click(&["#ask"]).await?;
        let link = visitor.page.wait_for(&["tieline-launcher", ".note a"]).await?;
        assert_eq!(link.prop("href").await?.as_deref(), Some("mailto:shop@example.org"));
        Ok(())
    })
    .await;
}

/// A plain link opens the session as a full page, with the item that the link names.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_the_session_as_a_page() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let page = stage.window().await?;
        let item = r#"{"title":"Linked%20lamp"}"#;
        page.go(&format!("{}/c/{}?item={item}", stage.gateway.url(), stage.channel)).await?;
        let composer = page.wait_for(&[".composer textarea"]).await?;
        composer.send_keys("By link").await?;
        composer.send_keys(thirtyfour::Key::Enter + "").await?;
        desk.open("By link").await?;
        assert!(desk.sessions().await?[0].contains("Linked lamp"));
        desk.wait_for_line(Side::Theirs, "By link").await
    })
    .await;
}

/// A frame that waited so long behind the launcher that its ticket no longer holds still gets the visitor in.
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_no_longer_holds_is_fetched_anew() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        let launcher = visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        visitor.page.top().await?.action_chain().move_to_element_center(&launcher).perform().await?;
        visitor
            .page
            .wait_until("return document.querySelector('tieline-launcher').hasAttribute('ready')")
            .await?;
        stage.gateway.kill().await?;
        // Another key: no ticket of before holds.
        stage.gateway.forget_key()?;
        stage.gateway.serve().await?;
        visitor.ask("#ask").await?;
        visitor.say("With a new ticket").await?;
        visitor.wait_until_sent().await?;
        assert_eq!(stage.gateway.texts()?, ["With a new ticket"]);
        Ok(())
    })
    .await;
}
