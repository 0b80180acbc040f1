//! The desk without a mouse.
#![cfg(target_arch = "wasm32")]

mod fakes;
mod stage;

use stage::{Stage, document, press_on, until};
use tieline_browser::page;
use tieline_desk::view::Action;
use tieline_session::Aim;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn focused() -> String {
    document().active_element().unwrap().text_content().unwrap()
}

#[wasm_bindgen_test]
async fn j_and_k_and_the_arrows_walk_the_list() {
    let stage = Stage::with(fakes::inbox()).await;
    for (key, name) in [
        ("j", "Ada Lovelace"),
        ("j", "Is the shade glass or paper?"),
        ("ArrowDown", "Grace Hopper"),
        ("k", "Is the shade glass or paper?"),
        ("ArrowUp", "Ada Lovelace"),
        ("k", "Ada Lovelace"),
    ] {
        assert!(!stage.press(key).await, "{key} does not also scroll the page");
        assert!(focused().contains(name), "after {key}: {}", focused());
    }
    let stops = stage.all(".session[tabindex='0']");
    assert_eq!(stops.len(), 1, "the tab key comes to one line only");
    assert!(stops[0].text_content().unwrap().contains("Ada Lovelace"), "to the one that was left");
}

#[wasm_bindgen_test]
async fn escape_leads_from_the_composer_to_the_list_and_out() {
    let stage = Stage::with(fakes::opened(fakes::conversation())).await;
    stage.composer().focus().unwrap();
    stage.press("Escape").await;
    if page::matches("(max-width: 720px)") {
        assert_eq!(stage.actions(), [Action::Pick(None)], "one pane: back to the list at once");
        return;
    }
    assert!(focused().contains("Ada Lovelace"), "the line of the open session has the focus");
    assert!(stage.actions().is_empty(), "the session stays open beside the list");
    stage.press("Escape").await;
    assert_eq!(stage.actions(), [Action::Pick(None)]);
}

#[wasm_bindgen_test]
async fn letters_are_letters_in_the_composer() {
    let stage = Stage::with(fakes::opened(fakes::conversation())).await;
    let field = stage.composer();
    field.focus().unwrap();
    // The arrow up takes up the newest words again, and only in an empty field.
    for (key, reaches) in [("j", true), ("k", true), ("r", true), ("d", true), ("ArrowUp", false)] {
        assert_eq!(stage.press(key).await, reaches, "{key} reaches the field");
        assert!(
            document().active_element().unwrap().is_same_node(Some(&field)),
            "{key} leaves the focus there"
        );
    }
    assert_eq!(stage.actions(), [Action::Aim(Some(Aim::EditNewest))], "the list is not walked");
    stage.type_in("Half a thou").await;
    assert!(stage.press("ArrowUp").await, "among words the arrow moves the caret");
}

#[wasm_bindgen_test]
async fn r_replies_and_the_browsers_shortcuts_stay() {
    let stage = Stage::with(fakes::opened(fakes::conversation())).await;
    stage.all(".session")[1].focus().unwrap();
    let line = document().active_element().unwrap();
    assert!(press_on(&line, "r", |about| about.set_ctrl_key(true)), "Ctrl+R reloads");
    assert!(!stage.press("r").await);
    assert_eq!(document().active_element().unwrap().tag_name(), "TEXTAREA");
}

#[wasm_bindgen_test]
async fn enter_sends_shift_enter_breaks_and_composing_does_neither() {
    let stage = Stage::with(fakes::opened(fakes::conversation())).await;
    stage.type_in("  By Friday, yes.\n").await;
    let field = stage.composer();
    assert!(press_on(&field, "Enter", |about| about.set_shift_key(true)), "the browser breaks the line");
    assert!(press_on(&field, "Enter", |about| about.set_is_composing(true)), "the input method takes it");
    stage::turn().await;
    assert!(stage.actions().is_empty());

    assert!(!press_on(&field, "Enter", |about| about.set_ctrl_key(true)));
    until("it is sent", || !stage.actions().is_empty()).await;
    assert_eq!(stage.actions(), [Action::Submit("By Friday, yes.".into())]);
    until("the field is empty", || stage.composer().value().is_empty()).await;

    press_on(&stage.composer(), "Enter", |_| ());
    stage::turn().await;
    assert_eq!(stage.actions().len(), 1, "nothing is not sent");
}

#[wasm_bindgen_test]
async fn words_not_sent_wait_in_their_session() {
    let mut stage = Stage::with(fakes::opened(fakes::conversation())).await;
    stage.type_in("Half a thou").await;
    let mut other = fakes::opened(fakes::hard());
    if let Some(open) = &mut other.open {
        open.session = fakes::session(3);
    }
    stage.show(other).await;
    assert_eq!(stage.composer().value(), "", "another session, another field");
    stage.show(fakes::opened(fakes::conversation())).await;
    assert_eq!(stage.composer().value(), "Half a thou");
}

#[wasm_bindgen_test]
async fn a_text_over_the_limit_is_not_sent_and_says_why() {
    let stage = Stage::with(fakes::opened(fakes::conversation())).await;
    stage.type_in(&"x".repeat(tieline_protocol::limits::TEXT_CHARS + 3)).await;
    assert_eq!(stage.text(".composer-left"), "3 characters too many");
    press_on(&stage.composer(), "Enter", |_| ());
    stage::turn().await;
    assert!(stage.actions().is_empty());
    assert!(!stage.composer().value().is_empty(), "and nothing typed is lost");
}
