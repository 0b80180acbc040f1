//! What the gateway will stand on: Synapse on the documented configuration serves clients and an application service that are not
//! ours.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tieline_services::{MatrixClient, Receiver, Registration, Synapse};

const PUPPET: &str = "@chat_1:localhost";

/// A homeserver that knows an application service, which listens.
struct Stage {
    /// Its file is read at every start.
    _registration: Registration,
    receiver: Receiver,
    server: Synapse,
}

impl Stage {
    async fn set() -> Result<Self> {
        let registration = Registration::new()?;
        let receiver = Receiver::start(&registration).await?;
        let server = Synapse::start(registration.file()).await?;
        Ok(Self { _registration: registration, receiver, server })
    }

    /// A request as the application service, which may say in the path who it speaks for.
    async fn as_service(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
        self.server.request(method, path, Registration::AS_TOKEN, body).await
    }

    /// A visitor's account, and a room of theirs to which somebody is invited.
    async fn puppet_room(&self, invited: &str) -> Result<String> {
        let account =
            json!({"type": "m.login.application_service", "username": "chat_1", "inhibit_login": true});
        let made = self.as_service("POST", "/_matrix/client/v3/register", &account).await?;
        assert_eq!(made.0, 200, "{made:?}");
        let room = json!({"preset": "trusted_private_chat", "invite": [invited]});
        let path = format!("/_matrix/client/v3/createRoom?user_id={PUPPET}");
        let (status, made) = self.as_service("POST", &path, &room).await?;
        assert_eq!(status, 200, "{made}");
        Ok(made["room_id"].as_str().context("a room")?.to_owned())
    }
}

/// Two accounts in a room of the first.
async fn two_in_a_room(server: &Synapse) -> Result<(MatrixClient, MatrixClient, String)> {
    let (mia, tom) = (server.person("mia").await?, server.person("tom").await?);
    let room = mia.ask("create_room", json!({"invite": ["@tom:localhost"]})).await?;
    let room = room.as_str().context("a room")?.to_owned();
    assert_eq!(tom.accept_invitation().await?, room);
    Ok((mia, tom, room))
}

#[tokio::test]
async fn two_accounts_talk() -> Result<()> {
    let stage = Stage::set().await?;
    let (mia, tom, room) = two_in_a_room(&stage.server).await?;
    let said = mia.say(&room, "tpyo").await?;
    assert_eq!(tom.hears("tpyo").await?["event_id"], said);

    mia.edit(&room, &said, "typo").await?;
    assert_eq!(tom.hears("* typo").await?["content"]["m.relates_to"]["event_id"], said);
    tom.reply(&room, &said, "an answer").await?;
    let answer = mia.hears("an answer").await?;
    assert_eq!(answer["content"]["m.relates_to"]["m.in_reply_to"]["event_id"], said);

    tom.typing(&room, true).await?;
    let typing = |event: &Value| event["event"] == "ephemeral" && event["raw"]["type"] == "m.typing";
    let is_tom = |event: &Value| event["raw"]["content"]["user_ids"] == json!(["@tom:localhost"]);
    mia.wait_for("typing", |event| typing(event) && is_tom(event)).await?;
    tom.read(&room, &said).await?;
    mia.wait_for("a receipt", |event| {
        event["event"] == "ephemeral"
            && event["raw"]["content"][&said]["m.read"]["@tom:localhost"].is_object()
    })
    .await?;

    let url = mia.send_file(&room, "pixel.png", "image/png", b"no picture").await?;
    let picture = tom.hears("pixel.png").await?;
    assert_eq!(
        [&picture["content"]["msgtype"], &picture["content"]["url"]],
        [&json!("m.image"), &json!(url)]
    );
    let got = tom.ask("download", json!({"url": url})).await?;
    let hex: String = b"no picture".iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(got, json!({"content": hex, "content_type": "image/png"}));

    mia.redact(&room, &said).await?;
    let fits = |event: &Value| {
        event["raw"]["type"] == "m.room.redaction" && event["raw"]["content"]["redacts"] == said
    };
    tom.wait_for("a redaction", fits).await.map(drop)
}

