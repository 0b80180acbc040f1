//! Whether somebody is there, in words: beside the shop's name, and above the composer where it changes what to expect.

use tieline_protocol::Millis;
use tieline_session::{Screen, screen::Standing};
use yew::{Html, html};

use super::app::Face;

/// The line under the shop's name. Shape and words say the same: a full dot, a ring, or neither while nothing is known.
pub(super) fn standing_line(standing: Option<Standing>, now: Millis, face: &Face) -> Html {
    let (locale, calendar) = (face.locale, &face.calendar);
    let (state, words) = match standing {
        None => ("unknown", locale.tagline.to_owned()),
        Some(Standing::Here { answer_minutes: None }) => ("here", locale.here.to_owned()),
        Some(Standing::Here { answer_minutes: Some(minutes) }) => {
            ("here", locale.answers_within.with(&calendar.span(minutes)))
        }
        Some(Standing::Away { back_at: None }) => ("away", locale.away.to_owned()),
        Some(Standing::Away { back_at: Some(at) }) => {
            ("away", locale.away_until.with(&calendar.ahead(at, now)))
        }
    };
    html! {
        <p class="header-tagline" data-standing={state}>
            if state != "unknown" {
                <i class="standing-dot" aria-hidden="true" />
            }
            <span>{ words }</span>
        </p>
    }
}

/// What to expect of a message: a place in the queue, or that it waits. Always there, as screen readers only hear changes of a
/// live region that was there before.
pub(super) fn expectation(screen: &Screen, now: Millis, face: &Face) -> Html {
    let (locale, calendar) = (face.locale, &face.calendar);
    let words = match (screen.standing, screen.place) {
        (Some(Standing::Here { .. }), Some(1)) => Some(locale.next.to_owned()),
        (Some(Standing::Here { .. }), Some(place)) => Some(locale.place.with(&place.to_string())),
        (Some(Standing::Away { back_at: None }), _) => Some(locale.waits.to_owned()),
        (Some(Standing::Away { back_at: Some(at) }), _) => {
            Some(locale.waits_until.with(&calendar.ahead(at, now)))
        }
        (Some(Standing::Here { .. }) | None, _) => None,
    };
    html! { <div class="expectation" role="status">{ for words.map(|words| html! { <p>{ words }</p> }) }</div> }
}
