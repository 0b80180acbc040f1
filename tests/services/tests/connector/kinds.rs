//! What has no shape of its own in a room, and the end of a session.

use anyhow::{Context as _, Result};
use serde_json::json;
use tieline_protocol::{Body, Role};
use tieline_services::XmppKind;

use crate::world::World;

async fn choices_forms_and_ratings_are_words_in_the_room(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let mut robin = world.robin().await?;
    for words in world.say_shapeless(&mut robin).await? {
        let heard = world.mia_hears(words).await?;
        let nick = heard["from"].as_str().and_then(|from| from.split_once('/')).context("from")?.1.to_owned();
        let is_visitors = words.starts_with("E-mail: ") || words.starts_with("Rating: ");
        assert_eq!(nick, if is_visitors { "Visitor" } else { "robin" }, "{heard}");
    }
    Ok(())
}

async fn an_end_at_the_desk_is_said_in_the_room(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let mut robin = world.robin().await?;
    world.say_at_desk(&mut robin, Body::Closed).await?;
    world.mia_hears("The session was closed.").await?;
    let entry = world.entry().await?;
    assert_eq!(
        (entry.body, entry.from.role, entry.from.name.as_deref()),
        (Body::Closed, Role::Agent, Some("robin"))
    );
    Ok(())
}

/// Whoever has left the room is asked in anew with the visitor's next words, once a while has passed; whoever is there is not.
async fn only_who_is_not_there_is_asked_in(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let invitations =
        |world: &World| world.mia.events().iter().filter(|event| event["event"] == "invite").count();
    let before = invitations(&world);
    world.say("still there?").await?;
    world.mia_hears("still there?").await?;
    assert_eq!(invitations(&world), before);
    // She was asked a moment ago: not again at once, but by a gateway that knows nothing of that.
    world.mia.ask("leave", json!({"room": world.room, "nick": "Mia"})).await?;
    world.kill_gateway()?;
    world.start_gateway().await?;
    world.return_visitor(None).await?;
    world.say("hello?").await?;
    world
        .mia
        .wait_for("an invitation", |event| {
            event["event"] == "invite" && event["xml"].to_string().contains("hello?")
        })
        .await?;
    Ok(())
}

crate::on_both! {
    choices_forms_and_ratings_are_words_in_the_room
    an_end_at_the_desk_is_said_in_the_room
    only_who_is_not_there_is_asked_in
}
