//! What the gateway will stand on: XMPP servers on the documented configuration do what the connector needs of them, with a
//! component and a client that are both not ours.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tieline_services::{Component, XmppClient, XmppKind, XmppServer, place_of};

/// The gateway's own address: the only one that may make rooms.
const GATEWAY: &str = "gateway@chat.localhost/rooms";
const ROOM: &str = "s-1@rooms.localhost";

/// A component with a room, and an account that was invited to it and is there.
struct Stage {
    server: XmppServer,
    component: Component,
    mia: XmppClient,
}

impl Stage {
    async fn set(kind: XmppKind) -> Result<Self> {
        let server = XmppServer::start(kind).await?;
        let component = server.component().await?;
        create_room(&component).await?;
        let mia = server.person("mia").await?;
        component.ask("invite", json!({"room": ROOM, "whom": "mia@localhost", "who": GATEWAY})).await?;
        for kind in ["mediated", "direct"] {
            mia.wait_for(kind, |event| {
                event["event"] == "invite" && event["room"] == ROOM && event["kind"] == kind
            })
            .await?;
        }
        mia.join(ROOM, "Mia").await?;
        Ok(Self { server, component, mia })
    }

    async fn heard_by_component(&self, body: &str) -> Result<Value> {
        self.component
            .wait_for(body, |event| {
                event["event"] == "message" && event["body"] == body && event["to"] == GATEWAY
            })
            .await
    }
}

async fn create_room(component: &Component) -> Result<Value> {
    component.ask("create_room", json!({"room": ROOM, "nick": "gateway", "who": GATEWAY})).await
}

async fn a_component_needs_the_secret(kind: XmppKind) -> Result<()> {
    let server = XmppServer::start(kind).await?;
    let stranger = Component::start()?;
    let refused = stranger.connect(&server, "another secret").await.unwrap_err().to_string();
    assert!(refused.contains("not-authorized"), "{refused}");
    server.component().await.map(drop)
}

async fn an_invited_account_talks_in_the_components_room(kind: XmppKind) -> Result<()> {
    let stage = Stage::set(kind).await?;
    let visitor = "v-1@chat.localhost/session";
    stage.component.ask("admit", json!({"room": ROOM, "whom": "v-1@chat.localhost", "who": GATEWAY})).await?;
    stage.component.ask("join", json!({"room": ROOM, "nick": "Visitor", "who": visitor})).await?;
    let hello = json!({"to": ROOM, "body": "hello", "who": visitor, "id": "m1"});
    stage.component.ask("say", hello).await?;
    let hello = stage.mia.hears("hello").await?;
    assert_eq!(
        [&hello["from"], &hello["id"], &hello["origin_id"]].map(Clone::clone),
        [json!(format!("{ROOM}/Visitor")), json!("m1"), json!("m1")]
    );

    let id = stage.mia.say(ROOM, "hi there").await?;
    let heard = stage.heard_by_component("hi there").await?;
    let own = stage.mia.hears("hi there").await?;
    assert_eq!([&heard["id"], &heard["origin_id"]], [&json!(id), &json!(id)]);
    assert_eq!(place_of(&heard, ROOM)?, place_of(&own, ROOM)?, "one place for everybody");
    Ok(())
}

