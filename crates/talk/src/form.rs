//! A form that somebody fills in: fields, what is wrong with them, and one button.
//!
//! Wrong fields are named when the form is sent, with the caret in the first of them, and are looked at again with every
//! change. Plain data in, answers out; which form it is, its user knows.

use tieline_protocol::{
    Answer, Field, FieldKind, Form,
    form::{ANSWER_CHARS, Flaw, YES},
};
use web_sys::{Element, Event, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, SubmitEvent};
use yew::{Callback, Component, Context, Html, NodeRef, Properties, TargetCast, html};

use crate::words::Words;

/// What was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The fields that are not empty.
    pub answers: Vec<Answer>,
    /// The message, where one goes with it.
    pub message: Option<String>,
}

/// Properties of [`FormView`].
#[derive(Clone, PartialEq, Properties)]
pub struct FormProps {
    /// Title and fields.
    pub form: Form,
    /// Asks for a message as well, at most so many characters.
    #[prop_or_default]
    pub message_chars: Option<u32>,
    /// Texts.
    pub words: &'static Words,
    /// Takes what was filled in, once all of it is right.
    pub on_fill: Callback<Filled>,
}

/// See the module. A value for each field, and one more for the message.
#[derive(Debug)]
pub struct FormView {
    root: NodeRef,
    values: Vec<String>,
    /// The form was sent, and something was wrong: from then on flaws are shown.
    is_judged: bool,
    /// The caret is to go to the first flaw.
    is_to_mend: bool,
}

/// What happens to the form.
#[derive(Clone, Debug)]
pub enum FormEvent {
    /// A field holds this now.
    Changed(usize, String),
    /// Enter, or the button.
    Sent,
}

impl Component for FormView {
    type Message = FormEvent;
    type Properties = FormProps;

    fn create(ctx: &Context<Self>) -> Self {
        let values = vec![String::new(); ctx.props().form.fields.len() + 1];
        Self { root: NodeRef::default(), values, is_judged: false, is_to_mend: false }
    }

