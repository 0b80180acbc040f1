//! The private line between a frame and the page around it.

use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{MessageEvent, MessagePort};

/// One end of a `MessageChannel`. Closed when dropped.
#[derive(Debug)]
pub struct Port {
    port: MessagePort,
    _on_message: Closure<dyn Fn(MessageEvent)>,
}

impl Port {
    /// Takes the port over. What had come in before is handed out now, in order.
    pub fn new(port: MessagePort, handle: impl Fn(JsValue) + 'static) -> Self {
        let on_message =
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| handle(event.data()));
        // Setting `onmessage` also starts the port.
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Self { port, _on_message: on_message }
    }

    /// Sends a value. One that cannot be cloned is dropped.
    pub fn post(&self, value: &JsValue) {
        let _ = self.port.post_message(value);
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
    }
}
