//! How large an element is, told when it changes.

use js_sys::Array;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, ResizeObserver};

/// Calls a function whenever an element has another size, until dropped.
#[derive(Debug)]
#[must_use = "the watch ends when this is dropped"]
pub struct SizeWatch {
    observer: ResizeObserver,
    _closure: Closure<dyn Fn(Array)>,
}

impl SizeWatch {
    /// Begins to watch; calls once at the start. None where the browser cannot.
    pub fn new(element: &Element, handle: impl Fn() + 'static) -> Option<Self> {
        let closure = Closure::<dyn Fn(Array)>::new(move |_| handle());
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _closure: closure })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
