//! What the embedding says before anything runs: attributes of our document, or an object from a script.

use js_sys::Reflect;
use tieline_browser::intl;
use tieline_protocol::{ChannelId, Item};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::item::parse_item;
use crate::view::{Scheme, Shape};

/// Everything about one embedding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The gateway's origin.
    pub gateway: String,
    /// Which registration this is.
    pub channel: ChannelId,
    /// Where the session stands.
    pub shape: Shape,
    /// The frame document's ticket.
    pub ticket: Option<String>,
    /// The embedding page's origin as the browser told the frame.
    pub page_origin: Option<String>,
    /// BCP 47 tag to speak.
    pub language: String,
    /// The shop's name, if the document knows it already.
    pub name: Option<String>,
    /// A CSS colour.
    pub accent: Option<String>,
    /// Light or dark, against the system.
    pub scheme: Option<Scheme>,
    /// Whom the page wants to reach.
    pub to: Option<String>,
    /// What about.
    pub item: Option<Item>,
}

impl Config {
    /// Reads the attributes that the gateway wrote on our document, and finds the element to draw in.
    ///
    /// # Errors
    /// When the document is not one of ours.
    pub fn of_document(page_origin: Option<String>) -> Result<(HtmlElement, Self), JsValue> {
        let window = web_sys::window().ok_or("no window")?;
        let document = window.document().ok_or("no document")?;
        let top = document.document_element().ok_or("no document element")?;
        let root = document.get_element_by_id("tieline").and_then(|root| root.dyn_into().ok());
        let said = |name: &str| said_by(&top, name);
        let query = Query::of(&window.location().search().unwrap_or_default());
        let config = Self {
            gateway: window.location().origin()?,
            channel: ChannelId(said("data-tieline-channel").ok_or("the document names no channel")?),
            shape: match said("data-tieline-mode").as_deref() {
                Some("page") => Shape::Page,
                _ => Shape::Frame,
            },
            ticket: said("data-tieline-ticket"),
            page_origin,
            language: said("lang").unwrap_or_else(browser_language),
            name: said("data-tieline-name"),
            accent: said("data-tieline-accent"),
            scheme: None,
            to: query.find("to"),
            item: query.find("item").and_then(|item| parse_item(js_sys::JSON::parse(&item).ok()?)),
        };
        Ok((root.ok_or("the document has no element #tieline")?, config))
    }

    /// Reads the object that a script gave to [`crate::mount`].
    ///
    /// # Errors
    /// When it names no channel or no gateway.
    pub fn of_object(object: &JsValue) -> Result<Self, JsValue> {
        let said = |name: &str| text_of(object, name);
        Ok(Self {
            gateway: said("gateway").ok_or("config.gateway is missing")?.trim_end_matches('/').to_owned(),
            channel: ChannelId(said("channel").ok_or("config.channel is missing")?),
            shape: Shape::Inline,
            ticket: None,
            page_origin: None,
            language: said("language").unwrap_or_else(browser_language),
            name: said("name"),
            accent: said("accent"),
            scheme: said("scheme").as_deref().and_then(parse_scheme),
            to: said("to"),
            item: parse_item(field(object, "item")),
        })
    }

    /// Where the style sheet is, in the object that a script gave to [`crate::mount`].
    ///
    /// # Errors
    /// When it is not said.
    pub fn styles_of(object: &JsValue) -> Result<String, JsValue> {
        text_of(object, "styles").ok_or_else(|| "config.styles is missing".into())
    }
}

/// `light` or `dark`; anything else leaves it to the system.
pub(super) fn parse_scheme(word: &str) -> Option<Scheme> {
    match word {
        "light" => Some(Scheme::Light),
        "dark" => Some(Scheme::Dark),
        _ => None,
    }
}

/// A field of what a page gave us. A getter of the page may throw; then the field is not there.
pub(super) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A text field that is not empty.
pub(super) fn text_of(object: &JsValue, name: &str) -> Option<String> {
    field(object, name).as_string().filter(|text| !text.is_empty())
}

/// A placeholder that the gateway had nothing for is an empty attribute.
fn said_by(element: &Element, name: &str) -> Option<String> {
    element.get_attribute(name).filter(|value| !value.is_empty())
}

fn browser_language() -> String {
    intl::languages().into_iter().next().unwrap_or_else(|| "en".into())
}

/// The address's query, as the browser reads it.
struct Query(Option<web_sys::UrlSearchParams>);

impl Query {
    fn of(search: &str) -> Self {
        Self(web_sys::UrlSearchParams::new_with_str(search).ok())
    }

    fn find(&self, name: &str) -> Option<String> {
        self.0.as_ref()?.get(name).filter(|value| !value.is_empty())
    }
}
