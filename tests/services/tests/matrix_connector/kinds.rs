//! What has no shape of its own in a room, and what happens around the words.

use anyhow::Result;
use serde_json::json;
use tieline_protocol::{Body, Role, ServerFrame, server::Availability};

use crate::world::{World, text_of};

#[tokio::test]
async fn choices_forms_and_ratings_are_words_in_the_room() -> Result<()> {
    let mut world = World::start().await?;
    let mut robin = world.robin().await?;
    for words in world.say_shapeless(&mut robin).await? {
        let heard = world.mia_hears(words).await?;
        assert!(heard["sender"].as_str().is_some_and(|sender| sender.starts_with("@chat_")), "{heard}");
    }
    Ok(())
}

#[tokio::test]
async fn an_end_at_the_desk_is_said_in_the_room() -> Result<()> {
    let mut world = World::start().await?;
    let mut robin = world.robin().await?;
    world.say_at_desk(&mut robin, Body::Closed).await?;
    let end = world.mia_hears("The session was closed.").await?;
    assert_eq!(end["content"]["msgtype"], "m.notice");
    // Whoever writes on is told.
    world.mia.say(&world.room, "one more thing").await?;
    world.mia_is_told("The session is over").await?;
    loop {
        let entry = world.entry().await?;
        if entry.body == Body::Closed {
            assert_eq!((entry.from.role, entry.from.name.as_deref()), (Role::Agent, Some("robin")));
            return Ok(());
        }
    }
}

#[tokio::test]
async fn who_answers_is_shown_as_there_and_asked_in_again_when_they_have_left() -> Result<()> {
    let mut world = World::start().await?;
    world.mia.say(&world.room, "here I am").await?;
    let is = |state| {
        move |frame: &ServerFrame| match frame {
            ServerFrame::Presence(presence) if presence.state == state => Some(()),
            _ => None,
        }
    };
    world.frame(is(Availability::Here)).await?;
    world.mia.ask("leave", json!({ "room": world.room })).await?;
    world.frame(is(Availability::Away)).await?;
    world.say("are you still there?").await?;
    assert_eq!(world.mia.accept_invitation().await?, world.room);
    world.mia_hears("are you still there?").await?;
    world.mia.say(&world.room, "I am").await?;
    world.frame(is(Availability::Here)).await
}

#[tokio::test]
async fn what_cannot_be_passed_on_is_told_to_whoever_wrote_it() -> Result<()> {
    let mut world = World::start().await?;
    world.mia.say(&world.room, &"x".repeat(9_000)).await?;
    world.mia_is_told("Too long").await?;
    let sealed = json!({ "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x", "session_id": "s" });
    let facts = json!({ "room": world.room, "type": "m.room.encrypted", "content": sealed });
    world.mia.ask("send", facts).await?;
    world.mia_is_told("cannot read encrypted messages").await?;
    // A poll, a sticker, a reaction, and something that is no message at all.
    for kind in ["m.sticker", "m.reaction", "org.example.unheard_of"] {
        let facts =
            json!({ "room": world.room, "type": kind, "content": { "body": "nothing for the visitor" } });
        world.mia.ask("send", facts).await?;
    }
    let words = "b \u{202e}c 😀 <&>'\"";
    world.say(words).await?;
    world
        .mia_sees("odd letters", |raw| {
            raw["content"]["body"].as_str().is_some_and(|body| body.contains("😀 <&>'\""))
        })
        .await?;
    world.mia.say(&world.room, "shorter").await?;
    assert_eq!(text_of(&world.entry().await?), "shorter");
    Ok(())
}
