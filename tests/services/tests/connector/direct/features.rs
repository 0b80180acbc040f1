//! Each row of the mapping, both ways.

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tieline_load::client::draft_id;
use tieline_protocol::{
    Body, ClientFrame, Cursor, Item, Price, Role, ServerFrame, client::Typing, server::Availability,
};
use tieline_services::XmppKind;

use super::Direct;
use crate::shop::text_of;

async fn words_and_receipts_go_both_ways(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let said = world.say("is it in stock?").await?;
    let heard = world.mia.hears("is it in stock?").await?;
    let draft = said.draft_id.to_string();
    assert_eq!([&heard["id"], &heard["origin_id"]], [&json!(draft), &json!(draft)]);
    assert_eq!((&heard["type"], &heard["asks_receipt"]), (&json!("chat"), &json!(true)));
    // Her client has it; she need not have read it.
    world.mia.ask("receipt", json!({"to": world.contact, "id": draft})).await?;
    let delivered = world
        .frame(|frame| match frame {
            ServerFrame::Cursor(cursor) if cursor.delivered >= said.seq => Some(cursor.clone()),
            _ => None,
        })
        .await?;
    assert_eq!((delivered.role, delivered.read < said.seq), (Role::Agent, true));

    world.mia_says("yes, two of them").await?;
    let entry = world.entry().await?;
    assert_eq!((text_of(&entry), entry.from.name.as_deref()), ("yes, two of them", Some("mia")));
    assert!(world.cursor_at(said.seq).await?.read >= said.seq, "an answer says that the question was read");
    Ok(())
}

async fn all_who_answer_stay_in_step(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    world.mia_says("Mia here").await?;
    world.ana.hears("mia: Mia here").await?;
    let mut robin = world.robin().await?;
    robin.say(world.session, draft_id(), "and Robin").await?;
    world.mia.hears("robin: and Robin").await?;
    world.ana.hears("robin: and Robin").await?;
    for text in ["Mia here", "and Robin"] {
        assert_eq!(text_of(&world.entry().await?), text);
    }
    world.order(&world.mia, "say", json!({"body": "/note she is a regular"})).await?;
    let note = |event: &serde_json::Value| {
        let body = event["body"].as_str().unwrap_or_default();
        body.ends_with("mia@localhost: /note she is a regular")
    };
    world.ana.wait_for("the note", note).await?;
    // Nobody hears themselves again.
    world.mia.ping().await?;
    assert!(!world.mia.events().iter().any(|event| event["body"] == "mia: Mia here"));
    Ok(())
}

async fn replies_name_what_they_answer(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let asked = world.say("which colour?").await?;
    let heard = world.mia.hears("which colour?").await?;
    let facts = json!({"author": heard["from"], "replied_id": heard["id"], "quoted": "which colour?", "body": "blue"});
    let id = world.order(&world.mia, "reply", facts).await?;
    let answer = world.entry().await?;
    assert_eq!((text_of(&answer), answer.reply_to), ("blue", Some(asked.draft_id)));
    world.say_body(Body::Text { text: "light blue?".into() }, Some(answer.draft_id)).await?;
    let heard = world.mia.hears("> blue\nlight blue?").await?;
    assert_eq!(heard["reply"]["id"], id, "by the name that her client knows");
    let heard = world.ana.hears("> blue\nlight blue?").await?;
    assert_eq!(heard["reply"]["id"], answer.draft_id.to_string());
    Ok(())
}

async fn corrections_and_retractions_go_both_ways(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let said = world.say("do you ship to Basle").await?;
    world.mia.hears("do you ship to Basle").await?;
    world.say_body(Body::Edit { target: said.draft_id, text: "do you ship to Bern".into() }, None).await?;
    assert_eq!(world.mia.hears("do you ship to Bern").await?["replaces"], said.draft_id.to_string());
    world.say_body(Body::Retract { target: said.draft_id }, None).await?;
    world.mia.wait_for("a retraction", |event| event["retracts"] == said.draft_id.to_string()).await?;

    let id = world.mia_says("yse").await?;
    let first = world.entry().await?;
    for text in ["yes", "yes, we do"] {
        world.order(&world.mia, "correct", json!({"replaces": id, "body": text})).await?;
        assert_eq!(world.entry().await?.body, Body::Edit { target: first.draft_id, text: text.into() });
        let heard = world.ana.hears(&format!("mia: {text}")).await?;
        assert_eq!(heard["replaces"], first.draft_id.to_string());
    }
    world.order(&world.mia, "retract", json!({"id": id})).await?;
    assert_eq!(world.entry().await?.body, Body::Retract { target: first.draft_id });
    world.ana.wait_for("a retraction", |event| event["retracts"] == first.draft_id.to_string()).await?;
    Ok(())
}

async fn typing_and_reading_go_both_ways(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    for (state, on) in [("composing", true), ("paused", false)] {
        world.order(&world.mia, "chat_state", json!({"state": state})).await?;
        let name = world
            .frame(|frame| match frame {
                ServerFrame::Typing(typist) if typist.on == on => Some(typist.from.name.clone()),
                _ => None,
            })
            .await?;
        assert_eq!(name.as_deref(), Some("mia"));
    }
    let session = world.session;
    world.visitor.send(ClientFrame::Typing(Typing { session, on: true })).await?;
    world.mia.wait_for("composing", |event| event["chat_state"] == "composing").await?;

    let said = world.say("have you seen this?").await?;
    let heard = world.mia.hears("have you seen this?").await?;
    world.order(&world.mia, "mark", json!({"id": heard["id"]})).await?;
    assert_eq!(world.cursor_at(said.seq).await?.role, Role::Agent);
    let id = world.mia_says("I have").await?;
    let answer = world.entry().await?;
    let cursor = Cursor { session, delivered: answer.seq, read: answer.seq };
    world.visitor.send(ClientFrame::Cursor(cursor)).await?;
    world.mia.wait_for("displayed", |event| event["marker"]["id"] == id.as_str()).await?;
    Ok(())
}

