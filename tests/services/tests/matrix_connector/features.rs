//! Each row of the mapping, both ways.

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};
use tieline_load::client::{draft_id, text_frame};
use tieline_protocol::{Body, ClientFrame, Cursor, Item, Price, Role, ServerFrame, client::Typing};

use crate::world::{World, text_of};

#[tokio::test]
async fn words_go_both_ways() -> Result<()> {
    let mut world = World::start().await?;
    let receipt = world.say("is it in stock?").await?;
    let heard = world.mia_hears("is it in stock?").await?;
    assert_eq!(heard["content"]["x.tieline.draft_id"], receipt.draft_id.to_string());
    assert_eq!(heard["content"].get("formatted_body"), None);
    let sender = heard["sender"].as_str().unwrap_or_default();
    assert!(sender.starts_with("@chat_") && sender.len() == "@chat_:localhost".len() + 26, "{sender}");
    let names = |event: &Value| event["raw"]["content"]["displayname"] == "Visitor";
    world
        .mia
        .wait_for("the visitor's name", |event| names(event) && event["raw"]["sender"] == sender)
        .await?;

    world.mia.say(&world.room, "yes, two of them").await?;
    let entry = world.entry().await?;
    assert_eq!(
        (text_of(&entry), entry.from.role, entry.from.name.as_deref()),
        ("yes, two of them", Role::Agent, Some("mia"))
    );
    // An answer says that the question was read.
    assert_eq!(world.cursor_at(entry.seq).await?.role, Role::Agent);
    Ok(())
}

#[tokio::test]
async fn replies_name_what_they_answer() -> Result<()> {
    let mut world = World::start().await?;
    let asked = world.say("which colour?").await?;
    let heard = world.mia_hears("which colour?").await?;
    world.mia.reply(&world.room, heard["event_id"].as_str().unwrap_or_default(), "blue").await?;
    let answer = world.entry().await?;
    assert_eq!((text_of(&answer), answer.reply_to), ("blue", Some(asked.draft_id)));

    let own = world.mia_hears("blue").await?;
    world.say_body(Body::Text { text: "light blue?".into() }, Some(answer.draft_id)).await?;
    let heard = world.mia_hears("light blue?").await?;
    assert_eq!(heard["content"]["m.relates_to"]["m.in_reply_to"]["event_id"], own["event_id"]);
    Ok(())
}

#[tokio::test]
async fn edits_go_both_ways() -> Result<()> {
    let mut world = World::start().await?;
    let said = world.say("do you ship to Basle").await?;
    let first = world.mia_hears("do you ship to Basle").await?;
    for text in ["do you ship to Bern", "do you ship to Berne"] {
        // Of the first event, also the second time.
        world.say_body(Body::Edit { target: said.draft_id, text: text.into() }, None).await?;
        let edit = world.mia_hears(&format!("* {text}")).await?;
        assert_eq!(edit["content"]["m.new_content"]["body"], text);
        assert_eq!(
            edit["content"]["m.relates_to"],
            json!({ "rel_type": "m.replace", "event_id": first["event_id"] })
        );
    }

    let id = world.mia.say(&world.room, "yse").await?;
    let first = world.entry().await?;
    for text in ["yes", "yes, we do"] {
        world.mia.edit(&world.room, &id, text).await?;
        let edit = world.entry().await?;
        assert_eq!(edit.body, Body::Edit { target: first.draft_id, text: text.into() });
    }
    Ok(())
}

#[tokio::test]
async fn what_is_taken_back_is_taken_back_everywhere() -> Result<()> {
    let mut world = World::start().await?;
    let said = world.say("my card number is").await?;
    let heard = world.mia_hears("my card number is").await?;
    for text in ["my card number is 4", "my card number is 42"] {
        world.say_body(Body::Edit { target: said.draft_id, text: text.into() }, None).await?;
        world.mia_hears(&format!("* {text}")).await?;
    }
    world.say_body(Body::Retract { target: said.draft_id }, None).await?;
    let of = heard["event_id"].clone();
    world
        .mia_sees("a redaction", |raw| {
            raw["type"] == "m.room.redaction" && (raw["redacts"] == of || raw["content"]["redacts"] == of)
        })
        .await?;
    // The homeserver has the words nowhere any more.
    let kept = world.mia.ask("messages", json!({ "room": world.room })).await?;
    assert!(!kept.to_string().contains("my card number"), "{kept}");

    let id = world.mia.say(&world.room, "wrong window").await?;
    let said = world.entry().await?;
    world.mia.redact(&world.room, &id).await?;
    assert_eq!(world.entry().await?.body, Body::Retract { target: said.draft_id });
    Ok(())
}

