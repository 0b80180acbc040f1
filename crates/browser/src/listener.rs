//! An event listener that goes when its value goes.

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Event, EventTarget};

/// Calls a function at each event of one name, until dropped.
#[derive(Debug)]
#[must_use = "the listener is removed when this is dropped"]
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    // `Fn`, not `FnMut`: an event can be dispatched while another is being handled.
    closure: Closure<dyn Fn(Event)>,
}

impl Listener {
    /// Begins to listen.
    pub fn new(target: &EventTarget, name: &'static str, handle: impl Fn(Event) + 'static) -> Self {
        let closure = Closure::<dyn Fn(Event)>::new(handle);
        // Only a callback that is no function makes this throw.
        let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        Self { target: target.clone(), name, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.name, callback);
    }
}
