//! Widgets come and go with the page.

use tieline_e2e::{Side, play, until};

/// Nothing of a widget is left behind, and a new tag brings a new one.
#[tokio::test(flavor = "multi_thread")]
async fn destroy_frees_everything_and_a_new_tag_begins_anew() {
    play(async |stage| {
        let visitor = stage.visitor("spa.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("Before").await?;
        visitor.wait_until_sent().await?;
        for _ in 0..3 {
            visitor.page.script::<()>("tieline.destroy()").await?;
            let left = "return [document.querySelectorAll('tieline-launcher').length, typeof window.tieline]";
            assert_eq!(visitor.page.script::<(usize, String)>(left).await?, (0, "undefined".into()));
            // The control is dead now, and harmless.
            visitor.page.click(&["#ask"]).await?;
            assert_eq!(visitor.page.frames().await?, 0);
            visitor.page.script::<()>("again()").await?;
            visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
            visitor.ask("#ask").await?;
            visitor.wait_for_line(Side::Mine, "Before").await?;
        }
        Ok(())
    })
    .await;
}

/// A route change that replaces the body keeps the conversation, and the new page's product is what is asked about.
#[tokio::test(flavor = "multi_thread")]
async fn a_route_change_keeps_the_panel_and_takes_the_new_product() {
    play(async |stage| {
        let visitor = stage.visitor("spa.html").await?;
        visitor.ask("#ask").await?;
        assert!(visitor.texts(".item-strip").await?.join(" ").contains("Reading lamp"));
        // A frame that is taken out and put back loads again, and forgets this.
        visitor.inside().await?.execute("window.isTheSame = true", Vec::new()).await?;
        visitor.page.script::<()>("go('mug')").await?;
        visitor.ask("#ask").await?;
        until("the mug in the strip", async || {
            let strip = visitor.texts(".item-strip").await?.join(" ");
            Ok(strip.contains("Stoneware mug").then_some(()))
        })
        .await?;
        let same = visitor.inside().await?.execute("return window.isTheSame === true", Vec::new()).await?;
        assert!(same.convert::<bool>()?, "the frame was loaded again");
        Ok(())
    })
    .await;
}

/// Two channels, three tags, two launchers: each control opens its own, and neither hears the other.
#[tokio::test(flavor = "multi_thread")]
async fn two_widgets_live_side_by_side() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor("two-widgets.html").await?;
        assert_eq!(
            visitor
                .page
                .script::<usize>("return document.querySelectorAll('tieline-launcher').length")
                .await?,
            2
        );
        visitor.ask("#ask").await?;
        visitor.say("To the shop").await?;
        let other = visitor.at(&["tieline-launcher[start]", "iframe"]);
        other.ask("#ask-other").await?;
        other.say("To the workshop").await?;
        desk.open("To the shop").await?;
        desk.say("Shop here").await?;
        desk.open("To the workshop").await?;
        desk.say("Workshop here").await?;
        visitor.wait_for_line(Side::Theirs, "Shop here").await?;
        other.wait_for_line(Side::Theirs, "Workshop here").await?;
        assert_eq!(visitor.lines().await?.len(), 2);
        assert_eq!(other.lines().await?.len(), 2);
        Ok(())
    })
    .await;
}

/// A blocking tag in the head, and calls made before it: they wait, and then they are heard.
#[tokio::test(flavor = "multi_thread")]
async fn calls_before_the_loader_and_before_the_body_are_heard() {
    play(async |stage| {
        let visitor = stage.visitor("early.html").await?;
        assert!(!visitor.page.script::<bool>("return window.hadBody").await?);
        visitor.wait_for_composer().await?;
        assert!(visitor.texts(".item-strip").await?.join(" ").contains("Asked before the loader came"));
        visitor.page.script::<()>("tieline('close')").await?;
        let expected =
            ["opened", "ready", "closed"].map(|name| (format!("tieline:{name}"), stage.channel.clone()));
        let events: Vec<(String, String)> = visitor.page.script("return window.events").await?;
        assert_eq!(events, expected);
        Ok(())
    })
    .await;
}

/// `<tieline-session>` in the layout: begun when it is seen, freed when it is taken out.
#[tokio::test(flavor = "multi_thread")]
async fn an_element_begins_when_it_is_seen_and_ends_when_it_is_removed() {
    play(async |stage| {
        let visitor = stage.visitor("element.html").await?;
        let near = visitor.at(&["#near", "iframe"]);
        visitor.page.wait_for(&["#near[ready]"]).await?;
        near.say("From the layout").await?;
        near.wait_until_sent().await?;
        assert_eq!(visitor.page.frames().await?, 1, "the far one waits");
        visitor.page.script::<()>("document.getElementById('far').scrollIntoView()").await?;
        visitor.page.wait_for(&["#far[ready]"]).await?;
        visitor
            .page
            .script::<()>("for (const id of ['near', 'far']) document.getElementById(id).remove()")
            .await?;
        assert_eq!(visitor.page.frames().await?, 0);
        Ok(())
    })
    .await;
}

/// Back and forward: the page comes out of the browser's memory as it was, with the panel open, and the session goes on.
#[tokio::test(flavor = "multi_thread")]
async fn the_session_goes_on_after_back_and_forward() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("Before I left").await?;
        visitor.wait_until_sent().await?;
        let watch = "addEventListener('pageshow', (event) => { window.isRestored = event.persisted; })";
        visitor.page.script::<()>(watch).await?;
        visitor.page.go("about:blank").await?;
        visitor.page.top().await?.back().await?;
        visitor.page.wait_until("return window.isRestored === true").await?;
        visitor.wait_for_line(Side::Mine, "Before I left").await?;
        visitor.say("And back").await?;
        visitor.wait_until_sent().await?;
        assert_eq!(stage.gateway.texts()?, ["Before I left", "And back"]);
        Ok(())
    })
    .await;
}

/// P12: an open panel and the words in its composer outlive a page change, and the new page keeps its own caret.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_panel_and_begun_words_outlive_a_page_change() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.type_in("I was about to").await?;
        let stand = async || Ok((visitor.composer().await? == "I was about to").then_some(()));
        visitor.wait_until_begun("I was about to").await?;
        visitor.page.go(&format!("{}/spa.html", stage.hosts.origin())).await?;
        let is_back = "return document.querySelector('tieline-launcher')?.matches('[open][ready]') === true";
        visitor.page.wait_until(is_back).await?;
        until("the words again", stand).await?;
        let active = "return document.activeElement === document.body";
        assert!(visitor.page.script::<bool>(active).await?, "nobody pressed anything on this page");
        visitor.page.script::<()>("tieline.close()").await?;
        visitor.page.go(&format!("{}/plain.html", stage.hosts.origin())).await?;
        visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
        assert_eq!(visitor.page.frames().await?, 0, "closed is closed");
        Ok(())
    })
    .await;
}
