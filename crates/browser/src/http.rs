//! One small request to our own gateway.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// The JSON value at `url`; none if it cannot be had. A refusal and a cut are the same to the caller: try later.
pub async fn load_json(url: &str) -> Option<JsValue> {
    let answer = JsFuture::from(web_sys::window()?.fetch_with_str(url)).await.ok()?;
    let answer = answer.dyn_into::<Response>().ok()?;
    if !answer.ok() {
        return None;
    }
    JsFuture::from(answer.json().ok()?).await.ok()
}
