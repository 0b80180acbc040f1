//! One thing said.

use std::rc::Rc;

use tieline_protocol::DraftId;
use tieline_session::screen::{Bubble, Content, Delivery, Span};
use yew::{Callback, Classes, Html, classes, html};

use crate::{Calendar, ThreadWish, avatar::avatar, icon, item::item_card, words::Words};

/// What every bubble of a thread shares.
pub(crate) struct Around<'a> {
    pub(crate) words: &'static Words,
    pub(crate) calendar: &'a Rc<Calendar>,
    pub(crate) on_wish: &'a Callback<ThreadWish>,
    pub(crate) stranger: &'a str,
}

/// The bubble, with name and avatar at the ends of its group.
pub(crate) fn view(bubble: &Bubble, around: &Around<'_>) -> Html {
    let author = bubble.author.as_deref();
    // A colleague's words stand on our side too, under their own name.
    let nobody = if bubble.is_mine { around.words.you } else { around.words.somebody };
    let speaker = author.unwrap_or(nobody);
    // Draft ids are unique to their sender only: a stranger who repeats ours must not make two rows with one key.
    let key = format!("{}{}", if bubble.is_mine { "mine-" } else { "" }, bubble.key);
    html! {
        <div {key} class={side(bubble)}>
            if !bubble.is_mine && bubble.ends_group {
                { avatar(author, author.unwrap_or(around.stranger)) }
            }
            <div class="bubble-column">
                if bubble.starts_group {
                    <span class="unseen">{ format!("{speaker}: ") }</span>
                }
                { content(bubble, around) }
                { foot(bubble, around) }
            </div>
        </div>
    }
}

fn side(bubble: &Bubble) -> Classes {
    classes!(
        "said",
        if bubble.is_mine { "mine" } else { "theirs" },
        bubble.starts_group.then_some("starts"),
        bubble.ends_group.then_some("ends"),
        matches!(bubble.state, Some(Delivery::Failed(_))).then_some("failed"),
        matches!(bubble.state, Some(Delivery::Queued | Delivery::Sending)).then_some("waiting"),
    )
}

fn content(bubble: &Bubble, around: &Around<'_>) -> Html {
    match &bubble.content {
        // The words go their own way, the bubble's tail goes with the page.
        Content::Text(spans) => html! {
            <div class="bubble"><div dir="auto">{ for spans.iter().map(span) }</div></div>
        },
        Content::Item(item) => item_card(item, around.words, around.calendar),
        Content::Unsupported => html! { <div class="bubble quiet">{ around.words.unsupported }</div> },
    }
}

fn span(span: &Span) -> Html {
    match span {
        Span::Plain(text) => Html::from(text.clone()),
        Span::Link { text, url } => html! {
            <a href={url.clone()} target="_blank" rel="noopener noreferrer nofollow">{ text.clone() }</a>
        },
    }
}

/// Time and state. Only under the last of a group, except that a failure is always told.
fn foot(bubble: &Bubble, around: &Around<'_>) -> Html {
    if let Some(state @ Delivery::Failed(_)) = bubble.state {
        return failure(bubble.key, around.words.delivery(state), around);
    }
    if !bubble.ends_group {
        return Html::default();
    }
    html! {
        <div class="foot">
            if let Some(author) = &bubble.author {
                <span class="author" dir="auto" aria-hidden="true">{ author.clone() }</span>
            }
            <time title={around.calendar.moment(bubble.at)}>{ around.calendar.time(bubble.at) }</time>
            if let Some(state) = bubble.state {
                <span class={classes!("state", (state == Delivery::Read).then_some("state-read"))}>
                    { mark(state) }
                    <span>{ around.words.delivery(state) }</span>
                </span>
            }
        </div>
    }
}

fn mark(state: Delivery) -> Html {
    match state {
        Delivery::Queued | Delivery::Sending => icon::clock(),
        Delivery::Sent => icon::tick(),
        Delivery::Delivered | Delivery::Read => icon::ticks(),
        Delivery::Failed(_) => icon::warning(),
    }
}

fn failure(key: DraftId, why: &'static str, around: &Around<'_>) -> Html {
    let retry = around.on_wish.reform(move |_| ThreadWish::Retry(key));
    let discard = around.on_wish.reform(move |_| ThreadWish::Discard(key));
    html! {
        <div class="foot failure">
            <span class="state">{ icon::warning() }<span>{ why }</span></span>
            <button type="button" class="link" onclick={retry}>{ around.words.retry }</button>
            <button type="button" class="link" onclick={discard}>{ around.words.discard }</button>
        </div>
    }
}
