//! Who one writes to, and the way out.

use tieline_talk::{avatar::avatar, icon};
use yew::{Callback, Html, html};

use crate::locale::Locale;

/// The element that names the panel.
pub(super) const TITLE_ID: &str = "tieline-title";

/// The header. `name` is the shop's, if known; without `on_close` there is nothing to close.
pub(super) fn header(name: Option<&str>, locale: &'static Locale, on_close: Option<&Callback<()>>) -> Html {
    let shown = name.unwrap_or(locale.chat).to_owned();
    html! {
        <header class="header">
            { avatar(name, &shown) }
            <div class="header-text">
                <h1 id={TITLE_ID} class="header-name" title={shown.clone()}><bdi>{ shown }</bdi></h1>
                <p class="header-tagline">{ locale.tagline }</p>
            </div>
            if let Some(on_close) = on_close {
                <button
                    type="button"
                    class="icon-button"
                    aria-label={locale.close}
                    title={locale.close}
                    onclick={on_close.reform(|_| ())}
                >
                    { icon::close() }
                </button>
            }
        </header>
    }
}