    fn update(&mut self, ctx: &Context<Self>, event: FormEvent) -> bool {
        match event {
            FormEvent::Changed(place, value) => {
                if let Some(held) = self.values.get_mut(place) {
                    *held = value;
                }
                self.is_judged
            }
            FormEvent::Sent => {
                self.is_judged = true;
                let props = ctx.props();
                let count = props.form.fields.len();
                if (0..=count).any(|place| self.flaw(props, place).is_some()) {
                    self.is_to_mend = true;
                    return true;
                }
                props.on_fill.emit(self.filled(props));
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let FormProps { form, words, message_chars, .. } = ctx.props();
        let on_submit = ctx.link().callback(|event: SubmitEvent| {
            event.prevent_default();
            FormEvent::Sent
        });
        html! {
            // Our own words say what is wrong, and in the language of the chat.
            <form ref={self.root.clone()} class="form" novalidate={true} onsubmit={on_submit}>
                if let Some(title) = &form.title {
                    <p class="form-title" dir="auto">{ title.clone() }</p>
                }
                { for form.fields.iter().enumerate().map(|(place, field)| self.field(ctx, place, field)) }
                if message_chars.is_some() {
                    { self.message(ctx) }
                }
                <button type="submit" class="form-send">{ words.form_send }</button>
            </form>
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first_render: bool) {
        if std::mem::take(&mut self.is_to_mend)
            && let Some(root) = self.root.cast::<Element>()
            && let Ok(Some(first)) = root.query_selector("[aria-invalid=true]")
        {
            tieline_browser::focus::focus(&first);
        }
    }
}

impl FormView {
    fn value(&self, place: usize) -> &str {
        self.values.get(place).map_or("", String::as_str)
    }

    fn flaw(&self, props: &FormProps, place: usize) -> Option<Flaw> {
        match (props.form.fields.get(place), props.message_chars) {
            (Some(field), _) => field.flaw_of(self.value(place)),
            (None, Some(_)) if self.value(place).trim().is_empty() => Some(Flaw::Missing),
            (None, Some(chars)) if self.value(place).chars().count() > chars as usize => Some(Flaw::TooLong),
            (None, _) => None,
        }
    }

    fn filled(&self, props: &FormProps) -> Filled {
        let answers = props.form.fields.iter().enumerate().filter_map(|(place, field)| {
            let value = self.value(place).trim();
            let (name, label) = (field.name.clone(), field.label.clone());
            (!value.is_empty()).then(|| Answer { name, label, value: value.to_owned() })
        });
        let message = props.message_chars.map(|_| self.value(props.form.fields.len()).trim().to_owned());
        Filled { answers: answers.collect(), message }
    }

    fn field(&self, ctx: &Context<Self>, place: usize, field: &Field) -> Html {
        let props = ctx.props();
        let said = self.is_judged.then(|| self.flaw(props, place)).flatten();
        let said = said.map(|flaw| sentence(props.words, field.kind, flaw));
        let id = format!("field-{place}");
        let flaw_id = format!("flaw-{place}");
        let described = said.map(|_| flaw_id.clone());
        let invalid = said.map(|_| "true");
        let change = |value: fn(&Event) -> String| {
            ctx.link().callback(move |event: Event| FormEvent::Changed(place, value(&event)))
        };
        let label = html! {
            <label for={id.clone()} dir="auto">
                { field.label.clone() }
                if !field.required && field.kind != FieldKind::Consent {
                    <span class="form-optional">{ " " }{ props.words.optional }</span>
                }
            </label>
        };
        let control = match field.kind {
            FieldKind::Choice => html! {
                <select
                    {id}
                    required={field.required}
                    aria-invalid={invalid}
                    aria-describedby={described}
                    onchange={change(selected)}
                >
                    <option value="" selected={self.value(place).is_empty()}>{ props.words.choose }</option>
                    { for field.choices.iter().map(|choice| html! {
                        <option value={choice.clone()} selected={self.value(place) == choice}>
                            { choice.clone() }
                        </option>
                    }) }
                </select>
            },
            FieldKind::Consent => html! {
                <input
                    {id}
                    type="checkbox"
                    required={field.required}
                    checked={self.value(place) == YES}
                    aria-invalid={invalid}
                    aria-describedby={described}
                    onchange={change(ticked)}
                />
            },
            FieldKind::Text | FieldKind::Email | FieldKind::Phone | FieldKind::Unknown => {
                let (kind, complete) = match field.kind {
                    FieldKind::Email => ("email", "email"),
                    FieldKind::Phone => ("tel", "tel"),
                    _ if field.name == "name" => ("text", "name"),
                    _ => ("text", "off"),
                };
                html! {
                    <input
                        {id}
                        type={kind}
                        autocomplete={complete}
                        dir="auto"
                        maxlength={ANSWER_CHARS.to_string()}
                        required={field.required}
                        value={self.value(place).to_owned()}
                        aria-invalid={invalid}
                        aria-describedby={described}
                        onchange={change(typed)}
                        oninput={ctx.link().callback(move |event: yew::InputEvent| {
                            FormEvent::Changed(place, typed(&event))
                        })}
                    />
                }
            }
        };
        let is_ticked = field.kind == FieldKind::Consent;
        html! {
            <div key={field.name.clone()} class={if is_ticked { "form-field form-tick" } else { "form-field" }}>
                if is_ticked { { control }{ label } } else { { label }{ control } }
                { flaw_line(flaw_id, said) }
            </div>
        }
    }

    fn message(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let place = props.form.fields.len();
        let said = self.is_judged.then(|| self.flaw(props, place)).flatten();
        let said = said.map(|flaw| sentence(props.words, FieldKind::Text, flaw));
        html! {
            <div class="form-field">
                <label for="field-message">{ props.words.form_message }</label>
                <textarea
                    id="field-message"
                    rows="3"
                    dir="auto"
                    required={true}
                    value={self.value(place).to_owned()}
                    aria-invalid={said.map(|_| "true")}
                    aria-describedby={said.map(|_| "flaw-message")}
                    oninput={ctx.link().callback(move |event: yew::InputEvent| {
                        let field = event.target_unchecked_into::<HtmlTextAreaElement>();
                        FormEvent::Changed(place, field.value())
                    })}
                />
                { flaw_line("flaw-message".to_owned(), said) }
            </div>
        }
    }
}

fn flaw_line(id: String, said: Option<&'static str>) -> Html {
    html! { <p {id} class="form-flaw" role="alert">{ said.unwrap_or_default() }</p> }
}

fn typed(event: &Event) -> String {
    event.target_unchecked_into::<HtmlInputElement>().value()
}

fn selected(event: &Event) -> String {
    event.target_unchecked_into::<HtmlSelectElement>().value()
}

fn ticked(event: &Event) -> String {
    let is_ticked = event.target_unchecked_into::<HtmlInputElement>().checked();
    if is_ticked { YES.to_owned() } else { String::new() }
}

fn sentence(words: &Words, kind: FieldKind, flaw: Flaw) -> &'static str {
    match (flaw, kind) {
        (Flaw::Missing, FieldKind::Consent) => words.unticked,
        (Flaw::TooLong, _) => words.form_too_long,
        (Flaw::Unfit, FieldKind::Email) => words.no_email,
        (Flaw::Unfit, FieldKind::Phone) => words.no_phone,
        (Flaw::Missing | Flaw::Unfit | Flaw::Stray, _) => words.missing,
    }
}