#[tokio::test]
async fn typing_and_reading_go_both_ways() -> Result<()> {
    let mut world = World::start().await?;
    world.mia.typing(&world.room, true).await?;
    let is_typing = |on| {
        move |frame: &ServerFrame| match frame {
            ServerFrame::Typing(typist) if typist.on == on => Some(typist.from.name.clone()),
            _ => None,
        }
    };
    assert_eq!(world.frame(is_typing(true)).await?.as_deref(), Some("mia"));
    world.mia.typing(&world.room, false).await?;
    world.frame(is_typing(false)).await?;

    let session = world.session;
    world.visitor.send(ClientFrame::Typing(Typing { session, on: true })).await?;
    let names_visitor = |event: &Value| {
        event["raw"]["content"]["user_ids"].as_array().is_some_and(|users| {
            users.iter().any(|user| user.as_str().is_some_and(|user| user.starts_with("@chat_")))
        })
    };
    let soft = |event: &Value, kind: &str| event["event"] == "ephemeral" && event["raw"]["type"] == kind;
    world.mia.wait_for("typing", |event| soft(event, "m.typing") && names_visitor(event)).await?;

    let said = world.say("have you seen this?").await?;
    let heard = world.mia_hears("have you seen this?").await?;
    world.mia.read(&world.room, heard["event_id"].as_str().unwrap_or_default()).await?;
    assert_eq!(world.cursor_at(said.seq).await?.role, Role::Agent);

    let id = world.mia.say(&world.room, "I have").await?;
    let answer = world.entry().await?;
    world
        .visitor
        .send(ClientFrame::Cursor(Cursor { session, delivered: answer.seq, read: answer.seq }))
        .await?;
    let by_visitor = |event: &Value| {
        event["raw"]["content"][&id]["m.read"]
            .as_object()
            .is_some_and(|users| users.keys().any(|user| user.starts_with("@chat_")))
    };
    world.mia.wait_for("a receipt", |event| soft(event, "m.receipt") && by_visitor(event)).await?;
    Ok(())
}

#[tokio::test]
async fn a_card_is_text_link_and_data() -> Result<()> {
    let mut world = World::start().await?;
    let item = Item {
        title: "Mug <b>blue</b>".into(),
        url: Some("https://shop.example/mug?a=1&b=2".into()),
        price: Some(Price { amount: "9.90".into(), currency: "EUR".into() }),
        ..Item::default()
    };
    world.say_body(Body::Item { item }, None).await?;
    let words = "Mug <b>blue</b>\n9.90 EUR (as the page says)\nhttps://shop.example/mug?a=1&b=2";
    let content = world.mia_hears(words).await?["content"].clone();
    assert_eq!(content["x.tieline.item"]["price"]["amount"], "9.90");
    assert_eq!(
        content["formatted_body"],
        "<strong><a href=\"https://shop.example/mug?a=1&amp;b=2\">Mug &lt;b&gt;blue&lt;/b&gt;</a></strong><br>9.90 EUR (as the page says)"
    );
    Ok(())
}

#[tokio::test]
async fn files_go_both_ways() -> Result<()> {
    let mut world = World::start().await?;
    world.mia.send_file(&world.room, "note.txt", "text/plain", b"size 42").await?;
    let entry = world.entry().await?;
    let Body::File { file } = &entry.body else { bail!("not a file: {entry:?}") };
    assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("note.txt", "text/plain", 7));

    let bytes = b"a photograph, so to speak";
    let card = world.give_file("kettle.txt", bytes).await?;
    let heard = world.mia_hears("kettle.txt").await?;
    assert_eq!(heard["content"]["msgtype"], "m.file");
    assert_eq!(heard["content"]["info"], json!({ "mimetype": "text/plain", "size": card.size }));
    let got = world.mia.ask("download", json!({ "url": heard["content"]["url"] })).await?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(got["content"], hex);
    Ok(())
}

#[tokio::test]
async fn who_answers_at_the_desk_is_somebody_in_the_room() -> Result<()> {
    let mut world = World::start().await?;
    let mut robin = world.robin().await?;
    match robin.ask(text_frame(world.session, draft_id(), "Robin here")).await? {
        ServerFrame::Ok(_) => {}
        other => bail!("not taken: {other:?}"),
    }
    assert_eq!(text_of(&world.entry().await?), "Robin here");
    let heard = world.mia_hears("Robin here").await?;
    assert!(heard["sender"].as_str().is_some_and(|sender| sender.starts_with("@chat_a_")), "{heard}");
    let sender = heard["sender"].clone();
    world
        .mia
        .wait_for("Robin's name", |event| {
            event["raw"]["sender"] == sender && event["raw"]["content"]["displayname"] == "robin"
        })
        .await?;

    // And the desk sees what is said in the room.
    world.mia.say(&world.room, "I take this one").await?;
    loop {
        let entry = robin.entry().await?;
        if text_of(&entry) == "I take this one" {
            assert_eq!(entry.from.name.as_deref(), Some("mia"));
            return Ok(());
        }
    }
}

