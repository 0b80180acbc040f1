//! A thread of ten thousand messages: only what is near the reader is in the document, and nobody notices.
#![cfg(target_arch = "wasm32")]

mod fakes;
mod stage;

use stage::{Stage, document, turn, until};
use tieline_protocol::{DraftId, Millis};
use tieline_session::screen::{Block, Bubble, Content, Quote, Quoted, Row, Rows, Span, Thread, Ways};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

wasm_bindgen_test_configure!(run_in_browser);

/// Messages of a block, as the session makes them.
const PER_BLOCK: u64 = 32;
const ALL: u64 = 10_000;
/// Rounding, of a row's place and of the scrolling.
const ABOUT_PX: f64 = 1.5;

/// This line answers that one, many blocks further up.
const ANSWER: u64 = ALL - 2;
const QUOTED: u64 = 3_333;

fn key_of(number: u64) -> DraftId {
    DraftId::at(Millis(number), [7; 10])
}

/// Of many lengths, so that no guess of a block's height is right. Every twentieth is a link.
fn said(number: u64) -> Row {
    let text = format!("Line {number}");
    let longer = " and so on".repeat(usize::try_from(number * 7 % 60).unwrap());
    let mut spans = vec![Span::Plain(format!("{text}{longer}"))];
    if number.is_multiple_of(20) {
        spans = vec![Span::Link { text, url: format!("https://shop.example/{number}") }];
    }
    Row::Bubble(Bubble {
        key: key_of(number),
        content: Content::Text(spans),
        ways: Ways { reply: number > ALL - 80 || number == QUOTED, ..Ways::default() },
        quote: (number == ANSWER).then(|| Quote {
            key: key_of(QUOTED),
            is_mine: QUOTED.is_multiple_of(3),
            author: None,
            words: Quoted::Words("it answers this".into()),
        }),
        ..fakes::said(1, number.is_multiple_of(3), "", fakes::HOUR)
    })
}

fn thread(numbers: std::ops::Range<u64>) -> Thread {
    let blocks = numbers.start / PER_BLOCK..=(numbers.end - 1) / PER_BLOCK;
    let block = |number: u64| {
        let of_block = number * PER_BLOCK..(number + 1) * PER_BLOCK;
        let rows = of_block.filter(|seq| numbers.contains(seq)).map(said);
        Block::new(number, rows.collect())
    };
    Thread { rows: Rows::of(blocks.map(block).collect()), ..Thread::default() }
}

fn scroller(stage: &Stage) -> HtmlElement {
    stage.get(".thread-rows")
}

fn px_below(stage: &Stage) -> i32 {
    let scroller = scroller(stage);
    scroller.scroll_height() - scroller.scroll_top() - scroller.client_height()
}

fn bubbles(stage: &Stage) -> Vec<HtmlElement> {
    stage.all(".said:not(.ghost) .bubble")
}

fn number_of(bubble: &HtmlElement) -> u64 {
    let words = bubble.query_selector(":scope > [dir=auto]").unwrap().unwrap().text_content().unwrap();
    words.split(' ').nth(1).unwrap().parse().unwrap()
}

/// A line in the middle of the pane, and where it stands there.
fn in_sight(stage: &Stage) -> (u64, f64) {
    let pane = scroller(stage).get_bounding_client_rect();
    let middle = pane.top() + pane.height() / 2.0;
    let bubbles = bubbles(stage);
    let found = bubbles.iter().find(|bubble| bubble.get_bounding_client_rect().bottom() > middle);
    let found = found.unwrap_or_else(|| panic!("nothing is drawn in the middle of the pane"));
    (number_of(found), found.get_bounding_client_rect().top())
}

fn top_of(stage: &Stage, number: u64) -> f64 {
    let bubbles = bubbles(stage);
    let found = bubbles.iter().find(|bubble| number_of(bubble) == number);
    found.unwrap_or_else(|| panic!("line {number} is not drawn")).get_bounding_client_rect().top()
}

async fn scroll_to(stage: &Stage, top_px: i32) {
    scroller(stage).set_scroll_top(top_px);
    // The event, then what is drawn for it.
    for _ in 0..3 {
        frame().await;
    }
}

