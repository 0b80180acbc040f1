//! What each state of the session looks like: every state has a shape and a word, every notice a sentence.
#![cfg(target_arch = "wasm32")]

mod support;

use std::{cell::RefCell, rc::Rc};

use support::{document, press, settle, tongues::locale_of, until};
use tieline_protocol::{DraftId, Millis};
use tieline_session::{
    Owner, Screen,
    screen::{
        Accepts, Aimed, Bubble, Content, Delivery, Failure, Notice, Quote, Quoted, Row, Span, Thread, Ways,
    },
};
use tieline_talk::{Calendar, Given, ThreadWish};
use tieline_widget::view::{Act, App, AppProps, Choices, Face, Scene, Shape};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};
use yew::Callback;

wasm_bindgen_test_configure!(run_in_browser);

const NOON: u64 = 1_795_344_000_000;

fn bubble(number: u8, is_mine: bool, state: Option<Delivery>) -> Bubble {
    let key = DraftId::at(Millis(u64::from(number)), [number; 10]);
    let content = Content::Text(vec![Span::Plain(format!("message {number}"))]);
    Bubble {
        author: (!is_mine).then(|| "Mia".to_owned()),
        state,
        ..Bubble::of(key, is_mine, content, Millis(NOON + u64::from(number) * 1000))
    }
}

fn screen(rows: Vec<Row>) -> Screen {
    Screen {
        owner: Owner::Visitor(0),
        title: Some("Fern & Clay".into()),
        greeting: None,
        quick_questions: Vec::new(),
        item: None,
        standing: None,
        place: None,
        notice: None,
        thread: Thread { rows: rows.into(), ..Thread::default() },
        aim: None,
        unread: 0,
        can_write: true,
        end: None,
        form: None,
        text_chars: 8000,
        chats: Vec::new(),
        has_more_chats: false,
        is_listing: false,
        accepts: Accepts::default(),
    }
}

/// The app with one screen, and the wishes that it gave.
struct Shown {
    root: Element,
    wishes: Rc<RefCell<Vec<ThreadWish>>>,
    closed: Rc<RefCell<u32>>,
}

impl Shown {
    async fn new(screen: Screen, shape: Shape, language: &str) -> Self {
        wear_our_style();
        let root = document().create_element("div").unwrap();
        root.set_class_name("tieline-seat");
        let host = support::new_host();
        host.append_child(&root).unwrap();
        let (wishes, closed) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(0)));
        let (wished, counted) = (wishes.clone(), closed.clone());
        let locale = locale_of(language);
        let face = Face {
            locale,
            calendar: Rc::new(Calendar::new(&locale.words, language)),
            shape,
            name: None,
            scheme: None,
            accent: None,
            choices: Choices::default(),
            chat: "".into(),
            picked: None,
            is_saving: false,
            has_given: false,
            unsent: Given::default(),
            focus_turn: 0,
        };
        let act = Act {
            feed: Callback::noop(),
            wish: Callback::from(move |wish| wished.borrow_mut().push(wish)),
            submit: Callback::from(|_| ()),
            fill: Callback::noop(),
            rate: Callback::noop(),
            typed: Callback::noop(),
            pick: Callback::noop(),
            attach: Callback::noop(),
            pictures: Callback::from(|_| None),
            close: Callback::from(move |()| *counted.borrow_mut() += 1),
            list: Callback::noop(),
            show: Callback::noop(),
            more: Callback::noop(),
            save: Callback::noop(),
        };
        let scene = Scene { screen: Rc::new(screen), now: Millis(NOON), face, act };
        let props = AppProps { scene: Some(scene), turn: 1 };
        yew::Renderer::<App>::with_root_and_props(root.clone(), props).render();
        let shown = Self { root, wishes, closed };
        until("the panel", || shown.find(".panel").is_some()).await;
        shown
    }

    async fn of(rows: Vec<Row>) -> Self {
        Self::new(screen(rows), Shape::Frame, "en").await
    }

    fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).unwrap()
    }

    fn text(&self, selector: &str) -> String {
        self.find(selector).and_then(|element| element.text_content()).unwrap_or_default()
    }

    fn click(&self, selector: &str) {
        self.find(selector).unwrap().unchecked_into::<HtmlElement>().click();
    }
}

fn wear_our_style() {
    if document().get_element_by_id("ours").is_none() {
        let style = document().create_element("style").unwrap();
        style.set_id("ours");
        style.set_text_content(Some(support::STYLE));
        document().head().unwrap().append_child(&style).unwrap();
    }
}

