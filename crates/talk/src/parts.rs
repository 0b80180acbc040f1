//! What of this crate is fetched later. One table, one place that names each function: see `later`.

use tieline_session::screen::Ways;
use yew::Html;

use crate::{
    later::Later,
    lightbox::{self, LightboxProps},
    menu::{self, Acts, Menu},
    picker::{self, PickerActs},
    voice::{self, VoiceProps},
    words::Words,
};

/// Functions that draw.
#[derive(Debug)]
pub(crate) struct Parts {
    /// What can be done about one bubble.
    pub(crate) menu: fn(Ways, Menu, &'static Words, &Acts) -> Html,
    /// A picture as large as there is room.
    pub(crate) lightbox: fn(LightboxProps) -> Html,
    /// Emoji to pick from.
    pub(crate) picker: fn(&Words, &PickerActs) -> Html,
    /// A voice message while it is recorded.
    pub(crate) voice: fn(VoiceProps) -> Html,
}

static PARTS: Parts =
    Parts { menu: menu::view, lightbox: lightbox::lightbox, picker: picker::view, voice: voice::voice };

#[cfg(not(feature = "split"))]
thread_local! {
    pub(crate) static LATER: Later<Parts> = const { Later::here(&PARTS) };
}

#[cfg(feature = "split")]
thread_local! {
    pub(crate) static LATER: Later<Parts> = const { Later::away(|| Box::pin(async { cut().await.ok() })) };
}

#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(later, fallible)]
fn cut() -> Result<&'static Parts, wasm_split_helpers::SplitLoaderError> {
    Ok(&PARTS)
}
