//! A button and the menu that it opens: the "menu button" of the ARIA Authoring Practices.
//!
//! Owns whether the menu is open and where the caret in it is. Does not know what its entries mean: a pick goes out as it
//! came in. Enter, Space and Down open it on the first entry, Up on the last; arrows go round, Home and End to the ends, a
//! letter to the next entry that begins so; Escape closes and gives the focus back, Tab goes on and leaves it closed.

use js_sys::JsString;
use tieline_browser::focus;
use tieline_talk::icon;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, KeyboardEvent, MouseEvent, Node};
use yew::{AttrValue, Callback, Component, Context, Html, NodeRef, Properties, html};

use super::entries::Wish;

/// One line of the menu.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// What it says.
    pub(super) text: AttrValue,
    /// What it stands for.
    pub(super) wish: Wish,
    /// A switch's state. None: it is no switch, and a press closes the menu.
    pub(super) is_on: Option<bool>,
}

/// Properties of [`Menu`].
#[derive(Clone, PartialEq, Properties)]
pub(super) struct MenuProps {
    /// The button's name, and the menu's.
    pub(super) label: AttrValue,
    /// From top to bottom.
    pub(super) entries: Vec<Entry>,
    /// Takes what was picked.
    pub(super) on_pick: Callback<Wish>,
    /// It appears open, with the caret on that entry or the last.
    pub(super) opens_at: usize,
}

/// The button of a menu that was not opened yet: it asks for the menu, which is fetched then. It takes the number of the entry to
/// begin with.
pub(super) fn closed_button(label: &'static str, on_open: &Callback<usize>) -> Html {
    let on_key = on_open.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let at = match event.key().as_str() {
            "ArrowDown" => 0,
            "ArrowUp" => usize::MAX,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        on_key.emit(at);
    });
    html! {
        <div class="menu-place" {onkeydown}>{ button(label.into(), false, on_open.reform(|_| 0)) }</div>
    }
}

