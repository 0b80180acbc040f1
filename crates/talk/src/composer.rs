//! Where one types. Enter sends, Shift+Enter breaks the line, an input method that is composing never sends.
//!
//! Grows with its text up to six lines. The send button is never disabled for real: a press with nothing to send only puts
//! the caret back.

use std::rc::Rc;

use tieline_browser::focus::focus;
use tieline_session::screen::{Accepts, Aimed};
use web_sys::{Element, File, HtmlElement, HtmlTextAreaElement, InputEvent, KeyboardEvent, SubmitEvent};
use yew::{AttrValue, Callback, Component, Context, Html, NodeRef, Properties, TargetCast, html};

use crate::{
    Calendar, ThreadWish,
    attach::attach_button,
    icon,
    parts::{self, Piece},
    picker::PickerActs,
    voice::{self, VoiceProps},
    words::Words,
};

/// From here on the characters that are left are counted aloud.
const FEW_LEFT: i64 = 200;
/// What `KeyboardEvent.keyCode` says while an input method is at work, in browsers that end composing before the key.
const COMPOSING_KEY: u32 = 229;

/// Properties of [`Composer`]. A `key` that changes with the session gives each its own field.
#[derive(Clone, PartialEq, Properties)]
pub struct ComposerProps {
    /// Texts.
    pub words: &'static Words,
    /// Writes the count of what is left.
    pub calendar: Rc<Calendar>,
    /// Says to whom one writes.
    pub placeholder: AttrValue,
    /// Longest text, in characters.
    pub text_chars: u32,
    /// Words typed earlier or elsewhere and not sent.
    #[prop_or_default]
    pub given: Given,
    /// Takes the text to send, trimmed and not empty.
    pub on_send: Callback<String>,
    /// What the words to come are about. Words of one's own to be said otherwise stand in the field for as long, and those
    /// that stood there come back after it.
    #[prop_or_default]
    pub aim: Option<Aimed>,
    /// Takes the wish to aim at one's newest words, or at nothing any more.
    #[prop_or_default]
    pub on_wish: Callback<ThreadWish>,
    /// Hears of every change, so that unsent words can be kept.
    #[prop_or_default]
    pub on_change: Callback<String>,
    /// What can be given, left of the field.
    #[prop_or_default]
    pub accepts: Accepts,
    /// Takes what was given.
    #[prop_or_default]
    pub on_files: Callback<Vec<File>>,
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
    /// Stands in the field instead, while words are said otherwise.
    edited: Option<String>,
    /// The caret is to be put behind the words.
    wants_caret: bool,
    /// Emoji are to be picked from.
    is_picking: bool,
    /// A voice message is recorded instead.
    is_recording: bool,
}

/// What happens to the composer.
#[derive(Clone, Debug)]
pub enum ComposerEvent {
    /// The text is now this.
    Typed(String),
    /// Enter, or the button.
    Send,
    /// Out of the answer or the edit.
    Leave,
    /// The newest words are to be said otherwise.
    EditNewest,
    /// A voice message is to be recorded, or is done with.
    Record(bool),
    /// The button of the emoji.
    TogglePicker,
    /// They are not wanted any more. True: the caret goes back to the words.
    ClosePicker(bool),
    /// One is to stand where the caret is.
    Pick(&'static str),
}

impl Component for Composer {
    type Message = ComposerEvent;
    type Properties = ComposerProps;

