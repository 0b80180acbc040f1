//! Frame mode: the document's attributes, and the words over the port to the embedding page.
#![cfg(target_arch = "wasm32")]

mod support;

use std::{cell::RefCell, rc::Rc};

use js_sys::{Object, Reflect};
use support::{document, fake_gateway, press, sent_bodies, sent_types, settle, socket_count, until};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, MessageChannel, MessageEvent, MessagePort};

wasm_bindgen_test_configure!(run_in_browser);

/// The embedding page's end of the port.
struct Page {
    port: MessagePort,
    heard: Rc<RefCell<Vec<JsValue>>>,
    _hear: Closure<dyn Fn(MessageEvent)>,
}

impl Page {
    /// Makes this document one of the gateway's and starts the session in it.
    fn start() -> Self {
        let top = document().document_element().unwrap();
        for (name, value) in [
            ("lang", "de"),
            ("data-tieline-channel", "ch_test"),
            ("data-tieline-mode", "frame"),
            ("data-tieline-ticket", "t1"),
            ("data-tieline-name", "Ton & Farn"),
            ("data-tieline-accent", ""),
        ] {
            top.set_attribute(name, value).unwrap();
        }
        let root = support::new_host();
        root.set_id("tieline");
        let channel = MessageChannel::new().unwrap();
        let (port, heard) = (channel.port1(), Rc::new(RefCell::new(Vec::new())));
        let notes = heard.clone();
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            notes.borrow_mut().push(event.data());
        });
        port.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        tieline_widget::start_frame(Some(channel.port2()), Some("https://shop.example".into())).unwrap();
        Self { port, heard, _hear: hear }
    }

    fn say(&self, json: &str) {
        self.port.post_message(&js_sys::JSON::parse(json).unwrap()).unwrap();
    }

    async fn hears(&self, kind: &str) -> JsValue {
        let find = || {
            let heard = self.heard.borrow();
            heard.iter().find(|message| field(message, "type").as_string().as_deref() == Some(kind)).cloned()
        };
        until(kind, || find().is_some()).await;
        find().unwrap()
    }
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn get(selector: &str) -> Element {
    document().query_selector(&format!("#tieline {selector}")).unwrap().unwrap()
}

// One test: the document is started once, as in life.
#[wasm_bindgen_test]
async fn a_frame_from_connect_to_close() {
    fake_gateway(true);
    support::tongues::offer_languages();
    let page = Page::start();
    page.hears("ready").await;
    settle().await;
    assert_eq!(
        get(".header-name").text_content().as_deref(),
        Some("Ton & Farn"),
        "the name before any connection"
    );
    assert_eq!(get(".tieline").get_attribute("lang").as_deref(), Some("de"));
    settle().await;
    assert_eq!(socket_count(), 0, "prepared, but nobody has opened it");

    for noise in
        ["null", "7", r#""open""#, "{}", r#"{"type":"from_the_future"}"#, r#"{"type":"open","item":7}"#]
    {
        page.say(noise);
    }
    page.say(r#"{"type":"open","to":"sales","item":{"title":"Becher","price":{"amount":"12.50","currency":"EUR"}}}"#);
    page.say(r#"{"type":"shown"}"#);
    until("the welcome", || get(".header-name").text_content().as_deref() == Some("Fern & Clay")).await;
    let hello = sent_bodies("hello");
    for part in [
        r#""channel":"ch_test""#,
        r#""embed":"t1""#,
        r#""page_origin":"https://shop.example""#,
        r#""kind":"new""#,
    ] {
        assert!(hello.contains(part), "{part} in {hello}");
    }
    assert!(get(".item-price").text_content().unwrap().contains("12,50"), "a German price");

    support::type_into(&get("textarea"), "Spülmaschinenfest?");
    settle().await;
    press(&get("textarea"), "Enter", false, false);
    until("open and send", || sent_types().contains("open send")).await;
    let opened = sent_bodies("open");
    assert!(opened.contains(r#""to":"sales""#) && opened.contains("Becher"), "{opened}");
    let event = page.hears("event").await;
    assert!(field(&event, "detail").is_instance_of::<Object>());

    page.say(r#"{"type":"theme","scheme":"dark","accent":"rgb(200, 30, 90)"}"#);
    let style = document().document_element().unwrap().unchecked_into::<web_sys::HtmlElement>().style();
    until("the theme", || style.get_property_value("color-scheme").unwrap() == "dark").await;
    assert_eq!(style.get_property_value("--tieline-accent").unwrap(), "rgb(200, 30, 90)");
    page.say(r#"{"type":"locale","tag":"en-GB"}"#);
    until("English", || get(".tieline").get_attribute("lang").as_deref() == Some("en")).await;

    page.say(r#"{"type":"hidden"}"#);
    page.say(r#"{"type":"shown"}"#);
    settle().await;
    support::mia_says("Ja.");
    until("the answer", || document().query_selector("#tieline .theirs").unwrap().is_some()).await;

    press(&get("textarea"), "Escape", false, false);
    page.hears("close").await;
}
