//! The right pane: what the session is about, and who asks. On narrow windows a sheet over the thread.

use tieline_protocol::Item;
use tieline_session::screen::OpenSession;
use tieline_talk::{
    icon,
    item::{item_picture, item_price},
    safe::web_address,
};
use yew::{Callback, Html, html};

use super::Manner;

/// The pane of an open session.
pub(super) fn view(open: &OpenSession, manner: &Manner, is_unfolded: bool, on_close: &Callback<()>) -> Html {
    let locale = manner.locale;
    html! {
        <aside id="context" class="context" aria-label={locale.details} data-unfolded={is_unfolded.to_string()}>
            <header class="pane-head context-head">
                <h2>{ locale.details }</h2>
                <button
                    type="button"
                    class="icon-button"
                    aria-label={locale.close}
                    onclick={on_close.reform(|_| ())}
                >
                    { icon::close() }
                </button>
            </header>
            <div class="context-body">
                { for open.item.as_ref().map(|item| about_item(item, manner)) }
                { about_person(open, manner) }
            </div>
        </aside>
    }
}

fn about_item(item: &Item, manner: &Manner) -> Html {
    let locale = manner.locale;
    html! {
        <section class="about-item">
            <h3>{ locale.item }</h3>
            { item_picture(item) }
            <p class="about-title" dir="auto">{ item.title.clone() }</p>
            if let Some(price) = item_price(item, &manner.calendar) {
                <p class="about-price">{ price }</p>
            }
            if item.verified {
                <p class="item-verified">{ icon::shield() }{ locale.words.verified }</p>
            } else {
                <p class="about-claim">{ locale.claimed }</p>
            }
            if let Some(url) = item.url.as_deref().and_then(web_address) {
                <a class="link-button" href={url.to_owned()} target="_blank" rel="noopener noreferrer nofollow">
                    { locale.open_page }{ icon::external() }
                </a>
            }
        </section>
    }
}

fn about_person(open: &OpenSession, manner: &Manner) -> Html {
    let locale = manner.locale;
    let name = open.visitor_name.clone().unwrap_or_else(|| locale.no_name.to_owned());
    let standing = if open.is_known_user { locale.known } else { locale.anonymous };
    let facts = [
        (locale.name, Some(name)),
        (locale.standing, Some(standing.to_owned())),
        (locale.shop, open.channel_name.clone()),
        // The gateway mints the id when the session is opened.
        (locale.started, open.session.minted_at().map(|at| manner.calendar.moment(at))),
    ];
    html! {
        <section>
            <h3>{ locale.person }</h3>
            <dl>
                { for facts.into_iter().filter_map(|(name, fact)| Some((name, fact?))).map(|(name, fact)| html! {
                    <div key={name}>
                        <dt>{ name }</dt>
                        <dd dir="auto">{ fact }</dd>
                    </div>
                }) }
            </dl>
        </section>
    }
}
