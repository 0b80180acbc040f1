//! One thing said.

use std::rc::Rc;

use tieline_protocol::{DraftId, form::YES};
use tieline_session::screen::{Bubble, Content, Delivery, Failure, Span, Ways};
use yew::{Callback, Classes, Html, classes, html};

use crate::{
    Calendar, Pictures, ThreadWish,
    avatar::avatar,
    choices,
    emoji::is_gesture,
    file, icon,
    item::item_card,
    later,
    menu::{self, Menu},
    parts::Parts,
    quote,
    words::Words,
};

/// What every bubble of a thread shares.
pub(crate) struct Around<'a> {
    pub(crate) words: &'static Words,
    pub(crate) calendar: &'a Rc<Calendar>,
    pub(crate) acts: &'a menu::Acts,
    /// Leads to the words of that name, which this side said or the other.
    pub(crate) on_jump: &'a Callback<(DraftId, bool)>,
    pub(crate) menu: Option<Menu>,
    /// The newest words about which something can be done.
    pub(crate) last: Option<(DraftId, bool)>,
    pub(crate) is_cut: bool,
    pub(crate) stranger: &'a str,
    pub(crate) pictures: Option<&'a Pictures>,
    /// Shows a picture large.
    pub(crate) on_show: &'a Callback<DraftId>,
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
                { said(bubble, around) }
                if !bubble.options.is_empty() {
                    { choices::view(&bubble.options, bubble.can_choose.then_some(bubble.key), around.words, &around.acts.on_wish) }
                }
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
        matches!(
            bubble.state,
            Some(Delivery::Saving | Delivery::Queued | Delivery::Uploading(_) | Delivery::Sending)
        )
        .then_some("waiting"),
        // Not safe yet: a crash now would lose it.
        (bubble.state == Some(Delivery::Saving)).then_some("saving"),
    )
}

/// The words, and beside them what can be done about them.
fn said(bubble: &Bubble, around: &Around<'_>) -> Html {
    let ways = bubble.ways;
    if !(ways.reply || ways.edit || ways.retract) {
        return content(bubble, around);
    }
    let name = (bubble.key, bubble.is_mine);
    let open = around.menu.filter(|menu| (menu.key, menu.is_mine) == name);
    html! {
        <div class="bubble-line">
            { content(bubble, around) }
            { menu::button(bubble, open, around.last == Some(name), around.words, around.acts) }
            if let Some(open) = open {
                { menu_of(ways, open, around) }
            }
        </div>
    }
}

fn menu_of(ways: Ways, menu: Menu, around: &Around<'_>) -> Html {
    let (words, acts) = (around.words, around.acts.clone());
    let on_drawn = acts.on_drawn.clone();
    later::part(words, move |parts: &Parts| (parts.menu)(ways, menu, words, &acts), on_drawn)
}

fn content(bubble: &Bubble, around: &Around<'_>) -> Html {
    match &bubble.content {
        // The words go their own way, the bubble's tail goes with the page.
        Content::Text(spans) => html! {
            <div class={classes!("bubble", (bubble.quote.is_none() && is_gesture(spans)).then_some("gesture"))}>
                if let Some(quoted) = &bubble.quote {
                    { quote::view(quoted, around.words, jump(quoted.key, quoted.is_mine, around)) }
                }
                <div dir="auto">{ for spans.iter().map(span) }</div>
            </div>
        },
        Content::Retracted => html! { <div class="bubble quiet">{ around.words.gone }</div> },
        Content::Item(item) => item_card(item, around.words, around.calendar),
        Content::Asked(title) => html! {
            <div class="bubble quiet" dir="auto">
                { title.clone().unwrap_or_else(|| around.words.form_asked.to_owned()) }
            </div>
        },
        Content::Answers(answers) => answers_list(answers, around.words),
        Content::Rating { stars, text } => html! {
            <div class="bubble quiet">
                <span class="rated" aria-hidden="true">{ stars_of(*stars) }</span>
                <span>{ around.words.rated.with(&stars.to_string()) }</span>
                { for text.as_ref().map(|text| html! { <div dir="auto">{ text.clone() }</div> }) }
            </div>
        },
        Content::Closed => html! { <div class="bubble quiet">{ around.words.closed }</div> },
        Content::File(file) => file::view(file, bubble, around),
        Content::Unsupported => html! { <div class="bubble quiet">{ around.words.unsupported }</div> },
    }
}

