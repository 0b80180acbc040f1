//! Frames to text and back, with the browser's own JSON.
//!
//! `JSON.parse` takes the first step of decoding and serde the second; a JSON parser of our own would cost every visitor
//! seven kilobytes.

use js_sys::{JSON, Object, Reflect};
use tieline_protocol::{ClientFrame, Decoded, Outgoing, RequestId, ServerFrame};
use wasm_bindgen::JsValue;

use crate::value;

/// The frame as text; none if it cannot be written, which no frame of ours gives it reason to.
pub fn encode(frame: &Outgoing<ClientFrame>) -> Option<String> {
    value::write(frame)
}

/// What the gateway said; none if it is no frame.
pub fn decode(text: &str) -> Option<Decoded<ServerFrame>> {
    let envelope = JSON::parse(text).ok()?;
    let field = |name: &str| Reflect::get(&envelope, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let name = field("type").as_string()?;
    let id = value::read::<Option<RequestId>>(field("id"))?;
    let body = field("body");
    let body = if body.is_undefined() { Object::new().into() } else { body };
    match ServerFrame::decode(&name, value::reader(body)).ok()? {
        Some(frame) => Some(Decoded::Frame(id, frame)),
        None => Some(Decoded::UnknownType { id, name, must: field("must").is_truthy() }),
    }
}
