//! Focus and keys: what opens, sends, breaks the line and closes.
#![cfg(target_arch = "wasm32")]

mod support;

use support::{Mounted, fake_gateway, press, sent_bodies, sent_types, settle, type_into, until};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn opening_puts_the_caret_into_the_composer() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    assert!(!widget.has_caret(), "a session in the page's layout does not take the caret by itself");
    widget.handle.open(None, JsValue::UNDEFINED);
    until("the caret", || widget.has_caret()).await;
}

#[wasm_bindgen_test]
async fn opening_again_brings_the_caret_back() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    widget.handle.open(None, JsValue::UNDEFINED);
    until("the caret", || widget.has_caret()).await;
    widget.field().blur().unwrap();
    widget.handle.close();
    widget.handle.open(None, JsValue::UNDEFINED);
    until("the caret, again", || widget.has_caret()).await;
}

#[wasm_bindgen_test]
async fn enter_sends_and_empties_the_field() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    widget.say("Is it dishwasher safe?").await;
    until("the message on the wire", || sent_types().contains("open send")).await;
    assert!(sent_bodies("send").contains("Is it dishwasher safe?"));
    assert_eq!(widget.field().value(), "");
    until("the tick", || widget.text_of(".state").as_deref() == Some("Sent")).await;
}

#[wasm_bindgen_test]
async fn shift_enter_leaves_the_line_break_to_the_browser() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    type_into(&widget.field(), "one");
    settle().await;
    let is_default_left = press(&widget.field(), "Enter", true, false);
    assert!(is_default_left);
    settle().await;
    assert_eq!(widget.count(".bubble"), 0);
    assert_eq!(widget.field().value(), "one");
}

#[wasm_bindgen_test]
async fn composing_with_an_input_method_never_sends() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    type_into(&widget.field(), "にほん");
    settle().await;
    press(&widget.field(), "Enter", false, true);
    settle().await;
    assert_eq!(widget.count(".bubble"), 0);
    press(&widget.field(), "Enter", false, false);
    widget.sent(1).await;
}

#[wasm_bindgen_test]
async fn nothing_but_blanks_is_not_sent() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    widget.say("  \n ").await;
    assert_eq!(widget.count(".mine .bubble"), 0);
    assert_eq!(widget.field().value(), "  \n ", "what was typed stays");
    assert_eq!(widget.get(".send").get_attribute("aria-disabled").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
async fn a_text_over_the_limit_stays_in_the_field_and_says_so() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    widget.say(&"é".repeat(8_003)).await;
    assert_eq!(widget.count(".mine .bubble"), 0);
    assert_eq!(widget.text_of(".composer-left").as_deref(), Some("3 characters too many"));
    assert_eq!(widget.field().value().chars().count(), 8_003);
}

#[wasm_bindgen_test]
async fn escape_does_nothing_where_there_is_nothing_to_close() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    let is_default_left = press(&widget.field(), "Escape", false, false);
    assert!(is_default_left, "the page may want its Escape");
    assert!(widget.find("header [aria-label=Close]").is_none());
}