#[wasm_bindgen_test]
async fn each_state_of_a_message_has_a_shape_and_a_word() {
    let mut shapes = Vec::new();
    for (state, word) in [
        (Delivery::Queued, "Waiting to be sent"),
        (Delivery::Sent, "Sent"),
        (Delivery::Delivered, "Delivered"),
        (Delivery::Read, "Read"),
        (Delivery::Failed(Failure::Expired), "Not sent: it waited for more than a day."),
    ] {
        let shown = Shown::of(vec![Row::Bubble(bubble(1, true, Some(state)))]).await;
        assert_eq!(shown.text(".state"), word);
        let shape = shown.find(".state svg path").unwrap().get_attribute("d").unwrap();
        let class = shown.find(".state").unwrap().class_name();
        shapes.push((shape, class));
    }
    shapes.sort();
    shapes.dedup();
    assert_eq!(shapes.len(), 5, "no two look alike");
}

#[wasm_bindgen_test]
async fn a_failed_message_can_be_said_again_or_dropped() {
    let failed = bubble(1, true, Some(Delivery::Failed(Failure::Refused)));
    let shown = Shown::of(vec![Row::Bubble(failed.clone())]).await;
    let key = failed.key;
    for (number, word, wish) in [
        (1, "Try again", ThreadWish::Retry(key)),
        (2, "Edit", ThreadWish::Revise(key)),
        (3, "Delete", ThreadWish::Discard(key)),
    ] {
        let button = format!(".failure button:nth-of-type({number})");
        assert_eq!(shown.text(&button), word);
        let place: HtmlElement = shown.find(&button).unwrap().unchecked_into();
        let (width, height) = (place.offset_width(), place.offset_height());
        assert!(width >= 24 && height >= 24, "{word}: {width} x {height}");
        shown.click(&button);
        assert_eq!(shown.wishes.borrow().last(), Some(&wish));
    }
    let active = document().active_element().unwrap();
    assert_eq!(active.get_attribute("role").as_deref(), Some("log"), "the keyboard stays in the thread");
}

#[wasm_bindgen_test]
async fn a_message_that_cannot_be_sent_as_it_is_can_be_written_anew_or_dropped() {
    for failure in [Failure::TooLong, Failure::SessionEnded] {
        let shown = Shown::of(vec![Row::Bubble(bubble(1, true, Some(Delivery::Failed(failure))))]).await;
        assert_eq!(shown.text(".ways"), "EditDelete", "{failure:?}");
    }
}

#[wasm_bindgen_test]
async fn a_waiting_message_can_be_taken_back_while_the_line_is_down() {
    for (notice, state, ways) in [
        (None, Delivery::Queued, ""),
        (Some(Notice::NotKept), Delivery::Queued, ""),
        (Some(Notice::Offline), Delivery::Queued, "BearbeitenLöschen"),
        (Some(Notice::Reconnecting), Delivery::Queued, "BearbeitenLöschen"),
        // What was on the wire may stand in the log by now.
        (Some(Notice::Reconnecting), Delivery::Sending, ""),
        (Some(Notice::Offline), Delivery::Saving, ""),
        (Some(Notice::Offline), Delivery::Sent, ""),
    ] {
        let rows = vec![Row::Bubble(bubble(1, true, Some(state)))];
        let shown = Shown::new(Screen { notice, ..screen(rows) }, Shape::Frame, "de").await;
        assert_eq!(shown.text(".ways"), ways, "{state:?} under {notice:?}");
    }
}

#[wasm_bindgen_test]
async fn each_notice_is_a_sentence_in_a_status_region() {
    for notice in [
        Notice::Connecting,
        Notice::Reconnecting,
        Notice::Offline,
        Notice::NotKept,
        Notice::Refused,
        Notice::SignedOut,
        Notice::MustReload,
    ] {
        let mut told = Vec::new();
        for language in ["en", "de"] {
            let screen = Screen { notice: Some(notice), ..screen(Vec::new()) };
            let shown = Shown::new(screen, Shape::Frame, language).await;
            told.push(shown.text(".notice[role=status] p"));
        }
        assert!(told.iter().all(|sentence| sentence.ends_with('.')), "{notice:?}: {told:?}");
        assert_ne!(told[0], told[1]);
    }
}

