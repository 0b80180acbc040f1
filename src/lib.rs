//! The widget: the session that a merchant's page embeds, compiled to WebAssembly.
//!
//! This file holds what JavaScript may call, and nothing else. `www/boot.js` calls [`start_frame`] in our own document
//! (frame and page mode), `www/panel.js` calls [`mount`] in the merchant's page (inline mode). Both end in one
//! [`embed`] mount: a `driver` that feeds `tieline_session::Visitor` and carries out its effects, and a `view` that draws
//! its screen.
//!
//! Invariant: a merchant's page is never harmed. Nothing here panics on what page or gateway say, and destroying a mount
//! frees all of it.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod driver;
pub mod embed;
pub mod locale;
mod parts;
pub mod view;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{Element, MessagePort};

use crate::embed::{Config, Handle, Host, Mount, Shade, registry};

/// Starts the session in a document of the gateway.
///
/// In a frame, `port` leads to the embedding page, and `origin` is where the browser says that page is from; `boot.js` has
/// compared it with the channel's list. A full page has neither.
///
/// # Errors
/// When the document does not name its channel.
#[wasm_bindgen]
pub fn start_frame(port: Option<MessagePort>, origin: Option<String>) -> Result<(), JsValue> {
    let (root, config) = Config::of_document(origin)?;
    let host = port.map_or_else(Host::nobody, Host::behind);
    registry::add(Mount::new(&root, config, host), None);
    Ok(())
}

/// Puts a session into an element of the page, inside an open shadow root.
///
/// `config` is `{gateway, channel, styles, to?, item?, language?, accent?, scheme?, getToken?, onEvent?}`. The session lives until
/// [`Handle::destroy`], whether or not the handle is kept.
///
/// # Errors
/// When `config` names no channel, gateway or style sheet, or the element takes no shadow root.
#[wasm_bindgen]
pub fn mount(host: &Element, config: &JsValue) -> Result<Handle, JsValue> {
    let settings = Config::of_object(config)?;
    let shade = Shade::over(host, Config::styles_of(config)?)?;
    let mount = Mount::new(shade.place(), settings, Host::of_callbacks(config));
    Ok(Handle::new(registry::add(mount, Some(shade))))
}