async fn what_clients_can_say_arrives_whole(kind: XmppKind) -> Result<()> {
    let stage = Stage::set(kind).await?;
    let (mia, component) = (&stage.mia, &stage.component);
    let to_component = |event: &Value| event["event"] == "message" && event["to"] == GATEWAY;

    let id = mia.say(ROOM, "tpyo").await?;
    let place = place_of(&stage.heard_by_component("tpyo").await?, ROOM)?;
    mia.correct(ROOM, &id, "typo").await?;
    assert_eq!(stage.heard_by_component("typo").await?["replaces"], id);

    mia.reply(ROOM, &format!("{ROOM}/gateway"), &place, "typo", "an answer").await?;
    let fits = |event: &Value| to_component(event) && event["reply"]["id"] == place;
    let reply = component.wait_for("a reply", fits).await?;
    let body = reply["body"].as_str().context("a body")?;
    let fallback = &reply["fallbacks"][0];
    assert_eq!(fallback["for"], "urn:xmpp:reply:0");
    let end: usize = fallback["end"].as_str().context("an end")?.parse()?;
    assert_eq!(body.chars().skip(end).collect::<String>(), "an answer", "without its fallback");

    mia.mark_displayed(ROOM, &place).await?;
    let fits = |event: &Value| to_component(event) && event["marker"]["kind"] == "displayed";
    assert_eq!(component.wait_for("a marker", fits).await?["marker"]["id"], place);
    mia.chat_state(ROOM, "composing").await?;
    component
        .wait_for("composing", |event| to_component(event) && event["chat_state"] == "composing")
        .await?;

    mia.retract(ROOM, &place).await?;
    component.wait_for("a retraction", |event| to_component(event) && event["retracts"] == place).await?;

    let url = mia.send_file(ROOM, "pixel.png", "image/png", b"no picture").await?;
    let fits = |event: &Value| to_component(event) && event["oob_url"] == url;
    component.wait_for("a file", fits).await?;
    let (port, path) =
        url.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split_once('/')).context(url.clone())?;
    let answer =
        tieline_services::http::request("GET", port.parse()?, &format!("/{path}"), None, &Value::Null)
            .await?;
    assert_eq!(answer, (200, "no picture".to_owned()));

    Ok(())
}

async fn a_person_and_the_component_talk_directly(kind: XmppKind) -> Result<()> {
    const VISITOR: &str = "s-2@chat.localhost";
    let server = XmppServer::start(kind).await?;
    let component = server.component().await?;
    let mia = server.person("mia").await?;
    let id = mia.tell(VISITOR, "are you there?").await?;
    let heard = component.wait_for("the question", |event| event["body"] == "are you there?").await?;
    assert_eq!(
        [&heard["to"], &heard["id"], &heard["asks_receipt"]],
        [&json!(VISITOR), &json!(id), &json!(true)]
    );
    assert!(heard["from"].as_str().is_some_and(|from| from.starts_with("mia@localhost/")), "{heard}");

    let answer = json!({"to": "mia@localhost", "body": "yes", "who": VISITOR, "id": "m1", "type": "chat"});
    component.ask("say", answer).await?;
    let answer = mia.hears("yes").await?;
    assert_eq!([&answer["from"], &answer["type"], &answer["id"]], [VISITOR, "chat", "m1"]);
    mia.ask("receipt", json!({"to": VISITOR, "id": "m1"})).await?;
    component.wait_for("the receipt", |event| event["receipt"] == "m1").await.map(drop)
}

async fn what_was_said_while_the_component_was_dead_is_in_the_archive(kind: XmppKind) -> Result<()> {
    let stage = Stage::set(kind).await?;
    stage.mia.say(ROOM, "before").await?;
    let cursor = place_of(&stage.heard_by_component("before").await?, ROOM)?;
    stage.component.kill().await?;
    // The room goes on counting it as there: neither server tells rooms that a component has gone.
    for body in ["one", "two", "three"] {
        stage.mia.say(ROOM, body).await?;
        stage.mia.hears(body).await?;
    }

    let component = stage.server.component().await?;
    component.ask("join", json!({"room": ROOM, "nick": "gateway", "who": GATEWAY})).await?;
    let missed = component.archive(ROOM, GATEWAY, &cursor).await?;
    let bodies: Vec<_> = missed.iter().map(|message| message["body"].as_str().unwrap_or_default()).collect();
    assert_eq!(bodies, ["one", "two", "three"], "no more and no less");

    // The place of the last one there is the one that everybody was told.
    stage.mia.say(ROOM, "live again").await?;
    let live = component
        .wait_for("live", |event| event["event"] == "message" && event["body"] == "live again")
        .await?;
    let last = missed.last().and_then(|message| message["place"].as_str()).context("a place")?;
    let after = component.archive(ROOM, GATEWAY, last).await?;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0]["place"], place_of(&live, ROOM)?);
    Ok(())
}

