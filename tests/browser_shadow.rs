//! Inline mode: our styles stay in, the page's stay out, and nothing of ours lies outside of the host element.
#![cfg(target_arch = "wasm32")]

mod support;

use support::{Mounted, config, document, fake_gateway, new_host, settle, until};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, ShadowRootMode};

wasm_bindgen_test_configure!(run_in_browser);

fn style_of(element: &Element, name: &str) -> String {
    let styles = web_sys::window().unwrap().get_computed_style(element).unwrap().unwrap();
    styles.get_property_value(name).unwrap()
}

#[wasm_bindgen_test]
async fn all_of_it_lies_in_an_open_shadow_root() {
    fake_gateway(true);
    let before = document().query_selector_all("*").unwrap().length();
    let widget = Mounted::live().await;
    assert_eq!(widget.root.mode(), ShadowRootMode::Open);
    assert_eq!(widget.host.child_element_count(), 0);
    let after = document().query_selector_all("*").unwrap().length();
    assert_eq!(after, before + 1, "the host element and nothing else");
}

#[wasm_bindgen_test]
async fn a_hostile_style_sheet_of_the_page_changes_nothing() {
    fake_gateway(true);
    let sheet = document().create_element("style").unwrap();
    sheet.set_text_content(Some(
        "* { all: unset !important; display: none !important } .bubble, .panel, button { color: red !important }",
    ));
    let widget = Mounted::live().await;
    widget.say("hello").await;
    widget.sent(1).await;
    let look = |selector: &str| {
        (style_of(&widget.get(selector), "display"), style_of(&widget.get(selector), "color"))
    };
    let before = [look(".panel"), look(".bubble"), look(".send")];
    widget.host.style().set_property_with_priority("display", "block", "important").unwrap();
    document().head().unwrap().append_child(&sheet).unwrap();
    let after = [look(".panel"), look(".bubble"), look(".send")];
    sheet.remove();
    // `all: unset` reaches inherited values through the host; the panel sets its own.
    assert_eq!(before, after);
}

#[wasm_bindgen_test]
async fn a_page_sets_a_token_on_the_host() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    widget.host.style().set_property("--tieline-accent", "rgb(255, 220, 0)").unwrap();
    widget.say("hello").await;
    widget.sent(1).await;
    assert_eq!(style_of(&widget.get(".mine .bubble"), "background-color"), "rgb(255, 220, 0)");
}

#[wasm_bindgen_test]
async fn a_theme_is_worn_and_taken_off_again() {
    fake_gateway(true);
    let widget = Mounted::new(&[("accent", "rgb(10, 20, 200)".into())]);
    until("the accent", || !widget.host.style().get_property_value("--tieline-accent").unwrap().is_empty())
        .await;
    widget.handle.set_theme(Some("no colour; x: url(evil)".into()), Some("dark".into()));
    until("the scheme", || widget.host.style().get_property_value("color-scheme").unwrap() == "dark").await;
    assert_eq!(
        widget.host.style().get_property_value("--tieline-accent").unwrap(),
        "",
        "only colours are taken"
    );
    widget.handle.destroy();
    until("the page's own style", || {
        widget.host.style().get_property_value("color-scheme").unwrap().is_empty()
    })
    .await;
}

#[wasm_bindgen_test]
async fn words_on_any_accent_reach_a_contrast_of_four_and_a_half() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    widget.say("hello").await;
    widget.sent(1).await;
    let steps = 6_u32;
    let mut worst = (f64::MAX, String::new());
    for scheme in ["light", "dark"] {
        widget.host.style().set_property("color-scheme", scheme).unwrap();
        for number in 0..steps.pow(3) {
            let [red, green, blue] =
                [number, number / steps, number / steps / steps].map(|part| part % steps * 51);
            let accent = format!("rgb({red}, {green}, {blue})");
            widget.host.style().set_property("--tieline-accent", &accent).unwrap();
            let bubble = widget.get(".mine .bubble");
            let ratio = contrast(&style_of(&bubble, "background-color"), &style_of(&bubble, "color"));
            if ratio < worst.0 {
                worst = (ratio, format!("{accent} in {scheme}"));
            }
        }
    }
    assert!(worst.0 >= 4.5, "{:.2} on {}", worst.0, worst.1);
}

#[wasm_bindgen_test]
async fn an_element_can_be_mounted_in_again() {
    fake_gateway(true);
    let host = new_host();
    for _ in 0..3 {
        let handle = tieline_widget::mount(&host, &config(&[])).unwrap();
        let root = host.shadow_root().unwrap();
        settle().await;
        until("the panel", || root.query_selector_all(".panel").unwrap().length() == 1).await;
        assert_eq!(root.adopted_style_sheets().length(), 1);
        handle.destroy();
        handle.destroy();
        assert_eq!(root.child_element_count(), 0);
        assert_eq!(root.adopted_style_sheets().length(), 0);
    }
    host.remove();
}

#[wasm_bindgen_test]
async fn what_cannot_be_mounted_says_why() {
    let image = document().create_element("img").unwrap();
    assert!(tieline_widget::mount(&image, &config(&[])).is_err(), "an image takes no shadow root");
    let nothing = tieline_widget::mount(&new_host(), &JsValue::NULL).unwrap_err();
    assert!(nothing.as_string().unwrap().contains("config."));
    let error = tieline_widget::mount(&new_host(), &config(&[("channel", JsValue::from(7))])).unwrap_err();
    assert_eq!(error.as_string().as_deref(), Some("config.channel is missing"));
    settle().await;
}

/// WCAG 2.2 contrast of two computed colours, through a canvas, which knows every notation.
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: &str) -> f64 {
    let canvas: web_sys::HtmlCanvasElement = document().create_element("canvas").unwrap().unchecked_into();
    canvas.set_width(1);
    canvas.set_height(1);
    let context: web_sys::CanvasRenderingContext2d =
        canvas.get_context("2d").unwrap().unwrap().unchecked_into();
    context.set_fill_style_str(colour);
    context.fill_rect(0.0, 0.0, 1.0, 1.0);
    let pixel = context.get_image_data(0.0, 0.0, 1.0, 1.0).unwrap().data().0;
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(pixel[0]) + 0.7152 * linear(pixel[1]) + 0.0722 * linear(pixel[2])
}
