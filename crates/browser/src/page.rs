//! What the browser does with the page we are in: shows it, hides it, freezes it, cuts its network.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Document, PageTransitionEvent, VisibilityState, Window};

use crate::Listener;

/// Something that happened to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFact {
    /// The tab came to the front.
    Shown,
    /// The tab went to the back.
    Hidden,
    /// The network is said to be there again.
    Online,
    /// The network is said to be gone.
    Offline,
    /// The page is being left, perhaps into the back-forward cache.
    Left,
    /// The page came back out of the back-forward cache.
    CameBack,
}

/// Watches the page until dropped.
#[derive(Debug)]
#[must_use = "the watch ends when this is dropped"]
pub struct Page {
    _listeners: Vec<Listener>,
}

impl Page {
    /// Begins to watch; none where there is no window.
    pub fn watch(handle: impl Fn(PageFact) + 'static) -> Option<Self> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let handle: Rc<dyn Fn(PageFact)> = Rc::new(handle);
        Some(Self { _listeners: listeners(&window, &document, &handle) })
    }
}

/// Whether the tab is in front.
pub fn is_visible() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_none_or(|document| document.visibility_state() == VisibilityState::Visible)
}

/// Loads the document again.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        // Refused only where the document may not navigate; then it stays as it is.
        let _ = window.location().reload();
    }
}

/// What the tab is called.
pub fn set_title(title: &str) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

/// Whether a media query holds now, such as `(pointer: fine)`.
pub fn matches(query: &str) -> bool {
    let list = web_sys::window().and_then(|window| window.match_media(query).ok().flatten());
    list.is_some_and(|list| list.matches())
}

fn listeners(window: &Window, document: &Document, handle: &Rc<dyn Fn(PageFact)>) -> Vec<Listener> {
    let plain = |name, fact| {
        let handle = handle.clone();
        Listener::new(window, name, move |_| handle(fact))
    };
    let on_visibility = handle.clone();
    let on_show = handle.clone();
    vec![
        plain("online", PageFact::Online),
        plain("offline", PageFact::Offline),
        // Never `unload`: it would keep the merchant's page out of the back-forward cache.
        plain("pagehide", PageFact::Left),
        Listener::new(document, "visibilitychange", move |_| {
            on_visibility(if is_visible() { PageFact::Shown } else { PageFact::Hidden });
        }),
        Listener::new(window, "pageshow", move |event| {
            if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
                on_show(PageFact::CameBack);
            }
        }),
    ]
}
