//! Where Yew draws.
//!
//! Yew registers one listener per kind of event on an app's root element and never takes it off, nor frees what it
//! captured (`HostHandlers` in yew 0.23). An app that is destroyed leaves that behind, and a page that changes its route all
//! day would grow. So roots are not destroyed: one that is no longer needed is emptied, kept, and used for the next mount.
//! There are never more of them than there were sessions at one time.

use std::cell::{Cell, RefCell};

use web_sys::{Element, HtmlElement};
use yew::AppHandle;

use crate::view::{App, AppProps, Scene};

thread_local! {
    static PARKED: RefCell<Vec<Seat>> = const { RefCell::new(Vec::new()) };
    static TURN: Cell<u32> = const { Cell::new(0) };
}

/// A root element with its Yew app.
struct Seat {
    root: Element,
    app: AppHandle<App>,
}

/// One app on screen. Dropping it takes it off.
pub struct Stage {
    // Only empty while it is being dropped.
    seat: Option<Seat>,
    turn: u32,
}

impl Stage {
    /// Draws for the first time, in place of what the element holds. None: the element is in no document.
    pub fn new(place: &HtmlElement, scene: Scene) -> Option<Self> {
        let turn = TURN.get().wrapping_add(1);
        TURN.set(turn);
        let props = AppProps { scene: Some(scene), turn };
        let seat = match PARKED.with_borrow_mut(Vec::pop) {
            Some(mut seat) => {
                seat.app.update(props);
                seat
            }
            None => {
                let root = place.owner_document()?.create_element("div").ok()?;
                root.set_class_name("tieline-seat");
                let app = yew::Renderer::<App>::with_root_and_props(root.clone(), props).render();
                Seat { root, app }
            }
        };
        place.replace_children_with_node_1(&seat.root);
        Some(Self { seat: Some(seat), turn })
    }

    /// Draws again.
    pub fn show(&mut self, scene: Scene) {
        if let Some(seat) = &mut self.seat {
            seat.app.update(AppProps { scene: Some(scene), turn: self.turn });
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(mut seat) = self.seat.take() {
            seat.root.remove();
            seat.app.update(AppProps { scene: None, turn: self.turn });
            PARKED.with_borrow_mut(|parked| parked.push(seat));
        }
    }
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("turn", &self.turn).finish_non_exhaustive()
    }
}
