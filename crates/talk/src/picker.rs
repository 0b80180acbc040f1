//! A few dozen emoji to pick from, for those whose keyboard has none.
//!
//! One stop for the Tab key; arrows walk the grid as one reads it, Escape closes it. The newest thing is not in here: every
//! system has its own picker, with all of them.

use tieline_browser::focus::focus;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, KeyboardEvent, Node};
use yew::{Callback, Html, html};

use crate::words::Words;

/// In a row. The style sheet draws as many.
const COLUMNS: i32 = 8;

/// What shops and their visitors say without words.
const EMOJI: [&str; 48] = [
    "🙂", "😀", "😄", "😂", "😉", "😊", "😍", "🥰", "😎", "🤔", "😅", "😐", "🙄", "😕", "😢", "😭", "😡",
    "😱", "🥳", "😴", "🤷", "🙏", "👍", "👎", "👌", "👏", "🙌", "💪", "✌️", "👋", "🤝", "❤️", "💙", "💚",
    "💔", "✨", "🎉", "🎁", "🔥", "⭐", "✅", "❌", "❓", "❗", "📦", "🚚", "💳", "🛒",
];

/// Where what happens goes.
#[derive(Clone, Debug)]
pub(crate) struct PickerActs {
    /// One was picked.
    pub(crate) on_pick: Callback<&'static str>,
    /// It is not wanted any more. True: the focus is to go back to the words.
    pub(crate) on_close: Callback<bool>,
}

/// The open picker.
pub(crate) fn view(words: &Words, acts: &PickerActs) -> Html {
    let emoji = EMOJI.iter().enumerate().map(|(place, emoji)| {
        let pick = acts.on_pick.reform(move |_| *emoji);
        let tabindex = if place == 0 { "0" } else { "-1" };
        html! { <button type="button" class="emoji" {tabindex} onclick={pick}>{ *emoji }</button> }
    });
    html! {
        <div
            class="picker"
            role="group"
            aria-label={words.emoji}
            onkeydown={on_key(&acts.on_close)}
            onfocusout={on_leave(&acts.on_close)}
        >
            { for emoji }
        </div>
    }
}

fn on_key(on_close: &Callback<bool>) -> Callback<KeyboardEvent> {
    let on_close = on_close.clone();
    Callback::from(move |event: KeyboardEvent| {
        let here = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(here) = here else { return };
        let is_rtl = here
            .closest("[dir]")
            .ok()
            .flatten()
            .is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"));
        let Some(step) = step_of(&event.key(), is_rtl) else { return };
        event.prevent_default();
        // One level at a time: the panel around would close.
        event.stop_propagation();
        match step {
            Some(step) => walk(&here, step),
            None => on_close.emit(true),
        }
    })
}

/// How far a key leads. Some(None): out.
fn step_of(key: &str, is_rtl: bool) -> Option<Option<i32>> {
    let on = if is_rtl { -1 } else { 1 };
    Some(match key {
        "ArrowRight" => Some(on),
        "ArrowLeft" => Some(-on),
        "ArrowDown" => Some(COLUMNS),
        "ArrowUp" => Some(-COLUMNS),
        "Escape" => None,
        _ => return None,
    })
}

/// So many further, if there is one.
fn walk(here: &Element, step: i32) {
    let mut at = Some(here.clone());
    for _ in 0..step.abs() {
        at = at
            .and_then(|at| if step < 0 { at.previous_element_sibling() } else { at.next_element_sibling() });
    }
    if let Some(at) = at {
        focus(&at);
    }
}

/// Closes when the focus goes elsewhere. When it goes nowhere, the window has lost it.
fn on_leave(on_close: &Callback<bool>) -> Callback<FocusEvent> {
    let on_close = on_close.clone();
    Callback::from(move |event: FocusEvent| {
        let picker = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        if to.is_some_and(|to| picker.is_some_and(|picker| !picker.contains(Some(&to)))) {
            on_close.emit(false);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_walk_as_one_reads() {
        assert_eq!(
            (step_of("ArrowRight", false), step_of("ArrowRight", true)),
            (Some(Some(1)), Some(Some(-1)))
        );
        assert_eq!((step_of("ArrowDown", false), step_of("ArrowUp", true)), (Some(Some(8)), Some(Some(-8))));
        assert_eq!((step_of("Escape", false), step_of("a", false)), (Some(None), None));
    }

    #[test]
    fn there_are_whole_rows_and_none_twice() {
        let mut all = EMOJI.to_vec();
        all.sort_unstable();
        all.dedup();
        assert_eq!((all.len(), EMOJI.len() % COLUMNS as usize), (EMOJI.len(), 0));
    }
}
