//! Answers to choose from, under the question: buttons for whoever is asked, the record for whoever asks.

use tieline_protocol::DraftId;
use yew::{Callback, Html, html};

use crate::{ThreadWish, words::Words};

/// The answers. Pressing one says it.
pub(crate) fn view(
    options: &[String],
    question: Option<DraftId>,
    words: &'static Words,
    on_wish: &Callback<ThreadWish>,
) -> Html {
    let option = |(number, option): (u32, &String)| match question {
        Some(key) => {
            let onclick = on_wish.reform(move |_| ThreadWish::Choose(key, number));
            html! { <button type="button" class="choice" dir="auto" {onclick}>{ option.clone() }</button> }
        }
        None => html! { <span class="choice" dir="auto">{ option.clone() }</span> },
    };
    html! {
        <div class="choices" role="group" aria-label={words.choices}>
            { for (0..).zip(options).map(option) }
        </div>
    }
}
