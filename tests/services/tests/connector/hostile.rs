//! Forged and foreign stanzas, on real servers.

use anyhow::Result;
use serde_json::json;
use tieline_services::XmppKind;

use crate::{shop::text_of, world::World};

/// The next thing that the visitor is shown is this, so nothing before it was.
async fn only(world: &mut World, text: &str) -> Result<()> {
    world.mia.say(&world.room, text).await?;
    let entry = world.entry().await?;
    assert_eq!(text_of(&entry), text, "{entry:?}");
    Ok(())
}

async fn strangers_get_nowhere(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let eve = world.server.person("eve").await?;
    assert!(eve.join(&world.room, "Eve").await.is_err(), "the room is for its members");
    let message = |to: &str, kind: &str| {
        format!("<message to='{to}' type='{kind}' id='f1'><body>forged</body></message>")
    };
    let (local, _) = world.room.split_once('@').unwrap_or_default();
    let id = local.trim_start_matches("s-");
    for stanza in [
        // Into the room from outside, to the visitor and to the gateway past it.
        message(&world.room, "groupchat"),
        message(&format!("v-{id}@chat.localhost/tieline"), "groupchat"),
        message(&format!("v-{id}@chat.localhost"), "chat"),
        message("gateway@chat.localhost/rooms", "groupchat"),
        message("chat.localhost", "normal"),
        // As if an archive answered.
        format!(
            "<message to='gateway@chat.localhost/rooms'><result xmlns='urn:xmpp:mam:2' queryid='archive-1' id='n1'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' type='groupchat' from='{}/Mia'><body>forged</body></message></forwarded></result></message>",
            world.room
        ),
    ] {
        eve.raw(&stanza).await?;
    }
    eve.ping().await?;
    // Some servers end a stream that says who it is not; so this comes last, and nobody waits for an answer.
    eve.raw(&format!("<presence to='gateway@chat.localhost/rooms' from='{}/Mia'/>", world.room)).await?;
    only(&mut world, "still me").await
}

async fn a_member_cannot_speak_for_another(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    // A name of the room's that Mia made up, and an id that the visitor's words have.
    let hello = world.mia.events().into_iter().find(|event| event["body"] == "hello").unwrap_or_default();
    let id = hello["id"].as_str().unwrap_or_default().to_owned();
    // Words of the visitor cannot be changed from there: it is Mia who says so.
    world.mia.correct(&world.room, &id, "I never said that").await?;
    let entry = world.entry().await?;
    assert_eq!((text_of(&entry), entry.from.name.as_deref()), ("I never said that", Some("mia")));
    let stanza = format!(
        "<message to='{room}' type='groupchat' id='{id}'><body>with the visitor's id</body><stanza-id xmlns='urn:xmpp:sid:0' by='{room}' id='made-up'/><stanza-id xmlns='urn:xmpp:sid:0' by='evil.example' id='made-up'/></message>",
        room = world.room
    );
    world.mia.raw(&stanza).await?;
    let entry = world.entry().await?;
    assert_eq!((text_of(&entry), entry.from.name.as_deref()), ("with the visitor's id", Some("mia")));
    // Nor taken back.
    let place = tieline_services::place_of(&hello, &world.room)?;
    world.mia.retract(&world.room, &place).await?;
    let refusal = world
        .mia
        .wait_for("a refusal", |event| {
            event["type"] == "chat"
                && event["body"].as_str().is_some_and(|body| body.starts_with("Only your own"))
        })
        .await;
    // A room of ejabberd does not pass a retraction of somebody else's words on: then there is nothing to refuse.
    if kind == XmppKind::Prosody {
        refusal?;
    }
    only(&mut world, "as before").await
}

async fn what_is_written_past_the_room_comes_back(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    world
        .mia
        .ask("say", json!({"to": format!("{}/Visitor", world.room), "body": "psst", "type": "chat"}))
        .await?;
    only(&mut world, "aloud").await?;
    world
        .mia
        .wait_for("a word about it", |event| {
            event["type"] == "error"
                || (event["type"] == "chat"
                    && event["body"].as_str().is_some_and(|body| body.contains("Write in the room")))
        })
        .await?;
    Ok(())
}

crate::on_both! {
    strangers_get_nowhere
    a_member_cannot_speak_for_another
    what_is_written_past_the_room_comes_back
}
