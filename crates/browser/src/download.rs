//! A file that is made here and given to the person.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Puts a text among the person's downloads, under that name. False: the browser gives nothing to download here.
///
/// Call it soon after a gesture: browsers refuse downloads that nobody asked for.
pub fn save_text(name: &str, text: &str) -> bool {
    try_save(name, text).is_some()
}

fn try_save(name: &str, text: &str) -> Option<()> {
    let link = web_sys::window()?.document()?.create_element("a").ok()?;
    // Not an object URL: that would have to be taken back, and no browser says when the download has read it.
    let url = format!("data:text/plain;charset=utf-8,{}", js_sys::encode_uri_component(text));
    link.set_attribute("href", &url).ok()?;
    link.set_attribute("download", name).ok()?;
    // Not put into the document, where a page's own listeners would hear of it.
    link.dyn_ref::<HtmlElement>()?.click();
    Some(())
}
