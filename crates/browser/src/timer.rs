//! One timer that is armed again and again.

use std::cell::Cell;

use wasm_bindgen::{JsCast, prelude::Closure};

/// Longest wait that `setTimeout` understands; beyond it would fire at once.
const LONGEST_MS: u64 = i32::MAX as u64;

/// Calls one function at the armed moment, once per arming. Disarmed when dropped.
#[derive(Debug)]
pub struct Timer {
    fire: Closure<dyn Fn()>,
    handle: Cell<Option<i32>>,
}

impl Timer {
    /// A timer that is not armed yet.
    pub fn new(fire: impl Fn() + 'static) -> Self {
        Self { fire: Closure::new(fire), handle: Cell::new(None) }
    }

    /// Fires in so many milliseconds instead of whenever it would have; `None` disarms. May fire early, never forgets.
    pub fn arm(&self, after_ms: Option<u64>) {
        let Some(window) = web_sys::window() else { return };
        if let Some(handle) = self.handle.take() {
            window.clear_timeout_with_handle(handle);
        }
        let Some(after_ms) = after_ms else { return };
        let after_ms = i32::try_from(after_ms.min(LONGEST_MS)).unwrap_or(i32::MAX);
        let callback = self.fire.as_ref().unchecked_ref();
        let armed = window.set_timeout_with_callback_and_timeout_and_arguments_0(callback, after_ms);
        self.handle.set(armed.ok());
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.arm(None);
    }
}
