//! What of this crate is fetched later. One table, one place that names each function: see `later`.

use tieline_session::screen::{Aimed, Ways};
use web_sys::MouseEvent;
use yew::{Callback, Html};

use crate::{
    cut_off,
    lightbox::{self, LightboxProps},
    menu::{self, Acts, Menu},
    picker::{self, PickerActs},
    strip,
    voice::{self, VoiceProps},
    words::Words,
};

/// Functions that draw.
#[derive(Debug)]
pub(crate) struct Parts {
    /// What can be done about one bubble.
    pub(crate) menu: fn(Ways, Menu, &'static Words, &Acts) -> Html,
    /// What the words to come are about, over the composer.
    pub(crate) strip: fn(&Aimed, &'static Words, Callback<MouseEvent>) -> Html,
    /// A picture as large as there is room.
    pub(crate) lightbox: fn(LightboxProps) -> Html,
    /// Emoji to pick from.
    pub(crate) picker: fn(&Words, &PickerActs) -> Html,
    /// A voice message while it is recorded.
    pub(crate) voice: fn(VoiceProps) -> Html,
}

static PARTS: Parts = Parts {
    menu: menu::view,
    strip: strip::view,
    lightbox: lightbox::lightbox,
    picker: picker::view,
    voice: voice::voice,
};

cut_off!(PARTS: Parts, cut_talk);
