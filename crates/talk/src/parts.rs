//! What of this crate is fetched later. One table, one place that names each function: see `later`.

use tieline_session::screen::{Aimed, Ways};
use web_sys::MouseEvent;
use yew::{Callback, Html};

use crate::{
    cut_off, later,
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
    /// A picture as large as there is room.
    pub(crate) lightbox: fn(LightboxProps) -> Html,
    /// What stands around the composer's field.
    piece: fn(&Piece, &'static Words) -> Html,
}

/// What stands around the composer's field at times.
pub(crate) enum Piece {
    /// What the words to come are about, over it.
    Strip(Aimed, Callback<MouseEvent>),
    /// Emoji to pick from.
    Picker(PickerActs),
    /// A voice message while it is recorded.
    Voice(VoiceProps),
}

static PARTS: Parts = Parts {
    menu: menu::view,
    lightbox: lightbox::lightbox,
    piece: |piece, words| match piece {
        Piece::Strip(aim, on_leave) => strip::view(aim, words, on_leave.clone()),
        Piece::Picker(acts) => picker::view(words, acts),
        Piece::Voice(props) => voice::voice(props.clone()),
    },
};

cut_off!(PARTS: Parts, cut_talk);

/// The place of such a piece. `on_drawn` is called once, when it is on screen.
pub(crate) fn piece(words: &'static Words, piece: Piece, on_drawn: Callback<()>) -> Html {
    later::part(words, move |parts: &Parts| (parts.piece)(&piece, words), on_drawn)
}
