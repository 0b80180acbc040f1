//! What the session is about, in one line under the header.

use tieline_session::Screen;
use tieline_talk::item::item_card;
use yew::{Html, html};

use super::app::Face;

/// The strip; nothing where the session is about nothing in particular.
pub(super) fn item_strip(screen: &Screen, face: &Face) -> Html {
    let Some(item) = &screen.item else { return Html::default() };
    html! {
        <div class="item-strip" role="group" aria-label={face.locale.about}>
            { item_card(item, &face.locale.words, &face.calendar) }
        </div>
    }
}
