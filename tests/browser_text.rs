//! Text is text: no word of anybody ever becomes markup, and only safe addresses become links.
#![cfg(target_arch = "wasm32")]

mod support;

use support::{Mounted, fake_gateway, mia_says, settle, until};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlAnchorElement;

wasm_bindgen_test_configure!(run_in_browser);

/// What has broken chats before: markup, attribute breakouts, template and entity tricks, odd spaces, scripts' addresses.
const CORPUS: [&str; 18] = [
    "<script>document.body.dataset.harmed = 1</script>",
    "<img src=x onerror=\"document.body.dataset.harmed = 1\">",
    "\"><svg onload=alert(1)>",
    "'-alert(1)-'",
    "</textarea><script>alert(1)</script>",
    "<iframe srcdoc=\"<script>parent.document.body.dataset.harmed = 1</script>\"></iframe>",
    "<a href=\"javascript:alert(1)\">click</a>",
    "javascript:alert(document.domain)",
    "JaVaScRiPt://example.com/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "&lt;b&gt;not bold&lt;/b&gt; &#60;b&#62;",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} <% alert(1) %>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<!--<b>--> <![CDATA[<b>]]> <?php ?>",
    "\u{202e}txt.exe\u{202c} \u{0} \u{fffe} \u{feff}",
    "<b>bold</b> **bold** _it_ [a](javascript:alert(1))",
    "http://evil.example/\"onmouseover=\"alert(1)",
];

#[wasm_bindgen_test]
async fn no_message_becomes_markup() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    widget.say("hello").await;
    widget.sent(1).await;
    for (number, text) in CORPUS.into_iter().enumerate() {
        mia_says(text);
        until(text, || widget.count(".theirs .bubble") as usize == number + 1).await;
    }
    assert_eq!(
        widget.count(".bubble > :not(div[dir=auto]), .bubble > div > :not(a)"),
        0,
        "nothing but links in a bubble"
    );
    assert_eq!(
        widget.count("script, iframe, img, object, embed, style, [onerror], [onload], [onmouseover]"),
        0
    );
    assert_eq!(support::document().body().unwrap().dataset().get("harmed"), None);
    let shown = widget.root.query_selector_all(".theirs .bubble").unwrap();
    for (number, text) in CORPUS.into_iter().enumerate() {
        let bubble = shown.get(u32::try_from(number).unwrap()).unwrap();
        // The session leaves out what would turn the rest of the line around, or is no character at all.
        let shown_text: String =
            text.chars().filter(|c| !matches!(c, '\u{202c}' | '\u{202e}' | '\0')).collect();
        assert_eq!(bubble.text_content(), Some(shown_text), "shown letter by letter");
    }
}

#[wasm_bindgen_test]
async fn every_link_is_of_the_web_and_tells_nobody_where_it_was() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    widget.say("hello").await;
    widget.sent(1).await;
    for text in CORPUS.into_iter().chain(["see https://shop.example/a?b=c", "mail mia@shop.example or not"]) {
        mia_says(text);
    }
    until("all of them", || widget.count(".theirs .bubble") as usize == CORPUS.len() + 2).await;
    let links = widget.root.query_selector_all(".bubble a").unwrap();
    assert!(links.length() >= 1, "the shop's own address is a link");
    for number in 0..links.length() {
        let link: HtmlAnchorElement = links.get(number).unwrap().unchecked_into();
        assert!(["http:", "https:", "mailto:"].contains(&link.protocol().as_str()), "{}", link.href());
        assert_eq!(link.target(), "_blank");
        assert!(link.rel().contains("noopener") && link.rel().contains("noreferrer"), "{}", link.rel());
    }
}

#[wasm_bindgen_test]
async fn an_items_address_is_a_link_only_if_it_is_of_the_web() {
    fake_gateway(true);
    for (url, is_link) in
        [("https://shop.example/mug", true), ("javascript:alert(1)", false), ("/mug", false)]
    {
        let item = js_sys::JSON::parse(&format!(
            r#"{{"title":"<b>Mug</b>","url":"{url}","image_url":"data:image/svg+xml,x","price":{{"amount":"12.50","currency":"EUR"}}}}"#
        ))
        .unwrap();
        let widget = Mounted::new(&[("item", item)]);
        settle().await;
        until("the strip", || widget.find(".item-strip .item").is_some()).await;
        assert_eq!(widget.text_of(".item-title").as_deref(), Some("<b>Mug</b>"));
        assert_eq!(widget.text_of(".item-price").as_deref(), Some("€12.50"));
        assert_eq!(widget.count(".item-strip a") == 1, is_link, "{url}");
        assert_eq!(widget.count(".item-strip img"), 0, "a data: picture is none");
    }
}
