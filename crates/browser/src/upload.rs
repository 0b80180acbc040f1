//! One file on its way to an address, with news of how far it is.
//!
//! `XMLHttpRequest`, because `fetch` says nothing until all of it has gone.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

use crate::Listener;

/// What becomes of it.
#[derive(Clone, Debug)]
pub enum UploadFact {
    /// So many of a hundred are gone.
    Moved(u8),
    /// An answer came: its HTTP status and its JSON value.
    Answered(u16, JsValue),
    /// The network broke.
    Cut,
}

/// An upload under way. Dropping it breaks it off, and nothing more is heard of it.
#[derive(Debug)]
#[must_use = "the upload is broken off when this is dropped"]
pub struct Upload {
    request: XmlHttpRequest,
    listeners: Vec<Listener>,
}

impl Upload {
    /// Puts the file there. None: the browser refuses the address.
    pub fn put(
        url: &str,
        token: &str,
        media_type: &str,
        file: &Blob,
        tell: impl Fn(UploadFact) + Clone + 'static,
    ) -> Option<Self> {
        let request = XmlHttpRequest::new().ok()?;
        request.open_with_async("PUT", url, true).ok()?;
        request.set_request_header("authorization", &format!("Bearer {token}")).ok()?;
        request.set_request_header("content-type", media_type).ok()?;
        request.set_response_type(web_sys::XmlHttpRequestResponseType::Json);
        let mut listeners = Vec::new();
        if let Ok(way) = request.upload() {
            let told = tell.clone();
            listeners.push(Listener::new(&way, "progress", move |event| {
                let event: ProgressEvent = event.unchecked_into();
                if event.total() > 0.0 {
                    // A whole file that is not answered yet is still on its way.
                    told(UploadFact::Moved((event.loaded() / event.total() * 99.0) as u8));
                }
            }));
        }
        let (answered, told) = (request.clone(), tell.clone());
        listeners.push(Listener::new(&request, "load", move |_| {
            let status = answered.status().unwrap_or_default();
            told(UploadFact::Answered(status, answered.response().unwrap_or(JsValue::NULL)));
        }));
        listeners.push(Listener::new(&request, "error", move |_| tell(UploadFact::Cut)));
        request.send_with_opt_blob(Some(file)).ok()?;
        Some(Self { request, listeners })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.listeners.clear();
        let _ = self.request.abort();
    }
}
