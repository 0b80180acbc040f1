//! The list of sessions: what its lines say, what stands there when there are none.
#![cfg(target_arch = "wasm32")]

mod fakes;
mod stage;

use stage::{Stage, until};
use tieline_desk::view::Action;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_line_says_who_what_about_and_how_many_unread() {
    let stage = Stage::with(fakes::inbox()).await;
    let lines = stage.all(".session:not(.ghost-session)");
    assert_eq!(lines.len(), fakes::inbox().sessions.len());
    let first = lines[0].text_content().unwrap();
    for part in
        ["Ada Lovelace", "And could it be here by Friday?", "Stoneware mug, deep blue", "€24.00", "2 unread"]
    {
        assert!(first.contains(part), "{part} in {first}");
    }
    let second = lines[1].text_content().unwrap();
    assert!(second.contains("Visitor"), "somebody without a name has one all the same: {second}");
    assert!(
        lines[2].text_content().unwrap().contains("You: You are welcome"),
        "own words are told from the other's"
    );
    assert!(!first.contains("Fern & Clay"), "one shop only: not named on every line");
}

#[wasm_bindgen_test]
async fn an_agent_of_several_shops_reads_which_one() {
    let stage = Stage::with(fakes::of_two_shops(fakes::inbox())).await;
    let lines = stage.all(".session:not(.ghost-session)");
    assert!(lines[0].text_content().unwrap().contains("Fern & Clay"));
    assert!(lines[1].text_content().unwrap().contains("Kranich Lamps"));
}

#[wasm_bindgen_test]
async fn the_open_session_is_marked_for_eye_and_ear() {
    let stage = Stage::with(fakes::opened(fakes::conversation())).await;
    let open = stage.all("[aria-current=true]");
    assert_eq!(open.len(), 1);
    assert!(open[0].text_content().unwrap().contains("Ada Lovelace"));
    assert_eq!(stage.text(".conversation h2"), "Ada Lovelace");
    assert_eq!(stage.get("#context .about-title").text_content().unwrap(), "Stoneware mug, deep blue");
}

#[wasm_bindgen_test]
async fn while_nothing_is_known_the_shape_stands_and_nobody_is_told_that_it_is_empty() {
    let mut stage = Stage::with(fakes::unloaded()).await;
    assert_eq!(stage.get(".inbox-list").get_attribute("aria-busy").as_deref(), Some("true"));
    assert!(!stage.all(".ghost-session").is_empty());
    assert!(!stage.text(".desk").contains("No questions yet"));

    stage.show(fakes::without_sessions()).await;
    assert_eq!(stage.get(".inbox-list").get_attribute("aria-busy").as_deref(), Some("false"));
    let text = stage.text(".conversation");
    assert!(
        text.contains("No questions yet") && text.contains("/loader.js"),
        "says how sessions come: {text}"
    );
}

#[wasm_bindgen_test]
async fn the_end_of_the_list_asks_for_more_once() {
    let stage = Stage::with(fakes::inbox()).await;
    let list = stage.get(".inbox-list");
    for _ in 0..3 {
        list.set_scroll_top(0);
        stage::turn().await;
        list.set_scroll_top(list.scroll_height());
        stage::turn().await;
    }
    until("more is asked for", || stage.actions().contains(&Action::MoreSessions)).await;
    assert_eq!(stage.actions(), [Action::MoreSessions]);
}

#[wasm_bindgen_test]
async fn a_message_elsewhere_is_said_aloud() {
    let mut stage = Stage::with(fakes::opened(fakes::conversation())).await;
    let mut screen = fakes::opened(fakes::conversation());
    screen.sessions[2].unread = 1;
    stage.show(screen).await;
    let spoken = stage.get("p[aria-live=polite]");
    assert_eq!(spoken.text_content().unwrap(), "New message from Grace Hopper");
}

#[wasm_bindgen_test]
async fn pressing_a_line_asks_for_its_session() {
    let stage = Stage::with(fakes::inbox()).await;
    stage.all(".session")[2].click();
    until("it is asked for", || !stage.actions().is_empty()).await;
    assert_eq!(stage.actions(), [Action::Pick(Some(fakes::session(3)))]);
}
