//! The wire in the browser: JSON by the browser, bodies by serde, the same frames as the native ends.
#![cfg(target_arch = "wasm32")]

use tieline_protocol::{
    CloseCode, Decoded, DraftId, Millis, Outgoing, RequestId, SessionId,
    client::{Auth, Beat, ClientFrame, Draft, Hello},
    entry::Body,
    server::ServerFrame,
};
use tieline_widget::driver::wire;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

macro_rules! golden {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../crates/protocol/golden/server/", $name, ".json")))),*]
    };
}

#[wasm_bindgen_test]
fn every_golden_frame_of_the_gateway_is_read() {
    for (name, text) in golden![
        "cursor",
        "drain",
        "entry.item",
        "entry.text",
        "err.closing",
        "err.limited",
        "ok.duplicate",
        "ok.open",
        "ok.send",
        "page",
        "page.empty",
        "ping",
        "ping.heads",
        "pong",
        "session",
        "session.empty",
        "sessions",
        "welcome.agent",
        "welcome.visitor",
    ] {
        let Some(Decoded::Frame(_, frame)) = wire::decode(text) else { panic!("{name} is not read") };
        assert!(name.starts_with(frame.name()), "{name} is read as {}", frame.name());
    }
}

#[wasm_bindgen_test]
fn a_message_is_written_as_the_protocol_says() {
    let session = SessionId::at(Millis(1), [1; 10]);
    let draft_id = DraftId::at(Millis(2), [2; 10]);
    let draft =
        Draft { session, draft_id, body: Body::Text { text: "\"Grüße\" \u{1f642} \u{2028}".into() } };
    let text = wire::encode(&Outgoing { id: Some(RequestId(7)), frame: ClientFrame::Send(draft) }).unwrap();
    let expected = format!(
        "{{\"type\":\"send\",\"id\":7,\"body\":{{\"session\":\"{session}\",\"draft_id\":\"{draft_id}\",\"body\":{{\"kind\":\"text\",\"text\":\"\\\"Grüße\\\" \u{1f642} \u{2028}\"}}}}}}"
    );
    assert_eq!(text, expected);
}

#[wasm_bindgen_test]
fn what_is_absent_is_left_out_and_not_null() {
    let hello = Hello {
        channel: None,
        capabilities: Vec::new(),
        app: None,
        language: None,
        embed: None,
        page_origin: None,
        auth: Auth::New,
        cursors: Vec::new(),
    };
    let text = wire::encode(&Outgoing { id: None, frame: ClientFrame::Hello(Box::new(hello)) }).unwrap();
    assert_eq!(text, r#"{"type":"hello","body":{"capabilities":[],"auth":{"kind":"new"},"cursors":[]}}"#);
    let bye = wire::encode(&Outgoing { id: None, frame: ClientFrame::Bye }).unwrap();
    assert_eq!(bye, r#"{"type":"bye","body":{}}"#);
}

#[wasm_bindgen_test]
fn what_is_no_frame_is_nothing_and_what_is_new_is_named() {
    for broken in [
        "",
        "null",
        "[]",
        "7",
        "{",
        "{}",
        r#"{"type":7}"#,
        r#"{"type":"pong"}"#,
        r#"{"type":"pong","body":{"nonce":-1}}"#,
    ] {
        assert_eq!(wire::decode(broken), None, "{broken:?}");
    }
    let must = wire::decode(r#"{"type":"moved","must":true,"body":{"x":1}}"#);
    assert_eq!(must, Some(Decoded::UnknownType { id: None, name: "moved".into(), must: true }));
    let pong = wire::decode(r#"{"type":"pong","id":3,"body":{"nonce":4294967295,"later":[]}}"#);
    assert_eq!(pong, Some(Decoded::Frame(Some(RequestId(3)), ServerFrame::Pong(Beat { nonce: u32::MAX }))));
    assert_eq!(CloseCode(1006).retry(), tieline_protocol::Retry::Later);
}
