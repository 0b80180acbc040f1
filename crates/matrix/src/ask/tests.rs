use super::*;

fn speaking(has_device: bool) -> Speaking {
    Speaking { user: "@chat_x:s".into(), has_device }
}

#[test]
fn words_are_sent_from_a_device_under_the_drafts_name() {
    let ask = Ask::Send {
        room: "!r:s".into(),
        user: speaking(true),
        transaction: "d1".into(),
        content: json!({ "body": "hi" }),
        at: Some(Millis(7)),
    };
    let request = ask.request();
    assert_eq!(request.path.join("/"), "_matrix/client/v3/rooms/!r:s/send/m.room.message/d1");
    let query = [("user_id", "@chat_x:s"), ("device_id", DEVICE), ("ts", "7")];
    assert_eq!(request.query, query.map(|(key, value)| (key, value.to_owned())));
    assert_eq!(ask.read(&json!({ "event_id": "$e" })), Some(Answer::Event("$e".into())));
    assert_eq!(ask.read(&json!({ "event_id": 7 })), None);
    let without = Ask::Redact {
        room: "!r:s".into(),
        user: speaking(false),
        event: "$e".into(),
        transaction: "d2".into(),
    };
    assert_eq!(without.request().query, [("user_id", "@chat_x:s".to_owned())]);
}

#[test]
fn only_who_is_in_or_asked_in_is_a_member() {
    let ask = Ask::Members { room: "!r:s".into(), user: "@chat_x:s".into() };
    let event = |user: &str, membership: &str| json!({ "state_key": user, "content": { "membership": membership, "displayname": "N" } });
    let body =
        json!({ "chunk": [event("@a:s", "join"), event("@b:s", "invite"), event("@c:s", "ban"), {"x": 1}] });
    let Some(Answer::Members(members)) = ask.read(&body) else { panic!("no members") };
    assert_eq!(
        members.iter().map(|member| (member.user.as_str(), member.is_in)).collect::<Vec<_>>(),
        [("@a:s", true), ("@b:s", false)]
    );
}

#[test]
fn a_draft_is_found_by_its_own_sender_only() {
    let draft: DraftId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
    let event = |sender: &str, id: &str| json!({ "sender": sender, "event_id": id, "content": { "x.tieline.draft_id": draft.to_string() } });
    let ask = Ask::Find { room: "!r:s".into(), user: "@chat_x:s".into(), draft };
    let body = json!({ "chunk": [event("@mia:s", "$forged"), event("@chat_x:s", "$own")] });
    assert_eq!(ask.read(&body), Some(Answer::Found(Some("$own".into()))));
    assert_eq!(ask.read(&json!({ "chunk": [] })), Some(Answer::Found(None)));
}

#[test]
fn the_line_tells_what_was_said_where() {
    let ask = |since| Ask::Hold { user: "@chat_tieline:s".into(), since };
    let body = json!({ "next_batch": "s2", "rooms": { "join": { "!r:s": { "timeline": { "events": [
        { "event_id": "$e", "sender": "@mia:s", "type": "m.room.message" }, { "event_id": 7 },
    ] } }, "!q:s": {} } } });
    let said = News { room: "!r:s".into(), event: "$e".into(), sender: "@mia:s".into() };
    assert_eq!(ask(None).read(&body), Some(Answer::Held { since: "s2".into(), news: vec![said] }));
    let filter = |since| ask(since).request().query.into_iter().find(|(key, _)| *key == "filter").unwrap().1;
    assert!(filter(None).contains(r#""rooms":[]"#) && !filter(Some("s1".into())).contains(r#""rooms":[]"#));
}

#[test]
fn a_room_is_read_back_by_what_was_said_and_its_beginning() {
    let ask = Ask::History { room: "!r:s".into(), user: "@chat_x:s".into(), from: None };
    let filter = ask.request().query.into_iter().find(|(key, _)| *key == "filter").unwrap().1;
    for kind in ["m.room.message", "m.room.redaction", "m.room.encrypted", "m.room.create"] {
        assert!(filter.contains(kind), "{filter}");
    }
    assert!(!filter.contains("m.room.member"), "{filter}");
}

#[test]
fn nobody_may_encrypt_the_room() {
    let ask = Ask::Create {
        user: "@chat_x:s".into(),
        alias: "chat_x".into(),
        name: "N".into(),
        invite: vec!["@mia:s".into()],
    };
    let body = ask.request().body.unwrap();
    assert!(
        body.pointer("/power_level_content_override/events/m.room.encryption").unwrap().as_u64() > Some(100)
    );
    assert_eq!(body["room_alias_name"], "chat_x");
    assert_eq!(body["preset"], "trusted_private_chat");
}