fn jump(key: DraftId, is_mine: bool, around: &Around<'_>) -> Callback<web_sys::MouseEvent> {
    around.on_jump.reform(move |_| (key, is_mine))
}

fn stars_of(stars: u8) -> String {
    "\u{2605}".repeat(usize::from(stars))
}

/// What was filled in, as a list of label and answer.
fn answers_list(answers: &[(String, String)], words: &Words) -> Html {
    html! {
        <div class="bubble quiet answers">
            <p>{ words.form_filled }</p>
            <dl>
                { for answers.iter().map(|(label, value)| html! {
                    <div>
                        <dt dir="auto">{ label.clone() }</dt>
                        <dd dir="auto">{ if value == YES { words.ticked.to_owned() } else { value.clone() } }</dd>
                    </div>
                }) }
            </dl>
        </div>
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
    let is_failed = matches!(bubble.state, Some(Delivery::Failed(_)));
    if !bubble.ends_group && !is_failed && bubble.change.is_none() && !bubble.is_edited {
        return Html::default();
    }
    html! {
        <div class={classes!("foot", is_failed.then_some("failure"))}>
            if bubble.is_edited {
                <span class="edited">{ around.words.edited }</span>
            }
            if let Some(author) = bubble.author.as_ref().filter(|_| bubble.ends_group) {
                <span class="author" dir="auto" aria-hidden="true">{ author.clone() }</span>
            }
            if !is_failed {
                <time title={around.calendar.moment(bubble.at)}>{ around.calendar.time(bubble.at) }</time>
            }
            if let Some(state) = bubble.state {
                <span class={classes!("state", (state == Delivery::Read).then_some("state-read"))}>
                    { mark(state) }
                    <span>{ around.words.delivery(state) }</span>
                </span>
            }
            { ways_on(bubble, around) }
        </div>
    }
}

fn mark(state: Delivery) -> Html {
    match state {
        Delivery::Saving | Delivery::Queued | Delivery::Uploading(_) | Delivery::Sending => icon::clock(),
        Delivery::Sent => icon::tick(),
        Delivery::Delivered | Delivery::Read => icon::ticks(),
        Delivery::Failed(_) => icon::warning(),
    }
}

/// What can be done about a message that is not sent. One that only waits for its turn needs nothing.
fn ways_on(bubble: &Bubble, around: &Around<'_>) -> Html {
    // What is on its way to change words is what can be tried again or dropped, not the words.
    let (words, key) = (around.words, bubble.change.unwrap_or(bubble.key));
    let is_change = bubble.change.is_some();
    let can_retry = match bubble.state {
        // Said again it would be as long, of the same kind, and the session as much at its end.
        Some(Delivery::Failed(
            Failure::TooLong
            | Failure::SessionEnded
            | Failure::TooLate
            | Failure::FileTooLarge
            | Failure::FileKindDenied
            | Failure::FileLost,
        )) => false,
        Some(Delivery::Failed(_)) => true,
        Some(Delivery::Queued) if around.is_cut => false,
        _ => return Html::default(),
    };
    let way = |word: &'static str, wish: ThreadWish| {
        html! {
            <button type="button" class="link" onclick={around.acts.on_wish.reform(move |_| wish)}>{ word }</button>
        }
    };
    html! {
        <span class="ways">
            if can_retry {
                { way(words.retry, ThreadWish::Retry(key)) }
            }
            if matches!(bubble.content, Content::Text(_)) {
                { way(words.revise, ThreadWish::Revise(key)) }
            }
            { way(if is_change { words.cancel } else { words.discard }, ThreadWish::Discard(key)) }
        </span>
    }
}
