//! A thread before its first word.

use tieline_talk::avatar::avatar;
use yew::{Html, html};

use crate::locale::Locale;

/// The greeting: the shop's own, else ours.
pub(super) fn empty(name: Option<&str>, greeting: Option<&str>, locale: &'static Locale) -> Html {
    html! {
        <div class="empty">
            { avatar(name, name.unwrap_or_default()) }
            if greeting.is_none() {
                <p class="empty-head">{ locale.welcome }</p>
            }
            <p class="empty-text" dir="auto">{ greeting.unwrap_or(locale.greeting).to_owned() }</p>
        </div>
    }
}
