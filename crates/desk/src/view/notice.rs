//! The thin line at the top: how the connection stands. Nothing is lost while it shows.

use tieline_session::screen::Notice;
use yew::{Callback, Html, classes, html};

use super::{Action, Manner};

/// The line, or its empty place: a live region must be there before it speaks.
pub(super) fn view(notice: Option<Notice>, manner: &Manner, on_action: &Callback<Action>) -> Html {
    html! {
        <div class={classes!("notice", notice.is_some().then_some("shown"))} role="status">
            { for notice.map(|notice| line(notice, manner, on_action)) }
        </div>
    }
}

fn line(notice: Notice, manner: &Manner, on_action: &Callback<Action>) -> Html {
    html! {
        <>
            <span>{ (manner.locale.notices)(notice) }</span>
            if notice == Notice::MustReload {
                <button type="button" class="link" onclick={on_action.reform(|_| Action::Reload)}>
                    { manner.locale.reload }
                </button>
            }
        </>
    }
}
