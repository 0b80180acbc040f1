//! One lock among all tabs of our origin: whoever holds it is alone in doing something.
//!
//! The browser takes it back from a tab that is closed or crashes, and gives it to the one that has waited longest. Not
//! every page may have it: `navigator.locks` can be missing, or refuse. Then [`LockFact::Refused`] is all that is told.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{
    JsValue,
    prelude::{Closure, wasm_bindgen},
};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortController;

#[wasm_bindgen]
extern "C" {
    // Not web-sys's: that one trusts `navigator.locks` to be there, and traps where it is not.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request(name: &str, options: &Object, granted: &JsValue) -> Result<Promise, JsValue>;
}

/// What came of the wish for a lock. One of them, once; nothing after the wish is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockFact {
    /// It is ours until the wish is dropped.
    Granted,
    /// It will never be: this page may have no locks.
    Refused,
}

/// A wish for a lock, then the lock.
#[must_use = "the lock is given back when this is dropped"]
pub struct Lock {
    queue: AbortController,
    shared: Rc<Shared>,
    _on_granted: Closure<dyn FnMut() -> Promise>,
}

struct Shared {
    tell: Box<dyn Fn(LockFact)>,
    /// Gives the lock back; none before it is ours.
    release: RefCell<Option<Function>>,
    is_dropped: Cell<bool>,
}

impl Lock {
    /// Queues for the lock of that name. None: this page has no locks.
    pub fn wish(name: &str, tell: impl Fn(LockFact) + 'static) -> Option<Self> {
        let queue = AbortController::new().ok()?;
        let shared = Rc::new(Shared {
            tell: Box::new(tell),
            release: RefCell::new(None),
            is_dropped: Cell::new(false),
        });
        let holder = shared.clone();
        let on_granted = Closure::<dyn FnMut() -> Promise>::new(move || holder.hold());
        let options = Object::new();
        // A fresh plain object takes every property.
        let _ = Reflect::set(&options, &"signal".into(), &queue.signal());
        let promise = request(name, &options, on_granted.as_ref()).ok()?;
        let waiting = shared.clone();
        spawn_local(async move {
            // It is kept when we let go of the lock, and fails when there are none, or when we have left the queue.
            if JsFuture::from(promise).await.is_err() && !waiting.is_dropped.get() {
                (waiting.tell)(LockFact::Refused);
            }
        });
        Some(Self { queue, shared, _on_granted: on_granted })
    }
}

impl Shared {
    /// The lock is ours for as long as this promise is open.
    fn hold(&self) -> Promise {
        let promise = Promise::new(&mut |release, _| {
            self.release.replace(Some(release));
        });
        (self.tell)(LockFact::Granted);
        promise
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.shared.is_dropped.set(true);
        let release = self.shared.release.take();
        match release {
            Some(release) => drop(release.call0(&JsValue::UNDEFINED)),
            // Still in the queue: a page in the back-forward cache must not be next in line.
            None => self.queue.abort(),
        }
    }
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lock").finish_non_exhaustive()
    }
}
