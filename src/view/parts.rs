//! What of the widget's views is fetched later. One table, one place that names each function: see `tieline_talk::later`.

use std::rc::Rc;

use tieline_session::{Detail, Screen};
use tieline_talk::{
    ThreadView, cut_off,
    form::{FormProps, FormView},
    later::{self, part, part_after},
    thread::ThreadProps,
};
use yew::{Callback, Html, html};

use super::{
    app::{Face, Scene},
    ending::{EndingProps, EndingView},
    menu::{Menu, MenuProps},
    sessions, transcript,
};
use crate::locale::Locale;

/// Functions that draw, one that saves, and what makes of a session what there is to be drawn. The key tells one form, thread, or session's end from the next.
#[derive(Debug)]
struct Parts {
    thread: fn(String, ThreadProps) -> Html,
    menu: fn(u32, MenuProps) -> Html,
    form: fn(String, FormProps) -> Html,
    ending: fn(String, EndingProps) -> Html,
    sessions: fn(&Scene) -> Html,
    save: fn(&Screen, &Face),
    detail: fn() -> Detail,
}

static PARTS: Parts = Parts {
    thread: |key, props| html! { <ThreadView {key} ..props /> },
    menu: |key, props| html! { <Menu {key} ..props /> },
    form: |key, props| html! { <FormView {key} ..props /> },
    ending: |key, props| html! { <EndingView {key} ..props /> },
    sessions: sessions::sessions,
    save: transcript::save,
    detail: Detail::full,
};

cut_off!(PARTS: Parts, cut_view);

/// Fetches what the first words will need.
pub fn want() {
    later::want::<Parts>();
}

/// Whether all of it is here.
pub(super) fn are_here() -> bool {
    later::table::<Parts>().is_some()
}

/// Gives what makes the screen in full, as soon as it is here.
pub fn await_detail(take: Rc<dyn Fn(Detail)>) {
    match later::table::<Parts>() {
        Some(parts) => take((parts.detail)()),
        // If it is lost, the next try may bring it.
        None => later::await_table::<Parts>(&Callback::from(move |()| await_detail(take.clone()))),
    }
}

/// Saves the session as a file of the visitor's. False: what does that is not here.
pub fn save(screen: &Screen, face: &Face) -> bool {
    let parts = later::table::<Parts>();
    if let Some(parts) = parts {
        (parts.save)(screen, face);
    }
    parts.is_some()
}

/// The words of a session.
pub(super) fn thread(key: String, props: ThreadProps, meanwhile: Html) -> Html {
    let words = props.words;
    let draw = move |parts: &Parts| (parts.thread)(key.clone(), props.clone());
    part_after(words, meanwhile, draw, Callback::noop())
}

/// The panel's menu, open.
pub(super) fn menu(locale: &'static Locale, key: u32, props: MenuProps, meanwhile: Html) -> Html {
    let draw = move |parts: &Parts| (parts.menu)(key, props.clone());
    part_after(&locale.words, meanwhile, draw, Callback::noop())
}

/// A form to be filled in.
pub(super) fn form(locale: &'static Locale, key: String, props: FormProps) -> Html {
    part(&locale.words, move |parts: &Parts| (parts.form)(key.clone(), props.clone()), Callback::noop())
}

/// What stands in the composer's place when a session has ended.
pub(super) fn ending(key: String, props: EndingProps) -> Html {
    part(
        &props.locale.words,
        move |parts: &Parts| (parts.ending)(key.clone(), props.clone()),
        Callback::noop(),
    )
}

/// The list of the visitor's sessions. `on_drawn` is called once, when it is on screen.
pub(super) fn sessions(scene: &Scene, on_drawn: Callback<()>) -> Html {
    let shown = scene.clone();
    part(&scene.face.locale.words, move |parts: &Parts| (parts.sessions)(&shown), on_drawn)
}
