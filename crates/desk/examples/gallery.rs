//! The desk in every state that is hard to reach by hand: `gallery.html#<state>` draws one.
//!
//! Build it for `wasm32-unknown-unknown` and put it beside the two style sheets; what each press asks for goes to the console.

#[path = "../tests/fakes/mod.rs"]
mod fakes;

use std::rc::Rc;

use tieline_browser::address;
use tieline_desk::{
    signin::Why,
    view::{Action, Desk, Manner, Shut},
};
use tieline_session::{
    DeskScreen,
    screen::{Notice, Thread},
};
use tieline_talk::Given;
use yew::{Callback, Html, component, html, use_state};

#[component]
fn Gallery() -> Html {
    let manner = use_state(|| Manner::new("en-GB"));
    let state = address::fragment().unwrap_or_default();
    let manner = (*manner).clone();
    let why = match state.as_str() {
        "no-sign-in" => Some(Why::NoSignIn),
        "spent" => Some(Why::LinkSpent),
        "out" => Some(Why::Ended),
        "left" => Some(Why::Left),
        "unreachable" => Some(Why::Unreachable),
        _ => None,
    };
    match why {
        Some(why) => html! { <Shut {why} {manner} on_retry={Callback::noop()} /> },
        None => {
            let on_action = Callback::from(|_action: Action| ());
            let unsent = Given::default();
            let screen = Rc::new(with_pictures(screen_of(&state)));
            html! { <Desk {screen} {manner} now={fakes::NOW} {unsent} on_typed={Callback::noop()} {on_action} /> }
        }
    }
}

fn screen_of(state: &str) -> DeskScreen {
    match state {
        "loading" => fakes::unloaded(),
        "empty" => fakes::without_sessions(),
        "inbox" => fakes::inbox(),
        "hard" => fakes::opened(fakes::hard()),
        "long" => fakes::with_long_name(fakes::opened(fakes::conversation())),
        "shops" => fakes::of_two_shops(fakes::opened(fakes::conversation())),
        "assigned" => fakes::assigned(fakes::opened(fakes::conversation()), 0),
        "assigned-elsewhere" => {
            fakes::assigned(fakes::with_long_name(fakes::opened(fakes::conversation())), 1)
        }
        "platform-down" => {
            DeskScreen { down: vec!["xmpp".into(), "matrix".into()], ..fakes::opened(fakes::conversation()) }
        }
        "ended" => fakes::closed(fakes::opened(fakes::conversation())),
        "opening" => fakes::opened(Thread { is_loading: true, ..Thread::default() }),
        "nothing-said" => fakes::opened(Thread::default()),
        "offline" => {
            DeskScreen { notice: Some(Notice::Reconnecting), ..fakes::opened(fakes::conversation()) }
        }
        _ => fakes::opened(fakes::conversation()),
    }
}

/// Pictures come from beside the gallery; the lamp's is missing, as pictures sometimes are.
fn with_pictures(mut screen: DeskScreen) -> DeskScreen {
    let origin = address::origin().unwrap_or_default();
    let open = screen.open.iter_mut().filter_map(|open| open.item.as_mut());
    let items = screen.sessions.iter_mut().filter_map(|row| row.item.as_mut()).chain(open);
    for item in items {
        let name = if item.title.contains("mug") { "mug" } else { "missing" };
        item.image_url = Some(format!("{origin}/{name}.svg"));
    }
    screen
}

fn main() {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(root) = document.and_then(|document| document.get_element_by_id("desk")) {
        yew::Renderer::<Gallery>::with_root(root).render();
    }
}
