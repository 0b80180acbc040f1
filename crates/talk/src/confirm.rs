//! A question that is asked once before something cannot be undone.

use web_sys::MouseEvent;
use yew::{Callback, Html, html};

/// The question with its two answers. Focus goes to the one that changes nothing, so that a key pressed twice does no harm.
pub(crate) fn view(
    question: &'static str,
    (yes, on_yes): (&'static str, Callback<MouseEvent>),
    (no, on_no): (&'static str, Callback<MouseEvent>),
) -> Html {
    html! {
        <div class="confirm" role="alertdialog" aria-label={question}>
            <p>{ question }</p>
            <button type="button" class="menu-item first" onclick={on_no}>{ no }</button>
            <button type="button" class="menu-item danger" onclick={on_yes}>{ yes }</button>
        </div>
    }
}
