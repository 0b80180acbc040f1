//! What can be done about one bubble: the button beside it, and the menu behind that.
//!
//! One stop for the Tab key in the whole thread: from the newest bubble's button the arrows lead to the others'.

use tieline_browser::focus::focus;
use tieline_protocol::DraftId;
use tieline_session::screen::{Bubble, Ways};
use web_sys::wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, KeyboardEvent, MouseEvent};
use yew::{Callback, Html, classes, html};

use crate::{ThreadWish, confirm, icon, words::Words};

/// The menu that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Menu {
    /// Of which bubble. Draft ids are unique to their sender only.
    pub(crate) key: DraftId,
    pub(crate) is_mine: bool,
    /// Delete was pressed, and is asked about.
    pub(crate) is_asking: bool,
    /// There is no room above.
    pub(crate) opens_down: bool,
}

/// Where what is wished goes.
#[derive(Clone, Debug)]
pub(crate) struct Acts {
    pub(crate) on_wish: Callback<ThreadWish>,
    /// Opens, changes or closes the menu.
    pub(crate) on_menu: Callback<Option<Menu>>,
    /// The menu is on screen: it is fetched when it is first opened.
    pub(crate) on_drawn: Callback<()>,
}

/// The button beside a bubble: it answers the words if nothing else can be done, else it opens the menu. `is_last`: the Tab key
/// stops here.
pub(crate) fn button(bubble: &Bubble, open: Option<Menu>, is_last: bool, words: &Words, acts: &Acts) -> Html {
    let Ways { reply, edit, retract } = bubble.ways;
    let (key, is_mine) = (bubble.key, bubble.is_mine);
    let tabindex = if is_last { "0" } else { "-1" };
    if !(edit || retract) {
        return html! {
            if reply {
                <button
                    type="button"
                    class="more"
                    {tabindex}
                    aria-label={words.reply}
                    title={words.reply}
                    onclick={acts.on_wish.reform(move |_| ThreadWish::Reply(key))}
                >
                    { icon::reply() }
                </button>
            }
        };
    }
    let is_open = open.is_some();
    let on_menu = acts.on_menu.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        let opens_down = event
            .current_target()
            .and_then(|button| button.dyn_into().ok())
            .is_some_and(|button| is_near_top(&button));
        on_menu.emit((!is_open).then_some(Menu { key, is_mine, is_asking: false, opens_down }));
    });
    html! {
        <button
            type="button"
            class="more"
            {tabindex}
            aria-label={words.more}
            title={words.more}
            aria-haspopup="menu"
            aria-expanded={is_open.to_string()}
            {onclick}
        >
            { icon::more() }
        </button>
    }
}

/// The open menu.
pub(crate) fn view(ways: Ways, menu: Menu, words: &'static Words, acts: &Acts) -> Html {
    let key = menu.key;
    let close = acts.on_menu.reform(|_: MouseEvent| None);
    let inside = if menu.is_asking {
        let yes = wish(acts, ThreadWish::Retract(key));
        confirm::view(words.delete_question, (words.discard, yes), (words.cancel, close))
    } else {
        let ask = acts.on_menu.reform(move |_| Some(Menu { is_asking: true, ..menu }));
        html! {
            <div role="menu" aria-label={words.more}>
                if ways.reply {
                    { item(words.reply, icon::reply(), false, wish(acts, ThreadWish::Reply(key))) }
                }
                if ways.edit {
                    { item(words.revise, icon::pen(), false, wish(acts, ThreadWish::Edit(key))) }
                }
                if ways.retract {
                    { item(words.discard, icon::bin(), true, ask) }
                }
            </div>
        }
    };
    html! {
        <div
            class={classes!("bubble-menu", menu.opens_down.then_some("down"))}
            onkeydown={on_key(acts)}
            onfocusout={on_leave(acts)}
        >
            { inside }
        </div>
    }
}

fn item(word: &'static str, drawing: Html, is_danger: bool, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" role="menuitem" class={classes!("menu-item", is_danger.then_some("danger"))} {onclick}>
            { drawing }
            { word }
        </button>
    }
}

fn wish(acts: &Acts, wish: ThreadWish) -> Callback<MouseEvent> {
    let Acts { on_wish, on_menu, .. } = acts.clone();
    Callback::from(move |_| {
        on_menu.emit(None);
        on_wish.emit(wish);
    })
}

/// Arrows walk the menu, Escape closes it and nothing else.
fn on_key(acts: &Acts) -> Callback<KeyboardEvent> {
    let on_menu = acts.on_menu.clone();
    Callback::from(move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "Escape" => 0,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(menu) = target.as_ref().and_then(|target| target.closest(".bubble-menu").ok()?) else {
            return;
        };
        if step == 0 {
            give_focus_back(&menu);
            on_menu.emit(None);
        } else if let Some(item) = target.and_then(|item| sibling(&item, step, ".menu-item")) {
            focus(&item);
        }
    })
}

/// Closes when the focus goes elsewhere. When it goes nowhere, the menu is only being drawn anew.
fn on_leave(acts: &Acts) -> Callback<FocusEvent> {
    let on_menu = acts.on_menu.clone();
    Callback::from(move |event: FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Element>().ok());
        if to.is_some_and(|to| to.closest(".bubble-menu").ok().flatten().is_none()) {
            on_menu.emit(None);
        }
    })
}

/// Puts the focus on what is pressed first: never on what cannot be undone.
pub(crate) fn take_focus(scroller: &Element) {
    if let Ok(Some(first)) = scroller.query_selector(".bubble-menu .menu-item") {
        focus(&first);
    }
}

/// Leads from one bubble's button to the next one's, up or down. False where that is not asked for.
pub(crate) fn walk(event: &KeyboardEvent) -> bool {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return false,
    };
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(button) = target.filter(|target| target.class_list().contains("more")) else { return false };
    let mut row = button.closest(".said").ok().flatten();
    while let Some(here) = row.and_then(|row| beside(&row, step)) {
        if let Ok(Some(button)) = here.query_selector(".more") {
            focus(&button);
            button.scroll_into_view_with_bool(step < 0);
            return true;
        }
        row = Some(here);
    }
    // What comes next is not drawn, or there is nothing. It is drawn once this one is in view.
    button.scroll_into_view_with_bool(step < 0);
    true
}

/// The next row up or down, over the border of its block.
fn beside(row: &Element, step: i32) -> Option<Element> {
    sibling(row, step, "div").or_else(|| {
        let block = sibling(&row.parent_element()?, step, ".block")?;
        if step < 0 { block.last_element_child() } else { block.first_element_child() }
    })
}

fn give_focus_back(menu: &Element) {
    let row = menu.closest(".said").ok().flatten();
    if let Some(button) = row.and_then(|row| row.query_selector(".more").ok()?) {
        focus(&button);
    }
}

fn sibling(of: &Element, step: i32, selector: &str) -> Option<Element> {
    let next = if step < 0 { of.previous_element_sibling() } else { of.next_element_sibling() };
    next.filter(|next| next.matches(selector).unwrap_or(false))
}

/// A menu of three lines would be cut off at the top of the thread.
fn is_near_top(button: &Element) -> bool {
    const MENU_PX: f64 = 156.0;
    let thread = button.closest(".thread-rows").ok().flatten();
    thread.is_some_and(|thread| {
        button.get_bounding_client_rect().top() - thread.get_bounding_client_rect().top() < MENU_PX
    })
}
