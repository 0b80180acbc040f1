//! The right pane: what the session is about, and who asks. On narrow windows a sheet over the thread.

use tieline_protocol::{Form, Item, form::offline};
use tieline_session::screen::OpenSession;
use tieline_talk::{
    icon,
    item::{item_picture, item_price},
    safe::web_address,
};
use yew::{Callback, Html, html};

use super::{Action, Manner, assignment, closing::Closing};

/// The pane of an open session.
pub(super) fn view(
    open: &OpenSession,
    manner: &Manner,
    is_unfolded: bool,
    on_close: &Callback<()>,
    on_action: &Callback<Action>,
) -> Html {
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
                { assignment::view(open, manner, on_action) }
                { for open.item.as_ref().map(|item| about_item(item, manner)) }
                { about_person(open, manner) }
                { what_to_do(open, manner, on_action) }
            </div>
        </aside>
    }
}

/// What can be done with the session as a whole.
fn what_to_do(open: &OpenSession, manner: &Manner, on_action: &Callback<Action>) -> Html {
    if !open.can_write {
        return Html::default();
    }
    let locale = manner.locale;
    let contact = Form {
        title: Some(locale.contact_title.to_owned()),
        ..offline(locale.contact_name, locale.contact_email)
    };
    html! {
        <section class="session-actions">
            if open.can_ask {
                <button
                    type="button"
                    class="quiet-button"
                    onclick={on_action.reform(move |_| Action::AskForm(contact.clone()))}
                >
                    { locale.ask_contact }
                </button>
            }
            <Closing key={open.session.to_string()} {locale} on_close={on_action.reform(|()| Action::CloseSession)} />
        </section>
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