async fn an_account_cannot_make_a_room(kind: XmppKind) -> Result<()> {
    let server = XmppServer::start(kind).await?;
    let mia = server.person("mia").await?;
    let refused = mia.join("own@rooms.localhost", "Mia").await.unwrap_err().to_string();
    let condition = if kind == XmppKind::Prosody { "not-allowed" } else { "forbidden" };
    assert!(refused.contains(condition), "{refused}");
    Ok(())
}

async fn a_stranger_cannot_enter_the_room(kind: XmppKind) -> Result<()> {
    let stage = Stage::set(kind).await?;
    let stranger = stage.server.person("stranger").await?;
    let refused = stranger.join(ROOM, "Mia2").await.unwrap_err().to_string();
    assert!(refused.contains("registration-required"), "{refused}");
    Ok(())
}

async fn a_killed_server_keeps_its_rooms(kind: XmppKind) -> Result<()> {
    let mut stage = Stage::set(kind).await?;
    stage.mia.say(ROOM, "kept").await?;
    stage.mia.hears("kept").await?;
    stage.server.kill().await?;
    stage.mia.wait_for("the end of its connection", |event| event["event"] == "disconnected").await?;
    stage.server.start_again().await?;

    let component = stage.server.component().await?;
    let statuses = component.ask("join", json!({"room": ROOM, "nick": "gateway", "who": GATEWAY})).await?;
    assert!(!statuses.as_array().context("statuses")?.contains(&json!(201)), "a new room: {statuses}");
    let settings = component.ask("room_settings", json!({"room": ROOM, "who": GATEWAY})).await?;
    for name in ["muc#roomconfig_persistentroom", "muc#roomconfig_membersonly"] {
        assert!(is_on(&settings[name]), "{name} in {settings}");
    }
    stage.mia.sign_in(&stage.server, "mia@localhost", "pa55word").await?;
    stage.mia.join(ROOM, "Mia").await.context("still a member")?;
    let archive = component.archive(ROOM, GATEWAY, "").await?;
    let bodies: Vec<_> = archive.iter().filter_map(|message| message["body"].as_str()).collect();
    assert_eq!(bodies, ["kept"]);
    Ok(())
}

async fn a_server_stops_in_good_order_and_comes_back(kind: XmppKind) -> Result<()> {
    let mut stage = Stage::set(kind).await?;
    stage.server.stop().await?;
    stage.mia.wait_for("the end of its connection", |event| event["event"] == "disconnected").await?;
    stage.server.start_again().await?;
    let component = stage.server.component().await?;
    let statuses = component.ask("join", json!({"room": ROOM, "nick": "gateway", "who": GATEWAY})).await?;
    assert!(!statuses.as_array().context("statuses")?.contains(&json!(201)), "a new room: {statuses}");
    Ok(())
}

fn is_on(setting: &Value) -> bool {
    *setting == json!(true) || *setting == json!("1")
}

macro_rules! on_both {
    ($($name:ident)*) => {
        mod prosody { $(#[tokio::test] async fn $name() -> anyhow::Result<()> { super::$name(super::XmppKind::Prosody).await })* }
        mod ejabberd { $(#[tokio::test] async fn $name() -> anyhow::Result<()> { super::$name(super::XmppKind::Ejabberd).await })* }
    };
}

on_both! {
    a_component_needs_the_secret
    an_invited_account_talks_in_the_components_room
    what_clients_can_say_arrives_whole
    a_person_and_the_component_talk_directly
    what_was_said_while_the_component_was_dead_is_in_the_archive
    an_account_cannot_make_a_room
    a_stranger_cannot_enter_the_room
    a_killed_server_keeps_its_rooms
    a_server_stops_in_good_order_and_comes_back
}
