//! From nobody there to how it was: what a visitor is told of those who answer, and what both leave behind.

use anyhow::{Context as _, Result};
use thirtyfour::{By, Key};
use tieline_e2e::{Desk, Side, Stage, Visitor, play, until};

const QUESTION: &str = "Is it in stock?";
const CONTACT: &str = r#"pre_chat={"title": "Before we begin", "fields": [
    {"name": "email", "label": "Your e-mail", "kind": "email", "required": true},
    {"name": "about", "label": "Subject", "kind": "choice", "choices": ["An order", "Something else"]},
    {"name": "consent", "label": "I agree to the privacy notice", "kind": "consent", "required": true}]}"#;

async fn reads(visitor: &Visitor, selector: &str, expected: &str) -> Result<()> {
    until(&format!("{selector} to read {expected:?}"), async || {
        Ok(visitor.texts(selector).await?.join(" ").contains(expected).then_some(()))
    })
    .await
}

async fn desk_reads(desk: &Desk, selector: &str, expected: &str) -> Result<()> {
    until(&format!("{selector} at the desk to read {expected:?}"), async || {
        Ok(desk.texts(selector).await?.join(" ").contains(expected).then_some(()))
    })
    .await
}

async fn click(visitor: &Visitor, selector: &str) -> Result<()> {
    until(&format!("{selector} to press"), async || {
        let Some(found) = visitor.inside().await?.find_all(By::Css(selector)).await?.into_iter().next()
        else {
            return Ok(None);
        };
        found.click().await.with_context(|| selector.to_owned())?;
        Ok(Some(()))
    })
    .await
}

async fn fill(visitor: &Visitor, selector: &str, text: &str) -> Result<()> {
    Ok(visitor.inside().await?.find(By::Css(selector)).await?.send_keys(text).await?)
}

/// Nobody is there: it says so, the message waits, and whoever comes finds it unread.
async fn a_message_waits_for_the_desk(stage: &Stage, visitor: &Visitor) -> Result<Desk> {
    reads(visitor, ".header-tagline[data-standing=away]", "Away").await?;
    reads(visitor, ".expectation", "Your message waits").await?;
    click(visitor, ".quick-question").await?;
    visitor.wait_for_line(Side::Mine, QUESTION).await?;
    visitor.wait_until_sent().await?;
    assert_eq!(visitor.texts(".quick-question").await?, [""; 0], "asked once, the thread has begun");
    let desk = stage.desk().await?;
    desk_reads(&desk, "button.session.unread", QUESTION).await?;
    reads(visitor, ".header-tagline[data-standing=here]", "Here now").await?;
    reads(visitor, ".expectation", "You are next.").await?;
    desk.open(QUESTION).await?;
    desk.say("It is.").await?;
    visitor.wait_for_line(Side::Theirs, "It is.").await?;
    assert_eq!(visitor.texts(".expectation p").await?, [""; 0], "answered, nobody waits");
    Ok(desk)
}

/// The desk asks for an address in the middle of it; what is wrong is named, and what is right stands at the desk as a list.
async fn a_form_is_asked_and_filled_in(visitor: &Visitor, desk: &Desk) -> Result<()> {
    desk.page.click(&[".session-actions .quiet-button"]).await?;
    reads(visitor, ".form-title", "How can we reach you?").await?;
    click(visitor, ".form-send").await?;
    reads(visitor, ".form-flaw", "Please fill this in.").await?;
    let focused = "return document.activeElement?.matches('.form input[type=email]') === true";
    until("the caret in the field at fault", async || {
        Ok(visitor.inside().await?.execute(focused, Vec::new()).await?.convert::<bool>()?.then_some(()))
    })
    .await?;
    fill(visitor, ".form input[type=email]", "ada@shop").await?;
    reads(visitor, ".form-flaw", "Please enter an e-mail address").await?;
    fill(visitor, ".form input[type=email]", ".example").await?;
    click(visitor, ".form-send").await?;
    desk_reads(desk, ".answers dd", "ada@shop.example").await?;
    assert_eq!(visitor.texts(".form").await?, [""; 0]);
    Ok(())
}

