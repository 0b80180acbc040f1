//! Where the caret is.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

/// Puts the focus there without scrolling the page. The browser may refuse without a gesture; then nothing happens.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // Refusal is the browser's right, and the person can still click.
        let _ = element.focus_with_options(&options);
    }
}
