//! Which language a session speaks, and how its words get here.
//!
//! `www/locales.js` knows the files; `cargo xtask dist` puts it in front of the JavaScript half of this wasm. Where it is not
//! there (the dev loop, the tests) the session speaks English.

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use crate::locale::Locale;

#[wasm_bindgen]
extern "C" {
    /// A promise of the text of a file; of nothing where that language has none, or it cannot be had.
    #[wasm_bindgen(catch, js_name = loadLocale)]
    fn load_locale(tag: &str) -> Result<Promise, JsValue>;
}

/// The words for a reader of that language (BCP 47). English, if we do not have it or it does not come.
pub(super) async fn words_for(tag: &str) -> &'static Locale {
    let file = match load_locale(tag) {
        Ok(file) => JsFuture::from(file).await.ok().and_then(|file| file.as_string()),
        Err(_) => None,
    };
    file.and_then(|file| Locale::learn(&file)).unwrap_or_else(Locale::english)
}
