//! A channel to the other tabs of our origin: what one posts, all others hear, in order.

use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

/// One tab's end of the channel. Closed when dropped.
#[derive(Debug)]
#[must_use = "the channel is closed when this is dropped"]
pub struct Broadcast {
    channel: BroadcastChannel,
    _on_message: Closure<dyn Fn(MessageEvent)>,
}

impl Broadcast {
    /// Joins the channel of that name. None: this page has none.
    pub fn join(name: &str, handle: impl Fn(JsValue) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let on_message =
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| handle(event.data()));
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self { channel, _on_message: on_message })
    }

    /// Posts a value to all others. One that cannot be cloned is dropped.
    pub fn post(&self, value: &JsValue) {
        let _ = self.channel.post_message(value);
    }
}

impl Drop for Broadcast {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
