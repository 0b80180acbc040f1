//! The gateway or the homeserver is away while somebody writes.

use anyhow::Result;

use crate::world::{World, text_of};

#[tokio::test]
async fn what_mia_writes_while_the_gateway_is_down_arrives() -> Result<()> {
    let mut world = World::start().await?;
    world.mia.say(&world.room, "before").await?;
    assert_eq!(text_of(&world.entry().await?), "before");
    world.kill_gateway()?;
    for text in ["one", "two", "three"] {
        world.mia.say(&world.room, text).await?;
    }
    world.start_gateway().await?;
    world.return_visitor(None).await?;
    world.mia.say(&world.room, "after").await?;
    let mut texts = world.texts_until("after").await?;
    texts.retain(|text| text != "hello" && text != "before");
    assert_eq!(texts, ["one", "two", "three", "after"]);
    Ok(())
}

#[tokio::test]
async fn what_the_visitor_writes_while_the_homeserver_is_down_arrives() -> Result<()> {
    let mut world = World::start().await?;
    world.server.kill().await?;
    for text in ["one", "two", "three"] {
        world.say(text).await?;
    }
    world.server.start_again().await?;
    for text in ["one", "two", "three"] {
        world.mia_hears(text).await?;
    }
    let heard: Vec<_> = world
        .mia
        .events()
        .iter()
        .filter_map(|event| event["raw"]["content"]["body"].as_str().map(str::to_owned))
        .filter(|body| ["one", "two", "three"].contains(&body.as_str()))
        .collect();
    assert_eq!(heard, ["one", "two", "three"]);
    Ok(())
}
