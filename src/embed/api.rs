//! What a script holds of an inline session.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{config::parse_scheme, item::parse_item, port::FromPage, registry};

/// One session in an element of the page.
///
/// ```js
/// const session = mount(document.querySelector("#chat"), { gateway: "https://chat.example", channel: "ch_..." });
/// session.open("sales", { title: "Mug, blue", price: { amount: "12.50", currency: "EUR" } });
/// session.destroy();
/// ```
///
/// Every method does nothing once the session is destroyed. None throws.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Handle {
    number: u32,
}

#[wasm_bindgen]
impl Handle {
    /// Shows the chat with that recipient about that item, and puts the caret into the composer.
    ///
    /// Call it from a click: without a gesture the browser may refuse the caret, and then the rest still happens.
    pub fn open(&self, to: Option<String>, item: JsValue) {
        self.say(FromPage::Open { to, item: parse_item(item) });
        self.say(FromPage::Shown);
    }

    /// The session is out of sight: what comes in from now on counts as unread.
    pub fn close(&self) {
        self.say(FromPage::Hidden);
    }

    /// The page now speaks of another item.
    #[wasm_bindgen(js_name = setItem)]
    pub fn set_item(&self, item: JsValue) {
        self.say(FromPage::Item(parse_item(item)));
    }

    /// Who the visitor is: a token signed by the shop's backend, or nothing after they signed out.
    pub fn identify(&self, token: Option<String>) {
        self.say(FromPage::Identify(token.filter(|token| !token.is_empty())));
    }

    /// Speaks another language, if we have it.
    #[wasm_bindgen(js_name = setLocale)]
    pub fn set_locale(&self, tag: String) {
        self.say(FromPage::Locale(tag));
    }

    /// Wears other colours: any CSS colour, and `light`, `dark` or nothing for the system's choice.
    #[wasm_bindgen(js_name = setTheme)]
    pub fn set_theme(&self, accent: Option<String>, scheme: Option<String>) {
        self.say(FromPage::Theme { accent, scheme: scheme.as_deref().and_then(parse_scheme) });
    }

    /// Hangs up and takes everything off the page that we put on it.
    pub fn destroy(&self) {
        registry::remove(self.number);
    }
}

impl Handle {
    pub(crate) fn new(number: u32) -> Self {
        Self { number }
    }

    fn say(&self, word: FromPage) {
        registry::with(self.number, |mount| mount.hear(word));
    }
}
