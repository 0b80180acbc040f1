//! The colours that one embedding asks for, on the element where the tokens stand.

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement, ShadowRoot};
use yew::{AttrValue, NodeRef};

use super::app::{Face, Scheme};

/// Colours that are worn. Dropping it takes them off.
#[derive(Debug)]
pub(super) struct Paint {
    top: HtmlElement,
    accent: Option<AttrValue>,
    scheme: Option<Scheme>,
}

impl Paint {
    /// Puts them on. They go through the CSSOM: our CSP refuses `style` attributes.
    pub(super) fn put(root: &NodeRef, face: &Face) -> Option<Self> {
        let paint = Self { top: top_of(root)?, accent: face.accent.clone(), scheme: face.scheme };
        let is_colour = |value: &&str| web_sys::css::supports_with_value("color", value).unwrap_or(false);
        set(&paint.top, "--tieline-accent", paint.accent.as_deref().filter(is_colour));
        let scheme = paint.scheme.map(|scheme| match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        });
        set(&paint.top, "color-scheme", scheme);
        Some(paint)
    }

    /// Whether these are the ones that are asked for.
    pub(super) fn is_of(&self, face: &Face) -> bool {
        self.accent == face.accent && self.scheme == face.scheme
    }
}

impl Drop for Paint {
    fn drop(&mut self) {
        set(&self.top, "--tieline-accent", None);
        set(&self.top, "color-scheme", None);
    }
}

/// The element with our shadow root, or that of our own document.
fn top_of(root: &NodeRef) -> Option<HtmlElement> {
    let top = root.get()?.get_root_node();
    let host = top.dyn_ref::<ShadowRoot>().map(ShadowRoot::host);
    host.or_else(|| top.dyn_ref::<Document>()?.document_element())?.dyn_into().ok()
}

fn set(top: &HtmlElement, name: &str, value: Option<&str>) {
    let style = top.style();
    // Neither can fail: the names are valid, and the browser ignores a value that it does not take.
    let _ = match value {
        Some(value) => style.set_property(name, value),
        None => style.remove_property(name).map(drop),
    };
}
