//! An open shadow root in an element of the page: their styles stay out, ours stay in.

use js_sys::{Array, Reflect};
use tieline_browser::http;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleSheet, Element, HtmlElement, ShadowRoot, ShadowRootInit, ShadowRootMode};

const SHEETS: &str = "adoptedStyleSheets";

/// Our place inside an element. Dropping it empties the place; the shadow root itself cannot be taken off an element.
#[derive(Debug)]
pub struct Shade {
    root: ShadowRoot,
    place: HtmlElement,
    sheet: CssStyleSheet,
}

impl Shade {
    /// Makes the place, and fetches the style sheet from `styles`. It is not a part of the wasm: frame and page mode link
    /// it, and would download it twice. Until it is there the place is clear as glass, but takes the caret. An element that has a shadow root already, from an earlier session or a loader, gets ours beside
    /// what is there.
    ///
    /// # Errors
    /// When the element is of a kind that takes no shadow root, or its own is closed.
    pub fn over(host: &Element, styles: String) -> Result<Self, JsValue> {
        let root = match host.shadow_root() {
            Some(root) => root,
            None => host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))?,
        };
        // A constructable sheet passes a page's CSP where a `style` element would not.
        let sheet = CssStyleSheet::new()?;
        let sheets = sheets_of(&root)?;
        sheets.push(&sheet);
        Reflect::set(&root, &SHEETS.into(), &sheets)?;
        let document = host.owner_document().ok_or("the element has no document")?;
        let place = document.create_element("div")?.unchecked_into::<HtmlElement>();
        place.set_class_name("tieline-place");
        root.append_child(&place)?;
        place.style().set_property("opacity", "0")?;
        wasm_bindgen_futures::spawn_local(dress(place.clone(), sheet.clone(), styles));
        Ok(Self { root, place, sheet })
    }

    /// The element to draw in.
    pub fn place(&self) -> &HtmlElement {
        &self.place
    }
}

impl Drop for Shade {
    fn drop(&mut self) {
        self.place.remove();
        let own: &JsValue = &self.sheet;
        if let Ok(sheets) = sheets_of(&self.root) {
            let others = sheets.iter().filter(|sheet| sheet != own).collect::<Array>();
            let _ = Reflect::set(&self.root, &SHEETS.into(), &others);
        }
    }
}

/// Without its style sheet a session is plain, but works: it is shown in any case.
async fn dress(place: HtmlElement, sheet: CssStyleSheet, styles: String) {
    if let Some(text) = http::load_text(&styles).await {
        // Refused only for `@import`, which ours does not have.
        let _ = sheet.replace_sync(&text);
    }
    let _ = place.style().remove_property("opacity");
}

/// A copy of the list: the browser's own is observed, and older browsers do not let it be changed in place.
fn sheets_of(root: &ShadowRoot) -> Result<Array, JsValue> {
    Ok(Array::from(&Reflect::get(root, &SHEETS.into())?))
}
