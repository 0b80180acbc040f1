//! A picture of the thread as large as there is room, and the others by the arrow keys.
//!
//! The browser's own modal dialog keeps the focus in, gives it back, and closes on Escape. Knows no thread: it takes the pictures
//! as plain data.

use std::rc::Rc;

use tieline_browser::Listener;
use tieline_protocol::DraftId;
use web_sys::{HtmlDialogElement, HtmlElement, KeyboardEvent};
use yew::{Callback, Component, Context, Html, NodeRef, Properties, classes, html};

use crate::{icon, words::Words};

/// A picture to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Names it.
    pub key: DraftId,
    /// Where it can be read, whole.
    pub src: String,
    /// Its name.
    pub name: String,
}

/// Properties of [`Lightbox`].
#[derive(Clone, PartialEq, Properties)]
pub struct LightboxProps {
    /// All that can be looked at.
    pub pictures: Rc<Vec<Shown>>,
    /// The one to begin with.
    pub at: DraftId,
    /// Texts.
    pub words: &'static Words,
    /// It was closed.
    pub on_close: Callback<()>,
}

/// The one entry: the dialog over everything, open.
pub fn lightbox(props: LightboxProps) -> Html {
    let LightboxProps { pictures, at, words, on_close } = props;
    html! { <Lightbox {pictures} {at} {words} {on_close} /> }
}

/// See the module.
#[derive(Debug)]
pub struct Lightbox {
    dialog: NodeRef,
    at: DraftId,
    is_zoomed: bool,
    on_close: Option<Listener>,
}

/// What happens to it.
#[derive(Clone, Copy, Debug)]
pub enum LightboxEvent {
    /// So many pictures on, or back.
    Step(isize),
    /// Between fitting and its own size.
    Zoom,
    /// Away with it.
    Close,
}

impl Component for Lightbox {
    type Message = LightboxEvent;
    type Properties = LightboxProps;

    fn create(ctx: &Context<Self>) -> Self {
        Self { dialog: NodeRef::default(), at: ctx.props().at, is_zoomed: false, on_close: None }
    }

    fn update(&mut self, ctx: &Context<Self>, event: LightboxEvent) -> bool {
        match event {
            LightboxEvent::Step(by) => {
                let pictures = &ctx.props().pictures;
                let next = place_of(pictures, self.at).checked_add_signed(by);
                let Some(next) = next.and_then(|next| pictures.get(next)) else { return false };
                (self.at, self.is_zoomed) = (next.key, false);
                true
            }
            LightboxEvent::Zoom => {
                self.is_zoomed = !self.is_zoomed;
                true
            }
            LightboxEvent::Close => {
                // Answered by `close`, which also comes of Escape and of a phone's way back.
                if let Some(dialog) = self.dialog.cast::<HtmlDialogElement>() {
                    dialog.close();
                }
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let LightboxProps { pictures, words, .. } = ctx.props();
        let place = place_of(pictures, self.at);
        let Some(shown) = pictures.get(place) else { return Html::default() };
        let (link, count) = (ctx.link(), pictures.len());
        let step = |by: isize, name: &'static str, is_there: bool, sign: Html, class: &'static str| {
            html! {
                <button
                    type="button"
                    class={classes!("lightbox-button", class)}
                    aria-label={name}
                    disabled={!is_there}
                    onclick={link.callback(move |_| LightboxEvent::Step(by))}
                >
                    { sign }
                </button>
            }
        };
        html! {
            <dialog ref={self.dialog.clone()} class="lightbox" onkeydown={self.keys(ctx)} aria-label={words.open_picture.with(&shown.name)}>
                <div class="lightbox-bar">
                    <bdi class="lightbox-name">{ shown.name.clone() }</bdi>
                    if count > 1 {
                        <span class="lightbox-count" role="status">{ format!("{} / {count}", place + 1) }</span>
                    }
                    <a
                        class="lightbox-button"
                        href={shown.src.clone()}
                        download={shown.name.clone()}
                        target="_blank"
                        rel="noopener noreferrer nofollow"
                        aria-label={words.save_file.with(&shown.name)}
                    >
                        { icon::save() }
                    </a>
                    <button
                        type="button"
                        class="lightbox-button"
                        aria-label={words.close_picture}
                        onclick={link.callback(|_| LightboxEvent::Close)}
                    >
                        { icon::close() }
                    </button>
                </div>
                <div
                    class={classes!("lightbox-stage", self.is_zoomed.then_some("zoomed"))}
                    onclick={link.callback(|_| LightboxEvent::Zoom)}
                >
                    <img key={shown.src.clone()} src={shown.src.clone()} alt={shown.name.clone()} draggable="false" />
                </div>
                if count > 1 {
                    { step(-1, words.previous_picture, place > 0, icon::back(), "lightbox-back") }
                    { step(1, words.next_picture, place + 1 < count, icon::back(), "lightbox-on") }
                }
            </dialog>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        let Some(dialog) = self.dialog.cast::<HtmlDialogElement>().filter(|_| first_render) else { return };
        // An old browser without modal dialogs shows it in place, which is better than nothing.
        if dialog.show_modal().is_err() {
            dialog.set_open(true);
        }
        let on_close = ctx.props().on_close.clone();
        self.on_close = Some(Listener::new(&dialog, "close", move |_| on_close.emit(())));
    }
}

impl Lightbox {
    fn keys(&self, ctx: &Context<Self>) -> Callback<KeyboardEvent> {
        let dialog = self.dialog.clone();
        ctx.link().batch_callback(move |event: KeyboardEvent| {
            // Neither the panel's Escape nor the desk's keys mean a key that is pressed in here. Yew hears at the root, before the
            // dialog does: only a handler of its own can stop it there.
            event.stop_propagation();
            let is_rtl = dialog.cast::<HtmlElement>().is_some_and(|dialog| is_rtl(&dialog));
            let step = step_of(&event.key(), is_rtl)?;
            event.prevent_default();
            Some(LightboxEvent::Step(step))
        })
    }
}

fn place_of(pictures: &[Shown], at: DraftId) -> usize {
    pictures.iter().position(|shown| shown.key == at).unwrap_or_default()
}

fn step_of(key: &str, is_rtl: bool) -> Option<isize> {
    let on = if is_rtl { -1 } else { 1 };
    match key {
        "ArrowRight" => Some(on),
        "ArrowLeft" => Some(-on),
        _ => None,
    }
}

fn is_rtl(element: &HtmlElement) -> bool {
    let style = web_sys::window().and_then(|window| window.get_computed_style(element).ok()?);
    style.and_then(|style| style.get_property_value("direction").ok()).is_some_and(|way| way == "rtl")
}

#[cfg(test)]
mod tests {
    use super::step_of;

    #[test]
    fn arrows_lead_the_way_one_reads() {
        assert_eq!((step_of("ArrowRight", false), step_of("ArrowLeft", false)), (Some(1), Some(-1)));
        assert_eq!((step_of("ArrowRight", true), step_of("ArrowLeft", true)), (Some(-1), Some(1)));
        assert_eq!(step_of("Escape", false), None, "the dialog's own");
    }
}