#[tokio::test]
async fn commands_are_for_the_gateway_alone() -> Result<()> {
    let mut world = World::start().await?;
    world.mia.say(&world.room, "/help").await?;
    world.mia_is_told("/close ends the session").await?;
    world.mia.say(&world.room, "/clsoe").await?;
    world.mia_is_told("There is no /clsoe").await?;
    world.mia.say(&world.room, "/note he called twice").await?;
    world.mia.say(&world.room, "//tmp is a folder").await?;
    assert_eq!(text_of(&world.entry().await?), "/tmp is a folder", "nothing before it was for the visitor");
    world.mia.say(&world.room, "/close").await?;
    assert_eq!(world.entry().await?.body, Body::Closed);
    world.mia.say(&world.room, "one more thing").await?;
    world.mia_is_told("The session is over").await?;
    let texts = world.history().await?;
    ensure!(!texts.iter().any(|text| text == "one more thing"), "{texts:?}");
    Ok(())
}

#[tokio::test]
async fn who_has_a_session_is_said_in_the_room_and_at_the_desk() -> Result<()> {
    let mut world = World::start().await?;
    let mut robin = world.robin().await?;
    world.mia.say(&world.room, "/assign").await?;
    world.mia_is_told("mia answers this session from now on.").await?;
    assert_eq!(world.robin_is_told_who_answers(&mut robin).await?.as_deref(), Some("mia"));
    world.mia.say(&world.room, "/assign anna").await?;
    world.mia_is_told("matrix:@mia:localhost, desk:robin").await?;
    world.mia.say(&world.room, "/assign Robin").await?;
    world.mia_is_told("robin answers this session from now on.").await?;
    assert_eq!(world.robin_is_told_who_answers(&mut robin).await?.as_deref(), Some("robin"));
    world.assign(&mut robin, None).await?;
    world.mia_is_told("Nobody in particular answers this session from now on.").await?;
    world.kill_gateway()?;
    world.start_gateway().await?;
    world.mia.say(&world.room, "/assign nobody").await?;
    world.mia_is_told("Nobody in particular answers this session already.").await?;
    world.mia.say(&world.room, "back to you").await?;
    world.return_visitor(None).await?;
    assert_eq!(world.texts_until("back to you").await?, ["hello", "back to you"]);
    Ok(())
}

#[tokio::test]
async fn a_card_is_shown_to_the_visitor_and_at_the_desk() -> Result<()> {
    let mut world = World::start().await?;
    let mut robin = world.robin().await?;
    for (text, answer) in [
        ("/card https://shop.example/kettle", "/card shows the product that the session is about"),
        ("/card 4711", "The shop has signed no product of the number 4711 yet"),
        ("/card", "This session is about no product"),
    ] {
        world.mia.say(&world.room, text).await?;
        world.mia_is_told(answer).await?;
    }
    world.mia.say(&world.room, "/card https://shop.example/kettle Blue kettle 49.90 EUR").await?;
    let item = Item {
        title: "Blue kettle".into(),
        url: Some("https://shop.example/kettle".into()),
        price: Some(Price { amount: "49.90".into(), currency: "EUR".into() }),
        ..Item::default()
    };
    assert_eq!(world.entry().await?.body, Body::Item { item: item.clone() }, "and nothing before it");
    assert_eq!(robin.entry().await?.body, Body::Item { item });
    Ok(())
}

#[tokio::test]
async fn an_operator_sees_whether_the_homeserver_is_there() -> Result<()> {
    let mut world = World::start().await?;
    let stands = async |world: &World, state: &str| loop {
        let (_, lines) = tieline_load::client::get(&world.address, "/readyz").await?;
        if lines.contains(state) {
            return anyhow::Ok(lines);
        }
    };
    stands(&world, "matrix: up").await?;
    world.kill_gateway()?;
    world.server.kill().await?;
    world.start_gateway().await?;
    let seen = stands(&world, "matrix: down").await?;
    assert!(seen.contains("Connection refused"), "{seen}");
    Ok(())
}
