//! The line both ways: from a page to the desk and back, and over the gateway's death.

use anyhow::Result;
use tieline_e2e::{Shop, Side, play, until};

/// The whole product in one test: a product is asked about, the desk sees who asks about what, and the answer comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_reaches_the_desk_and_the_answer_comes_back() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("Does it come in green?").await?;
        desk.open("Does it come in green?").await?;
        desk.wait_for_line(Side::Theirs, "Does it come in green?").await?;
        assert!(desk.sessions().await?[0].contains("Reading lamp"), "the item from the page's JSON-LD");
        desk.say("In green and in blue.").await?;
        visitor.wait_for_line(Side::Theirs, "In green and in blue.").await?;
        visitor.say("Then blue.").await?;
        desk.wait_for_line(Side::Theirs, "Then blue.").await?;
        let expected = ["Does it come in green?", "In green and in blue.", "Then blue."];
        assert_eq!(stage.gateway.texts()?, expected);
        Ok(())
    })
    .await;
}

/// Typing is seen on both sides, goes with the words, and goes when the field is emptied.
#[tokio::test(flavor = "multi_thread")]
async fn typing_is_seen_on_both_sides() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("Hello").await?;
        desk.open("Hello").await?;
        desk.type_in("It is").await?;
        let read = "return document.querySelector('.typing')?.textContent ?? ''";
        until("the visitor sees Mia type", async || {
            let told: String = visitor.inside().await?.execute(read, Vec::new()).await?.convert()?;
            Ok((told == "Mia is typing").then_some(()))
        })
        .await?;
        desk.say(" green").await?;
        visitor.wait_for_line(Side::Theirs, "It is green").await?;
        assert_eq!(visitor.texts(".typing").await?, [""; 0], "the words have come");
        visitor.type_in("And").await?;
        until("the desk sees the visitor type", async || {
            Ok((!desk.texts(".typing").await?.is_empty()).then_some(()))
        })
        .await?;
        visitor.empty_composer().await?;
        until("the visitor has stopped", async || Ok(desk.texts(".typing").await?.is_empty().then_some(())))
            .await
    })
    .await;
}

/// The demo's way: the list names each product's item, the desk sees it with its price.
#[tokio::test(flavor = "multi_thread")]
async fn a_shop_asks_about_the_product_beside_the_button() {
    play(async |stage| {
        let shop = Shop::start(&stage.gateway).await?;
        let desk = stage.desk().await?;
        let visitor = stage.visitor_of(&shop.page("/")).await?;
        visitor.ask(".card:nth-child(4) .ask").await?;
        visitor.say("Which bulb fits?").await?;
        desk.open("Enamel lamp").await?;
        desk.wait_for_line(Side::Theirs, "Which bulb fits?").await?;
        let line = desk.sessions().await?.join(" ");
        assert!(line.contains("139.00"), "{line}");
        desk.say("E27, warm white.").await?;
        visitor.wait_for_line(Side::Theirs, "E27, warm white.").await?;
        assert_eq!(visitor.page.violations().await?, [] as [&str; 0]);
        Ok(())
    })
    .await;
}

/// Whom the shop's backend vouches for has a name at the desk, and finds the conversation in any browser.
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_in_customer_is_known_by_name_and_in_every_browser() {
    play(async |stage| {
        let shop = Shop::start(&stage.gateway).await?;
        let desk = stage.desk().await?;
        let visitor = stage.visitor_of(&shop.page("/p/linen-apron?user=Ada")).await?;
        visitor.ask(".ask").await?;
        visitor.say("Where is my apron?").await?;
        desk.open("Ada").await?;
        desk.wait_for_line(Side::Theirs, "Where is my apron?").await?;
        // Another browser knows nothing but the name.
        let origins = serde_json::json!({ "origin": stage.gateway.url(), "storageTypes": "all" });
        visitor.page.devtools("Storage.clearDataForOrigin", origins).await?;
        let again = stage.visitor_of(&shop.page("/?user=Ada")).await?;
        again.ask(".ask").await?;
        again.wait_for_line(Side::Mine, "Where is my apron?").await
    })
    .await;
}

/// What was said before, during and after the death of the gateway stands once, in order, on both sides.
#[tokio::test(flavor = "multi_thread")]
async fn kill_nine_in_mid_conversation_loses_nothing() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        let mut expected = Vec::new();
        for round in 0..3 {
            let before = format!("before kill {round}");
            visitor.say(&before).await?;
            if round == 0 {
                desk.open(&before).await?;
            }
            desk.wait_for_line(Side::Theirs, &before).await?;
            stage.gateway.kill().await?;
            let during = format!("while dead {round}");
            visitor.say(&during).await?;
            let answer = format!("answer while dead {round}");
            stage.gateway.serve().await?;
            visitor.wait_until_sent().await?;
            desk.wait_for_line(Side::Theirs, &during).await?;
            desk.say(&answer).await?;
            visitor.wait_for_line(Side::Theirs, &answer).await?;
            expected.extend([before, during, answer]);
        }
        assert_eq!(stage.gateway.texts()?, expected);
        assert_eq!(texts(&visitor.lines().await?), expected);
        assert_eq!(texts(&desk.lines().await?), expected);
        Ok(())
    })
    .await;
}

/// A visitor who comes back finds what was said, on another page too.
#[tokio::test(flavor = "multi_thread")]
async fn the_conversation_is_there_on_the_next_page() -> Result<()> {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("Still there?").await?;
        visitor.wait_until_sent().await?;
        visitor.page.go(&format!("{}/two-widgets.html", stage.hosts.origin())).await?;
        visitor.ask("#ask").await?;
        visitor.wait_for_line(Side::Mine, "Still there?").await
    })
    .await;
    Ok(())
}

fn texts(lines: &[tieline_e2e::Line]) -> Vec<String> {
    lines.iter().map(|line| line.text.clone()).collect()
}

/// An answer behind a closed panel is counted on the launcher, for eyes and for screen readers, until it is seen.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_behind_a_closed_panel_is_counted_on_the_launcher() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("I will be back").await?;
        desk.open("I will be back").await?;
        visitor.press_launcher().await?;
        desk.say("I am still here").await?;
        let shows = |badge: &str, name: &str| {
            format!(
                "const button = document.querySelector('tieline-launcher').shadowRoot.querySelector('button');
                return button.querySelector('span').textContent === '{badge}'
                    && button.getAttribute('aria-label') === '{name}' && tieline.unread === {}",
                if badge.is_empty() { "0" } else { badge }
            )
        };
        visitor.page.wait_until(&shows("1", "Chat with us (1)")).await?;
        visitor.press_launcher().await?;
        visitor.wait_for_line(Side::Theirs, "I am still here").await?;
        visitor.page.wait_until(&shows("", "Chat with us")).await
    })
    .await;
}
