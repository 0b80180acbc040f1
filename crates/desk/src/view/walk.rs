//! Moves the focus along the lines of a list.

use tieline_browser::focus::focus;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::keys;

/// So many lines down. If the focus is elsewhere, it comes first to the line that the tab key would come to.
pub fn step(list: &Element, by: i32) {
    let lines = lines_of(list);
    let active = list.owner_document().and_then(|document| document.active_element());
    let here = lines.iter().position(|line| active.as_ref() == Some(line.as_ref()));
    let stop = lines.iter().position(|line| line.tab_index() == 0);
    let by = if here.is_some() { by } else { 0 };
    let Some(line) = keys::step(here.or(stop), by, lines.len()).and_then(|index| lines.get(index)) else {
        return;
    };
    focus(line);
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    line.scroll_into_view_with_scroll_into_view_options(&options);
}

fn lines_of(list: &Element) -> Vec<HtmlElement> {
    let Ok(found) = list.query_selector_all("button") else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}
