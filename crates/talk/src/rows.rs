//! The rows of a thread as html: bubbles, day pills, the mark above what is new, and the ghosts of what is on its way.

use tieline_protocol::DraftId;
use tieline_session::screen::{Row, Typist, Ways};
use yew::{Callback, Html, classes, html};

use crate::{
    bubble,
    menu::{Acts, Menu},
    thread::ThreadProps,
    words::Words,
};

/// The rows, with a ghost above them where older ones can be had.
pub(crate) fn rows(
    props: &ThreadProps,
    menu: Option<Menu>,
    acts: &Acts,
    on_jump: &Callback<(DraftId, bool)>,
    on_show: &Callback<DraftId>,
) -> Html {
    let last = props.thread.rows.iter().rev().find_map(|row| match row {
        Row::Bubble(bubble) if bubble.ways != Ways::default() => Some((bubble.key, bubble.is_mine)),
        _ => None,
    });
    let around = bubble::Around {
        words: props.words,
        calendar: &props.calendar,
        acts,
        on_jump,
        menu,
        last,
        is_cut: props.is_cut,
        stranger: &props.stranger,
        pictures: props.pictures.as_ref(),
        on_show,
    };
    let row = |row: &Row| match row {
        Row::Day { starts_at } => html! {
            <div key={format!("day {}", starts_at.0)} class="day">
                <span>{ props.calendar.day(*starts_at, props.now) }</span>
            </div>
        },
        Row::NewMark => {
            html! { <div key="new" class="new-mark"><span>{ props.words.new_below }</span></div> }
        }
        Row::Bubble(bubble) => bubble::view(bubble, &around),
    };
    // A list of its own: one that also held what has no key would be told apart by place, and every row drawn anew when one
    // is added. A screen reader would read the whole thread again.
    let rows = props.thread.rows.iter().map(row).collect::<Html>();
    html! {
        <>
            if props.thread.has_older {
                <div key="older" class="older">{ skeleton_bubble("theirs") }</div>
            }
            { rows }
            if let Some(typist) = &props.thread.typing {
                { typing(typist, props.words) }
            }
        </>
    }
}

/// Three dots where the next bubble will be. There to be found, not read out: it would talk into every pause.
fn typing(typist: &Typist, words: &Words) -> Html {
    let name = typist.name.as_deref().unwrap_or(words.somebody);
    html! {
        <div key="typing" class={classes!("typing", typist.is_mine.then_some("mine"))} aria-live="off">
            <span class="unseen">{ words.typing.with(name) }</span>
            <i /><i /><i />
        </div>
    }
}

/// The shape of a thread that is not here yet.
pub fn skeleton() -> Html {
    html! {
        <div class="skeleton" aria-hidden="true">
            { for ["theirs", "theirs short", "mine", "theirs", "mine short"].into_iter().map(skeleton_bubble) }
        </div>
    }
}

fn skeleton_bubble(side: &'static str) -> Html {
    html! { <div class={classes!("said", "ghost", side)} aria-hidden="true"><div class="bubble" /></div> }
}
