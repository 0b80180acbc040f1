//! A thread before its first word.

use tieline_session::Screen;
use tieline_talk::avatar::avatar;
use yew::{Callback, Html, html};

use super::app::{Act, Face};

/// The greeting: the shop's own, else ours. Below it what others ask: one press asks it.
pub(super) fn empty(name: Option<&str>, screen: &Screen, face: &Face, act: &Act) -> Html {
    let (locale, greeting) = (face.locale, screen.greeting.as_deref());
    html! {
        <div class="empty">
            { avatar(name, name.unwrap_or_default()) }
            if greeting.is_none() {
                <p class="empty-head">{ locale.welcome }</p>
            }
            <p class="empty-text" dir="auto">{ greeting.unwrap_or(locale.greeting).to_owned() }</p>
            if screen.can_write && screen.form.is_none() && !screen.quick_questions.is_empty() {
                { quick_questions(&screen.quick_questions, locale.quick_questions, &act.submit) }
            }
        </div>
    }
}

fn quick_questions(questions: &[String], label: &'static str, submit: &Callback<String>) -> Html {
    html! {
        <ul class="quick-questions" aria-label={label}>
            { for questions.iter().map(|question| {
                let said = question.clone();
                html! {
                    <li key={question.clone()}>
                        <button
                            type="button"
                            class="quick-question"
                            dir="auto"
                            onclick={submit.reform(move |_| said.clone())}
                        >
                            { question.clone() }
                        </button>
                    </li>
                }
            }) }
        </ul>
    }
}
