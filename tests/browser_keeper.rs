//! P12: a frame that may keep nothing asks the page around it for room, once.
#![cfg(target_arch = "wasm32")]

mod support;

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use js_sys::{Array, Function, Object, Reflect};
use support::{
    cut, deny_databases, deny_storage, document, fake_gateway, forget_sockets, hang_databases, press,
    restore_databases, sent_bodies, settle, type_into, until,
};
use tieline_browser::database::Hold;
use tieline_driver::{Ask, Keeper};
use tieline_widget::embed::{Config, Host, Mount};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, HtmlTextAreaElement, MessageChannel, MessageEvent, MessagePort};

wasm_bindgen_test_configure!(run_in_browser);

/// What the page has in its own store.
type Shelf = Rc<RefCell<BTreeMap<String, JsValue>>>;

/// How a page answers.
#[derive(Clone, Copy, PartialEq)]
enum Page {
    /// Gives room.
    Yes,
    /// Gives none.
    No,
    /// Is of before the question.
    Silent,
}

/// A keeper with such a page around it, and the questions that the page has heard.
fn keeper(page: Page, shelf: &Shelf) -> (Keeper, Rc<RefCell<Vec<Ask>>>) {
    let (shelf, asked) = (shelf.clone(), Rc::new(RefCell::new(Vec::new())));
    let heard = asked.clone();
    let keeper = Keeper::own_or_page(move |ask: Ask, yes: &Function, no: &Function| {
        heard.borrow_mut().push(ask.clone());
        let _ = match page {
            Page::Yes => yes.call1(&JsValue::UNDEFINED, &carry_out(&shelf, ask)),
            Page::No => no.call0(&JsValue::UNDEFINED),
            Page::Silent => return,
        };
    });
    (keeper, asked)
}

fn carry_out(shelf: &Shelf, ask: Ask) -> JsValue {
    let mut shelf = shelf.borrow_mut();
    match ask {
        Ask::Put { name, value, .. } => drop(shelf.insert(name, value)),
        Ask::Remove(name) => drop(shelf.remove(&name)),
        Ask::Read(beginning) => {
            let found = shelf.iter().filter(|(name, _)| name.starts_with(&beginning));
            return found.map(|(_, value)| value.clone()).collect::<Array>().into();
        }
    }
    JsValue::UNDEFINED
}

#[wasm_bindgen_test]
async fn a_database_of_our_own_comes_first_and_the_page_is_not_asked() {
    for is_there in [true, false] {
        let (keeper, asked) = keeper(Page::Yes, &Shelf::default());
        // One that does not answer may answer the next time: what it holds must not be forgotten for an empty one elsewhere.
        if !is_there {
            hang_databases();
        }
        assert_eq!(keeper.put("own a", &"one".into(), Hold::System).await, is_there);
        assert!(!keeper.is_page());
        assert_eq!(asked.borrow().len(), 0);
        restore_databases();
        assert_eq!(keeper.read("own ").await.unwrap(), [JsValue::from("one")]);
    }
    assert!(Keeper::own().remove("own a").await);
}

#[wasm_bindgen_test]
async fn denied_a_database_values_lie_with_a_page_that_gives_room() {
    deny_databases();
    let shelf = Shelf::default();
    let (keeper, asked) = keeper(Page::Yes, &shelf);
    // All at once, and nobody has asked the page yet: they take place in this order.
    let (first, second) = (keeper.clone(), keeper.clone());
    let is_put = Rc::new(RefCell::new(Vec::new()));
    for (keeper, text) in [(first, "older"), (second, "newer")] {
        let is_put = is_put.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let is_kept = keeper.put("a 1", &text.into(), Hold::Disk).await;
            is_put.borrow_mut().push((text, is_kept));
        });
    }
    until("both", || is_put.borrow().len() == 2).await;
    assert_eq!(*is_put.borrow(), [("older", true), ("newer", true)]);
    assert!(keeper.is_page());
    assert_eq!(keeper.read("a ").await.unwrap(), [JsValue::from("newer")]);
    assert_eq!(keeper.read("b ").await.unwrap(), Vec::<JsValue>::new());
    assert!(keeper.remove("a 1").await);
    assert!(shelf.borrow().is_empty());
    assert!(
        matches!(&asked.borrow()[1], Ask::Put { name, hold: Hold::Disk, .. } if name == "a 1"),
        "the first question is the one for room"
    );
    restore_databases();
}

/// A page without the opt-in, and a loader of before: nothing is kept, and the page is left in peace.
#[wasm_bindgen_test]
async fn a_page_that_gives_no_room_is_asked_once() {
    deny_databases();
    for page in [Page::No, Page::Silent] {
        let (keeper, asked) = keeper(page, &Shelf::default());
        assert!(!keeper.put("a 1", &"one".into(), Hold::Disk).await);
        assert!(!keeper.remove("a 1").await);
        assert_eq!(keeper.read("a ").await, None);
        assert!(!keeper.is_page());
        assert_eq!(*asked.borrow(), [Ask::Read(String::new())]);
    }
    restore_databases();
}

/// A frame's session, and the page around it.
struct Framed {
    mount: Option<Mount>,
    host: HtmlElement,
    port: MessagePort,
    _hear: Closure<dyn Fn(MessageEvent)>,
}

