//! Whose a session is, between two who answer; and a platform of theirs that is out of reach.

use anyhow::{Context as _, Result};
use serde_json::json;
use thirtyfour::{By, Key};
use tieline_e2e::{Desk, Stage, access, play, until};

const QUESTION: &str = "Is it in stock?";
const LONG_NAME: &str = "Robin Alexandra Maximiliane von und zu Hohenstaufen-Blumenberg";

async fn reads(desk: &Desk, selector: &str, expected: &str) -> Result<()> {
    until(&format!("{selector} at the desk to read {expected:?}"), async || {
        Ok(desk.texts(selector).await?.join(" | ").contains(expected).then_some(()))
    })
    .await
}

/// A shop that two answer, with both of them at their desks and a visitor who asks.
async fn open_shop(stage: &Stage, agents: &[&str]) -> Result<(Desk, Desk)> {
    let channel = stage.gateway.register_team("Lamps", &stage.hosts.origin(), agents).await?;
    stage.hosts.fill("CHANNEL", &channel);
    let mia = stage.desk_by(&stage.gateway.invite_as("mia", "Mia").await?).await?;
    let robin = stage.desk_by(&stage.gateway.invite_as("robin", LONG_NAME).await?).await?;
    Ok((mia, robin))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_see_whose_a_session_is_and_the_visitor_does_not() {
    play(async |stage| {
        let (mia, robin) = open_shop(stage, &["mia", "robin"]).await?;
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say(QUESTION).await?;
        for desk in [&mia, &robin] {
            desk.open(QUESTION).await?;
            reads(desk, ".assignment option", "Nobody in particular").await?;
        }

        // By one press, seen by both at once.
        mia.page.click(&[".assignment button"]).await?;
        reads(&mia, ".conversation .pane-title", "Yours").await?;
        reads(&robin, ".conversation .pane-title", "With Mia").await?;
        reads(&robin, "button.session", "Mia").await?;

        // With the keyboard alone: the choice is the next stop before the button.
        robin.page.script::<()>("document.querySelector('.assignment select').focus()").await?;
        robin.page.press(Key::End).await?;
        reads(&robin, ".conversation .pane-title", "Yours").await?;
        reads(&mia, ".conversation .pane-title", &format!("With {LONG_NAME}")).await?;
        assert!(
            mia.page
                .script::<String>(
                    "return document.querySelector('.assignment select').selectedOptions[0].text"
                )
                .await?
                .starts_with("Robin")
        );

        // Over a reload, and in the list that is narrowed to one's own.
        robin.page.reload().await?;
        robin.open(QUESTION).await?;
        reads(&robin, ".conversation .pane-title", "Yours").await?;
        robin.page.click(&[".filter"]).await?;
        assert_eq!(robin.sessions().await?.len(), 1);
        mia.page.click(&[".filter"]).await?;
        until("none of hers", async || Ok(mia.sessions().await?.is_empty().then_some(()))).await?;

        // In the dark, narrow, and from right to left, with a long name: nothing is cut off, nothing is to be found fault with.
        for (width, scheme, direction) in [(1280, "dark", "ltr"), (390, "light", "rtl"), (390, "dark", "ltr")]
        {
            let page = &robin.page;
            let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
            page.devtools("Emulation.setDeviceMetricsOverride", size).await?;
            let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
            page.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
            page.script::<()>(&format!("document.documentElement.dir = '{direction}'")).await?;
            if width < 1100 && page.find(&["#context[data-unfolded=false]"]).await?.is_some() {
                page.click(&[".details-button"]).await?;
            }
            page.wait_for(&[".assignment button"])
                .await
                .with_context(|| format!("{width} {scheme} {direction}"))?;
            let overflow = "return document.documentElement.scrollWidth - innerWidth";
            assert!(page.script::<i64>(overflow).await? <= 0, "{width} {scheme} {direction}");
            let mut found = access::violations(page.top().await?).await?;
            // The list with the first headline is behind the sheet there.
            found.retain(|finding| width > 1100 || !finding.starts_with("page-has-heading-one"));
            assert!(found.is_empty(), "{width} {scheme} {direction}: {}", found.join("\n"));
            let small = access::small_targets(page.top().await?).await?;
            assert!(small.is_empty(), "too small: {small:?}");
        }

        robin.page.click(&[".assignment button"]).await?;
        reads(&robin, ".assignment button", "Assign to me").await?;
        until("nobody's at the other desk", async || {
            let head = mia.texts(".conversation .pane-title").await?.join(" ");
            Ok((!head.contains("With") && !head.contains("Yours")).then_some(()))
        })
        .await?;
        let seen = visitor.inside().await?.find(By::Css("body")).await?.text().await?;
        assert!(!seen.contains("Robin") && !seen.contains("Mia"), "{seen}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_is_told_that_a_platform_is_out_of_reach() {
    play(async |stage| {
        // Nobody listens there: the port was free a moment ago.
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        stage.gateway.configure(&format!(
            "[xmpp]\nserver = \"127.0.0.1:{port}\"\ndomain = \"chat.shop.example\"\nrooms = \"rooms.shop.example\"\nsecret = \"unheard\"\n"
        ))?;
        stage.gateway.stop().await?;
        stage.gateway.serve().await?;
        let (_, robin) = open_shop(stage, &["mia", "robin", "xmpp:anna@shop.example"]).await?;
        let words = "XMPP is not connected: people who answer there do not get anything now.";
        reads(&robin, ".notice", words).await?;
        robin.page.reload().await?;
        reads(&robin, ".notice", words).await?;
        let page = robin.page.script::<String>("return document.body.innerText").await?;
        assert!(!page.contains(&port.to_string()) && !page.contains("refused"), "no details: {page}");
        let found = access::violations(robin.page.top().await?).await?;
        assert!(found.is_empty(), "{}", found.join("\n"));

        // Somebody answers at the port again: the line goes, and nobody has to load anything.
        let server = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.context("the port")?;
        let accepting = tokio::spawn(component_server(server));
        until("the line is gone", async || Ok(robin.texts(".notice span").await?.is_empty().then_some(()))).await?;
        accepting.abort();
        reads(&robin, ".notice", words).await
    })
    .await;
}

/// The little of an XMPP server that a component needs to be let in (XEP-0114), again and again.
async fn component_server(listener: tokio::net::TcpListener) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let stream = "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' \
                  xmlns:stream='http://etherx.jabber.org/streams' id='1' from='chat.shop.example'>";
    while let Ok((mut socket, _)) = listener.accept().await {
        let mut bytes = [0; 4096];
        let _ = socket.read(&mut bytes).await;
        let _ = socket.write_all(stream.as_bytes()).await;
        let _ = socket.read(&mut bytes).await;
        let _ = socket.write_all(b"<handshake/>").await;
        while socket.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
    }
}
