//! The thread that widget and desk share: where it is scrolled to, and what can be done in it.
#![cfg(target_arch = "wasm32")]

mod fakes;
mod stage;

use stage::{Stage, turn, until};
use tieline_desk::view::Action;
use tieline_protocol::{DraftId, Seq};
use tieline_session::screen::{Delivery, Failure, Row, Thread};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

wasm_bindgen_test_configure!(run_in_browser);

/// Rows of the other side, `from..to`: the lower the older.
fn rows(from: u8, to: u8) -> Vec<Row> {
    let said =
        |number: u8| fakes::said(number, false, &format!("Line {number}"), fakes::HOUR - u64::from(number));
    (from..to).map(|number| Row::Bubble(said(number))).collect()
}

fn thread(rows: Vec<Row>) -> Thread {
    Thread { rows: rows.into(), ..Thread::default() }
}

fn scroller(stage: &Stage) -> HtmlElement {
    stage.get(".thread-rows")
}

fn px_below(stage: &Stage) -> i32 {
    let scroller = scroller(stage);
    scroller.scroll_height() - scroller.scroll_top() - scroller.client_height()
}

/// Where a line stands on the screen.
fn top_of(stage: &Stage, line: &str) -> f64 {
    let bubble =
        stage.all(".bubble").into_iter().find(|bubble| bubble.text_content().as_deref() == Some(line));
    bubble.unwrap_or_else(|| panic!("no {line}")).get_bounding_client_rect().top()
}

async fn scroll_away(stage: &Stage) {
    until("it begins at the end", || px_below(stage) <= 1).await;
    scroller(stage).set_scroll_top(400);
    until("the pill shows", || stage.find(".to-end").is_some()).await;
}

#[wasm_bindgen_test]
async fn a_reader_at_the_end_follows_what_comes() {
    let mut stage = Stage::with(fakes::opened(thread(rows(0, 40)))).await;
    until("it begins at the end", || px_below(&stage) <= 1).await;
    assert!(stage.find(".to-end").is_none());
    stage.show(fakes::opened(thread(rows(0, 42)))).await;
    until("it follows", || px_below(&stage) <= 1).await;
}

#[wasm_bindgen_test]
async fn a_reader_elsewhere_stays_and_is_told_how_many_are_new() {
    let mut stage = Stage::with(fakes::opened(thread(rows(0, 40)))).await;
    scroll_away(&stage).await;
    let before = top_of(&stage, "Line 10");
    stage.show(fakes::opened(thread(rows(0, 43)))).await;
    until("they are counted", || stage.text(".to-end") == "3 new").await;
    assert!((top_of(&stage, "Line 10") - before).abs() < 1.0, "what is read does not move");

    stage.get(".to-end").click();
    until("it leads to the end", || px_below(&stage) <= 1).await;
    until("and goes", || stage.find(".to-end").is_none()).await;
}

#[wasm_bindgen_test]
async fn ones_own_words_are_always_seen() {
    let mut stage = Stage::with(fakes::opened(thread(rows(0, 40)))).await;
    scroll_away(&stage).await;
    let mut with_mine = rows(0, 40);
    with_mine.push(Row::Bubble(fakes::said(99, true, "Mine", 0)));
    stage.show(fakes::opened(thread(with_mine))).await;
    until("it leads to the end", || px_below(&stage) <= 1).await;
}

#[wasm_bindgen_test]
async fn older_rows_come_in_above_without_moving_what_is_read() {
    let with_older = |from| {
        let begins_at = Seq(u64::from(from));
        fakes::opened(Thread { has_older: true, begins_at, ..thread(rows(from, 100)) })
    };
    let mut stage = Stage::with(with_older(60)).await;
    until("it begins at the end", || px_below(&stage) <= 1).await;
    assert!(stage.actions().is_empty(), "nothing is asked for that is not looked for");

    scroller(&stage).set_scroll_top(100);
    until("older ones are asked for", || stage.actions() == [Action::Older]).await;
    let before = top_of(&stage, "Line 62");
    stage.show(with_older(20)).await;
    until("what is read stands where it stood", || (top_of(&stage, "Line 62") - before).abs() < 1.0).await;
    assert_eq!(stage.actions(), [Action::Older], "one question per stretch");

    scroller(&stage).set_scroll_top(0);
    until("the next stretch is asked for", || stage.actions().len() == 2).await;
}

#[wasm_bindgen_test]
async fn the_end_stays_in_sight_while_the_composer_grows() {
    let stage = Stage::with(fakes::opened(thread(rows(0, 40)))).await;
    until("it begins at the end", || px_below(&stage) <= 1).await;
    let height = scroller(&stage).client_height();
    stage.type_in("one\ntwo\nthree\nfour\nfive").await;
    until("the thread gives room", || scroller(&stage).client_height() < height).await;
    until("the end is in sight", || px_below(&stage) <= 1).await;
}

#[wasm_bindgen_test]
async fn each_state_has_its_word_and_a_failure_its_ways_out() {
    let stage = Stage::with(fakes::opened(fakes::hard())).await;
    let text = stage.text(".thread-rows");
    for word in ["Sent", "Delivered", "Read", "Sending", "Waiting", "Not sent: too long"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    let failed: DraftId = failed_key();
    for button in stage.all(".failure button") {
        button.click();
    }
    turn().await;
    let actions: Vec<_> = stage.actions().into_iter().filter(|action| *action != Action::Older).collect();
    // Said again it would be as long as before.
    assert_eq!(actions, [Action::Revise(failed), Action::Discard(failed)]);
}

fn failed_key() -> DraftId {
    let failed = Some(Delivery::Failed(Failure::TooLong));
    let found = fakes::hard().rows.iter().find_map(|row| match row {
        Row::Bubble(bubble) if bubble.state == failed => Some(bubble.key),
        _ => None,
    });
    found.expect("the fake thread has a failed message")
}

/// Draft ids are unique to their sender only. A visitor who repeats an agent's must not make the agent's words vanish.
#[wasm_bindgen_test]
async fn a_stranger_who_repeats_our_draft_id_hides_nothing() {
    let bubble = |number, is_mine, text| Row::Bubble(fakes::said(number, is_mine, text, fakes::HOUR));
    let first = vec![bubble(7, true, "Ours")];
    let mut stage = Stage::with(fakes::opened(thread(first.clone()))).await;
    let both = [first, vec![bubble(7, false, "Theirs")]].concat();
    stage.show(fakes::opened(thread(both.clone()))).await;
    stage.show(fakes::opened(thread([both, vec![bubble(8, false, "Later")]].concat()))).await;
    let shown =
        || stage.all(".bubble").into_iter().filter_map(|bubble| bubble.text_content()).collect::<Vec<_>>();
    until("each stands once", || shown() == ["Ours", "Theirs", "Later"]).await;
}
