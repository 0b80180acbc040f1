//! Where one types. Enter sends, Shift+Enter breaks the line, an input method that is composing never sends.
//!
//! Grows with its text up to six lines. The send button is never disabled for real: a press with nothing to send only puts
//! the caret back.

use web_sys::{HtmlElement, HtmlTextAreaElement, InputEvent, KeyboardEvent, SubmitEvent};
use yew::{AttrValue, Callback, Component, Context, Html, NodeRef, Properties, TargetCast, classes, html};

use crate::{icon, words::Words};

/// From here on the characters that are left are counted aloud.
const FEW_LEFT: i64 = 200;
/// What `KeyboardEvent.keyCode` says while an input method is at work, in browsers that end composing before the key.
const COMPOSING_KEY: u32 = 229;

/// Properties of [`Composer`]. A `key` that changes with the session gives each its own field.
#[derive(Clone, PartialEq, Properties)]
pub struct ComposerProps {
    /// Texts.
    pub words: &'static Words,
    /// Says to whom one writes.
    pub placeholder: AttrValue,
    /// Longest text, in characters.
    pub text_chars: u32,
    /// Words typed earlier or elsewhere and not sent.
    #[prop_or_default]
    pub given: Given,
    /// Takes the text to send, trimmed and not empty.
    pub on_send: Callback<String>,
    /// Hears of every change, so that unsent words can be kept.
    #[prop_or_default]
    pub on_change: Callback<String>,
    /// Puts the caret into the field when it appears.
    #[prop_or_default]
    pub takes_focus: bool,
}

/// Words that stand in the field when it appears, and each time their number changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// The words.
    pub text: AttrValue,
    /// Changes when they come from elsewhere than this field.
    pub turn: u32,
}

/// See the module.
#[derive(Debug)]
pub struct Composer {
    field: NodeRef,
    text: String,
}

/// What happens to the composer.
#[derive(Clone, Debug)]
pub enum ComposerEvent {
    /// The text is now this.
    Typed(String),
    /// Enter, or the button.
    Send,
}

impl Component for Composer {
    type Message = ComposerEvent;
    type Properties = ComposerProps;

    fn create(ctx: &Context<Self>) -> Self {
        Self { field: NodeRef::default(), text: ctx.props().given.text.to_string() }
    }

    fn update(&mut self, ctx: &Context<Self>, event: ComposerEvent) -> bool {
        match event {
            ComposerEvent::Typed(text) => self.text = text,
            ComposerEvent::Send => {
                if let Some(field) = self.field.cast::<HtmlElement>() {
                    // Refused focus is no harm: the text stays where it is.
                    let _ = field.focus();
                }
                let text = self.text.trim();
                if text.is_empty() || self.left(ctx) < 0 {
                    return false;
                }
                ctx.props().on_send.emit(text.to_owned());
                self.text.clear();
            }
        }
        ctx.props().on_change.emit(self.text.clone());
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &ComposerProps) -> bool {
        let given = &ctx.props().given;
        if given.turn != old.given.turn {
            self.text = given.text.to_string();
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let left = self.left(ctx);
        let is_ready = !self.text.trim().is_empty() && left >= 0;
        let on_submit = ctx.link().callback(|event: SubmitEvent| {
            event.prevent_default();
            ComposerEvent::Send
        });
        html! {
            <form class="composer" onsubmit={on_submit}>
                <div class="composer-field">
                    <textarea
                        ref={self.field.clone()}
                        rows="1"
                        dir="auto"
                        enterkeyhint="send"
                        autocomplete="off"
                        aria-label={props.words.message}
                        aria-invalid={(left < 0).then_some("true")}
                        placeholder={props.placeholder.clone()}
                        value={self.text.clone()}
                        oninput={ctx.link().callback(|event: InputEvent| {
                            let field = event.target_unchecked_into::<HtmlTextAreaElement>();
                            ComposerEvent::Typed(field.value())
                        })}
                        onkeydown={ctx.link().batch_callback(on_key)}
                    />
                    if left <= FEW_LEFT {
                        <span class={classes!("composer-left", (left < 0).then_some("over"))} role="status">
                            { (props.words.left)(left) }
                        </span>
                    }
                </div>
                <button
                    type="submit"
                    class={classes!("send", is_ready.then_some("ready"))}
                    aria-label={props.words.send}
                    aria-disabled={(!is_ready).to_string()}
                >
                    { icon::send() }
                </button>
            </form>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        let Some(field) = self.field.cast::<HtmlTextAreaElement>() else { return };
        fit(&field);
        if first_render && ctx.props().takes_focus {
            let _ = field.focus();
        }
    }
}

impl Composer {
    fn left(&self, ctx: &Context<Self>) -> i64 {
        let used = i64::try_from(self.text.chars().count()).unwrap_or(i64::MAX);
        i64::from(ctx.props().text_chars) - used
    }
}

fn on_key(event: KeyboardEvent) -> Option<ComposerEvent> {
    let is_composing = event.is_composing() || event.key_code() == COMPOSING_KEY;
    if event.key() != "Enter" || event.shift_key() || event.alt_key() || is_composing {
        return None;
    }
    event.prevent_default();
    Some(ComposerEvent::Send)
}

/// As high as its text. Through the CSSOM, which our CSP lets pass where it refuses a `style` attribute; the style sheet
/// holds the upper bound.
fn fit(field: &HtmlTextAreaElement) {
    let style = field.style();
    if style.set_property("height", "auto").is_ok() {
        let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
    }
}