impl Framed {
    async fn open(page: Page, shelf: &Shelf) -> Self {
        let top = document().document_element().unwrap();
        for (name, value) in
            [("lang", "en"), ("data-tieline-channel", "ch_test"), ("data-tieline-mode", "frame")]
        {
            top.set_attribute(name, value).unwrap();
        }
        let host = support::new_host();
        host.set_id("tieline");
        let channel = MessageChannel::new().unwrap();
        let (port, shelf) = (channel.port1(), shelf.clone());
        let answers = port.clone();
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let message = event.data();
            if text(&message, "type").as_deref() == Some("keep") && page != Page::Silent {
                answers.post_message(&answer(page, &shelf, &message)).unwrap();
            }
        });
        port.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        let (root, config) = Config::of_document(Some("https://shop.example".into())).unwrap();
        let mount = Some(Mount::new(&root, config, Host::behind(channel.port2())));
        port.post_message(&js_sys::JSON::parse(r#"{"type":"shown"}"#).unwrap()).unwrap();
        settle().await;
        Self { mount, host, port, _hear: hear }
    }

    fn find(&self, selector: &str) -> Option<Element> {
        self.host.query_selector(selector).unwrap()
    }

    fn text_of(&self, selector: &str) -> Option<String> {
        self.find(selector)?.text_content()
    }

    fn field(&self) -> HtmlTextAreaElement {
        self.find("textarea").unwrap().unchecked_into()
    }

    async fn say(&self, text: &str) {
        type_into(&self.field(), text);
        settle().await;
        press(&self.field(), "Enter", false, false);
    }

    async fn says_of_its_line(&self, state: &str) {
        until(state, || self.text_of(".mine .state").as_deref() == Some(state)).await;
    }
}

impl Drop for Framed {
    fn drop(&mut self) {
        self.mount = None;
        self.port.close();
        self.host.remove();
        forget_sockets();
    }
}

fn text(object: &JsValue, name: &str) -> Option<String> {
    Reflect::get(object, &name.into()).unwrap().as_string()
}

/// As the loader answers.
fn answer(page: Page, shelf: &Shelf, message: &JsValue) -> JsValue {
    let answer = Object::new();
    let set = |name: &str, value: &JsValue| assert!(Reflect::set(&answer, &name.into(), value).unwrap());
    let get = |name: &str| Reflect::get(message, &name.into()).unwrap();
    set("type", &"kept".into());
    set("id", &get("id"));
    if page == Page::Yes {
        let name = text(message, "name").unwrap();
        let ask = match text(message, "act").unwrap().as_str() {
            "put" => Ask::Put { name, value: get("value"), hold: Hold::Disk },
            "remove" => Ask::Remove(name),
            act => {
                assert_eq!(act, "read");
                Ask::Read(name)
            }
        };
        set("is_done", &true.into());
        set("values", &carry_out(shelf, ask));
    }
    answer.into()
}

/// The whole way over the port: line, begun words and the visitor are there again in the next document.
#[wasm_bindgen_test]
async fn a_frame_that_may_keep_nothing_is_the_same_after_a_reload_of_a_page_that_gives_room() {
    deny_storage();
    deny_databases();
    let shelf = Shelf::default();
    fake_gateway(true);
    let frame = Framed::open(Page::Yes, &shelf).await;
    until("the token", || shelf.borrow().contains_key("tieline.visitor.ch_test")).await;
    drop(frame);

    fake_gateway(false);
    let frame = Framed::open(Page::Yes, &shelf).await;
    until("the composer", || frame.find("textarea").is_some()).await;
    until("the same visitor", || sent_bodies("hello").contains(r#""token":"v1""#)).await;
    frame.say("Is it dishwasher safe?").await;
    frame.says_of_its_line("Waiting to be sent").await;
    type_into(&frame.field(), "And is it");
    let begun = || {
        let shelf = shelf.borrow();
        let value = shelf.iter().find(|(name, _)| name.starts_with("text ch_test "));
        value.and_then(|(_, value)| Array::from(value).get(1).as_string())
    };
    until("the begun words", || begun().as_deref() == Some("And is it")).await;
    let drafts = || shelf.borrow().keys().filter(|name| name.starts_with("draft ch_test ")).count();
    until("the line", || drafts() == 1).await;
    assert_eq!(frame.text_of(".notice p"), None);
    drop(frame);

    fake_gateway(true);
    let frame = Framed::open(Page::Yes, &shelf).await;
    frame.says_of_its_line("Sent").await;
    assert!(sent_bodies("hello").contains(r#""token":"v1""#), "{}", sent_bodies("hello"));
    until("the begun words again", || frame.field().value() == "And is it").await;
    until("nothing left to say", || drafts() == 0).await;
    drop(frame);
    restore_databases();
}

/// Another tab was given a newer token meanwhile: an older one would look stolen.
#[wasm_bindgen_test]
async fn a_frame_looks_at_what_the_page_keeps_before_it_says_hello_again() {
    deny_storage();
    deny_databases();
    let shelf = Shelf::default();
    fake_gateway(true);
    let frame = Framed::open(Page::Yes, &shelf).await;
    let token = "tieline.visitor.ch_test";
    until("the token", || shelf.borrow().contains_key(token)).await;
    shelf.borrow_mut().insert(token.into(), "v2".into());
    cut(4401);
    until("another hello", || sent_bodies("hello").contains(r#""token":"v2""#)).await;
    assert!(!sent_bodies("hello").contains(r#""token":"v1""#));
    drop(frame);
    restore_databases();
}

#[wasm_bindgen_test]
async fn a_visitor_is_told_where_the_page_gives_no_room() {
    deny_storage();
    deny_databases();
    for page in [Page::No, Page::Silent] {
        fake_gateway(true);
        let frame = Framed::open(page, &Shelf::default()).await;
        until("the composer", || frame.find("textarea").is_some()).await;
        frame.say("Hello").await;
        frame.says_of_its_line("Sent").await;
        let is_told = || frame.text_of(".notice p").is_some_and(|notice| notice.contains("will be lost"));
        until("the notice", is_told).await;
    }
    restore_databases();
}
