//! One thin line about the connection. It tells what happened and what happens next, and takes nothing away.

use tieline_session::screen::Notice;
use yew::{Callback, Html, html};

use crate::locale::Locale;

/// The line. Its element always stands, as screen readers only hear changes of a live region that was there before.
pub(super) fn notice_line(notice: Option<Notice>, is_saving: bool, locale: &'static Locale) -> Html {
    let is_final = matches!(notice, Some(Notice::Refused | Notice::SignedOut));
    html! {
        <div class="notice" data-final={is_final.then_some("")} role="status">
            if let Some(notice) = notice {
                <p>{ locale.notice(notice) }</p>
                if notice == Notice::MustReload {
                    <button type="button" class="link" onclick={Callback::from(|_| reload())}>{ locale.reload }</button>
                }
            } else if is_saving {
                <p>{ locale.saving }</p>
            }
        </div>
    }
}

fn reload() {
    if let Some(window) = web_sys::window() {
        // Refused only in a document that is being unloaded already.
        let _ = window.location().reload();
    }
}