#[tokio::test]
async fn the_service_hears_of_its_rooms_and_of_no_others() -> Result<()> {
    let stage = Stage::set().await?;
    let mia = stage.server.person("mia").await?;
    let other = mia.ask("create_room", json!({})).await?;
    let other = other.as_str().context("a room")?;
    mia.say(other, "not for a gateway").await?;

    let room = stage.puppet_room("@mia:localhost").await?;
    assert_eq!(mia.accept_invitation().await?, room);
    let said = mia.say(&room, "for the visitor").await?;
    let (_, event) =
        stage.receiver.receives("the message", |event| event["content"]["body"] == "for the visitor").await?;
    assert_eq!(
        [&event["event_id"], &event["sender"], &event["room_id"]],
        [&json!(said), &json!("@mia:localhost"), &json!(room)]
    );
    mia.read(&room, &said).await?;
    let is_receipt = |event: &Value| event["content"][&said]["m.read"]["@mia:localhost"].is_object();
    stage
        .receiver
        .wait_for("the receipt", |transaction| {
            transaction["ephemeral"].as_array().is_some_and(|inner| inner.iter().any(is_receipt))
        })
        .await?;
    let heard = stage
        .receiver
        .events()
        .iter()
        .any(|transaction| transaction.to_string().contains("not for a gateway"));
    assert!(!heard, "a room without a visitor");

    // And the other way.
    let path = format!("/_matrix/client/v3/rooms/{room}/send/m.room.message/m1?user_id={PUPPET}");
    let answer =
        stage.as_service("PUT", &path, &json!({"msgtype": "m.text", "body": "from the visitor"})).await?;
    assert_eq!(answer.0, 200, "{answer:?}");
    assert_eq!(mia.hears("from the visitor").await?["sender"], PUPPET);
    Ok(())
}

#[tokio::test]
async fn the_service_can_ask_to_be_pinged() -> Result<()> {
    let stage = Stage::set().await?;
    let path = "/_matrix/client/v1/appservice/tieline/ping";
    let (status, answer) = stage.as_service("POST", path, &json!({"transaction_id": "t1"})).await?;
    assert_eq!(status, 200, "{answer}");
    assert!(answer["duration_ms"].is_u64(), "{answer}");
    let ping = stage.receiver.wait_for("the ping", |event| event["event"] == "ping").await?;
    assert_eq!(ping["body"], json!({"transaction_id": "t1"}));
    let (status, _) = stage.server.request("POST", path, "another token", &json!({})).await?;
    assert_eq!(status, 401);
    Ok(())
}

#[tokio::test]
async fn a_visitors_name_is_the_services_alone() -> Result<()> {
    let stage = Stage::set().await?;
    let stranger = MatrixClient::start()?;
    let refused = stranger.register(&stage.server, "chat_2", "pa55word").await.unwrap_err().to_string();
    assert!(refused.contains("M_EXCLUSIVE"), "{refused}");
    // Nor does the service get beyond its names.
    stranger.register(&stage.server, "mia", "pa55word").await?;
    let (status, answer) = stage
        .as_service("GET", "/_matrix/client/v3/account/whoami?user_id=@mia:localhost", &Value::Null)
        .await?;
    assert_eq!((status, &answer["errcode"]), (403, &json!("M_FORBIDDEN")));
    Ok(())
}

#[tokio::test]
async fn a_killed_homeserver_keeps_its_rooms() -> Result<()> {
    let mut stage = Stage::set().await?;
    let (mia, tom, room) = two_in_a_room(&stage.server).await?;
    mia.say(&room, "kept").await?;
    stage.server.kill().await?;
    tom.wait_for("the end", |event| event["event"] == "disconnected").await?;
    stage.server.start_again().await?;
    let messages = mia.ask("messages", json!({"room": room})).await?;
    let bodies =
        messages.as_array().into_iter().flatten().filter_map(|event| event["content"]["body"].as_str());
    assert_eq!(bodies.collect::<Vec<_>>(), ["kept"]);
    tom.say(&room, "still here").await?;
    mia.hears("still here").await?;
    stage.server.stop().await
}
