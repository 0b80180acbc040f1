//! A desk in a real page, with what it asks for written down.
#![allow(dead_code, reason = "each test file takes the part it needs")]

use std::{cell::RefCell, rc::Rc};

use tieline_browser::clock;
use tieline_desk::view::{Action, Desk, Manner, desk::DeskProps};
use tieline_driver::{Keeper, Unsent};
use tieline_protocol::SessionId;
use tieline_session::DeskScreen;
use tieline_talk::Given;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement, KeyboardEvent, KeyboardEventInit};
use yew::{AppHandle, Callback};

use crate::fakes;

/// How long a condition may take. A page that is not there by then will not come.
const PATIENCE_MS: u64 = 5_000;

pub(crate) struct Stage {
    root: Element,
    app: Option<AppHandle<Desk>>,
    manner: Manner,
    pub(crate) unsent: Unsent,
    actions: Rc<RefCell<Vec<Action>>>,
}

impl Stage {
    pub(crate) async fn with(screen: DeskScreen) -> Self {
        let root = fresh_root();
        let manner = Manner::new("en-GB");
        let actions = Rc::<RefCell<Vec<Action>>>::default();
        let unsent = Unsent::new(Keeper::own(), String::new(), || ());
        let props = props(screen, &manner, &unsent, &actions);
        let app = yew::Renderer::<Desk>::with_root_and_props(root.clone(), props).render();
        let stage = Self { root, app: Some(app), manner, unsent, actions };
        until("the desk stands", || stage.find(".desk").is_some()).await;
        stage
    }

    pub(crate) async fn show(&mut self, screen: DeskScreen) {
        let props = props(screen, &self.manner, &self.unsent, &self.actions);
        self.app.as_mut().unwrap().update(props);
        turn().await;
    }

    pub(crate) fn actions(&self) -> Vec<Action> {
        self.actions.borrow().clone()
    }

    pub(crate) fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.root.query_selector(selector).unwrap().and_then(|found| found.dyn_into().ok())
    }

    pub(crate) fn get(&self, selector: &str) -> HtmlElement {
        self.find(selector).unwrap_or_else(|| panic!("no {selector} in {}", self.root.inner_html()))
    }

    pub(crate) fn all(&self, selector: &str) -> Vec<HtmlElement> {
        let found = self.root.query_selector_all(selector).unwrap();
        (0..found.length()).map(|index| found.item(index).unwrap().unchecked_into()).collect()
    }

    pub(crate) fn text(&self, selector: &str) -> String {
        self.get(selector).text_content().unwrap()
    }

    pub(crate) fn composer(&self) -> HtmlTextAreaElement {
        self.get("textarea").unchecked_into()
    }

    pub(crate) async fn type_in(&self, text: &str) {
        type_into(&self.composer(), text);
        turn().await;
    }

    /// As a key press does: to whatever has the focus. True if the browser may go on with it.
    pub(crate) async fn press(&self, key: &str) -> bool {
        let active = document().active_element().unwrap();
        let goes_on = press_on(&active, key, |_| ());
        turn().await;
        goes_on
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A desk that lives on would still hear every key.
        if let Some(app) = self.app.take() {
            app.destroy();
        }
        self.root.remove();
    }
}

pub(crate) fn document() -> web_sys::Document {
    web_sys::window().unwrap().document().unwrap()
}

/// An empty element in the page, as high as a small window, under the real style sheets.
pub(crate) fn fresh_root() -> Element {
    let document = document();
    if document.query_selector("style[data-desk]").unwrap().is_none() {
        let style = document.create_element("style").unwrap();
        style.set_attribute("data-desk", "").unwrap();
        let sheets = [
            include_str!("../../../talk/style.css"),
            include_str!("../../../talk/later.css"),
            include_str!("../../../talk/files.css"),
            include_str!("../../src/view/style.css"),
        ];
        style.set_text_content(Some(&sheets.concat()));
        document.body().unwrap().append_child(&style).unwrap();
    }
    let root = document.create_element("div").unwrap();
    root.set_attribute("style", "block-size: 600px").unwrap();
    document.body().unwrap().append_child(&root).unwrap();
    root
}

pub(crate) fn type_into(field: &HtmlTextAreaElement, text: &str) {
    field.set_value(text);
    let about = web_sys::EventInit::new();
    about.set_bubbles(true);
    let event = web_sys::Event::new_with_event_init_dict("input", &about).unwrap();
    field.dispatch_event(&event).unwrap();
}

pub(crate) fn press_on(target: &Element, key: &str, change: impl Fn(&KeyboardEventInit)) -> bool {
    let about = KeyboardEventInit::new();
    about.set_key(key);
    about.set_bubbles(true);
    about.set_cancelable(true);
    about.set_composed(true);
    change(&about);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &about).unwrap();
    target.dispatch_event(&event).unwrap()
}

/// Polls until it holds; fails loudly when it never does.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = clock::now_ms();
    while !holds() {
        assert!(clock::now_ms() - begun < PATIENCE_MS, "never: {what}");
        turn().await;
    }
}

/// Lets everything that is due happen: what the browser has waiting, then all that Yew draws after it.
pub(crate) async fn turn() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        web_sys::window().unwrap().set_timeout_with_callback(&resolve).unwrap();
    });
    JsFuture::from(promise).await.map(|_: JsValue| ()).unwrap();
    yew::scheduler::flush().await;
}

fn props(
    screen: DeskScreen,
    manner: &Manner,
    unsent: &Unsent,
    actions: &Rc<RefCell<Vec<Action>>>,
) -> DeskProps {
    let (actions, typed) = (actions.clone(), unsent.clone());
    let open = screen.open.as_ref().map(|open| open.session.to_string());
    let (text, turn) = unsent.words(&open.unwrap_or_default());
    DeskProps {
        pictures: None,
        screen: Rc::new(screen),
        manner: manner.clone(),
        now: fakes::NOW,
        unsent: Given { text: text.into(), turn },
        on_typed: Callback::from(move |(session, text): (SessionId, String)| {
            typed.keep(&session.to_string(), text);
        }),
        on_action: Callback::from(move |action| actions.borrow_mut().push(action)),
    }
}
