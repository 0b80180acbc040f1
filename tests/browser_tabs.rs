//! Tabs of one visitor: several drivers in one page, which share locks and channels as tabs do. P3, P5 and P8 in part:
//! whichever tab has the socket, and whether or not one is shared, each draft is one line and every tab shows the same.
#![cfg(target_arch = "wasm32")]

use std::{cell::RefCell, rc::Rc};

use js_sys::Function;
use tieline_driver::Keeper;
use tieline_protocol::{ChannelId, DraftId};
use tieline_session::{
    Input, Screen,
    screen::{Content, Delivery, Row, Span},
};
use tieline_widget::driver::{Driver, Hooks, Settings};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

mod support;

use support::until;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/support/shared_log.js")]
extern "C" {
    fn shared_log();
    fn live_sockets() -> u32;
    fn dial_count() -> u32;
    fn session_count() -> u32;
    fn log_texts() -> String;
    fn set_mute(mute: bool);
    fn set_latency(ms: u32);
    fn agent_says(text: &str);
    fn deny_locks() -> Function;
}

/// One tab, and what it shows.
struct Tab {
    driver: Driver,
    screen: Rc<RefCell<Option<Rc<Screen>>>>,
}

impl Tab {
    /// One at a channel of the test's own, so that tests do not hear each other.
    fn open(channel: &str) -> Self {
        let screen = Rc::new(RefCell::new(None));
        let drawn = screen.clone();
        let settings = Settings {
            gateway: "http://gateway.test".into(),
            channel: ChannelId(channel.into()),
            embed: None,
            page_origin: None,
            language: "en".into(),
            keeper: Keeper::own(),
        };
        let draw = Box::new(move |screen| drop(drawn.replace(Some(screen))));
        let driver = Driver::new(settings, Hooks { draw, tell: Box::new(|_| {}) });
        driver.start();
        Self { driver, screen }
    }

    fn say(&self, text: &str) {
        self.driver.feed(Driver::submission(text.into()));
    }

    /// The lines that it shows, with how far the visitor's own have got.
    fn lines(&self) -> Vec<(String, Option<Delivery>)> {
        let screen = self.screen.borrow();
        let rows = screen.iter().flat_map(|screen| screen.thread.rows.iter());
        rows.filter_map(|row| match row {
            Row::Bubble(bubble) => match &bubble.content {
                Content::Text(spans) => Some((spans.iter().map(text_of).collect(), bubble.state)),
                _ => None,
            },
            _ => None,
        })
        .collect()
    }

    fn newest(&self) -> Option<DraftId> {
        let screen = self.screen.borrow();
        screen.as_ref()?.thread.rows.iter().rev().find_map(|row| match row {
            Row::Bubble(bubble) => Some(bubble.key),
            _ => None,
        })
    }

    fn texts(&self) -> String {
        self.lines().into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(" | ")
    }

    fn has_sent(&self, text: &str) -> bool {
        self.lines().iter().any(|(said, state)| said == text && *state == Some(Delivery::Sent))
    }

    fn title(&self) -> Option<String> {
        self.screen.borrow().as_ref().and_then(|screen| screen.title.clone())
    }

    fn unread(&self) -> u32 {
        self.screen.borrow().as_ref().map_or(0, |screen| screen.unread)
    }
}

fn text_of(span: &Span) -> &str {
    match span {
        Span::Plain(text) | Span::Link { text, .. } => text,
    }
}

/// So many tabs that are connected.
async fn tabs<const N: usize>(channel: &str) -> [Tab; N] {
    shared_log();
    let tabs = std::array::from_fn(|_| Tab::open(channel));
    for tab in &tabs {
        until("the welcome", || tab.title().is_some()).await;
    }
    tabs
}

#[wasm_bindgen_test]
async fn three_tabs_share_one_socket_and_show_the_same() {
    let tabs: [Tab; 3] = tabs("ch_three").await;
    assert_eq!(dial_count(), 1);
    for (tab, text) in tabs.iter().zip(["one", "two", "three"]) {
        tab.say(text);
        until("the tick", || tab.has_sent(text)).await;
    }
    agent_says("hello all");
    for tab in &tabs {
        until("every line", || tab.texts() == "one | two | three | hello all").await;
    }
    assert_eq!(log_texts(), "one | two | three | hello all");
    assert_eq!(dial_count(), 1);
}

#[wasm_bindgen_test]
async fn a_tab_that_comes_later_shows_the_lines_of_before() {
    let [first] = tabs("ch_later").await;
    for text in ["one", "two", "three"] {
        first.say(text);
        until("the tick", || first.has_sent(text)).await;
    }
    let later = Tab::open("ch_later");
    until("the lines", || later.texts() == "one | two | three").await;
    assert_eq!(dial_count(), 1);
}

