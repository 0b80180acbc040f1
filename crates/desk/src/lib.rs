//! The desk: where an agent answers, compiled to WebAssembly.
//!
//! The same bones as the widget: `tieline_driver` runs a `tieline_session::Agent`, [`view`] draws its screen and gives
//! [`view::Action`]s back. What only the desk has is [`signin`]: a one-time link that becomes a cookie, and a cookie that
//! becomes short-lived tokens for the socket.
//!
//! Invariants: a link's secret leaves the address bar before anything is asked; no token is ever stored or shown.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod locale;
pub mod signin;
pub mod view;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Draws the desk into the element with the id `desk`, for as long as the document lives.
///
/// # Errors
/// When the document has no such element.
#[wasm_bindgen]
pub fn start_desk() -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    let root = document.and_then(|document| document.get_element_by_id("desk"));
    let root = root.ok_or_else(|| JsValue::from_str("tieline: the document has no element #desk"))?;
    yew::Renderer::<view::App>::with_root(root).render();
    Ok(())
}
