//! Whose a session is: shown in its line and its head, and changed by choice or by one press. And which platform is out of reach.
#![cfg(target_arch = "wasm32")]

mod fakes;
mod stage;

use stage::Stage;
use tieline_desk::view::Action;
use tieline_session::DeskScreen;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Event, EventInit, HtmlSelectElement};

wasm_bindgen_test_configure!(run_in_browser);

fn select(stage: &Stage) -> HtmlSelectElement {
    stage.get(".assignment select").dyn_into().unwrap()
}

fn press(stage: &Stage) {
    stage.get(".assignment button").click();
}

/// Somebody chooses, as a browser tells it.
fn choose(stage: &Stage, value: &str) {
    let (select, bubbles) = (select(stage), EventInit::new());
    bubbles.set_bubbles(true);
    select.set_value(value);
    select.dispatch_event(&Event::new_with_event_init_dict("change", &bubbles).unwrap()).unwrap();
}

#[wasm_bindgen_test]
async fn line_and_head_say_whose_it_is() {
    let mut stage = Stage::with(fakes::opened(fakes::conversation())).await;
    assert!(stage.all(".session-assignee").is_empty() && stage.all(".filter").is_empty());
    stage.show(fakes::assigned(fakes::opened(fakes::conversation()), 0)).await;
    let lines = stage.all(".session:not(.ghost-session)");
    assert!(lines[0].text_content().unwrap().contains("Yours"));
    assert!(lines[2].text_content().unwrap().contains("With \u{644}\u{64a}\u{644}\u{649}"));
    assert!(stage.text(".conversation .pane-title").contains("Yours"));
    stage.show(fakes::assigned(fakes::opened(fakes::conversation()), 1)).await;
    assert!(stage.text(".conversation .pane-title").contains("With Wolfgang"));
}

#[wasm_bindgen_test]
async fn it_is_taken_given_and_released() {
    let mut stage = Stage::with(fakes::opened(fakes::conversation())).await;
    let team = fakes::team();
    assert_eq!(
        (select(&stage).value(), stage.text(".assignment button")),
        (String::new(), "Assign to me".into())
    );
    press(&stage);
    stage.show(fakes::assigned(fakes::opened(fakes::conversation()), 0)).await;
    assert_eq!(select(&stage).value(), team[0].id.to_string());
    choose(&stage, &team[2].id.to_string());
    // Until the gateway says otherwise, what stands there is what holds.
    assert_eq!(select(&stage).value(), team[0].id.to_string());
    assert_eq!(stage.text(".assignment button"), "Release");
    press(&stage);
    choose(&stage, "");
    let expected = [Some(team[0].id), Some(team[2].id), None, None].map(Action::Assign);
    assert_eq!(stage.actions(), expected);
    stage.show(fakes::assigned(fakes::opened(fakes::conversation()), 2)).await;
    assert_eq!(select(&stage).value(), team[2].id.to_string());
    assert!(select(&stage).text_content().unwrap().contains("XMPP"), "where somebody answers is said");
}

#[wasm_bindgen_test]
async fn without_a_line_it_waits_and_a_refusal_is_said() {
    let mut screen = fakes::opened(fakes::conversation());
    screen.open.as_mut().unwrap().can_assign = false;
    let mut stage = Stage::with(screen).await;
    assert!(select(&stage).disabled() && stage.get(".assignment button").has_attribute("disabled"));
    let mut screen = fakes::opened(fakes::conversation());
    screen.open.as_mut().unwrap().is_assign_refused = true;
    stage.show(screen).await;
    assert!(stage.text(".assignment [role=status]").contains("not taken"));
    stage.show(fakes::closed(fakes::opened(fakes::conversation()))).await;
    assert!(stage.all(".assignment select").is_empty());
}

#[wasm_bindgen_test]
async fn the_list_is_narrowed_to_ones_own() {
    let stage = Stage::with(fakes::assigned(fakes::inbox(), 0)).await;
    let lines = || stage.all(".session:not(.ghost-session)");
    assert_eq!(lines().len(), 8);
    let filter = stage.get(".filter");
    filter.click();
    stage::turn().await;
    assert_eq!(lines().len(), 2);
    assert_eq!(filter.get_attribute("aria-pressed").as_deref(), Some("true"));
    assert!(stage.text(".inbox-list").contains("Load older sessions"));
    filter.click();
    stage::turn().await;
    assert_eq!(lines().len(), 8);
}

#[wasm_bindgen_test]
async fn a_platform_out_of_reach_is_said_and_nothing_while_all_is_well() {
    let mut stage = Stage::with(fakes::inbox()).await;
    assert_eq!(stage.text(".notice"), "");
    stage.show(DeskScreen { down: vec!["xmpp".into()], ..fakes::inbox() }).await;
    assert_eq!(
        stage.text(".notice"),
        "XMPP is not connected: people who answer there do not get anything now."
    );
    stage.show(fakes::inbox()).await;
    assert_eq!(stage.text(".notice"), "");
}
