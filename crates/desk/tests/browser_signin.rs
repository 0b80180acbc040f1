//! Coming in and going out, against a gateway played by the page's own `fetch`.
#![cfg(target_arch = "wasm32")]

mod fakes;
mod stage;

use js_sys::{Array, Function, Reflect};
use stage::{fresh_root, until};
use tieline_desk::view::App;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};
use yew::AppHandle;

wasm_bindgen_test_configure!(run_in_browser);

const MIA: &str =
    r#"200 {"agent":{"id":"a1","name":"Mia"},"token":"secret-token","expires_at":9999999999999}"#;
const NOBODY: &str =
    r#"401 {"code":"unauthorized","status":401,"title":"The proof of identity does not hold"}"#;

/// An app behind a gateway that gives these answers, in turn and then the last one for ever: `<status> <json>` or `cut`.
struct Page {
    root: Element,
    app: Option<AppHandle<App>>,
    fetch: JsValue,
}

impl Page {
    fn open(fragment: &str, answers: &[&str]) -> Self {
        let window = web_sys::window().unwrap();
        window.location().set_hash(fragment).unwrap();
        let fetch = Reflect::get(&window, &"fetch".into()).unwrap();
        let play = Function::new_with_args(
            "answers",
            "window.asked = [];
             window.fetch = (url, init) => {
               window.asked.push(`${init.method} ${url} ${init.body ?? ''} ${location.hash}`);
               const answer = answers.length > 1 ? answers.shift() : answers[0];
               if (answer === 'cut') return Promise.reject(new TypeError('cut'));
               const [status, body] = [Number(answer.slice(0, 3)), answer.slice(4)];
               return Promise.resolve(new Response(body || null, { status }));
             };",
        );
        let answers = answers.iter().map(|answer| JsValue::from_str(answer)).collect::<Array>();
        play.call1(&JsValue::UNDEFINED, &answers).unwrap();
        let root = fresh_root();
        let app = yew::Renderer::<App>::with_root(root.clone()).render();
        Self { root, app: Some(app), fetch }
    }

    fn asked(&self) -> Vec<String> {
        let asked = Reflect::get(&web_sys::window().unwrap(), &"asked".into()).unwrap();
        asked.unchecked_into::<Array>().iter().map(|line| line.as_string().unwrap()).collect()
    }

    fn text(&self) -> String {
        self.root.text_content().unwrap()
    }

    fn press(&self, selector: &str) {
        self.root.query_selector(selector).unwrap().unwrap().unchecked_into::<HtmlElement>().click();
    }

    async fn shows(&self, words: &str) {
        until(words, || self.text().contains(words)).await;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
        let window = web_sys::window().unwrap();
        Reflect::set(&window, &"fetch".into(), &self.fetch).unwrap();
        window.location().set_hash("").unwrap();
        self.root.remove();
    }
}

fn fragment() -> String {
    web_sys::window().unwrap().location().hash().unwrap()
}

#[wasm_bindgen_test]
async fn somebody_without_a_sign_in_reads_how_to_get_one() {
    let page = Page::open("", &[NOBODY]);
    page.shows("Sign in to your desk").await;
    page.shows("tieline desk invite --agent").await;
    assert_eq!(page.asked(), ["GET /desk/session  "]);
}

#[wasm_bindgen_test]
async fn the_links_secret_is_off_the_address_before_anything_is_asked() {
    let page = Page::open("invite=ti_abc-123", &[MIA]);
    until("it is exchanged", || !page.asked().is_empty()).await;
    assert_eq!(page.asked(), [r#"POST /desk/session {"invite":"ti_abc-123"} "#]);
    assert_eq!(fragment(), "");
    stage::turn().await;
    assert!(page.root.query_selector(".desk").unwrap().is_some());
    assert!(!page.root.inner_html().contains("secret-token"), "a token is never on the page");
}

#[wasm_bindgen_test]
async fn a_dead_link_says_so_and_what_to_do() {
    let page = Page::open("invite=ti_used", &[NOBODY]);
    page.shows("This link does not work any more").await;
    page.shows("tieline desk invite --agent").await;
    assert_eq!(page.asked().len(), 2, "the cookie is tried as well");
}

#[wasm_bindgen_test]
async fn a_dead_link_does_no_harm_to_who_is_in() {
    let page = Page::open("invite=ti_used", &[NOBODY, MIA]);
    until("both are asked", || page.asked().len() == 2).await;
    stage::turn().await;
    assert!(page.root.query_selector(".desk").unwrap().is_some());
    assert!(!page.text().contains("does not work"));
}

#[wasm_bindgen_test]
async fn a_gateway_that_does_not_answer_is_asked_again_on_wish() {
    let page = Page::open("", &["cut", "503 {}", NOBODY]);
    page.shows("The gateway does not answer").await;
    page.press(".button");
    until("asked again", || page.asked().len() == 2).await;
    page.shows("The gateway does not answer").await;
    page.press(".button");
    page.shows("Sign in to your desk").await;
}

#[wasm_bindgen_test]
async fn a_link_opened_in_the_same_tab_signs_in() {
    let page = Page::open("", &[NOBODY, MIA]);
    page.shows("Sign in to your desk").await;
    web_sys::window().unwrap().location().set_hash("invite=ti_new").unwrap();
    until("the desk opens", || page.root.query_selector(".desk").unwrap().is_some()).await;
    assert_eq!(fragment(), "");
}

#[wasm_bindgen_test]
async fn an_answer_that_is_no_badge_is_no_sign_in() {
    let page = Page::open("", &["200 {\"agent\":5}"]);
    page.shows("The gateway does not answer").await;
}
