//! What of the widget's views is fetched later. One table, one place that names each function: see `tieline_talk::later`.

use tieline_talk::later::Later;
use yew::{Callback, Html};

use super::{app::Scene, sessions};
use crate::locale::Locale;

/// Functions that draw.
#[derive(Debug)]
struct Parts {
    sessions: fn(&Scene) -> Html,
}

static PARTS: Parts = Parts { sessions: sessions::sessions };

/// The list of the visitor's sessions.
pub(super) fn sessions(scene: &Scene) -> Html {
    let shown = scene.clone();
    part(scene.face.locale, move |parts| (parts.sessions)(&shown))
}

fn part(locale: &'static Locale, draw: impl Fn(&'static Parts) -> Html + 'static) -> Html {
    tieline_talk::later::part(&locale.words, &LATER, draw, Callback::noop())
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
