//! One thin line about the connection. It tells what happened and what happens next, and takes nothing away.

use tieline_session::screen::Notice;
use yew::{Callback, Html, Properties, component, html};

use crate::locale::Locale;

/// Properties of [`NoticeLine`].
#[derive(Clone, PartialEq, Properties)]
pub(super) struct NoticeProps {
    /// What to say; none: the line is not there.
    pub(super) notice: Option<Notice>,
    /// Texts.
    pub(super) locale: &'static Locale,
}

/// The line. Its element always stands, as screen readers only hear changes of a live region that was there before.
#[component]
pub(super) fn NoticeLine(props: &NoticeProps) -> Html {
    let kind = match props.notice {
        None => "notice",
        Some(Notice::Connecting | Notice::Reconnecting) => "notice at-work",
        Some(Notice::Offline | Notice::NotKept | Notice::MustReload) => "notice",
        Some(Notice::Refused | Notice::SignedOut) => "notice final",
    };
    let on_reload = Callback::from(|_| {
        let window = web_sys::window();
        // Refused only in a document that is being unloaded already.
        let _ = window.map(|window| window.location().reload());
    });
    html! {
        <div class={kind} role="status">
            if let Some(notice) = props.notice {
                <p>{ props.locale.notice(notice) }</p>
                if notice == Notice::MustReload {
                    <button type="button" class="link" onclick={on_reload}>{ props.locale.reload }</button>
                }
            }
        </div>
    }
}