async fn files_and_cards_are_links(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let content: String = b"size 42".iter().map(|byte| format!("{byte:02x}")).collect();
    let facts = json!({"name": "note.txt", "content": content, "content_type": "text/plain"});
    world.order(&world.mia, "send_file", facts).await?;
    let entry = world.entry().await?;
    let Body::File { file } = &entry.body else { bail!("not a file: {entry:?}") };
    assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("note.txt", "text/plain", 7));
    // Ana gets it by a link of the gateway's.
    let is_link = |event: &serde_json::Value| {
        event["oob_url"].as_str().is_some_and(|url| url.contains(&file.id.to_string()))
    };
    let heard = world.ana.wait_for("a link", is_link).await?;
    assert_eq!(heard["body"], heard["oob_url"]);

    let item = Item {
        title: "Mug <b>blue</b>".into(),
        url: Some("https://shop.example/mug?a=1&b=2".into()),
        price: Some(Price { amount: "9.90".into(), currency: "EUR".into() }),
        ..Item::default()
    };
    world.say_body(Body::Item { item }, None).await?;
    let words = "Mug <b>blue</b>\n9.90 EUR (as the page says)\nhttps://shop.example/mug?a=1&b=2";
    let heard = world.mia.hears(words).await?;
    assert!(heard["xml"].as_str().context("xml")?.contains("urn:x-tieline:item:0"), "{heard}");
    Ok(())
}

async fn who_answers_is_shown_as_there(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let is = |state| {
        move |frame: &ServerFrame| match frame {
            ServerFrame::Presence(presence) if presence.state == state => Some(()),
            _ => None,
        }
    };
    // Both clients take a contact that asks into their list, so it sees them: told before or after the visitor came.
    world.mia.ask("sign_out", json!({})).await?;
    world.ana.ask("sign_out", json!({})).await?;
    world.frame(is(Availability::Away)).await?;
    world.mia.sign_in(&world.server, crate::shop::MIA, crate::shop::PASSWORD).await?;
    world.frame(is(Availability::Here)).await
}

async fn who_answers_and_what_is_shown_is_said_in_a_line(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    world.mia_says("/assign ana").await?;
    for client in [&world.mia, &world.ana] {
        let is_told = |event: &serde_json::Value| {
            event["from"] == "gateway@chat.localhost/rooms"
                && event["body"].as_str().is_some_and(|body| body.contains("ana answers this session"))
        };
        client.wait_for("who answers", is_told).await?;
    }
    world.mia_says("/card https://shop.example/kettle Blue kettle 49.90 EUR").await?;
    let entry = world.entry().await?;
    let Body::Item { item } = &entry.body else {
        bail!("no card, or something was said before it: {entry:?}")
    };
    assert_eq!((item.title.as_str(), item.verified), ("Blue kettle", false));
    world.ana.hears("mia: Blue kettle\n49.90 EUR (as the page says)\nhttps://shop.example/kettle").await?;
    Ok(())
}

async fn what_has_no_shape_is_said_in_words(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let mut robin = world.robin().await?;
    for words in world.say_shapeless(&mut robin).await? {
        let is_visitors = words.starts_with("E-mail: ") || words.starts_with("Rating: ");
        let words = if is_visitors { words.to_owned() } else { format!("robin: {words}") };
        world.mia.hears(&words).await?;
        world.ana.hears(&words).await?;
    }
    Ok(())
}

async fn commands_do_what_they_say(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let told = |words: &'static str| {
        move |event: &serde_json::Value| {
            event["from"] == "gateway@chat.localhost/rooms"
                && event["body"].as_str().is_some_and(|body| body.contains(words))
        }
    };
    world.mia.tell(&world.contact, "/help").await?;
    world.mia.wait_for("help", told("/close ends the session")).await?;
    world.mia.tell(&world.contact, "/clsoe").await?;
    world.mia.wait_for("a refusal", told("There is no /clsoe")).await?;
    world.mia.tell(&world.contact, "/close").await?;
    assert_eq!(world.entry().await?.body, Body::Closed, "nothing else was said to the visitor");
    world.ana.hears("mia: The session was closed.").await?;
    let is_gone = |event: &serde_json::Value| {
        event["event"] == "presence"
            && event["type"] == "unavailable"
            && event["from"].as_str().is_some_and(|from| from.starts_with("s-"))
    };
    world.mia.wait_for("that the contact goes", is_gone).await?;
    let id = world.mia.tell(&world.contact, "one more thing").await?;
    let is_over = |event: &serde_json::Value| {
        event["type"] == "error"
            && event["id"] == id.as_str()
            && event["xml"].as_str().is_some_and(|xml| xml.contains("The session is over"))
    };
    world.mia.wait_for("that it is over", is_over).await?;
    Ok(())
}

crate::on_both! {
    words_and_receipts_go_both_ways
    all_who_answer_stay_in_step
    replies_name_what_they_answer
    corrections_and_retractions_go_both_ways
    typing_and_reading_go_both_ways
    files_and_cards_are_links
    who_answers_is_shown_as_there
    who_answers_and_what_is_shown_is_said_in_a_line
    what_has_no_shape_is_said_in_words
    commands_do_what_they_say
}
