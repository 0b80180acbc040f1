//! Closes a session, after one more question: it cannot be opened again.

use yew::{Callback, Html, Properties, component, html, use_state};

use crate::locale::Locale;

/// Properties of [`Closing`]. A `key` of the session gives each its own question.
#[derive(Clone, PartialEq, Properties)]
pub struct ClosingProps {
    /// Texts.
    pub locale: &'static Locale,
    /// It is to be closed.
    pub on_close: Callback<()>,
}

/// One button that asks before it acts.
#[component]
pub fn Closing(props: &ClosingProps) -> Html {
    let is_asked = use_state(|| false);
    let on_click = {
        let (is_asked, on_close) = (is_asked.clone(), props.on_close.clone());
        move |_| if *is_asked { on_close.emit(()) } else { is_asked.set(true) }
    };
    let on_blur = {
        let is_asked = is_asked.clone();
        move |_| is_asked.set(false)
    };
    let label = if *is_asked { props.locale.close_really } else { props.locale.close_session };
    html! {
        <button type="button" class="quiet-button close-session" onclick={on_click} onblur={on_blur}>
            { label }
        </button>
    }
}
