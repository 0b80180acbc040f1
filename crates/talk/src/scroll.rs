//! What the drawn thread measures, and what must not move under the reader's eyes.

use web_sys::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::window::{Part, Window};

/// A row that the reader sees, and where.
#[derive(Debug)]
pub(crate) struct Held {
    row: Element,
    top_px: f64,
}

impl Held {
    /// The topmost row on screen.
    pub(crate) fn of(scroller: &Element) -> Option<Self> {
        let edge_px = top_px(scroller);
        let rows = scroller.query_selector_all(".said:not(.ghost)").ok()?;
        let row = |at: u32| rows.item(at)?.dyn_into::<Element>().ok();
        let (mut low, mut high) = (0, rows.length());
        while low < high {
            let middle = low.midpoint(high);
            if row(middle)?.get_bounding_client_rect().bottom() > edge_px {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let row = row(low)?;
        let top_px = top_px(&row) - edge_px;
        Some(Self { row, top_px })
    }

    /// How far it has moved down since, if it is still drawn.
    pub(crate) fn moved_px(&self, scroller: &Element) -> Option<i32> {
        let moved_px = top_px(&self.row) - top_px(scroller) - self.top_px;
        self.row.is_connected().then_some(moved_px.round() as i32)
    }
}

/// Gives the rooms their heights. By the object model: our policy refuses `style` attributes.
pub(crate) fn furnish(scroller: &Element, parts: &[Part]) {
    let Ok(rooms) = scroller.query_selector_all(":scope > .room") else { return };
    let heights = parts.iter().filter_map(|part| match part {
        Part::Room { px, .. } => Some(*px),
        Part::Drawn(_) => None,
    });
    for (at, px) in (0..).zip(heights) {
        if let Some(room) = rooms.item(at).and_then(|room| room.dyn_into::<HtmlElement>().ok()) {
            // In whole hundredths: Rust's own way of writing a fraction is 4 KB to download.
            let hundredths = (px * 100.0).round() as u32;
            let length = format!("{}.{:02}px", hundredths / 100, hundredths % 100);
            // An element of a document takes any length.
            let _ = room.style().set_property("block-size", &length);
        }
    }
}

/// Notes how high the drawn blocks are.
pub(crate) fn measure(scroller: &Element, window: &mut Window) {
    let Ok(blocks) = scroller.query_selector_all(":scope > .block") else { return };
    for at in 0..blocks.length() {
        let block = blocks.item(at).and_then(|block| block.dyn_into::<Element>().ok());
        if let Some((number, block)) = block.and_then(|block| Some((number_of(&block)?, block))) {
            window.measure(number, block.get_bounding_client_rect().height());
        }
    }
}

/// A row that is drawn: of the block by that number the one at that place.
pub(crate) fn row_at(scroller: &Element, number: u64, place: usize) -> Option<Element> {
    let block = scroller.query_selector(&format!("[data-block=\"{number}\"]")).ok()??;
    block.children().item(u32::try_from(place).ok()?)
}

/// The block that has the focus in it.
pub(crate) fn focused(scroller: &Element) -> Option<u64> {
    number_of(&scroller.query_selector(":scope > .block:focus-within").ok()??)
}

fn number_of(block: &Element) -> Option<u64> {
    block.get_attribute("data-block")?.parse().ok()
}

fn top_px(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}
