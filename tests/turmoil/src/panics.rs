//! Panics that nobody would see: tokio catches one of a task, and the connection that it served is just gone.

use std::{cell::RefCell, panic, sync::Once};

thread_local! {
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// From now on panics of this thread are remembered.
pub fn watch() {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            SEEN.with_borrow_mut(|seen| seen.push(panic.to_string()));
            usual(panic);
        }));
    });
    SEEN.take();
}

/// Those since [`watch`].
pub fn seen() -> Vec<String> {
    SEEN.with_borrow(Clone::clone)
}
