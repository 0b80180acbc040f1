//! Where the page is, as its address bar tells.

use wasm_bindgen::JsValue;

/// Scheme, host and port of the page: `https://chat.example`.
pub fn origin() -> Option<String> {
    web_sys::window()?.location().origin().ok()
}

/// What stands behind the `#`; none if nothing does.
pub fn fragment() -> Option<String> {
    let hash = web_sys::window()?.location().hash().ok()?;
    hash.strip_prefix('#').filter(|fragment| !fragment.is_empty()).map(str::to_owned)
}

/// Takes the fragment off the address and out of the tab's history, without a request. False if the browser refuses.
pub fn strip_fragment() -> bool {
    let strip = || {
        let window = web_sys::window()?;
        let location = window.location();
        let address = location.pathname().ok()? + &location.search().ok()?;
        window.history().ok()?.replace_state_with_url(&JsValue::NULL, "", Some(&address)).ok()
    };
    strip().is_some()
}
