//! What of the widget's views is fetched later. One table, one place that names each function: see `tieline_talk::later`.

use tieline_talk::{
    form::{FormProps, FormView},
    later::Later,
};
use yew::{Callback, Html, html};

use super::{
    app::Scene,
    ending::{EndingProps, EndingView},
    sessions,
};
use crate::locale::Locale;

/// Functions that draw. The key tells one form, or one session's end, from the next.
#[derive(Debug)]
struct Parts {
    form: fn(String, FormProps) -> Html,
    ending: fn(String, EndingProps) -> Html,
    sessions: fn(&Scene) -> Html,
}

static PARTS: Parts = Parts {
    form: |key, props| html! { <FormView {key} ..props /> },
    ending: |key, props| html! { <EndingView {key} ..props /> },
    sessions: sessions::sessions,
};

/// A form to be filled in.
pub(super) fn form(locale: &'static Locale, key: String, props: FormProps) -> Html {
    part(locale, move |parts| (parts.form)(key.clone(), props.clone()), Callback::noop())
}

/// What stands in the composer's place when a session has ended.
pub(super) fn ending(key: String, props: EndingProps) -> Html {
    part(props.locale, move |parts| (parts.ending)(key.clone(), props.clone()), Callback::noop())
}

/// The list of the visitor's sessions. `on_drawn` is called once, when it is on screen.
pub(super) fn sessions(scene: &Scene, on_drawn: Callback<()>) -> Html {
    let shown = scene.clone();
    part(scene.face.locale, move |parts| (parts.sessions)(&shown), on_drawn)
}

fn part(
    locale: &'static Locale,
    draw: impl Fn(&'static Parts) -> Html + 'static,
    on_drawn: Callback<()>,
) -> Html {
    tieline_talk::later::part(&locale.words, &LATER, draw, on_drawn)
}

#[cfg(not(feature = "split"))]
thread_local! {
    static LATER: Later<Parts> = const { Later::here(&PARTS) };
}

#[cfg(feature = "split")]
thread_local! {
    static LATER: Later<Parts> = const { Later::away(|| Box::pin(async { cut().await.ok() })) };
}

#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(later, fallible)]
fn cut() -> Result<&'static Parts, wasm_split_helpers::SplitLoaderError> {
    Ok(&PARTS)
}