    fn create(ctx: &Context<Self>) -> Self {
        Self {
            field: NodeRef::default(),
            text: ctx.props().given.text.to_string(),
            edited: edit_in(ctx.props()).map(str::to_owned),
            wants_caret: false,
            is_picking: false,
            is_recording: false,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, event: ComposerEvent) -> bool {
        match event {
            ComposerEvent::Typed(text) => match &mut self.edited {
                Some(edited) => {
                    *edited = text;
                    return true;
                }
                None => self.text = text,
            },
            ComposerEvent::Record(is_recording) => {
                self.is_recording = is_recording;
                if !is_recording {
                    focus_beside(&self.field, "button.voice");
                }
                return true;
            }
            ComposerEvent::TogglePicker => {
                self.is_picking = !self.is_picking;
                return true;
            }
            ComposerEvent::ClosePicker(is_back) => {
                self.is_picking = false;
                if is_back && let Some(field) = self.field.cast::<HtmlElement>() {
                    let _ = field.focus();
                }
                return true;
            }
            ComposerEvent::Pick(emoji) => {
                if let Some(text) =
                    self.field.cast::<HtmlTextAreaElement>().and_then(|field| put(&field, emoji))
                {
                    ctx.link().send_message(ComposerEvent::Typed(text));
                }
                return false;
            }
            ComposerEvent::Leave => {
                ctx.props().on_wish.emit(ThreadWish::Unaim);
                return false;
            }
            ComposerEvent::EditNewest => {
                ctx.props().on_wish.emit(ThreadWish::EditNewest);
                return false;
            }
            ComposerEvent::Send => {
                if let Some(field) = self.field.cast::<HtmlElement>() {
                    // Refused focus is no harm: the text stays where it is.
                    let _ = field.focus();
                }
                let text = self.words().trim();
                if text.is_empty() || self.left(ctx) < 0 {
                    return false;
                }
                ctx.props().on_send.emit(text.to_owned());
                if self.edited.is_some() {
                    // What stood there before comes back when the session says that the edit is on its way.
                    return true;
                }
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
        let aim = &ctx.props().aim;
        if *aim != old.aim {
            self.edited = edit_in(ctx.props()).map(str::to_owned);
            self.wants_caret = aim.is_some();
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let left = self.left(ctx);
        let is_ready = !self.words().trim().is_empty() && left >= 0;
        let on_leave = ctx.link().callback(|_| ComposerEvent::Leave);
        let on_submit = ctx.link().callback(|event: SubmitEvent| {
            event.prevent_default();
            ComposerEvent::Send
        });
        html! {
            <>
            if let Some(aim) = &props.aim {
                // Who aims has a thread on screen: the strip has come with it.
                { parts::piece(props.words, Piece::Strip(aim.clone(), on_leave), Callback::noop()) }
            }
            <form class="composer" onsubmit={on_submit}>
                { attach_button(props.words, &props.accepts, &props.on_files) }
                { self.voice(ctx) }
                <div class="composer-field">
                    <textarea
                        ref={self.field.clone()}
                        rows="1"
                        // An empty field goes with the page: the browser would take it for one from left to right.
                        dir={(!self.words().is_empty()).then_some("auto")}
                        enterkeyhint="send"
                        autocomplete="off"
                        aria-label={props.words.message}
                        aria-invalid={(left < 0).then_some("true")}
                        placeholder={props.placeholder.clone()}
                        value={self.words().to_owned()}
                        oninput={ctx.link().callback(|event: InputEvent| {
                            let field = event.target_unchecked_into::<HtmlTextAreaElement>();
                            ComposerEvent::Typed(field.value())
                        })}
                        onkeydown={self.keys(ctx)}
                    />
                    { self.picker(ctx) }
                    if left <= FEW_LEFT {
                        <span class="composer-left" data-over={(left < 0).then_some("")} role="status">
                            { props.calendar.count(if left < 0 { props.words.over } else { props.words.left }, left.unsigned_abs()) }
                        </span>
                    }
                </div>
                <button
                    type="submit"
                    class="send"
                    aria-label={props.words.send}
                    aria-disabled={(!is_ready).to_string()}
                >
                    { icon::send() }
                </button>
            </form>
            </>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        let Some(field) = self.field.cast::<HtmlTextAreaElement>() else { return };
        fit(&field);
        if std::mem::take(&mut self.wants_caret) {
            let _ = field.focus();
            let end = u32::try_from(self.words().encode_utf16().count()).unwrap_or(u32::MAX);
            let _ = field.set_selection_range(end, end);
        }
        if first_render && ctx.props().takes_focus {
            let _ = field.focus();
        }
    }
}

impl Composer {
    /// The button that records a voice message, and what stands over the composer meanwhile.
    fn voice(&self, ctx: &Context<Self>) -> Html {
        let ComposerProps { words, accepts, on_files, .. } = ctx.props();
        if !voice::is_open(accepts) {
            return Html::default();
        }
        let words = *words;
        let on_close = ctx.link().callback(|()| ComposerEvent::Record(false));
        let inside = VoiceProps { words, accepts: accepts.clone(), on_files: on_files.clone(), on_close };
        html! {
            <>
                <button
                    type="button"
                    class="attach voice"
                    aria-label={words.record}
                    onclick={ctx.link().callback(|_| ComposerEvent::Record(true))}
                >
                    { icon::microphone() }
                </button>
                if self.is_recording {
                    { parts::piece(words, Piece::Voice(inside), Callback::noop()) }
                }
            </>
        }
    }

    /// The button in the field's corner, and what it opens.
    fn picker(&self, ctx: &Context<Self>) -> Html {
        let (words, link) = (ctx.props().words, ctx.link());
        let acts = PickerActs {
            on_pick: link.callback(ComposerEvent::Pick),
            on_close: link.callback(ComposerEvent::ClosePicker),
        };
        let field = self.field.clone();
        let on_drawn = Callback::from(move |()| focus_beside(&field, ".picker .emoji"));
        html! {
            <>
                <button
                    type="button"
                    class="emoji-open"
                    aria-label={words.emoji}
                    aria-expanded={self.is_picking.to_string()}
                    onclick={link.callback(|_| ComposerEvent::TogglePicker)}
                >
                    { icon::smile() }
                </button>
                if self.is_picking {
                    { parts::piece(words, Piece::Picker(acts), on_drawn) }
                }
            </>
        }
    }

    fn left(&self, ctx: &Context<Self>) -> i64 {
        let used = i64::try_from(self.words().chars().count()).unwrap_or(i64::MAX);
        i64::from(ctx.props().text_chars) - used
    }

    /// What stands in the field.
    fn words(&self) -> &str {
        self.edited.as_ref().unwrap_or(&self.text)
    }

    fn keys(&self, ctx: &Context<Self>) -> Callback<KeyboardEvent> {
        let (is_empty, is_aimed) = (self.words().is_empty(), ctx.props().aim.is_some());
        ctx.link().batch_callback(move |event| on_key(&event, is_empty, is_aimed))
    }
}

/// Puts the focus on the first of the composer's elements of that kind.
fn focus_beside(field: &NodeRef, selector: &str) {
    let composer = field.cast::<Element>().and_then(|field| field.closest(".composer").ok()?);
    if let Some(found) = composer.and_then(|composer| composer.query_selector(selector).ok()?) {
        focus(&found);
    }
}

/// Puts it where the caret is, and the caret behind it. Gives all of the words.
fn put(field: &HtmlTextAreaElement, emoji: &str) -> Option<String> {
    let at = field.selection_start().ok()??;
    field.set_range_text(emoji).ok()?;
    let behind = at.saturating_add(u32::try_from(emoji.encode_utf16().count()).ok()?);
    let _ = field.set_selection_range(behind, behind);
    Some(field.value())
}

/// The words that are to be said otherwise.
fn edit_in(props: &ComposerProps) -> Option<&str> {
    match &props.aim {
        Some(Aimed::Edit { text, .. }) => Some(text),
        _ => None,
    }
}

fn on_key(event: &KeyboardEvent, is_empty: bool, is_aimed: bool) -> Option<ComposerEvent> {
    let is_composing = event.is_composing() || event.key_code() == COMPOSING_KEY;
    if is_composing || event.shift_key() || event.alt_key() {
        return None;
    }
    let wish = match event.key().as_str() {
        "Enter" => ComposerEvent::Send,
        "Escape" if is_aimed => ComposerEvent::Leave,
        "ArrowUp" if is_empty && !is_aimed => ComposerEvent::EditNewest,
        _ => return None,
    };
    event.prevent_default();
    // One level at a time: the panel around would close.
    event.stop_propagation();
    Some(wish)
}

/// As high as its text. Through the CSSOM, which our CSP lets pass where it refuses a `style` attribute; the style sheet
/// holds the upper bound.
fn fit(field: &HtmlTextAreaElement) {
    let style = field.style();
    if style.set_property("height", "auto").is_ok() {
        let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
    }
}
