//! Words and nothing around them: what stands on screen until the thread's part has come.
//!
//! What one has just said must be seen at once, also where the network stands still and the part does not come.

use tieline_session::screen::{Bubble, Content, Row, Span, Thread};
use yew::{Html, html};

/// As many as fit on a screen.
const MOST: usize = 12;

/// The newest words of both sides. None of them: nothing.
pub fn plain(thread: &Thread) -> Html {
    let mut newest: Vec<Html> = thread.rows.iter().rev().filter_map(words).take(MOST).collect();
    newest.reverse();
    html! { { for newest } }
}

fn words(row: &Row) -> Option<Html> {
    let Row::Bubble(bubble) = row else { return None };
    let Bubble { content: Content::Text(spans), .. } = bubble else { return None };
    let words = spans.iter().map(|span| match span {
        Span::Plain(text) | Span::Link { text, .. } => html! { { text.clone() } },
    });
    let inside = html! {
        <div class="bubble-column">
            <div class="bubble"><div dir="auto">{ for words }</div></div>
        </div>
    };
    Some(if bubble.is_mine {
        html! { <div class="said mine starts ends">{ inside }</div> }
    } else {
        html! { <div class="said theirs starts ends">{ inside }</div> }
    })
}
