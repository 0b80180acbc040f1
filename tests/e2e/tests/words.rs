//! Words that answer others, are said otherwise, taken back, or chosen: seen by the visitor, at the desk, and after a reload.

use anyhow::Result;
use thirtyfour::{By, Key};
use tieline_e2e::{Desk, Side, Visitor, Window, play, until};

async fn wait_for(visitor: &Visitor, selector: &str, expected: &[&str]) -> Result<()> {
    until(&format!("{selector}: {expected:?} at the visitor"), async || {
        Ok((visitor.texts(selector).await? == expected).then_some(()))
    })
    .await
}

async fn wait_at(desk: &Desk, selector: &str, expected: &[&str]) -> Result<()> {
    until(&format!("{selector}: {expected:?} at the desk"), async || {
        Ok((desk.texts(selector).await? == expected).then_some(()))
    })
    .await
}

async fn key(window: &Window, frame: Option<&Visitor>, key: Key) -> Result<()> {
    let driver = match frame {
        Some(visitor) => visitor.inside().await?,
        None => window.top().await?,
    };
    driver.find(By::Css(".composer textarea")).await?.send_keys(key + "").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_answered_edited_deleted_and_chosen_on_both_sides_and_over_a_reload() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("Is it blue?").await?;
        desk.open("Is it blue?").await?;

        // The desk answers these words, and the visitor sees which.
        desk.press(".said.theirs .more").await?;
        wait_at(&desk, ".strip-head", &["Replying to Visitor"]).await?;
        desk.say("It is green.").await?;
        visitor.wait_for_line(Side::Theirs, "It is green.").await?;
        wait_for(&visitor, ".quote-words", &["Is it blue?"]).await?;
        visitor.press(".quote").await?;
        wait_for(&visitor, ".said.mine.flash .bubble", &["Is it blue?"]).await?;

        // An edit that is given up gives back what stood there, and the panel stays open.
        visitor.type_in("by the way").await?;
        visitor.press(".said.mine .more").await?;
        visitor.press(".bubble-menu [role=menuitem]:nth-of-type(2)").await?;
        wait_for(&visitor, ".strip-head", &["Editing your message"]).await?;
        assert_eq!(visitor.composer().await?, "Is it blue?");
        key(&visitor.page, Some(&visitor), Key::Escape).await?;
        wait_for(&visitor, ".strip-head", &[]).await?;
        assert_eq!(visitor.composer().await?, "by the way");

        // An emoji stands where the caret was; Escape closes what it was picked from, and not the panel.
        visitor.press(".emoji-open").await?;
        let is_in = "return document.activeElement?.matches('.picker .emoji') === true";
        until("the focus on an emoji", async || {
            Ok(visitor.inside().await?.execute(is_in, Vec::new()).await?.convert::<bool>()?.then_some(()))
        })
        .await?;
        for key in [Key::Right, Key::Enter, Key::Escape] {
            visitor.inside().await?.action_chain().send_keys(key).perform().await?;
        }
        wait_for(&visitor, ".picker", &[]).await?;
        assert_eq!(visitor.composer().await?, "by the way😀");
        visitor.empty_composer().await?;

        // One that is meant goes through; the desk's list and thread follow.
        key(&visitor.page, Some(&visitor), Key::Up).await?;
        wait_for(&visitor, ".strip-head", &["Editing your message"]).await?;
        visitor.empty_composer().await?;
        visitor.say("Is it red?").await?;
        desk.wait_for_line(Side::Theirs, "Is it red?").await?;
        wait_at(&desk, ".edited", &["edited"]).await?;
        wait_at(&desk, ".quote-words", &["Is it red?"]).await?;

        // A new page knows all of it.
        visitor.page.reload().await?;
        visitor.ask("#ask").await?;
        visitor.wait_for_line(Side::Mine, "Is it red?").await?;
        wait_for(&visitor, ".edited", &["edited"]).await?;
        wait_for(&visitor, ".quote-words", &["Is it red?"]).await?;

        // A choice is said in reply to its question, which rests then.
        desk.offer_choices().await?;
        wait_for(&visitor, "button.choice", &["The blue one", "The green one"]).await?;
        visitor.press("button.choice:nth-of-type(2)").await?;
        visitor.wait_for_line(Side::Mine, "The green one").await?;
        desk.wait_for_line(Side::Theirs, "The green one").await?;
        wait_for(&visitor, ".choice", &[]).await?;
        wait_at(&desk, ".choice", &["The blue one", "The green one"]).await?;

        // What is deleted is asked about once, and then gone: here, at the desk, in quotes, in the store.
        visitor.press(".said.mine .more").await?;
        visitor.press(".bubble-menu .danger").await?;
        wait_for(&visitor, ".confirm p", &["Delete this message for everybody?"]).await?;
        visitor.press(".confirm .danger").await?;
        visitor.wait_for_line(Side::Mine, "This message was deleted").await?;
        desk.wait_for_line(Side::Theirs, "This message was deleted").await?;
        wait_for(&visitor, ".theirs .quote-words", &["This message was deleted"]).await?;
        visitor.wait_until_sent().await?;
        assert_eq!(stage.gateway.texts()?, ["It is green.", "Which one?", "The green one"]);

        // The desk changes its own words as well.
        key(&desk.page, None, Key::Up).await?;
        wait_at(&desk, ".strip-head", &["Editing your message"]).await?;
        Ok(())
    })
    .await;
}
