//! One small request to our own gateway.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestCache, RequestInit, Response};

/// What was said to a request, whether yes or no.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON value; undefined if there is none.
    pub body: JsValue,
}

/// Asks our own origin, past every cache; its cookies go along. None: no answer came, so try later.
pub async fn ask(method: &str, url: &str, json: Option<&str>) -> Option<Answer> {
    let request = RequestInit::new();
    request.set_method(method);
    request.set_cache(RequestCache::NoStore);
    if let Some(json) = json {
        let headers = Headers::new().ok()?;
        headers.append("content-type", "application/json").ok()?;
        request.set_headers(&headers);
        request.set_body(&json.into());
    }
    let answer = JsFuture::from(web_sys::window()?.fetch_with_str_and_init(url, &request)).await.ok()?;
    let answer = answer.dyn_into::<Response>().ok()?;
    let body = match answer.json() {
        Ok(body) => JsFuture::from(body).await.unwrap_or(JsValue::UNDEFINED),
        Err(_) => JsValue::UNDEFINED,
    };
    Some(Answer { status: answer.status(), body })
}

/// The JSON value at `url`; none if it cannot be had. A refusal and a cut are the same to the caller: try later.
pub async fn load_json(url: &str) -> Option<JsValue> {
    let answer = load(url).await?;
    JsFuture::from(answer.json().ok()?).await.ok()
}

/// The text at `url`; none if it cannot be had.
pub async fn load_text(url: &str) -> Option<String> {
    let answer = load(url).await?;
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}

async fn load(url: &str) -> Option<Response> {
    let answer = JsFuture::from(web_sys::window()?.fetch_with_str(url)).await.ok()?;
    answer.dyn_into::<Response>().ok().filter(Response::ok)
}
