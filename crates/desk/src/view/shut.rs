//! The page for somebody who is not in: what happened, and how to come in.

use tieline_talk::icon;
use yew::{Callback, Html, Properties, component, html};

use super::Manner;
use crate::signin::Why;

/// The command that makes a link. Part of the gateway's command line, the same in every language.
const COMMAND: &str = "tieline desk invite --agent <name>";

/// Properties of [`Shut`].
#[derive(Clone, PartialEq, Properties)]
pub struct ShutProps {
    /// What happened.
    pub why: Why,
    /// How to say it.
    pub manner: Manner,
    /// Knocks again.
    pub on_retry: Callback<()>,
}

/// See the module.
#[component]
pub fn Shut(props: &ShutProps) -> Html {
    let locale = props.manner.locale;
    let (headline, sentence) = (locale.shut)(props.why);
    let is_waiting = props.why == Why::Unreachable;
    html! {
        <main class="shut">
            <div class="card" role={is_waiting.then_some("alert")}>
                <p class="brand">{ icon::tieline() }{ "Tieline" }</p>
                <h1>{ headline }</h1>
                <p>{ sentence }</p>
                if is_waiting {
                    <button type="button" class="button" onclick={props.on_retry.reform(|_| ())}>
                        { locale.try_again }
                    </button>
                } else {
                    <p>{ locale.how_to }</p>
                    <code class="snippet" tabindex="0">{ COMMAND }</code>
                    <p class="hint">{ locale.link_rules }</p>
                }
            </div>
        </main>
    }
}
