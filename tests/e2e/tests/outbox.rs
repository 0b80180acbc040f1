//! P12: reload, crash of the browser, second tab: nothing typed is lost, and nothing is said twice.
//!
//! In Chromium with partitioned and with shared storage, and in Firefox; where a frame may store nothing, the visitor is told.

use anyhow::Result;
use tieline_e2e::{Kind, Side, Stage, Visitor, play_in, stand_once, until};

const KEEPING: [Kind; 3] = [Kind::Chromium, Kind::ChromiumUnpartitioned, Kind::Firefox];

/// Somebody who has opened the panel of the plain page.
async fn open(stage: &Stage) -> Result<Visitor> {
    let visitor = stage.visitor("plain.html").await?;
    visitor.ask("#ask").await?;
    Ok(visitor)
}

/// Somebody who has opened it and said one line, which the log has.
async fn say_one(stage: &Stage) -> Result<Visitor> {
    let visitor = open(stage).await?;
    visitor.say("One").await?;
    visitor.wait_until_sent().await?;
    Ok(visitor)
}

/// Plays it in every browser that keeps what it is given.
async fn play_where_kept(scenario: impl AsyncFn(&Stage) -> Result<()>) {
    for kind in KEEPING {
        play_in(kind, &scenario).await;
    }
}

/// P12: queued while the gateway is away, then the browser dies. The next one sends what was typed.
#[tokio::test(flavor = "multi_thread")]
async fn p12_a_queued_line_survives_the_crash_of_the_browser() {
    play_where_kept(async |stage| {
        let visitor = say_one(stage).await?;
        stage.gateway.kill().await?;
        visitor.say("Two").await?;
        visitor.say("Three").await?;
        visitor.wait_until_kept("Three").await?;
        stage.crash_browser().await?;
        stage.gateway.serve().await?;
        stand_once(stage, &open(stage).await?, &["One", "Two", "Three"]).await
    })
    .await;
}

/// P12: on the wire and not answered when the browser dies. The log may have it or not: it stands there once.
#[tokio::test(flavor = "multi_thread")]
async fn p12_a_line_on_the_wire_survives_the_crash_of_the_browser() {
    play_where_kept(async |stage| {
        let visitor = say_one(stage).await?;
        stage.gateway.freeze()?;
        visitor.say("Two").await?;
        visitor.wait_until_kept("Two").await?;
        stage.crash_browser().await?;
        // What the socket had taken is read now, though its sender is dead.
        stage.gateway.thaw()?;
        stand_once(stage, &open(stage).await?, &["One", "Two"]).await
    })
    .await;
}

/// P12: the very first words, whose session is not open yet, and a page that is loaded again at once.
#[tokio::test(flavor = "multi_thread")]
async fn p12_first_words_survive_a_reload_before_their_session_is_open() {
    play_where_kept(async |stage| {
        let visitor = open(stage).await?;
        stage.gateway.freeze()?;
        visitor.say("Hello?").await?;
        visitor.wait_until_kept("Hello?").await?;
        visitor.page.go("about:blank").await?;
        stage.gateway.thaw()?;
        visitor.page.go(&format!("{}/plain.html", stage.hosts.origin())).await?;
        visitor.ask("#ask").await?;
        stand_once(stage, &visitor, &["Hello?"]).await
    })
    .await;
}

/// P12: two tabs, and the one that had something to say is closed before the gateway comes back. The other says it.
#[tokio::test(flavor = "multi_thread")]
async fn p12_the_second_tab_says_what_a_closed_tab_could_not() {
    play_where_kept(async |stage| {
        let first = say_one(stage).await?;
        let second = open(stage).await?;
        second.wait_for_line(Side::Mine, "One").await?;
        stage.gateway.kill().await?;
        first.say("Two").await?;
        first.wait_until_kept("Two").await?;
        first.page.close().await?;
        stage.gateway.serve().await?;
        stand_once(stage, &second, &["One", "Two"]).await
    })
    .await;
}

/// P12: what stands in the composer and was never sent is there again after a reload.
#[tokio::test(flavor = "multi_thread")]
async fn p12_unsent_words_in_the_composer_survive_a_reload() {
    play_where_kept(async |stage| {
        let visitor = say_one(stage).await?;
        visitor.type_in("Two, but I am not").await?;
        visitor.wait_until_begun("Two, but I am not").await?;
        visitor.page.reload().await?;
        visitor.ask("#ask").await?;
        until("the words in the composer", async || {
            Ok((visitor.composer().await? == "Two, but I am not").then_some(()))
        })
        .await?;
        assert_eq!(stage.gateway.texts()?, ["One"]);
        Ok(())
    })
    .await;
}

/// P12: a frame that may store nothing says so before anything can be lost, and sends all the same.
#[tokio::test(flavor = "multi_thread")]
async fn p12_where_nothing_can_be_kept_the_visitor_is_told() {
    play_in(Kind::ChromiumDenied, async |stage| {
        let visitor = say_one(stage).await?;
        until("the notice", async || {
            let notices = visitor.texts(".notice").await?.join(" ");
            Ok(notices.contains("will be lost").then_some(()))
        })
        .await?;
        assert_eq!(stage.gateway.texts()?, ["One"]);
        Ok(())
    })
    .await;
}
