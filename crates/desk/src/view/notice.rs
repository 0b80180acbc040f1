//! The thin line at the top: how the connection stands, and which platforms are out of reach. Nothing is lost while it shows.

use tieline_session::{DeskScreen, screen::Notice};
use yew::{Callback, Html, classes, html};

use super::{Action, Manner};

/// The line, or its empty place: a live region must be there before it speaks.
pub(super) fn view(screen: &DeskScreen, manner: &Manner, on_action: &Callback<Action>) -> Html {
    let DeskScreen { notice, down, .. } = screen;
    let is_shown = notice.is_some() || !down.is_empty();
    html! {
        <div class={classes!("notice", is_shown.then_some("shown"))} role="status">
            { for notice.map(|notice| line(notice, manner, on_action)) }
            { for down.iter().map(|name| html! { <span key={name.clone()}>{ (manner.locale.platform_down)(name) }</span> }) }
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
