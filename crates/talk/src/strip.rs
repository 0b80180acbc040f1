//! The strip over the composer: what the words to come are about, and the way out of it.

use tieline_session::screen::Aimed;
use web_sys::MouseEvent;
use yew::{Callback, Html, html};

use crate::{icon, quote, words::Words};

/// The strip. Escape in the composer leaves as well.
pub(crate) fn view(aim: &Aimed, words: &'static Words, on_leave: Callback<MouseEvent>) -> Html {
    let (head, line) = match aim {
        Aimed::Reply(quoted) => {
            let name = quote::name(quoted, words);
            (words.replying.with(name), quote::line(quoted, words))
        }
        Aimed::Edit { text, .. } => {
            let line = html! { <span class="quote-words" dir="auto">{ text.clone() }</span> };
            (words.editing.to_owned(), line)
        }
    };
    html! {
        <div class="strip" role="status">
            <span class="strip-text">
                <span class="strip-head" dir="auto">{ head }</span>
                { line }
            </span>
            <button type="button" class="icon-button strip-leave" aria-label={words.cancel} onclick={on_leave}>
                { icon::close() }
            </button>
        </div>
    }
}
