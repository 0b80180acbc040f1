//! Forged tokens, foreign rooms, HTML and strangers, on a real homeserver.

use anyhow::Result;
use serde_json::{Value, json};

use crate::world::{MIA, World, text_of};

/// The next thing that the visitor is shown is this, so nothing before it was.
async fn only(world: &mut World, text: &str) -> Result<()> {
    world.mia.say(&world.room, text).await?;
    let entry = world.entry().await?;
    assert_eq!(text_of(&entry), text, "{entry:?}");
    Ok(())
}

fn message(room: &str, id: &str, sender: &str, body: &str) -> Value {
    json!({ "events": [{
        "type": "m.room.message", "room_id": room, "event_id": id, "sender": sender, "origin_server_ts": 1,
        "content": { "msgtype": "m.text", "body": body },
    }] })
}

#[tokio::test]
async fn only_the_homeserver_gets_in() -> Result<()> {
    let mut world = World::start().await?;
    let put = ("PUT", "/_matrix/app/v1/transactions/1");
    let forged = message(&world.room, "$forged", MIA, "forged");
    let (status, body) = world.bring(put, None, &forged).await?;
    assert_eq!((status, body.contains("M_MISSING_TOKEN")), (401, true), "{body}");
    let token = world.homeserver_token()?;
    for wrong in ["", "x", &token.to_uppercase(), &token[..token.len() - 1]] {
        let (status, body) = world.bring(put, Some(wrong), &forged).await?;
        assert!(matches!(status, 401 | 403) && body.contains("M_"), "{wrong:?}: {status} {body}");
    }
    for (route, status, code) in [
        (("GET", "/_matrix/app/v1/users/@chat_x:localhost"), 404, "M_NOT_FOUND"),
        (("GET", "/_matrix/app/v1/rooms/%23chat_x:localhost"), 404, "M_NOT_FOUND"),
        (("GET", "/_matrix/app/v1/thirdparty/protocol/x"), 404, "M_UNRECOGNIZED"),
        (("GET", "/_matrix/app/v1/transactions/1"), 405, "M_UNRECOGNIZED"),
        (("POST", "/_matrix/app/v1/ping"), 200, "{}"),
    ] {
        let (got, body) = world.bring(route, Some(&token), &json!({ "transaction_id": "t" })).await?;
        assert_eq!((got, body.contains(code)), (status, true), "{route:?}: {body}");
    }
    let (status, body) = world.bring(put, Some(&token), &json!("no transaction")).await?;
    assert_eq!((status, body.contains("M_NOT_JSON")), (400, true), "{body}");
    only(&mut world, "still me").await
}

#[tokio::test]
async fn an_event_counts_once_and_in_its_own_room() -> Result<()> {
    let mut world = World::start().await?;
    let token = world.homeserver_token()?;
    let bring = async |world: &World, number: u32, body: Value| {
        let path = format!("/_matrix/app/v1/transactions/t{number}");
        world.bring(("PUT", &path), Some(&token), &body).await
    };
    // Brought twice, also under another number: one line.
    for number in [1, 1, 2] {
        let once = message(&world.room, "$once", MIA, "once");
        assert_eq!(bring(&world, number, once).await?.0, 200);
    }
    // Of a room that is no session's, of one whose maker is no visitor, and of nothing at all.
    let created = json!({ "events": [{
        "type": "m.room.create", "state_key": "", "room_id": "!evil:localhost", "event_id": "$c", "sender": MIA, "content": {},
    }] });
    assert_eq!(bring(&world, 3, created).await?.0, 200);
    assert_eq!(bring(&world, 4, message("!evil:localhost", "$e1", MIA, "from elsewhere")).await?.0, 200);
    assert_eq!(bring(&world, 5, json!({ "events": [1, {}, { "type": 7 }, []] })).await?.0, 200);
    // What the gateway says itself is not heard back as somebody's.
    assert_eq!(
        bring(&world, 6, message(&world.room, "$e2", "@chat_tieline:localhost", "ours")).await?.0,
        200
    );
    world.mia.say(&world.room, "as before").await?;
    let texts = world.texts_until("as before").await?;
    assert_eq!(texts, ["hello", "once", "as before"]);
    Ok(())
}

#[tokio::test]
async fn strangers_in_the_room_are_told_once_and_not_heard() -> Result<()> {
    let mut world = World::start().await?;
    let eve = world.guest("eve").await?;
    for text in ["psst", "/close", "still here"] {
        eve.say(&world.room, text).await?;
    }
    world.mia_is_told("does not answer for the shop").await?;
    only(&mut world, "it is only me").await?;
    let notices =
        world.mia.events().iter().filter(|event| event["raw"]["content"]["msgtype"] == "m.notice").count();
    assert_eq!(notices, 1);
    Ok(())
}

#[tokio::test]
async fn html_is_not_read_and_others_words_are_not_changed() -> Result<()> {
    let mut world = World::start().await?;
    world.say("mine").await?;
    let heard = world.mia_hears("mine").await?;
    let event = heard["event_id"].as_str().unwrap_or_default();
    let evil = json!({
        "msgtype": "m.text", "body": "<b>plain</b>", "format": "org.matrix.custom.html",
        "formatted_body": "<script>alert(1)</script>",
    });
    world.mia.ask("send", json!({ "room": world.room, "content": evil })).await?;
    assert_eq!(text_of(&world.entry().await?), "<b>plain</b>");
    // Mia has the power to do so in the room, and not in the session.
    world.mia.redact(&world.room, event).await?;
    world.mia_is_told("Only your own messages").await?;
    only(&mut world, "as before").await?;
    let texts = world.history().await?;
    assert!(texts.contains(&"mine".to_owned()), "{texts:?}");
    Ok(())
}
