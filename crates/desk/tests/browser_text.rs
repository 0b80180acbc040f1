//! Text is text: what strangers write never becomes markup, a script, a picture or a link of theirs.
#![cfg(target_arch = "wasm32")]

mod fakes;
mod stage;

use js_sys::Reflect;
use stage::Stage;
use tieline_protocol::{Item, Price};
use tieline_session::{
    DeskScreen,
    screen::{Bubble, Content, Row, Thread},
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A desk in which one text stands everywhere where a stranger's can.
fn full_of(text: &str) -> DeskScreen {
    let item = Item {
        id: Some(text.into()),
        title: text.into(),
        url: Some(text.into()),
        image_url: Some(text.into()),
        price: Some(Price { amount: text.into(), currency: text.into() }),
        verified: false,
    };
    let rows = vec![
        Row::Bubble(fakes::said(1, false, text, 0)),
        Row::Bubble(Bubble {
            author: Some(text.into()),
            content: Content::Item(item.clone()),
            ..fakes::said(2, false, "", 0)
        }),
    ];
    let mut screen = fakes::opened(Thread { rows: rows.into(), ..Thread::default() });
    screen.me = Some(text.into());
    for row in &mut screen.sessions {
        row.visitor_name = Some(text.into());
        row.channel_name = Some(text.into());
        row.preview = text.into();
        row.item = Some(item.clone());
    }
    if let Some(open) = &mut screen.open {
        open.visitor_name = Some(text.into());
        open.channel_name = Some(text.into());
        open.item = Some(item);
    }
    screen
}

#[wasm_bindgen_test]
async fn nothing_that_strangers_write_becomes_markup() {
    let window = web_sys::window().unwrap();
    for text in fakes::XSS {
        let stage = Stage::with(full_of(text)).await;
        stage::turn().await;
        assert!(
            stage.find("script, iframe, object, embed, b, [onerror], [onload], [srcdoc]").is_none(),
            "{text}"
        );
        assert!(stage.all("img").is_empty(), "no picture from {text}");
        assert!(stage.all("a").is_empty(), "no link from {text}");
        assert!(stage.all("[style]").iter().all(|styled| styled.tag_name() == "TEXTAREA"), "{text}");
        // The HTML parser would have dropped a NUL; a text node keeps it.
        assert_eq!(stage.text(".bubble"), *text);
        assert_eq!(stage.text(".conversation h2"), *text);
        assert!(Reflect::get(&window, &"hurt".into()).unwrap().is_undefined(), "{text}");
    }
}

#[wasm_bindgen_test]
async fn only_addresses_of_the_web_become_links_and_pictures() {
    let mut screen = fakes::opened(fakes::conversation());
    if let Some(open) = &mut screen.open {
        open.item = Some(Item { image_url: Some("https://shop.example/mug.webp".into()), ..fakes::mug() });
    }
    let mut stage = Stage::with(screen.clone()).await;
    let link = stage.get("#context a");
    assert_eq!(link.get_attribute("href").as_deref(), Some("https://shop.example/mugs/deep-blue"));
    assert_eq!(link.get_attribute("rel").as_deref(), Some("noopener noreferrer nofollow"));
    assert_eq!(stage.get("#context img").get_attribute("referrerpolicy").as_deref(), Some("no-referrer"));

    for bad in [
        "javascript:alert(1)",
        "data:image/svg+xml,<svg onload=alert(1)>",
        "//shop.example/x",
        "file:///etc/passwd",
    ] {
        if let Some(item) = screen.open.as_mut().and_then(|open| open.item.as_mut()) {
            item.url = Some(bad.into());
            item.image_url = Some(bad.into());
        }
        stage.show(screen.clone()).await;
        assert!(stage.find("#context a").is_none(), "{bad}");
        assert!(stage.find("#context img").is_none(), "{bad}");
        assert!(stage.text("#context").contains("Stoneware mug"), "the card stays");
    }
}