#[wasm_bindgen_test]
async fn an_empty_session_greets_and_a_loading_one_shows_its_shape() {
    let shown = Shown::of(Vec::new()).await;
    assert_eq!(shown.text(".empty-head"), "Hello!");
    let mut loading = screen(Vec::new());
    loading.thread.is_loading = true;
    let shown = Shown::new(loading, Shape::Frame, "en").await;
    assert!(shown.find(".empty").is_none());
    assert!(shown.find(".skeleton .bubble").is_some());
    assert_eq!(shown.find("[role=log]").unwrap().get_attribute("aria-busy").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
async fn names_roles_and_labels_are_there_for_who_does_not_see() {
    let shown = Shown::of(vec![
        Row::Bubble(bubble(1, false, None)),
        Row::Bubble(bubble(2, true, Some(Delivery::Sent))),
    ])
    .await;
    let panel = shown.find("[role=dialog]").unwrap();
    let title = panel.get_attribute("aria-labelledby").unwrap();
    assert_eq!(shown.text(&format!("#{title}")), "Fern & Clay");
    assert_eq!(shown.find("textarea").unwrap().get_attribute("aria-label").as_deref(), Some("Message"));
    assert_eq!(shown.find(".send").unwrap().get_attribute("aria-label").as_deref(), Some("Send"));
    assert_eq!(
        shown.find("header [aria-label=Close]").unwrap().get_attribute("aria-label").as_deref(),
        Some("Close")
    );
    assert!(shown.text(".theirs .bubble-column").starts_with("Mia: message 1"));
    assert!(shown.text(".mine .bubble-column").starts_with("You: message 2"));
}

#[wasm_bindgen_test]
async fn escape_and_the_button_close_a_frame_and_nothing_else() {
    for (shape, closings) in [(Shape::Frame, 1), (Shape::Page, 0), (Shape::Inline, 0)] {
        let shown = Shown::new(screen(Vec::new()), shape, "en").await;
        press(&shown.find("textarea").unwrap(), "Escape", false, true);
        assert_eq!(*shown.closed.borrow(), 0, "an input method's Escape is its own");
        press(&shown.find("textarea").unwrap(), "Escape", false, false);
        assert_eq!(*shown.closed.borrow(), closings, "{shape:?}");
        assert_eq!(shown.find("header [aria-label=Close]").is_some(), closings == 1);
    }
    let shown = Shown::of(Vec::new()).await;
    shown.click("header [aria-label=Close]");
    assert_eq!(*shown.closed.borrow(), 1);
}

#[wasm_bindgen_test]
async fn a_session_that_takes_no_words_says_so_in_place_of_the_composer() {
    let shown = Shown::new(Screen { can_write: false, ..screen(Vec::new()) }, Shape::Frame, "de").await;
    assert!(shown.find("textarea").is_none());
    assert_eq!(shown.text(".read-only"), "Dieser Chat nimmt keine Nachrichten mehr an.");
}

#[wasm_bindgen_test]
async fn a_long_name_and_a_long_word_stay_inside_the_panel() {
    let mut rows = vec![Row::Bubble(Bubble {
        content: Content::Text(vec![Span::Plain("w".repeat(400))]),
        ..bubble(1, false, None)
    })];
    rows.push(Row::Bubble(bubble(2, true, Some(Delivery::Sent))));
    let long = Screen { title: Some("N".repeat(60)), ..screen(rows) };
    let shown = Shown::new(long, Shape::Frame, "en").await;
    settle().await;
    for selector in [".panel", ".thread-rows", ".header"] {
        let element = shown.find(selector).unwrap();
        assert!(element.scroll_width() <= element.client_width(), "{selector} scrolls sideways");
    }
}

#[wasm_bindgen_test]
async fn the_menu_of_ones_own_words_is_walked_by_keys_and_asks_before_it_deletes() {
    let ways = Ways { reply: true, edit: true, retract: true };
    let mine = Bubble { ways, ..bubble(2, true, Some(Delivery::Sent)) };
    let rows = [bubble(1, true, Some(Delivery::Sent)), mine.clone()].map(|bubble| Bubble { ways, ..bubble });
    let shown = Shown::of(rows.into_iter().map(Row::Bubble).collect()).await;
    let stops = shown.root.query_selector_all(".more[tabindex='0']").unwrap().length();
    assert_eq!(stops, 1, "one stop for the Tab key in the whole thread");
    let focused = || document().active_element().and_then(|active| active.text_content()).unwrap_or_default();
    let last = shown.find(".said:last-child .more").unwrap();
    last.clone().unchecked_into::<HtmlElement>().focus().unwrap();
    press(&last, "ArrowUp", false, false);
    assert!(document().active_element() == shown.find(".said .more"), "the arrows lead from one to the next");

    shown.click(".said:last-child .more");
    until("the menu takes the focus", || focused() == "Reply").await;
    assert_eq!(shown.text("[role=menu]"), "ReplyEditDelete");
    press(&document().active_element().unwrap(), "ArrowDown", false, false);
    assert_eq!(focused(), "Edit");
    press(&document().active_element().unwrap(), "Escape", false, false);
    until("the menu is closed", || shown.find(".bubble-menu").is_none()).await;
    assert!(document().active_element() == Some(last.clone()), "back to where it was opened");
    assert_eq!(*shown.closed.borrow(), 0, "one level at a time");

    shown.click(".said:last-child .more");
    until("the menu", || shown.find(".bubble-menu .danger").is_some()).await;
    shown.click(".bubble-menu .danger");
    until("the question, with the focus on no", || focused() == "Cancel").await;
    assert_eq!(*shown.wishes.borrow(), []);
    shown.click(".confirm .danger");
    assert_eq!(*shown.wishes.borrow(), [ThreadWish::Retract(mine.key)]);
    until("no question", || shown.find(".bubble-menu").is_none()).await;
}

#[wasm_bindgen_test]
async fn the_others_words_are_answered_with_one_press_and_quoted_words_lead_to_where_they_were_said() {
    let theirs = Bubble { ways: Ways { reply: true, ..Ways::default() }, ..bubble(1, false, None) };
    let quote = |words| Quote { key: theirs.key, is_mine: false, author: Some("Mia".into()), words };
    let answer = Bubble {
        quote: Some(quote(Quoted::Words("message 1".into()))),
        ..bubble(2, true, Some(Delivery::Sent))
    };
    let gone = Bubble { quote: Some(quote(Quoted::Gone)), ..bubble(3, true, Some(Delivery::Sent)) };
    let shown = Shown::of([theirs.clone(), answer, gone].into_iter().map(Row::Bubble).collect()).await;
    shown.click(".said.theirs .more");
    assert_eq!(*shown.wishes.borrow(), [ThreadWish::Reply(theirs.key)]);
    assert_eq!(shown.text(".quote"), "In reply to Miamessage 1");
    assert_eq!(shown.text(".said:last-child .quote-words"), "This message was deleted");
    shown.click(".quote");
    until("the mark", || shown.find(".said.theirs.flash").is_some()).await;
}

#[wasm_bindgen_test]
async fn escape_leaves_an_answer_and_not_the_panel() {
    let quote = Quote {
        key: DraftId::at(Millis(1), [1; 10]),
        is_mine: false,
        author: Some("Mia".into()),
        words: Quoted::Words("message 1".into()),
    };
    let aimed =
        Screen { aim: Some(Aimed::Reply(quote)), ..screen(vec![Row::Bubble(bubble(1, false, None))]) };
    let shown = Shown::new(aimed, Shape::Frame, "en").await;
    assert_eq!(shown.text(".strip-text"), "Replying to Miamessage 1");
    press(&shown.find("textarea").unwrap(), "Escape", false, false);
    shown.click(".strip-leave");
    // The composer hears of both in the next turn of the event loop.
    until("both ways out", || *shown.wishes.borrow() == [ThreadWish::Unaim, ThreadWish::Unaim]).await;
    assert_eq!(*shown.closed.borrow(), 0);
    let plain = Shown::of(vec![Row::Bubble(bubble(1, false, None))]).await;
    press(&plain.find("textarea").unwrap(), "ArrowUp", false, false);
    until("the newest words", || *plain.wishes.borrow() == [ThreadWish::EditNewest]).await;
    press(&plain.find("textarea").unwrap(), "Escape", false, false);
    assert_eq!(*plain.closed.borrow(), 1);
}

#[wasm_bindgen_test]
async fn answers_to_choose_from_are_buttons_for_whoever_may_choose() {
    let options = vec!["Blue".to_owned(), "Green".to_owned()];
    let question = Bubble { options: options.clone(), can_choose: true, ..bubble(1, false, None) };
    let key = question.key;
    let shown = Shown::of(vec![Row::Bubble(question.clone())]).await;
    shown.click("button.choice:last-child");
    assert_eq!(*shown.wishes.borrow(), [ThreadWish::Choose(key, 1)]);
    let asked = Shown::of(vec![Row::Bubble(Bubble { can_choose: false, ..question })]).await;
    assert!(asked.find("button.choice").is_none());
    assert_eq!(asked.text(".choices"), "BlueGreen");
}

#[wasm_bindgen_test]
async fn what_was_edited_or_deleted_says_so() {
    let edited = Bubble { is_edited: true, ends_group: false, ..bubble(1, false, None) };
    let gone = Bubble { content: Content::Retracted, ..bubble(2, true, Some(Delivery::Sent)) };
    let shown = Shown::new(screen(vec![Row::Bubble(edited), Row::Bubble(gone)]), Shape::Frame, "de").await;
    assert_eq!(shown.text(".theirs .edited"), "bearbeitet");
    assert_eq!(shown.text(".mine .bubble.quiet"), "Diese Nachricht wurde gelöscht");
}
