//! Who one writes to, and the way out.

use tieline_talk::{avatar::Avatar, icon};
use yew::{AttrValue, Callback, Html, Properties, component, html};

use crate::locale::Locale;

/// Properties of [`Header`].
#[derive(Clone, PartialEq, Properties)]
pub(super) struct HeaderProps {
    /// The shop's name, or a word in its place.
    pub(super) name: AttrValue,
    /// It is the shop's own.
    pub(super) has_title: bool,
    /// Texts.
    pub(super) locale: &'static Locale,
    /// None: there is nothing to close.
    pub(super) on_close: Option<Callback<()>>,
}

/// The header.
#[component]
pub(super) fn Header(props: &HeaderProps) -> Html {
    let name = &props.name;
    html! {
        <header class="header">
            <Avatar name={props.has_title.then(|| name.clone())} seed={name.clone()} />
            <div class="header-text">
                <h1 id="tieline-title" class="header-name" dir="auto" title={name.clone()}>{ name.clone() }</h1>
                <p class="header-tagline">{ props.locale.tagline }</p>
            </div>
            if let Some(on_close) = &props.on_close {
                <button
                    type="button"
                    class="icon-button"
                    aria-label={props.locale.close}
                    title={props.locale.close}
                    onclick={on_close.reform(|_| ())}
                >
                    { icon::close() }
                </button>
            }
        </header>
    }
}
