//! The rows of a thread as html: bubbles, day pills, the mark above what is new, and the ghosts of what is on its way.

use std::rc::Rc;

use tieline_protocol::Millis;
use tieline_session::screen::{Row, Thread, Typist, Ways};
use yew::{Html, classes, html};

use crate::{
    block::{BlockView, Shared},
    bubble,
    menu::Menu,
    window::{Part, Place, Window},
    words::Words,
};

/// What is drawn of the thread, with a ghost above it where older rows can be had.
pub(crate) fn parts(thread: &Thread, window: &Window, shared: &Rc<Shared>, menu: Option<Menu>) -> Html {
    let blocks = thread.rows.blocks();
    let mut bubbles = blocks.iter().rev().flat_map(|block| {
        block.rows().iter().rev().filter_map(|row| match row {
            Row::Bubble(bubble) if bubble.ways != Ways::default() => {
                Some((block.number(), (bubble.key, bubble.is_mine)))
            }
            _ => None,
        })
    });
    let last = bubbles.next();
    let block = |at: usize| {
        let block = blocks.get(at)?;
        Some(html! {
            <BlockView
                key={block.number().to_string()}
                block={block.clone()}
                is_newest={at + 1 == blocks.len()}
                last={last.filter(|(number, _)| *number == block.number()).map(|(_, name)| name)}
                {menu}
                shared={shared.clone()}
            />
        })
    };
    let part = |part: &Part| match part {
        Part::Drawn(at) => block(*at).unwrap_or_default(),
        // How high it is, is said once it is there: `scroll::furnish`.
        Part::Room { number, .. } => html! { <div key={format!("to {number}")} class="room" /> },
    };
    // A list of its own: one that also held what has no key would be told apart by place, and every row drawn anew when one
    // is added. A screen reader would read the whole thread again.
    let parts = window.parts(&places(thread)).iter().map(part).collect::<Html>();
    html! {
        <>
            if thread.has_older {
                <div key="older" class="older">{ skeleton_bubble("theirs") }</div>
            }
            { parts }
            if let Some(typist) = &thread.typing {
                { typing(typist, shared.words) }
            }
        </>
    }
}

/// The thread's blocks, as far as their places matter.
pub(crate) fn places(thread: &Thread) -> Vec<Place> {
    let blocks = thread.rows.blocks().iter();
    blocks.map(|block| Place { number: block.number(), rows: block.rows().len() }).collect()
}

/// The rows of a block.
pub(crate) fn rows(rows: &[Row], now: Millis, around: &bubble::Around<'_>) -> Html {
    let row = |row: &Row| match row {
        Row::Day { starts_at } => html! {
            <div key={format!("day {}", starts_at.0)} class="day">
                <span>{ around.calendar.day(*starts_at, now) }</span>
            </div>
        },
        Row::NewMark => {
            html! { <div key="new" class="new-mark"><span>{ around.words.new_below }</span></div> }
        }
        Row::Bubble(bubble) => bubble::view(bubble, around),
    };
    rows.iter().map(row).collect::<Html>()
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

/// Its classes stand there as they are: Yew's way to put some together is a kilobyte that a first open need not download.
fn skeleton_bubble(side: &'static str) -> Html {
    let bubble = html! { <div class="bubble" /> };
    match side {
        "theirs" => html! { <div class="said ghost theirs" aria-hidden="true">{ bubble }</div> },
        "theirs short" => html! { <div class="said ghost theirs short" aria-hidden="true">{ bubble }</div> },
        "mine" => html! { <div class="said ghost mine" aria-hidden="true">{ bubble }</div> },
        _ => html! { <div class="said ghost mine short" aria-hidden="true">{ bubble }</div> },
    }
}
