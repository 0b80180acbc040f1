//! Each row of the mapping, both ways.

use anyhow::{Context as _, Result};
use serde_json::json;
use tieline_load::client::{draft_id, text_frame};
use tieline_protocol::{
    Body, ClientFrame, Cursor, Item, Price, Role, Seq, ServerFrame,
    client::{Draft, Typing},
};
use tieline_services::{XmppKind, place_of};

use crate::{shop::text_of, world::World};

async fn words_go_both_ways(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let receipt = world.say("is it in stock?").await?;
    let heard = world.mia_hears("is it in stock?").await?;
    let draft = receipt.draft_id.to_string();
    assert_eq!([&heard["id"], &heard["origin_id"]], [&json!(draft), &json!(draft)]);
    assert!(heard["from"].as_str().context("from")?.ends_with("/Visitor"), "{heard}");

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

async fn replies_name_what_they_answer(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let asked = world.say("which colour?").await?;
    let heard = world.mia_hears("which colour?").await?;
    let place = place_of(&heard, &world.room)?;
    let author = heard["from"].as_str().context("from")?.to_owned();
    world.mia.reply(&world.room, &author, &place, "which colour?", "blue").await?;
    let answer = world.entry().await?;
    assert_eq!((text_of(&answer), answer.reply_to), ("blue", Some(asked.draft_id)));

    let own = world
        .mia
        .wait_for("her own words", |event| event["body"].as_str().is_some_and(|body| body.ends_with("blue")))
        .await?;
    world.say_body(Body::Text { text: "light blue?".into() }, Some(answer.draft_id)).await?;
    let heard = world
        .mia
        .wait_for("the reply", |event| {
            event["reply"].is_object()
                && event["body"].as_str().is_some_and(|body| body.ends_with("light blue?"))
        })
        .await?;
    assert_eq!(heard["reply"]["id"], place_of(&own, &world.room)?);
    assert_eq!(heard["body"], "> blue\nlight blue?");
    Ok(())
}

async fn corrections_go_both_ways(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let said = world.say("do you ship to Basle").await?;
    world.mia_hears("do you ship to Basle").await?;
    world.say_body(Body::Edit { target: said.draft_id, text: "do you ship to Bern".into() }, None).await?;
    assert_eq!(world.mia_hears("do you ship to Bern").await?["replaces"], said.draft_id.to_string());

    let id = world.mia.say(&world.room, "yse").await?;
    let first = world.entry().await?;
    for text in ["yes", "yes, we do"] {
        // Of the first words, also the second time.
        world.mia.correct(&world.room, &id, text).await?;
        let edit = world.entry().await?;
        assert_eq!(edit.body, Body::Edit { target: first.draft_id, text: text.into() });
    }
    Ok(())
}

async fn what_is_taken_back_is_taken_back_everywhere(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let said = world.say("my card number is").await?;
    let place = place_of(&world.mia_hears("my card number is").await?, &world.room)?;
    world.say_body(Body::Retract { target: said.draft_id }, None).await?;
    world.mia.wait_for("a retraction", |event| event["retracts"] == place).await?;

    world.mia.say(&world.room, "wrong window").await?;
    let said = world.entry().await?;
    let own = world.mia_hears("wrong window").await?;
    world.mia.retract(&world.room, &place_of(&own, &world.room)?).await?;
    assert_eq!(world.entry().await?.body, Body::Retract { target: said.draft_id });
    Ok(())
}

async fn typing_and_reading_go_both_ways(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    world.mia.chat_state(&world.room, "composing").await?;
    let is_typing = |on| {
        move |frame: &ServerFrame| match frame {
            ServerFrame::Typing(typist) if typist.on == on => Some(typist.from.name.clone()),
            _ => None,
        }
    };
    assert_eq!(world.frame(is_typing(true)).await?.as_deref(), Some("mia"));
    world.mia.chat_state(&world.room, "paused").await?;
    world.frame(is_typing(false)).await?;

    let session = world.session;
    world.visitor.send(ClientFrame::Typing(Typing { session, on: true })).await?;
    world
        .mia
        .wait_for("composing", |event| {
            event["chat_state"] == "composing"
                && event["from"].as_str().is_some_and(|from| from.ends_with("/Visitor"))
        })
        .await?;

    let said = world.say("have you seen this?").await?;
    let place = place_of(&world.mia_hears("have you seen this?").await?, &world.room)?;
    world.mia.mark_displayed(&world.room, &place).await?;
    assert_eq!(world.cursor_at(said.seq).await?.role, Role::Agent);

    world.mia.say(&world.room, "I have").await?;
    let answer = world.entry().await?;
    let place = place_of(&world.mia_hears("I have").await?, &world.room)?;
    world
        .visitor
        .send(ClientFrame::Cursor(Cursor { session, delivered: answer.seq, read: answer.seq }))
        .await?;
    world.mia.wait_for("displayed", |event| event["marker"]["id"] == place).await?;
    Ok(())
}

async fn a_card_is_text_and_link(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let item = Item {
        title: "Mug <b>blue</b>".into(),
        url: Some("https://shop.example/mug?a=1&b=2".into()),
        price: Some(Price { amount: "9.90".into(), currency: "EUR".into() }),
        ..Item::default()
    };
    world.say_body(Body::Item { item }, None).await?;
    let words = "Mug <b>blue</b>\n9.90 EUR (as the page says)\nhttps://shop.example/mug?a=1&b=2";
    let heard = world.mia_hears(words).await?;
    assert!(heard["xml"].as_str().context("xml")?.contains("urn:x-tieline:item:0"), "{heard}");
    Ok(())
}

async fn files_go_both_ways(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let url = world.mia.send_file(&world.room, "note.txt", "text/plain", b"size 42").await?;
    let entry = world.entry().await?;
    let Body::File { file } = &entry.body else { anyhow::bail!("not a file: {entry:?}, of {url}") };
    assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("note.txt", "text/plain", 7));

    // What is no file that anybody takes stays a link.
    let url =
        world.mia.send_file(&world.room, "page.html", "text/html", b"<script>alert(1)</script>").await?;
    assert!(text_of(&world.entry().await?).contains(&url));

    let card = world.give_file("kettle.txt", b"a photograph, so to speak").await?;
    let heard = world
        .mia
        .wait_for("a link", |event| {
            event["oob_url"].as_str().is_some_and(|url| url.contains(&card.id.to_string()))
        })
        .await?;
    assert_eq!(heard["body"], heard["oob_url"]);
    let link = heard["oob_url"].as_str().context("a link")?;
    let path = link
        .split_once("//")
        .and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()))
        .context("a path")?;
    let (status, bytes) = tieline_load::client::get(&world.address, &path).await?;
    assert_eq!((status, bytes.as_str()), (200, "a photograph, so to speak"));
    Ok(())
}

