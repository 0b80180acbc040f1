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

/// Whether the browser's focus is in this document, rather than in a page around it or another window.
pub fn is_in_document() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.has_focus().unwrap_or(false))
}