fn button(label: AttrValue, is_open: bool, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button
            type="button"
            class="icon-button"
            aria-haspopup="menu"
            aria-expanded={if is_open { "true" } else { "false" }}
            aria-label={label.clone()}
            title={label}
            {onclick}
        >
            { icon::more() }
        </button>
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Menu {
    place: NodeRef,
    /// The entry with the caret, while the menu is open.
    at: Option<usize>,
    /// The caret has moved and the browser does not know yet.
    has_moved: bool,
}

/// What happens to the menu.
#[derive(Debug)]
pub(super) enum MenuEvent {
    /// The button was pressed.
    Toggled,
    /// A key moved it.
    Moved(Move),
    /// An entry was pressed.
    Picked(usize),
    /// The focus went somewhere else.
    Left,
}

impl Component for Menu {
    type Message = MenuEvent;
    type Properties = MenuProps;

    fn create(ctx: &Context<Self>) -> Self {
        let MenuProps { entries, opens_at, .. } = ctx.props();
        let at = (*opens_at).min(entries.len().saturating_sub(1));
        Self { place: NodeRef::default(), at: Some(at), has_moved: true }
    }

    fn update(&mut self, ctx: &Context<Self>, event: MenuEvent) -> bool {
        match event {
            MenuEvent::Toggled if self.at.is_some() => self.close(),
            MenuEvent::Toggled => self.go(0),
            MenuEvent::Moved(Move::To(at)) => self.go(at),
            MenuEvent::Moved(Move::Shut) => self.close(),
            MenuEvent::Picked(at) => {
                let Some(entry) = ctx.props().entries.get(at) else { return false };
                match entry.is_on {
                    None => self.close(),
                    // A switch shows what it does, and stays.
                    Some(_) => self.go(at),
                }
                ctx.props().on_pick.emit(entry.wish);
            }
            MenuEvent::Left => self.at = None,
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let MenuProps { label, entries, .. } = ctx.props();
        let link = ctx.link();
        let is_open = self.at.is_some();
        // Not every browser gives a pressed button the focus, and then it would go nowhere and close the menu.
        html! {
            <div
                ref={self.place.clone()}
                class="menu-place"
                onkeydown={self.on_key(ctx)}
                onfocusout={self.leaving(ctx)}
                onmousedown={|event: MouseEvent| event.prevent_default()}
            >
                { button(label.clone(), is_open, link.callback(|_| MenuEvent::Toggled)) }
                if is_open {
                    <div class="menu" role="menu" aria-label={label.clone()}>
                        { for entries.iter().enumerate().map(|(at, entry)| line(ctx, at, entry)) }
                    </div>
                }
            </div>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _first_render: bool) {
        if !std::mem::take(&mut self.has_moved) {
            return;
        }
        let Some(place) = self.place.cast::<Element>() else { return };
        let wanted = match self.at {
            Some(at) => place.query_selector_all("[role^=menuitem]").ok().and_then(|all| all.get(at as u32)),
            None => place.query_selector("button").ok().flatten().map(Node::from),
        };
        if let Some(wanted) = wanted.and_then(|wanted| wanted.dyn_into().ok()) {
            focus::focus(&wanted);
        }
    }
}

impl Menu {
    fn go(&mut self, at: usize) {
        self.at = Some(at);
        self.has_moved = true;
    }

    /// The focus goes back to the button.
    fn close(&mut self) {
        self.at = None;
        self.has_moved = true;
    }

    /// What is to be kept from panel and browser is kept from them here: a message comes too late for that.
    fn on_key(&self, ctx: &Context<Self>) -> Callback<KeyboardEvent> {
        let (at, entries) = (self.at, ctx.props().entries.clone());
        ctx.link().batch_callback(move |event: KeyboardEvent| {
            let there = after(at, &event.key(), &entries, lower)?;
            event.prevent_default();
            event.stop_propagation();
            Some(MenuEvent::Moved(there))
        })
    }

    /// Closes when the focus goes out of the button and its menu, by Tab or by a press elsewhere.
    fn leaving(&self, ctx: &Context<Self>) -> Callback<FocusEvent> {
        let place = self.place.clone();
        ctx.link().batch_callback(move |event: FocusEvent| {
            let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
            let is_within = place.get().is_some_and(|place| place.contains(to.as_ref()));
            (!is_within).then_some(MenuEvent::Left)
        })
    }
}

fn line(ctx: &Context<Menu>, at: usize, entry: &Entry) -> Html {
    let role = if entry.is_on.is_some() { "menuitemcheckbox" } else { "menuitem" };
    html! {
        <button
            type="button"
            class="menu-item"
            {role}
            tabindex="-1"
            aria-checked={entry.is_on.map(|is_on| if is_on { "true" } else { "false" })}
            onclick={ctx.link().callback(move |_| MenuEvent::Picked(at))}
        >
            <span>{ entry.text.clone() }</span>
            if entry.is_on == Some(true) {
                { icon::tick() }
            }
        </button>
    }
}

/// What a key does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// The caret goes to that entry; a closed menu opens.
    To(usize),
    /// The menu closes, the button has the focus.
    Shut,
}

/// `lower` gives small letters. `at` is the entry with the caret, none while the menu is closed. None: not the menu's key. Tab is not: the focus that goes
/// elsewhere closes the menu.
fn after(at: Option<usize>, key: &str, entries: &[Entry], lower: fn(&str) -> String) -> Option<Move> {
    let last = entries.len().saturating_sub(1);
    Some(match (at, key) {
        (None, "ArrowDown") => Move::To(0),
        (None, "ArrowUp") | (Some(_), "End") => Move::To(last),
        (None, _) => return None,
        (Some(_), "Escape") => Move::Shut,
        (Some(_), "Home") => Move::To(0),
        (Some(at), "ArrowDown") => Move::To(if at >= last { 0 } else { at + 1 }),
        (Some(at), "ArrowUp") => Move::To(at.checked_sub(1).unwrap_or(last)),
        (Some(at), letter) if letter.chars().count() == 1 && letter != " " => {
            let begins = |entry: &Entry| lower(&entry.text).starts_with(&lower(letter));
            let mut later = (at + 1..=last).chain(0..=at);
            Move::To(later.find(|at| entries.get(*at).is_some_and(begins))?)
        }
        (Some(_), _) => return None,
    })
}

/// In small letters, by the browser: Rust's own table of them is two kilobytes to download.
fn lower(text: &str) -> String {
    String::from(JsString::from(text).to_lower_case())
}

#[cfg(test)]
mod tests {
    use super::{Entry, Move, Wish, after};

    #[test]
    fn keys_move_as_in_every_menu() {
        let entries = ["Sound", "Notifications", "Save"].map(|text| Entry {
            text: text.into(),
            wish: Wish::Save,
            is_on: None,
        });
        for (at, key, expected) in [
            (None, "ArrowDown", Some(Move::To(0))),
            (None, "ArrowUp", Some(Move::To(2))),
            (None, "Escape", None),
            (None, "s", None),
            (Some(0), "ArrowDown", Some(Move::To(1))),
            (Some(2), "ArrowDown", Some(Move::To(0))),
            (Some(0), "ArrowUp", Some(Move::To(2))),
            (Some(2), "ArrowUp", Some(Move::To(1))),
            (Some(2), "Home", Some(Move::To(0))),
            (Some(0), "End", Some(Move::To(2))),
            (Some(0), "s", Some(Move::To(2))),
            (Some(2), "S", Some(Move::To(0))),
            (Some(0), "x", None),
            (Some(0), "Enter", None),
            (Some(0), " ", None),
            (Some(1), "Escape", Some(Move::Shut)),
            (Some(1), "Tab", None),
        ] {
            assert_eq!(after(at, key, &entries, str::to_lowercase), expected, "{at:?} {key}");
        }
        assert_eq!(after(Some(0), "ArrowDown", &[], str::to_lowercase), Some(Move::To(0)));
    }
}