/// The desk closes, the visitor says how it was, and begins anew.
async fn it_ends_and_begins_anew(visitor: &Visitor, desk: &Desk) -> Result<()> {
    desk.page.click(&[".close-session"]).await?;
    desk.page.click(&[".close-session"]).await?;
    reads(visitor, ".ending-line", "This chat was closed.").await?;
    desk_reads(desk, ".ended", "This session has ended.").await?;
    // By keys alone, as a group of radio buttons is used.
    let first = visitor.inside().await?.find(By::Css(".star input[value='3']")).await?;
    first.send_keys(Key::Space + "").await?;
    first.send_keys(Key::Right + "").await?;
    fill(visitor, ".rating textarea", "Quick and kind.").await?;
    click(visitor, ".rating .form-send").await?;
    desk_reads(desk, ".bubble.quiet", "4 of 5 stars").await?;
    desk_reads(desk, ".bubble.quiet", "Quick and kind.").await?;
    reads(visitor, ".ending", "4 of 5 stars").await?;
    click(visitor, ".ending > .form-send").await?;
    visitor.wait_for_composer().await.or(Ok::<_, anyhow::Error>(()))?;
    visitor.say("One more thing").await?;
    desk_reads(desk, "button.session.unread", "One more thing").await
}

/// Somebody new is asked who they are, once; the shop's hours are told in the visitor's own time.
async fn a_newcomer_is_asked_first(stage: &Stage, newcomer: &Visitor, desk: &Desk) -> Result<()> {
    stage.gateway.set(&stage.channel, &[CONTACT]).await?;
    reads(newcomer, ".form-title", "Before we begin").await?;
    fill(newcomer, ".form input[type=email]", "bob@shop.example").await?;
    click(newcomer, ".form select option:nth-child(2)").await?;
    click(newcomer, ".form input[type=checkbox]").await?;
    click(newcomer, ".form-send").await?;
    newcomer.say("About my order").await?;
    desk.open("About my order").await?;
    desk_reads(desk, ".answers dd", "bob@shop.example").await?;
    desk_reads(desk, ".answers dd", "An order").await?;

    let closed = r#"hours={"time_zone": "Pacific/Kiritimati", "weekly": [{"days": ["mon"], "from": "09:00", "to": "09:01"}]}"#;
    stage.gateway.set(&stage.channel, &[closed]).await?;
    reads(newcomer, ".header-tagline[data-standing=away]", "Away, back").await?;
    // Monday nine o'clock on Kiritimati is Sunday evening in London.
    let expected =
        "const zone = Intl.DateTimeFormat().resolvedOptions().timeZone; return zone === 'UTC' ? '19:00' : ''";
    let expected: String = newcomer.inside().await?.execute(expected, Vec::new()).await?.convert()?;
    reads(newcomer, ".expectation", "Nobody is here until").await?;
    if !expected.is_empty() {
        let told = newcomer.texts(".expectation").await?.join(" ");
        assert!(told.contains(&expected) || told.contains("07:00"), "{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_nobody_there_to_how_it_was() {
    play(async |stage| {
        let questions = format!("quick_questions=[{QUESTION:?}]");
        stage.gateway.set(&stage.channel, &[&questions]).await?;
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        let desk = a_message_waits_for_the_desk(stage, &visitor).await?;
        a_form_is_asked_and_filled_in(&visitor, &desk).await?;
        it_ends_and_begins_anew(&visitor, &desk).await?;
        let newcomer = stage.visitor_after("").await?;
        a_newcomer_is_asked_first(stage, &newcomer, &desk).await?;
        assert_eq!(visitor.violations().await?, [""; 0]);
        assert_eq!(visitor.page.violations().await?, [""; 0]);
        Ok(())
    })
    .await;
}