#[wasm_bindgen_test]
async fn p3_another_tab_takes_over_and_says_the_same_draft_once() {
    let [leader, second, third] = tabs("ch_takeover").await;
    second.say("before");
    until("the tick", || second.has_sent("before")).await;
    // It is on the wire, and the tab with the socket dies before the answer.
    set_mute(true);
    second.say("in the air");
    until("the draft", || third.texts() == "before | in the air").await;
    let died_at = js_sys::Date::now();
    drop(leader);
    set_mute(false);
    until("another dial", || dial_count() == 2).await;
    until("the tick", || second.has_sent("in the air")).await;
    let took_ms = js_sys::Date::now() - died_at;
    console_log!("takeover: the draft is in the log {took_ms} ms after the leader was gone");
    assert!(took_ms < 1_000.0, "{took_ms} ms");
    until("the third tab", || third.has_sent("in the air")).await;
    assert_eq!(log_texts(), "before | in the air");
    assert_eq!(live_sockets(), 1);
}

#[wasm_bindgen_test]
async fn p3_without_locks_each_tab_has_its_own_socket_and_the_result_is_the_same() {
    let allow = deny_locks();
    let tabs: [Tab; 2] = tabs("ch_denied").await;
    assert_eq!(dial_count(), 2);
    for (tab, text) in tabs.iter().zip(["one", "two"]) {
        tab.say(text);
        until("the tick", || tab.has_sent(text)).await;
    }
    for tab in &tabs {
        until("both lines", || tab.texts() == "one | two").await;
    }
    assert_eq!(log_texts(), "one | two");
    allow.call0(&JsValue::NULL).unwrap();
}

/// P3: the very first words, said in both tabs before either knows of the other's.
async fn say_first_words_at_once([first, second]: [Tab; 2]) {
    // Both wishes are on the wire before either is granted.
    set_latency(200);
    first.say("one");
    second.say("two");
    for (tab, text) in [(&first, "one"), (&second, "two")] {
        until("the tick", || tab.has_sent(text)).await;
    }
    for tab in [&first, &second] {
        until("both lines", || tab.texts() == log_texts()).await;
    }
    assert_eq!(first.lines().len(), 2, "{}", first.texts());
    assert_eq!(session_count(), 1);
}

#[wasm_bindgen_test]
async fn p3_first_words_of_two_tabs_at_once_open_one_session() {
    say_first_words_at_once(tabs("ch_first").await).await;
    assert_eq!(dial_count(), 1);
}

/// Without locks the tabs have to be the same visitor to the gateway: one that was here before.
#[wasm_bindgen_test]
async fn p3_first_words_open_one_session_without_locks_too() {
    let [earlier] = tabs("ch_first_denied").await;
    drop(earlier);
    let allow = deny_locks();
    let both: [Tab; 2] = std::array::from_fn(|_| Tab::open("ch_first_denied"));
    for tab in &both {
        until("the welcome", || tab.title().is_some()).await;
    }
    say_first_words_at_once(both).await;
    assert_eq!(dial_count(), 3);
    allow.call0(&JsValue::NULL).unwrap();
}

#[wasm_bindgen_test]
async fn a_draft_shows_in_the_other_tab_before_it_is_sent_and_goes_from_both() {
    let [first, second] = tabs("ch_overheard").await;
    first.say("settled");
    until("the tick", || first.has_sent("settled")).await;
    set_mute(true);
    first.say("waits");
    first.say("is taken back");
    until("both drafts", || second.texts() == "settled | waits | is taken back").await;
    first.driver.feed(Input::Discard(first.newest().unwrap()));
    until("one draft less", || second.texts() == "settled | waits").await;
    assert_eq!(first.texts(), "settled | waits");
}

#[wasm_bindgen_test]
async fn what_one_tab_has_read_is_read_in_the_other() {
    let [first, second] = tabs("ch_read").await;
    first.say("anybody there?");
    until("the tick", || first.has_sent("anybody there?")).await;
    until("the line", || second.texts() == "anybody there?").await;
    agent_says("yes");
    for tab in [&first, &second] {
        until("the unread mark", || tab.unread() == 1).await;
    }
    first.driver.set_shown(true);
    until("read here", || first.unread() == 0).await;
    until("read there", || second.unread() == 0).await;
}

#[wasm_bindgen_test]
async fn who_signs_out_in_one_tab_is_a_stranger_in_all() {
    let [first, second] = tabs("ch_stranger").await;
    first.say("mine alone");
    until("the tick", || first.has_sent("mine alone") && second.has_sent("mine alone")).await;
    second.driver.become_stranger();
    for tab in [&first, &second] {
        until("an empty thread", || tab.texts().is_empty()).await;
    }
    until("one new socket", || (dial_count(), live_sockets()) == (2, 1)).await;
    second.say("who am I?");
    until("the tick", || first.has_sent("who am I?") && second.has_sent("who am I?")).await;
    assert_eq!(first.texts(), "who am I?");
}

#[wasm_bindgen_test]
async fn another_person_leaves_the_group() {
    let [first, second] = tabs("ch_person").await;
    // {"sub":"mia"}
    second.driver.take_token(Some("e30.eyJzdWIiOiJtaWEifQ.s".into()));
    until("a socket of its own", || dial_count() == 2).await;
    until("both connections", || live_sockets() == 2).await;
    assert!(first.title().is_some());
}
