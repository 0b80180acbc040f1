use proptest::prelude::*;
use serde_json::json;

use super::*;

fn event(kind: &str, content: Value) -> Value {
    json!({ "type": kind, "room_id": "!r:s", "event_id": "$e", "sender": "@mia:s", "content": content })
}

#[track_caller]
fn check(content: Value, kind: &Kind) {
    assert_eq!(read(&event("m.room.message", content)).unwrap().kind, *kind);
}

fn words(text: &str) -> Kind {
    Kind::Words { text: text.into(), answers: None, draft: None }
}

#[test]
fn only_plain_words_are_read() {
    check(
        json!({
            "msgtype": "m.text",
            "body": "<b>hi</b>",
            "format": "org.matrix.custom.html",
            "formatted_body": "<script>alert(1)</script>",
        }),
        &words("<b>hi</b>"),
    );
    check(json!({ "msgtype": "m.emote", "body": "waves" }), &words("* waves"));
    check(json!({ "msgtype": "m.notice", "body": "a bot" }), &words("a bot"));
    check(json!({ "msgtype": "m.location", "body": "Here", "geo_uri": "geo:1,2" }), &words("Here"));
    // HTML alone is nothing.
    check(json!({ "msgtype": "m.text", "formatted_body": "<b>hi</b>" }), &Kind::Other);
    check(json!({ "msgtype": "m.text", "body": { "evil": true } }), &Kind::Other);
    check(json!({ "body": "no kind" }), &Kind::Other);
}

#[test]
fn an_answer_names_what_it_answers_and_leaves_its_quotation_behind() {
    let content = |body: &str| json!({ "msgtype": "m.text", "body": body, "m.relates_to": { "m.in_reply_to": { "event_id": "$q" } } });
    let answer = |text: &str| Kind::Words { text: text.into(), answers: Some("$q".into()), draft: None };
    check(content("> <@chat_x:s> Is it\n> blue?\n\nYes"), &answer("Yes"));
    check(content("> my own quotation\n\nYes"), &answer("> my own quotation\n\nYes"));
    let in_thread = json!({ "rel_type": "m.thread", "event_id": "$t", "is_falling_back": true, "m.in_reply_to": { "event_id": "$q" } });
    check(json!({ "msgtype": "m.text", "body": "Yes", "m.relates_to": in_thread }), &words("Yes"));
    check(json!({ "msgtype": "m.text", "body": "> <@a:s> x\n\nYes" }), &words("> <@a:s> x\n\nYes"));
}

#[test]
fn an_edit_is_read_from_its_new_content() {
    let relates = json!({ "rel_type": "m.replace", "event_id": "$q" });
    let new = json!({ "msgtype": "m.text", "body": "new", "formatted_body": "<i>evil</i>" });
    check(
        json!({ "msgtype": "m.text", "body": "* new", "m.new_content": new, "m.relates_to": relates }),
        &Kind::Edit { of: "$q".into(), text: "new".into(), draft: None },
    );
    check(json!({ "msgtype": "m.text", "body": "* new", "m.relates_to": relates }), &Kind::Other);
}

#[test]
fn a_file_lies_on_the_homeserver_and_nowhere_else() {
    let file = |url: &str| json!({ "msgtype": "m.image", "body": "a.png", "url": url });
    let name = Some("a.png".into());
    check(file("mxc://s/abc"), &Kind::File { url: "mxc://s/abc".into(), name, draft: None });
    check(file("https://169.254.169.254/secret"), &Kind::Other);
    check(file("file:///etc/passwd"), &Kind::Other);
    check(json!({ "msgtype": "m.file", "body": "a", "file": { "url": "mxc://s/abc" } }), &Kind::Other);
}

#[test]
fn a_redaction_is_read_in_old_rooms_and_new() {
    let kind = |event: Value| read(&event).unwrap().kind;
    let of = Kind::Redacted { of: "$q".into() };
    assert_eq!(kind(event("m.room.redaction", json!({ "redacts": "$q" }))), of);
    let mut old = event("m.room.redaction", json!({}));
    old["redacts"] = "$q".into();
    assert_eq!(kind(old), of);
    assert_eq!(kind(event("m.room.redaction", json!({}))), Kind::Other);
}

#[test]
fn receipts_and_typing_are_read() {
    let receipt = json!({
        "type": "m.receipt", "room_id": "!r:s",
        "content": { "$e": { "m.read": { "@mia:s": { "ts": 1 } }, "m.read.private": { "@leo:s": {} } } },
    });
    let read = Ephemeral::Read { room: "!r:s".into(), user: "@mia:s".into(), event: "$e".into() };
    assert_eq!(read_ephemeral(&receipt), [read]);
    let typing = json!({ "type": "m.typing", "room_id": "!r:s", "content": { "user_ids": ["@mia:s", 7] } });
    let typing = read_ephemeral(&typing);
    assert_eq!(typing, [Ephemeral::Typing { room: "!r:s".into(), users: vec!["@mia:s".into()] }]);
}

#[test]
fn a_transaction_is_read_under_either_name() {
    let read = |body: Value| Transaction::read(body.to_string().as_bytes());
    let list = |name: &str| read(json!({ "events": [1], name: [2] })).unwrap().ephemeral;
    for name in ["ephemeral", "de.sorunome.msc2409.ephemeral"] {
        assert_eq!(list(name), [json!(2)]);
    }
    let both = json!({ "events": [], "ephemeral": [1], "de.sorunome.msc2409.ephemeral": [1] });
    assert_eq!(read(both).unwrap().ephemeral, [json!(1)], "not heard twice");
    assert_eq!(read(json!({ "events": 7 })), Some(Transaction::default()));
    assert_eq!(read(json!([])), None);
    assert_eq!(Transaction::read(b"{"), None);
}

fn any_json() -> impl Strategy<Value = Value> {
    let keys = prop::sample::select(vec![
        "type",
        "content",
        "body",
        "msgtype",
        "m.relates_to",
        "m.new_content",
        "event_id",
        "rel_type",
        "m.in_reply_to",
        "redacts",
        "state_key",
        "room_id",
        "sender",
        "user_ids",
        "url",
        "m.read",
        "x.tieline.draft_id",
    ]);
    let words = prop::sample::select(vec![
        "m.room.message",
        "m.room.redaction",
        "m.room.member",
        "m.text",
        "m.image",
        "m.replace",
        "> <@",
        "mxc://",
        "m.receipt",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words.prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..6).prop_map(|pairs| {
                Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_that_is_json_stops_the_reader(mut value in any_json()) {
        read_ephemeral(&value);
        if let Value::Object(fields) = &mut value {
            for key in ["room_id", "event_id", "sender"] {
                fields.insert(key.to_owned(), "x".into());
            }
            prop_assert!(read(&value).is_some());
        }
    }
}
