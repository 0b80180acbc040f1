//! The end of a session, in place of the composer: a quiet line, how it was, and the way to another one.

use tieline_session::screen::Ending;
use web_sys::{HtmlTextAreaElement, InputEvent, SubmitEvent};
use yew::{Callback, Component, Context, Html, Properties, TargetCast, html};

use crate::locale::Locale;

/// A rating on its way: stars and words.
pub type Rated = (u8, String);

/// Properties of [`EndingView`].
#[derive(Clone, PartialEq, Properties)]
pub(super) struct EndingProps {
    /// What is left to do.
    pub end: Ending,
    /// Texts.
    pub locale: &'static Locale,
    /// Takes the rating.
    pub on_rate: Callback<Rated>,
    /// The visitor wants another session.
    pub on_begin: Callback<()>,
}

/// See the module. Holds what was picked and is not sent.
#[derive(Debug, Default)]
pub(super) struct EndingView {
    stars: Option<u8>,
    text: String,
    /// The visitor wants to say it otherwise.
    is_changing: bool,
}

/// What happens to it.
#[derive(Clone, Debug)]
pub(super) enum EndingEvent {
    /// So many stars were picked.
    Picked(u8),
    /// The words are these now.
    Typed(String),
    /// Send it.
    Sent,
    /// Say it otherwise.
    Changing,
}

impl Component for EndingView {
    type Message = EndingEvent;
    type Properties = EndingProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, event: EndingEvent) -> bool {
        match event {
            EndingEvent::Picked(stars) => self.stars = Some(stars),
            EndingEvent::Typed(text) => self.text = text,
            EndingEvent::Changing => self.is_changing = true,
            EndingEvent::Sent => {
                let Some(stars) = self.stars else { return false };
                ctx.props().on_rate.emit((stars, std::mem::take(&mut self.text)));
                self.is_changing = false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let EndingProps { end, locale, on_begin, .. } = ctx.props();
        html! {
            <div class="ending">
                <p class="ending-line" role="status">{ locale.ended }</p>
                if end.can_rate {
                    { self.rating(ctx) }
                }
                <button type="button" class="form-send" onclick={on_begin.reform(|_| ())}>
                    { locale.begin_anew }
                </button>
            </div>
        }
    }
}

impl EndingView {
    fn rating(&self, ctx: &Context<Self>) -> Html {
        let EndingProps { end, locale, .. } = ctx.props();
        if let Some(stars) = end.rated.filter(|_| !self.is_changing) {
            return html! {
                <p class="ending-line">
                    { locale.words.rated.with(&stars.to_string()) }{ " " }
                    <button type="button" class="link" onclick={ctx.link().callback(|_| EndingEvent::Changing)}>
                        { locale.change_rating }
                    </button>
                </p>
            };
        }
        let on_submit = ctx.link().callback(|event: SubmitEvent| {
            event.prevent_default();
            EndingEvent::Sent
        });
        html! {
            <form class="rating" onsubmit={on_submit}>
                <fieldset>
                    <legend>{ locale.rate }</legend>
                    <div class="stars">{ for (1..=5).map(|stars| self.star(ctx, stars)) }</div>
                </fieldset>
                if self.stars.is_some() {
                    <textarea
                        rows="2"
                        dir="auto"
                        maxlength="1000"
                        aria-label={locale.rate_why}
                        placeholder={locale.rate_why}
                        value={self.text.clone()}
                        oninput={ctx.link().callback(|event: InputEvent| {
                            EndingEvent::Typed(event.target_unchecked_into::<HtmlTextAreaElement>().value())
                        })}
                    />
                    <button type="submit" class="form-send">{ locale.send_rating }</button>
                }
            </form>
        }
    }

    /// A radio button that looks like a star: arrow keys and screen readers know it as what it is.
    fn star(&self, ctx: &Context<Self>, stars: u8) -> Html {
        let is_lit = self.stars.is_some_and(|picked| stars <= picked);
        let shape = if is_lit { '\u{2605}' } else { '\u{2606}' };
        html! {
            <label class={if is_lit { "star lit" } else { "star" }}>
                <input
                    type="radio"
                    name="stars"
                    value={stars.to_string()}
                    checked={self.stars == Some(stars)}
                    aria-label={ctx.props().locale.words.rated.with(&stars.to_string())}
                    onchange={ctx.link().callback(move |_| EndingEvent::Picked(stars))}
                />
                <span aria-hidden="true">{ shape }</span>
            </label>
        }
    }
}
