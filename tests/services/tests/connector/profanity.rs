//! Mia answers with profanity, in a terminal: what she sees and types, and what the visitor sees of it.

use anyhow::Result;
use tieline_protocol::{Body, Role};
use tieline_services::{Profanity, XmppKind, XmppServer};

use crate::shop::{PASSWORD, Shop, text_of};

/// The visitor has asked something, and Mia has followed the invitation and reads it.
async fn asked(kind: XmppKind) -> Result<(Shop, Profanity)> {
    let server = XmppServer::start(kind).await?;
    let mia = server.add_account("mia", PASSWORD).await?;
    let profanity = Profanity::sign_in(&server, &mia, PASSWORD).await?;
    let mut shop = Shop::open(server).await?;
    shop.say("is the blue mug in stock?").await?;
    // The invitation says why she is asked in, and which line accepts it.
    profanity.shows("Load: is the blue mug in stock?").await?;
    let line = profanity.shows_such("how to accept", line_to_accept).await?;
    profanity.enter(&line).await?;
    profanity.shows("Visitor: is the blue mug in stock?").await?;
    Ok((shop, profanity))
}

/// `/join ...`, out of what profanity says of an invitation.
fn line_to_accept(screen: &str) -> Option<String> {
    let (line, _) = screen.split_once("Use '")?.1.split_once("' to accept the invitation")?;
    Some(line.to_owned())
}

async fn mia_answers_and_corrects_herself(kind: XmppKind) -> Result<()> {
    let (mut shop, mia) = asked(kind).await?;
    mia.enter("yes, two of tehm").await?;
    let answer = shop.entry().await?;
    assert_eq!(
        (text_of(&answer), answer.from.role, answer.from.name.as_deref()),
        ("yes, two of tehm", Role::Agent, Some("mia"))
    );
    mia.enter("/correct yes, two of them").await?;
    let edit = shop.entry().await?;
    assert_eq!(edit.body, Body::Edit { target: answer.draft_id, text: "yes, two of them".into() });
    let screen = mia.shows("mia: yes, two of them").await?;
    assert!(!screen.contains("tehm"), "{screen}");
    Ok(())
}

async fn mia_sees_what_the_visitor_corrects(kind: XmppKind) -> Result<()> {
    let (mut shop, mia) = asked(kind).await?;
    let said = shop.say("and the gren one?").await?;
    mia.shows("Visitor: and the gren one?").await?;
    shop.say_body(Body::Edit { target: said.draft_id, text: "and the green one?".into() }, None).await?;
    let screen = mia.shows("and the green one?").await?;
    assert!(!screen.contains("gren one"), "{screen}");
    Ok(())
}

/// profanity takes a line that begins with a slash for its own command.
async fn mia_ends_the_session_with_a_blank_before_the_command(kind: XmppKind) -> Result<()> {
    let (mut shop, mia) = asked(kind).await?;
    mia.enter(" /help").await?;
    // The gateway answers her alone, which profanity shows in a window of its own.
    mia.shows("[3]").await?;
    mia.enter("/win 3").await?;
    mia.shows("/close ends the session").await?;
    mia.enter("/win 2").await?;
    mia.shows("Visitor: is the blue mug in stock?").await?;
    mia.enter(" /close").await?;
    assert_eq!(shop.entry().await?.body, Body::Closed);
    Ok(())
}

/// In direct mode the session is a window of its own, as any chat is.
async fn mia_answers_a_contact(kind: XmppKind) -> Result<()> {
    let server = XmppServer::start(kind).await?;
    let mia = server.add_account("mia", PASSWORD).await?;
    let profanity = Profanity::sign_in(&server, &mia, PASSWORD).await?;
    let settings = server.direct_settings();
    let mut shop = Shop::open_with(server, &["xmpp:mia@localhost"], &settings).await?;
    let asked = shop.say("is the gren mug in stock?").await?;
    profanity.shows("[2]").await?;
    profanity.enter("/win 2").await?;
    profanity.shows("is the gren mug in stock?").await?;
    let text = "is the green mug in stock?".to_owned();
    shop.say_body(Body::Edit { target: asked.draft_id, text }, None).await?;
    let screen = profanity.shows("is the green mug in stock?").await?;
    assert!(!screen.contains("gren mug"), "{screen}");
    profanity.enter("yes, two of tehm").await?;
    let answer = shop.entry().await?;
    assert_eq!((text_of(&answer), answer.from.name.as_deref()), ("yes, two of tehm", Some("mia")));
    profanity.enter("/correct yes, two of them").await?;
    let edit = shop.entry().await?;
    assert_eq!(edit.body, Body::Edit { target: answer.draft_id, text: "yes, two of them".into() });
    profanity.enter(" /close").await?;
    assert_eq!(shop.entry().await?.body, Body::Closed);
    Ok(())
}

crate::on_both! {
    mia_answers_a_contact
    mia_answers_and_corrects_herself
    mia_sees_what_the_visitor_corrects
    mia_ends_the_session_with_a_blank_before_the_command
}