/// Until the browser has drawn: scroll events come with that.
async fn frame() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        web_sys::window().unwrap().request_animation_frame(&resolve).unwrap();
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
    turn().await;
}

async fn long() -> Stage {
    let stage = Stage::with(fakes::opened(thread(0..ALL))).await;
    until("it begins at the end", || px_below(&stage) <= 1 && stage.find(".room").is_some()).await;
    frame().await;
    stage
}

#[wasm_bindgen_test]
async fn a_few_of_ten_thousand_are_drawn_and_the_rest_is_room() {
    let stage = long().await;
    assert!(stage.all(".said").len() < 200, "{} rows are drawn", stage.all(".said").len());
    let height = scroller(&stage).scroll_height();
    assert!(height > 300_000, "the thread is as long as it is: {height}");
    assert_eq!(bubbles(&stage).last().map(number_of), Some(ALL - 1));
}

#[wasm_bindgen_test]
async fn scrolling_up_moves_what_is_read_by_as_much_and_no_more() {
    let stage = long().await;
    for step in 0..40 {
        let (number, before) = in_sight(&stage);
        let top = scroller(&stage).scroll_top();
        scroll_to(&stage, top - 240).await;
        let moved = top_of(&stage, number) - before;
        assert!((moved - 240.0).abs() < ABOUT_PX, "step {step}: line {number} moved by {moved}");
    }
    assert!(stage.all(".said").len() < 250, "{} rows are drawn", stage.all(".said").len());
}

#[wasm_bindgen_test]
async fn a_leap_into_the_middle_shows_lines_that_were_never_drawn() {
    let stage = long().await;
    for part in [2, 5, 3] {
        let height = scroller(&stage).scroll_height();
        scroll_to(&stage, height / part).await;
        let numbers: Vec<_> = bubbles(&stage).iter().map(number_of).collect();
        let (number, _) = in_sight(&stage);
        assert!(number > 100 && number < ALL - 100, "{number}");
        let at = numbers.iter().position(|other| *other == number).unwrap();
        assert_eq!(numbers[at + 1], number + 1, "in order");
        assert_eq!(numbers.last(), Some(&(ALL - 1)), "what comes in is read out, wherever the reader is");
    }
}

#[wasm_bindgen_test]
async fn older_ones_come_in_above_and_nothing_moves() {
    let with_older = |numbers| fakes::opened(Thread { has_older: true, ..thread(numbers) });
    let mut stage = Stage::with(with_older(5_000..ALL)).await;
    until("it begins at the end", || px_below(&stage) <= 1).await;
    scroll_to(&stage, 0).await;
    for from in [4_950, 4_900, 4_850, 2_000] {
        scroll_to(&stage, 120).await;
        let (number, before) = in_sight(&stage);
        stage.show(with_older(from..ALL)).await;
        frame().await;
        let moved = top_of(&stage, number) - before;
        assert!(moved.abs() < ABOUT_PX, "line {number} moved by {moved} when {from} came in");
    }
}

#[wasm_bindgen_test]
async fn a_reader_at_the_end_stays_there_and_one_elsewhere_does_not_move() {
    let mut stage = long().await;
    for more in [1, 2, 40, 500] {
        stage.show(fakes::opened(thread(0..ALL + more))).await;
        until("it follows", || px_below(&stage) <= 1).await;
        assert_eq!(bubbles(&stage).last().map(number_of), Some(ALL + more - 1));
    }
    let height = scroller(&stage).scroll_height();
    scroll_to(&stage, height / 2).await;
    let (number, before) = in_sight(&stage);
    stage.show(fakes::opened(thread(0..ALL + 700))).await;
    frame().await;
    assert!((top_of(&stage, number) - before).abs() < ABOUT_PX, "what is read does not move");
    assert!(stage.text(".to-end").contains("new"), "{}", stage.text(".to-end"));
}

