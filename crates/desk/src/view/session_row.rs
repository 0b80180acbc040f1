//! A line of the list: who, when, the last words, what it is about.

use tieline_protocol::{Millis, SessionId};
use tieline_session::screen::{Assignee, SessionRow};
use tieline_talk::{
    avatar::avatar,
    item::{item_picture, item_price},
};
use yew::{Callback, Html, Properties, classes, component, html};

use super::{Manner, assignment};
use crate::locale::Locale;

/// Properties of [`SessionLine`].
#[derive(Clone, PartialEq, Properties)]
pub struct SessionLineProps {
    /// What to show.
    pub row: SessionRow,
    /// How to say it.
    pub manner: Manner,
    /// The agent's clock, to the minute.
    pub now: Millis,
    /// The agent serves several shops: say which one.
    pub names_shop: bool,
    /// The tab key comes here; of a list only one line has it.
    pub is_stop: bool,
    /// It was pressed.
    pub on_pick: Callback<SessionId>,
    /// The focus came to it.
    pub on_focus: Callback<SessionId>,
}

/// One button: the whole line can be pressed.
#[component]
pub fn SessionLine(props: &SessionLineProps) -> Html {
    let SessionLineProps { row, manner, now, .. } = props;
    let locale = manner.locale;
    let name = row.visitor_name.clone().unwrap_or_else(|| locale.visitor.to_owned());
    let session = row.session;
    html! {
        <button
            type="button"
            class={classes!("session", row.is_open.then_some("open"), (row.unread > 0).then_some("unread"))}
            tabindex={if props.is_stop { "0" } else { "-1" }}
            aria-current={row.is_open.then_some("true")}
            onclick={props.on_pick.reform(move |_| session)}
            onfocus={props.on_focus.reform(move |_| session)}
        >
            { avatar(row.visitor_name.as_deref(), &seed(row)) }
            <span class="session-text">
                <span class="session-top">
                    <span class="session-name" dir="auto">{ name }</span>
                    <time title={manner.calendar.moment(row.touched_at)}>
                        { manner.calendar.stamp(row.touched_at, *now) }
                    </time>
                </span>
                <span class="session-middle">
                    <span class="session-preview" dir="auto">
                        if row.preview_is_mine {
                            <span class="session-you">{ locale.you }{ " " }</span>
                        }
                        if row.preview_is_gone {
                            <i>{ locale.words.gone }</i>
                        } else {
                            { row.preview.clone() }
                        }
                    </span>
                    { for row.assignee.as_ref().map(|assignee| whose(assignee, locale)) }
                    if row.is_closed {
                        <span class="session-closed">{ locale.closed_mark }</span>
                    }
                    if row.unread > 0 {
                        <span class="count">
                            <span aria-hidden="true">{ short_count(row.unread) }</span>
                            <span class="unseen">{ (locale.unread)(row.unread) }</span>
                        </span>
                    }
                </span>
                { about(props) }
            </span>
        </button>
    }
}

/// Whose it is: a name for the eye, and a sentence for the ear.
fn whose(assignee: &Assignee, locale: &Locale) -> Html {
    let sentence = assignment::in_words(assignee, locale);
    let short = match &assignee.name {
        _ if assignee.is_me => locale.yours,
        Some(name) => name,
        None => locale.a_colleague,
    };
    html! {
        <span class={classes!("session-assignee", assignee.is_me.then_some("own"))}>
            <span aria-hidden="true" dir="auto">{ short.to_owned() }</span>
            <span class="unseen">{ sentence }</span>
        </span>
    }
}

/// What it is about, in one quiet line.
fn about(props: &SessionLineProps) -> Html {
    let SessionLineProps { row, manner, .. } = props;
    let price = row.item.as_ref().and_then(|item| item_price(item, &manner.calendar));
    let title = row.item.as_ref().map(|item| item.title.clone());
    let shop = row.channel_name.clone().filter(|_| props.names_shop);
    if title.is_none() && shop.is_none() {
        return Html::default();
    }
    html! {
        <span class="session-about">
            { for row.item.as_ref().map(item_picture) }
            { for shop.map(|shop| html! { <span class="session-shop" dir="auto">{ shop }</span> }) }
            { for title.map(|title| html! { <span class="session-item" dir="auto">{ title }</span> }) }
            { for price.map(|price| html! { <span class="session-price">{ price }</span> }) }
        </span>
    }
}

/// The same person has the same colour as in the thread.
fn seed(row: &SessionRow) -> String {
    row.visitor_name.clone().unwrap_or_else(|| row.session.to_string())
}

fn short_count(count: u32) -> String {
    if count > 99 { "99+".to_owned() } else { count.to_string() }
}
