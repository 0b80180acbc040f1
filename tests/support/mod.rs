//! What the browser tests share: a fake gateway, a mounted widget, and ways to look at it as a person does.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod tongues;

use js_sys::{Object, Reflect};
use tieline_widget::embed::Handle;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Document, Element, HtmlElement, HtmlTextAreaElement, ShadowRoot};

#[wasm_bindgen(module = "/tests/support/page.js")]
extern "C" {
    pub(crate) fn fake_gateway(will_answer: bool);
    pub(crate) fn socket_count() -> u32;
    pub(crate) fn open_sockets() -> u32;
    pub(crate) fn sent_types() -> String;
    pub(crate) fn sent_bodies(kind: &str) -> String;
    pub(crate) fn forget_sockets();
    pub(crate) fn cut(code: u16);
    pub(crate) fn mia_says(text: &str);
    pub(crate) fn mia_reads();
    pub(crate) fn count_registrations();
    pub(crate) fn listener_count() -> i32;
    pub(crate) fn timer_count() -> u32;
    #[wasm_bindgen(js_name = settle)]
    fn settle_promise() -> js_sys::Promise;
    pub(crate) fn press(target: &Element, key: &str, shift: bool, composing: bool) -> bool;
    pub(crate) fn type_into(field: &Element, text: &str);
    pub(crate) fn deny_storage();
    pub(crate) fn deny_databases();
    pub(crate) fn hang_databases();
    pub(crate) fn restore_databases();
}

/// The widget's style sheet, as `cargo xtask dist` puts it together.
pub(crate) const STYLE: &str = concat!(
    include_str!("../../crates/talk/style.css"),
    include_str!("../../src/view/style.css"),
    include_str!("../../crates/talk/later.css"),
    include_str!("../../crates/talk/files.css"),
    include_str!("../../src/view/later.css"),
    include_str!("../../src/view/sessions.css")
);

/// Longest that a test waits for something, in milliseconds. Reached only when it fails.
const PATIENCE_MS: f64 = 5_000.0;

/// Lets the browser do what is due.
pub(crate) async fn settle() {
    wasm_bindgen_futures::JsFuture::from(settle_promise()).await.unwrap();
}

/// Waits until it is so, turn by turn of the event loop.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = js_sys::Date::now() + PATIENCE_MS;
    while !is_so() {
        assert!(js_sys::Date::now() < deadline, "never came about: {what}");
        settle().await;
    }
}

pub(crate) fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// An empty element in the page, with the size of a panel.
pub(crate) fn new_host() -> HtmlElement {
    let host: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    host.style().set_property("height", "600px").unwrap();
    host.style().set_property("width", "384px").unwrap();
    document().body().unwrap().append_child(&host).unwrap();
    host
}

/// A config for `mount` with these fields beside channel and gateway.
pub(crate) fn config(fields: &[(&str, JsValue)]) -> JsValue {
    let config = Object::new();
    let styles = format!("data:text/css,{}", js_sys::encode_uri_component(STYLE));
    let usual = [
        ("gateway", "http://gateway.test".into()),
        ("channel", "ch_test".into()),
        ("styles", styles.into()),
        ("language", "en".into()),
    ];
    for (name, value) in usual.iter().chain(fields) {
        Reflect::set(&config, &(*name).into(), value).unwrap();
    }
    config.into()
}

/// A widget in inline mode, and where it is.
pub(crate) struct Mounted {
    pub(crate) host: HtmlElement,
    pub(crate) root: ShadowRoot,
    pub(crate) handle: Handle,
}

impl Mounted {
    pub(crate) fn new(fields: &[(&str, JsValue)]) -> Self {
        let host = new_host();
        let handle = tieline_widget::mount(&host, &config(fields)).unwrap();
        let root = host.shadow_root().unwrap();
        Self { host, root, handle }
    }

    /// One that is connected and shows its composer.
    pub(crate) async fn live() -> Self {
        let mounted = Self::new(&[]);
        // Yew draws in a microtask; until then a root that is used again shows what it showed before.
        settle().await;
        until("the style sheet", || mounted.is_dressed()).await;
        until("the gateway's welcome", || mounted.text_of(".header-name").as_deref() == Some("Fern & Clay"))
            .await;
        mounted
    }

    /// One that shows its composer, though no gateway answers.
    pub(crate) async fn live_alone() -> Self {
        let mounted = Self::new(&[]);
        settle().await;
        until("the style sheet", || mounted.is_dressed()).await;
        mounted
    }

    /// Whether the style sheet has come.
    pub(crate) fn is_dressed(&self) -> bool {
        self.find(".tieline-place:not([style*=opacity])").is_some()
    }

    pub(crate) fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).unwrap()
    }

    pub(crate) fn get(&self, selector: &str) -> Element {
        self.find(selector).unwrap_or_else(|| panic!("no {selector} in {}", self.root.inner_html()))
    }

    pub(crate) fn count(&self, selector: &str) -> u32 {
        self.root.query_selector_all(selector).unwrap().length()
    }

    pub(crate) fn text_of(&self, selector: &str) -> Option<String> {
        self.find(selector)?.text_content()
    }

    pub(crate) fn field(&self) -> HtmlTextAreaElement {
        self.get("textarea").unchecked_into()
    }

    /// What stands in the composer.
    pub(crate) fn field_value(&self) -> String {
        self.field().value()
    }

    /// Whether the caret is in the composer.
    pub(crate) fn has_caret(&self) -> bool {
        self.root.active_element().as_ref() == self.find("textarea").as_ref()
            && self.find("textarea").is_some()
    }

    pub(crate) fn click(&self, selector: &str) {
        self.get(selector).unchecked_into::<HtmlElement>().click();
    }

    /// Types and presses Enter.
    pub(crate) async fn say(&self, text: &str) {
        type_into(&self.field(), text);
        settle().await;
        press(&self.field(), "Enter", false, false);
        settle().await;
    }

    /// Waits until so many own lines are shown, and all are in the log: nothing is left for the next mount to say.
    pub(crate) async fn sent(&self, count: u32) {
        until("own lines in the log", || {
            self.count(".said.mine") == count && self.count(".said.waiting") == 0
        })
        .await;
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.handle.destroy();
        self.host.remove();
    }
}
