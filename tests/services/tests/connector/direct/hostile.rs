//! Forged and foreign stanzas to a contact, on real servers.

use anyhow::Result;
use serde_json::json;
use tieline_services::XmppKind;

use super::Direct;
use crate::shop::text_of;

async fn strangers_get_nowhere(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let eve = world.server.person("eve").await?;
    let id = eve.tell(&world.contact, "forged").await?;
    let is_refused = |event: &serde_json::Value| event["type"] == "error" && event["id"] == id.as_str();
    let refused = eve.wait_for("a refusal", is_refused).await?;
    assert!(refused["xml"].to_string().contains("does not answer for the shop"), "{refused}");
    // Nor is she shown the contact, told who it is, or believed to have read anything.
    eve.raw(&format!("<presence to='{}' type='subscribe'/>", world.contact)).await?;
    eve.wait_for("a refusal", |event| event["type"] == "unsubscribed").await?;
    let hello = world.mia.events().into_iter().find(|event| event["body"] == "hello").unwrap_or_default();
    world.order(&eve, "mark", json!({"id": hello["id"]})).await?;
    world.order(&eve, "chat_state", json!({"state": "composing"})).await?;
    let to = &world.contact;
    eve.raw(&format!(
        "<message to='{to}' type='chat' id='e1'><received xmlns='urn:xmpp:receipts' id='x'/></message>"
    ))
    .await?;
    eve.raw(&format!("<message to='{to}' type='groupchat' id='e2'><body>forged</body></message>")).await?;
    // A session that there is not.
    let nowhere = "s-00000000000000000000000001@chat.localhost";
    let id = eve.tell(nowhere, "anybody?").await?;
    eve.wait_for("a refusal", |event| event["type"] == "error" && event["id"] == id.as_str()).await?;
    // Some servers end a stream that says who it is not; so this comes last, and nobody waits for an answer.
    eve.ping().await?;
    eve.raw(&format!(
        "<message from='mia@localhost/x' to='{to}' type='chat' id='e3'><body>forged</body></message>"
    ))
    .await?;
    world.mia_says("still me").await?;
    let entry = world.entry().await?;
    assert_eq!((text_of(&entry), entry.from.name.as_deref()), ("still me", Some("mia")));
    Ok(())
}

async fn words_of_others_cannot_be_changed(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let id = world.mia_says("it is blue").await?;
    assert_eq!(text_of(&world.entry().await?), "it is blue");
    // Ana has the right id, and it is not hers: what she says stands by itself, and what she takes back is nothing.
    world.order(&world.ana, "correct", json!({"replaces": id, "body": "it is green"})).await?;
    let entry = world.entry().await?;
    assert_eq!((text_of(&entry), entry.from.name.as_deref()), ("it is green", Some("ana")));
    world.order(&world.ana, "retract", json!({"id": id})).await?;
    world.mia_says("as before").await?;
    assert_eq!(text_of(&world.entry().await?), "as before");
    Ok(())
}

async fn what_is_encrypted_or_too_long_is_told_to_whoever_said_it(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let sealed = format!(
        "<message to='{}' type='chat' id='o1'><body>an OMEMO message</body><encrypted xmlns='eu.siacs.conversations.axolotl'/></message>",
        world.contact
    );
    world.mia.raw(&sealed).await?;
    let is_told = |event: &serde_json::Value| {
        event["body"].as_str().is_some_and(|body| body.contains("Switch encryption"))
    };
    world.mia.wait_for("a word about it", is_told).await?;
    let id = world.mia.tell(&world.contact, &"x".repeat(9_000)).await?;
    let is_refused = |event: &serde_json::Value| event["type"] == "error" && event["id"] == id.as_str();
    let refused = world.mia.wait_for("a refusal", is_refused).await?;
    assert!(refused["xml"].to_string().contains("Too long"), "{refused}");
    world.mia_says("shorter").await?;
    assert_eq!(text_of(&world.entry().await?), "shorter");
    Ok(())
}

crate::on_both! {
    strangers_get_nowhere
    words_of_others_cannot_be_changed
    what_is_encrypted_or_too_long_is_told_to_whoever_said_it
}
