//! A thread before its first word.

use tieline_talk::avatar::Avatar;
use yew::{AttrValue, Html, Properties, component, html};

use crate::locale::Locale;

/// Properties of [`Empty`].
#[derive(Clone, PartialEq, Properties)]
pub(super) struct EmptyProps {
    /// The shop's name, if known.
    pub(super) name: Option<AttrValue>,
    /// The shop's own first words.
    pub(super) greeting: Option<String>,
    /// Texts.
    pub(super) locale: &'static Locale,
}

/// The greeting.
#[component]
pub(super) fn Empty(props: &EmptyProps) -> Html {
    let seed = props.name.clone().unwrap_or_default();
    html! {
        <div class="empty">
            <Avatar name={props.name.clone()} {seed} />
            <p class="empty-head">{ props.locale.welcome }</p>
            <p class="empty-text" dir="auto">
                { props.greeting.clone().unwrap_or_else(|| props.locale.greeting.to_owned()) }
            </p>
        </div>
    }
}
