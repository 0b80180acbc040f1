//! Waiting for a yes or a no, and not for ever.

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Has `ask` called at once with what to call for a yes and for a no, and waits for either. Too long is a no that is
/// [silence](is_silence).
///
/// # Errors
/// What the no was called with.
pub async fn within(patience_ms: u64, ask: impl FnOnce(&Function, &Function)) -> Result<JsValue, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let (mut ask, mut timer) = (Some(ask), None);
    let promise = Promise::new(&mut |yes, no| {
        if let Some(ask) = ask.take() {
            ask(&yes, &no);
        }
        let patience_ms = i32::try_from(patience_ms).unwrap_or(i32::MAX);
        timer = window.set_timeout_with_callback_and_timeout_and_arguments_0(&no, patience_ms).ok();
    });
    let outcome = JsFuture::from(promise).await;
    if let Some(timer) = timer {
        window.clear_timeout_with_handle(timer);
    }
    outcome
}

/// Whether nobody had said no: the time was up.
pub fn is_silence(no: &JsValue) -> bool {
    no.is_undefined()
}
