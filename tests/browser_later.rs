//! A part of the widget that is fetched when it is first wanted: it comes, it does not come, it is tried again.
#![cfg(target_arch = "wasm32")]

mod support;

use std::cell::Cell;

use support::{document, until};
use tieline_talk::later::{self, Fetch, Later, Table};
use tieline_widget::locale::Locale;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};
use yew::{Callback, Html, Renderer, function_component, html};

wasm_bindgen_test_configure!(run_in_browser);

/// The table of a part that counts how often it is fetched, and comes the second time.
struct Parts {
    menu: fn(&str) -> Html,
}

static PARTS: Parts = Parts { menu: |name| html! { <p class="menu">{ name.to_owned() }</p> } };

thread_local! {
    static FETCHED: Cell<u32> = const { Cell::new(0) };
    static LATER: Later<Parts> = const { Later::away(FETCH) };
}

impl Table for Parts {
    fn later() -> &'static std::thread::LocalKey<Later<Self>> {
        &LATER
    }
}

const FETCH: Fetch<Parts> = || {
    let times = FETCHED.get() + 1;
    FETCHED.set(times);
    Box::pin(async move { (times > 1).then_some(&PARTS) })
};

#[function_component]
fn Two() -> Html {
    let words = &Locale::english().words;
    let menu =
        |name: &'static str| later::part(words, move |parts: &Parts| (parts.menu)(name), Callback::noop());
    html! { <main>{ menu("one") }{ menu("two") }</main> }
}

fn texts(root: &Element, selector: &str) -> Vec<String> {
    let found = root.query_selector_all(selector).unwrap();
    (0..found.length()).filter_map(|at| found.get(at)?.text_content()).collect()
}

#[wasm_bindgen_test]
async fn a_part_that_does_not_come_says_so_and_can_be_tried_again() {
    assert_eq!(FETCHED.get(), 0, "nothing is fetched before it is wanted");
    let root = document().create_element("div").unwrap();
    document().body().unwrap().append_child(&root).unwrap();
    let _app = Renderer::<Two>::with_root(root.clone()).render();
    until("both places tell", || texts(&root, "[role=alert]").len() == 2).await;
    assert_eq!(FETCHED.get(), 1, "two places, one request");
    assert_eq!(texts(&root, ".menu"), Vec::<String>::new());

    root.query_selector("[role=alert] button").unwrap().unwrap().unchecked_into::<HtmlElement>().click();
    until("one press brings both", || texts(&root, ".menu") == ["one", "two"]).await;
    assert_eq!(FETCHED.get(), 2);

    // Whoever comes later finds it at once.
    let other = document().create_element("div").unwrap();
    document().body().unwrap().append_child(&other).unwrap();
    let _app = Renderer::<Two>::with_root(other.clone()).render();
    until("there", || texts(&other, ".menu") == ["one", "two"]).await;
    assert_eq!(FETCHED.get(), 2);
}