async fn the_desk_and_the_room_stay_in_step(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let mut robin = world.robin().await?;
    robin.say(world.session, draft_id(), "Robin here").await?;
    let heard = world.mia_hears("Robin here").await?;
    assert!(heard["from"].as_str().context("from")?.ends_with("/robin"), "{heard}");
    assert_eq!(text_of(&world.entry().await?), "Robin here");
    world.mia.say(&world.room, "and Mia").await?;
    loop {
        let entry = robin.entry().await?;
        if text_of(&entry) == "and Mia" {
            assert_eq!(entry.from.name.as_deref(), Some("mia"));
            break;
        }
    }
    // Nobody hears themselves again.
    world.mia.ping().await?;
    let own = world.mia.events().iter().filter(|event| event["body"] == "and Mia").count();
    assert_eq!(own, 1);
    Ok(())
}

async fn commands_do_what_they_say(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    world.mia.say(&world.room, "/help").await?;
    let whispered = |words: &'static str| {
        move |event: &serde_json::Value| {
            event["type"] == "chat" && event["body"].as_str().is_some_and(|body| body.contains(words))
        }
    };
    world.mia.wait_for("help", whispered("/close ends the session")).await?;
    world.mia.say(&world.room, "/clsoe").await?;
    world.mia.wait_for("a refusal", whispered("There is no /clsoe")).await?;
    world.mia.say(&world.room, "/note he called twice").await?;
    world.mia.say(&world.room, "/close").await?;
    let entry = world.entry().await?;
    assert_eq!(entry.body, Body::Closed, "nothing else was said to the visitor");
    world.mia.say(&world.room, "one more thing").await?;
    world.mia.wait_for("that it is over", whispered("The session is over")).await?;
    let thanks = text_frame(world.session, draft_id(), "thanks");
    let refused = world.visitor.ask(thanks).await?;
    assert!(matches!(refused, ServerFrame::Err(_)), "{refused:?}");
    Ok(())
}

