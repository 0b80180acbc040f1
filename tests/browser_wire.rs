//! The wire in the browser: JSON by the browser, bodies by serde, the same frames as the native ends.
#![cfg(target_arch = "wasm32")]

use js_sys::JSON;
use serde::{Deserialize, Serialize};
use tieline_driver::value;
use tieline_protocol::{
    CloseCode, Decoded, DraftId, Millis, Outgoing, RequestId, Seq, SessionId,
    client::{Auth, Beat, ClientFrame, Draft, Hello},
    entry::Body,
    server::{self, Phase, ServerFrame},
};
use tieline_widget::driver::wire;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

macro_rules! golden {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../crates/protocol/golden/server/", $name, ".json")))),*]
    };
}

/// Our reader is small and the common one is not: of everything that a gateway says they make the same.
#[wasm_bindgen_test]
fn our_reader_agrees_with_the_common_one() {
    fn check<T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) {
        let frame = JSON::parse(text).expect("a golden file is JSON");
        let body = js_sys::Reflect::get(&frame, &"body".into()).expect("a frame has a body");
        let common: T = serde_wasm_bindgen::from_value(body.clone()).expect("a golden body is read");
        assert_eq!(value::read::<T>(body), Some(common));
    }
    for (name, text) in
        golden!["page", "page.empty", "sessions", "ok.send", "welcome.visitor", "welcome.agent"]
    {
        match name.split('.').next() {
            Some("page") => check::<server::Page>(text),
            Some("sessions") => check::<server::Sessions>(text),
            Some("ok") => check::<server::Receipt>(text),
            _ => check::<server::Welcome>(text),
        }
    }
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
    let draft = Draft {
        session,
        draft_id,
        reply_to: None,
        body: Body::Text { text: "\"Grüße\" \u{1f642} \u{2028}".into() },
    };
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

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Form {
    must: u8,
    may: Option<String>,
    #[serde(default)]
    often: Vec<bool>,
    phase: Option<Phase>,
}

fn form(json: &str) -> Option<Form> {
    value::read(JSON::parse(json).unwrap())
}

#[wasm_bindgen_test]
fn what_is_absent_is_none_or_a_default_or_a_reason_to_refuse() {
    assert_eq!(form(r#"{"later":{},"must":255}"#), Some(Form { must: 255, ..Form::default() }));
    let full =
        Form { must: 0, may: Some(String::new()), often: vec![true, false], phase: Some(Phase::Closed) };
    let text = r#"{"must":0,"may":"","often":[true,false],"phase":"closed"}"#;
    assert_eq!(form(text).as_ref(), Some(&full));
    assert_eq!(value::write(&full).as_deref(), Some(text), "fields in the order of the type");
    assert_eq!(form(r#"{"must":1,"phase":"of a later version"}"#).unwrap().phase, Some(Phase::Unknown));
    for broken in [
        "{}",
        "[]",
        "7",
        "null",
        "\"must\"",
        r#"{"must":256}"#,
        r#"{"must":-1}"#,
        r#"{"must":1.5}"#,
        r#"{"must":"1"}"#,
        r#"{"must":null}"#,
        r#"{"must":1e300}"#,
        r#"{"must":1,"may":5}"#,
        r#"{"must":1,"often":null}"#,
        r#"{"must":1,"often":{}}"#,
        r#"{"must":1,"often":[1]}"#,
        r#"{"must":1,"phase":5}"#,
    ] {
        assert_eq!(form(broken), None, "{broken}");
    }
}

#[wasm_bindgen_test]
fn numbers_are_exact_or_refused() {
    let most = (1_u64 << 53) - 1;
    assert_eq!(value::read::<Seq>((most as f64).into()), Some(Seq(most)));
    assert_eq!(value::read::<Seq>(((1_u64 << 53) as f64).into()), None);
    assert_eq!(value::read::<Seq>(f64::NAN.into()), None);
    assert_eq!(value::write(&Seq(most)), Some(most.to_string()));
}