/// Somebody who tabbed to a link and scrolls on with the wheel is still there when they come back.
#[wasm_bindgen_test]
async fn the_focus_is_kept_wherever_one_scrolls() {
    let stage = long().await;
    let height = scroller(&stage).scroll_height();
    scroll_to(&stage, height / 2).await;
    // A block is drawn, and there is a link in each.
    let link = stage.get(".block a");
    link.focus().unwrap();
    frame().await;
    scroll_to(&stage, 0).await;
    scroll_to(&stage, height).await;
    let active = document().active_element().unwrap();
    assert!(active.is_same_node(Some(&link)), "the focus is at {}", active.outer_html());
}

#[wasm_bindgen_test]
async fn a_quote_leads_to_words_that_were_not_drawn() {
    let stage = long().await;
    assert!(!bubbles(&stage).iter().any(|bubble| number_of(bubble) == QUOTED));
    stage.get(".quote").click();
    until("it is marked", || stage.find(".flash").is_some()).await;
    let row = stage.get(".flash");
    assert_eq!(number_of(&stage.get(".flash .bubble")), QUOTED);
    // What stands around it is drawn, and that does not move it.
    frame().await;
    frame().await;
    let (pane, place) = (scroller(&stage).get_bounding_client_rect(), row.get_bounding_client_rect());
    assert!(place.top() > pane.top() && place.bottom() < pane.bottom(), "{} in {}", place.top(), pane.top());
    assert!(bubbles(&stage).iter().any(|bubble| number_of(bubble) == QUOTED + 20));
    let active = document().active_element().unwrap();
    assert!(row.contains(Some(&active)), "a keyboard goes on from there: {}", active.outer_html());
    assert!(stage.find(".to-end").is_some());
}

#[wasm_bindgen_test]
async fn the_arrows_lead_from_row_to_row_over_every_border() {
    let stage = long().await;
    let stops = stage.all(".more[tabindex='0']");
    assert_eq!(stops.len(), 1, "one stop for the Tab key in the whole thread");
    stops[0].focus().unwrap();
    let there = (ALL - 70..ALL - 1).rev().map(|number| ("ArrowUp", number));
    let back = (ALL - 69..ALL).map(|number| ("ArrowDown", number));
    // Two blocks and more.
    for (key, number) in there.chain(back) {
        stage.press(key).await;
        frame().await;
        let row = document().active_element().unwrap().closest(".said").unwrap().unwrap();
        let bubble = row.query_selector(".bubble").unwrap().unwrap();
        assert_eq!(number_of(&bubble.unchecked_into()), number);
    }
}

#[wasm_bindgen_test]
async fn words_that_are_said_otherwise_out_of_sight_are_so_when_one_comes_there() {
    let mut stage = long().await;
    let changed = |number: u64| match said(number) {
        Row::Bubble(bubble) if number == QUOTED => {
            let content = Content::Text(vec![Span::Plain(format!("Line {number} otherwise"))]);
            Row::Bubble(Bubble { content, is_edited: true, ..bubble })
        }
        row => row,
    };
    let block = |number: u64| {
        let rows = (number * PER_BLOCK..((number + 1) * PER_BLOCK).min(ALL)).map(changed);
        Block::new(number, rows.collect())
    };
    let rows = Rows::of((0..=(ALL - 1) / PER_BLOCK).map(block).collect());
    stage.show(fakes::opened(Thread { rows, ..Thread::default() })).await;
    stage.get(".quote").click();
    until("it is marked", || stage.find(".flash").is_some()).await;
    assert_eq!(stage.text(".flash .bubble"), format!("Line {QUOTED} otherwise"));
}

/// What comes into the newest block is news. Blocks that are drawn because somebody scrolls there are not.
#[wasm_bindgen_test]
async fn only_the_newest_block_is_read_out() {
    let stage = long().await;
    let height = scroller(&stage).scroll_height();
    scroll_to(&stage, height / 2).await;
    let live = |block: &HtmlElement| block.get_attribute("aria-live");
    let blocks = stage.all(".block");
    let (newest, others) = blocks.split_last().unwrap();
    assert_eq!(live(newest), None, "as the log: polite");
    assert!(!others.is_empty() && others.iter().all(|block| live(block).as_deref() == Some("off")));
}