async fn who_has_a_session_is_said_in_the_room_and_at_the_desk(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let mut robin = world.robin().await?;
    world.mia.say(&world.room, "/assign").await?;
    world.mia_hears("mia answers this session from now on.").await?;
    assert_eq!(world.robin_is_told_who_answers(&mut robin).await?.as_deref(), Some("mia"));
    // Nobody is guessed.
    world.mia.say(&world.room, "/assign anna").await?;
    world
        .mia
        .wait_for("who there is", |event| {
            event["type"] == "chat"
                && event["body"].as_str().is_some_and(|body| body.contains("xmpp:mia@localhost, desk:robin"))
        })
        .await?;
    world.mia.say(&world.room, "/assign Robin").await?;
    world.mia_hears("robin answers this session from now on.").await?;
    assert_eq!(world.robin_is_told_who_answers(&mut robin).await?.as_deref(), Some("robin"));
    // From the desk into the room.
    world.assign(&mut robin, None).await?;
    world.mia_hears("Nobody in particular answers this session from now on.").await?;
    // Read again from the archive, the old ones undo nothing, and nothing is said twice.
    world.kill_gateway()?;
    world.start_gateway().await?;
    world.mia.say(&world.room, "/assign nobody").await?;
    world
        .mia
        .wait_for("that it is so", |event| {
            event["type"] == "chat" && event["body"] == "Nobody in particular answers this session already."
        })
        .await?;
    // Whoever answers it is said in its room only: the next that the visitor hears is words.
    world.mia.say(&world.room, "back to you").await?;
    world.return_visitor(None).await?;
    assert_eq!(world.history().await?, ["hello", "back to you"]);
    Ok(())
}

async fn a_card_is_shown_to_the_visitor_and_at_the_desk(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let mut robin = world.robin().await?;
    let told = |words: &'static str| {
        move |event: &serde_json::Value| {
            event["type"] == "chat" && event["body"].as_str().is_some_and(|body| body.contains(words))
        }
    };
    for (text, answer) in [
        ("/card https://shop.example/kettle", "/card shows the product that the session is about"),
        ("/card 4711", "The shop has signed no product of the number 4711 yet"),
        ("/card", "This session is about no product"),
    ] {
        world.mia.say(&world.room, text).await?;
        world.mia.wait_for(answer, told(answer)).await?;
    }
    world.mia.say(&world.room, "/card https://shop.example/kettle Blue kettle 49.90 EUR").await?;
    let item = Item {
        title: "Blue kettle".into(),
        url: Some("https://shop.example/kettle".into()),
        price: Some(Price { amount: "49.90".into(), currency: "EUR".into() }),
        ..Item::default()
    };
    let entry = world.entry().await?;
    assert_eq!(
        (entry.body, entry.from.role),
        (Body::Item { item: item.clone() }, Role::Agent),
        "and nothing before it"
    );
    assert_eq!(robin.entry().await?.body, Body::Item { item });
    Ok(())
}

async fn who_answers_is_shown_as_there(kind: XmppKind) -> Result<()> {
    use tieline_protocol::server::Availability;
    let mut world = World::start(kind).await?;
    // Told before or after the visitor came.
    world.mia.ask("leave", json!({"room": world.room, "nick": "Mia"})).await?;
    let is = |state| {
        move |frame: &ServerFrame| match frame {
            ServerFrame::Presence(presence) if presence.state == state => Some(()),
            _ => None,
        }
    };
    world.frame(is(Availability::Away)).await?;
    world.mia.join(&world.room, "Mia").await?;
    world.frame(is(Availability::Here)).await?;
    Ok(())
}

async fn words_that_are_too_long_are_refused_with_a_word_about_it(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    world.mia.say(&world.room, &"x".repeat(9_000)).await?;
    world
        .mia
        .wait_for("a refusal", |event| {
            event["type"] == "chat" && event["body"].as_str().is_some_and(|body| body.starts_with("Too long"))
        })
        .await?;
    world.mia.say(&world.room, "shorter").await?;
    assert_eq!(text_of(&world.entry().await?), "shorter");
    let draft = Draft {
        session: world.session,
        draft_id: draft_id(),
        reply_to: None,
        body: Body::Text { text: "a\u{0}b \u{202e}c 😀 <&>'\"".into() },
    };
    world.visitor.ask(ClientFrame::Send(draft)).await?;
    world
        .mia
        .wait_for("what was typed", |event| {
            event["body"].as_str().is_some_and(|body| body.contains("😀 <&>'\""))
        })
        .await?;
    assert!(world.say("after").await?.seq > Seq(2));
    Ok(())
}

crate::on_both! {
    words_go_both_ways
    replies_name_what_they_answer
    corrections_go_both_ways
    what_is_taken_back_is_taken_back_everywhere
    typing_and_reading_go_both_ways
    a_card_is_text_and_link
    files_go_both_ways
    the_desk_and_the_room_stay_in_step
    commands_do_what_they_say
    who_has_a_session_is_said_in_the_room_and_at_the_desk
    a_card_is_shown_to_the_visitor_and_at_the_desk
    who_answers_is_shown_as_there
    words_that_are_too_long_are_refused_with_a_word_about_it
}
