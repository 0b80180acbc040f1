//! The gateway or the server is away while somebody writes.

use anyhow::Result;
use tieline_services::XmppKind;

use crate::{shop::text_of, world::World};

async fn what_mia_writes_while_the_gateway_is_down_arrives(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    world.mia.say(&world.room, "before").await?;
    assert_eq!(text_of(&world.entry().await?), "before");
    world.kill_gateway()?;
    for text in ["one", "two", "three"] {
        world.mia.say(&world.room, text).await?;
        world.mia_hears(text).await?;
    }
    world.start_gateway().await?;
    world.return_visitor(None).await?;
    // The archive is read once the line is up; what is said after that comes last.
    world.mia.say(&world.room, "after").await?;
    let mut texts = world.texts_until("after").await?;
    texts.retain(|text| text != "hello" && text != "before");
    assert_eq!(texts, ["one", "two", "three", "after"]);
    Ok(())
}

async fn what_the_visitor_writes_while_the_server_is_down_arrives(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    world.server.kill().await?;
    for text in ["one", "two", "three"] {
        world.say(text).await?;
    }
    world.server.start_again().await?;
    world.return_mia().await?;
    for text in ["one", "two", "three"] {
        world.mia_hears(text).await?;
    }
    world.mia.ping().await?;
    let heard: Vec<_> =
        world.mia.events().iter().filter_map(|event| event["body"].as_str().map(str::to_owned)).collect();
    let order: Vec<_> =
        heard.iter().filter(|body| ["one", "two", "three"].contains(&body.as_str())).collect();
    assert_eq!(order, ["one", "two", "three"], "{heard:?}");
    Ok(())
}

crate::on_both! {
    what_mia_writes_while_the_gateway_is_down_arrives
    what_the_visitor_writes_while_the_server_is_down_arrives
}
