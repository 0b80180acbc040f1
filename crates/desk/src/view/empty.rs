//! What stands where there is nothing yet.

use tieline_browser::address;
use tieline_talk::icon;
use yew::{Html, html};

use super::Manner;

/// An inbox without sessions says how they come.
pub(super) fn no_sessions(manner: &Manner) -> Html {
    let locale = manner.locale;
    let gateway = address::origin().unwrap_or_default();
    html! {
        <div class="empty">
            <span class="empty-sign">{ icon::bag() }</span>
            <h2>{ locale.no_sessions }</h2>
            <p>{ locale.embed_hint }</p>
            <code class="snippet" tabindex="0">
                { format!("<script src=\"{gateway}/loader.js\" data-channel=\"ch_…\" async></script>") }
            </code>
            <p class="hint">{ locale.channel_hint }</p>
        </div>
    }
}

/// The middle pane while nothing is open: the keys.
pub(super) fn nothing_open(manner: &Manner) -> Html {
    html! {
        <div class="empty">
            <h2>{ manner.locale.nothing_open }</h2>
            <dl class="keys">
                { for manner.locale.keys.iter().map(|(key, what)| html! {
                    <div key={*key}>
                        <dt><kbd>{ *key }</kbd></dt>
                        <dd>{ *what }</dd>
                    </div>
                }) }
            </dl>
        </div>
    }
}

/// The list in its real shape, without words.
pub(super) fn ghost_sessions() -> Html {
    html! { <div class="ghosts">{ for (0..6).map(|_| ghost_session()) }</div> }
}

/// One line of it.
pub(super) fn ghost_session() -> Html {
    html! {
        <div class="session ghost-session" aria-hidden="true">
            <span class="avatar" />
            <span class="session-text"><span class="bar" /><span class="bar long" /><span class="bar short" /></span>
        </div>
    }
}
