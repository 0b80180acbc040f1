//! The line that other words are quoted by: in the bubble that answers them, and over the composer while they are answered.

use tieline_session::screen::{Quote, Quoted};
use web_sys::MouseEvent;
use yew::{Callback, Html, html};

use crate::words::Words;

/// The quoted words inside a bubble. Pressing them leads to where they were said.
pub(crate) fn view(quote: &Quote, words: &'static Words, on_press: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" class="quote" onclick={on_press}>
            <span class="unseen">{ words.in_reply_to }{ " " }</span>
            { author(quote, words) }
            { line(quote, words) }
        </button>
    }
}

/// Who said them. Nobody is named for words that are not here.
pub(crate) fn author(quote: &Quote, words: &'static Words) -> Html {
    if quote.words == Quoted::Elsewhere {
        return Html::default();
    }
    html! { <span class="quote-author" dir="auto">{ name(quote, words).to_owned() }</span> }
}

/// What they said, on one line.
pub(crate) fn line(quote: &Quote, words: &'static Words) -> Html {
    let (text, is_said) = match &quote.words {
        Quoted::Words(text) if !text.is_empty() => (text.as_str(), true),
        Quoted::Words(_) => (words.unsupported, false),
        Quoted::Gone => (words.gone, false),
        Quoted::Elsewhere => (words.earlier, false),
    };
    let class = if is_said { "quote-words" } else { "quote-words none" };
    html! { <span {class} dir="auto">{ text.to_owned() }</span> }
}

/// By what name their author is called here.
pub(crate) fn name<'a>(quote: &'a Quote, words: &'static Words) -> &'a str {
    quote.author.as_deref().unwrap_or(if quote.is_mine { words.you } else { words.somebody })
}
