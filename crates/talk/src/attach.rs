//! How files are given: a button beside the composer, the camera of a phone, pasting, and dropping anywhere on the pane.
//!
//! Knows neither limits nor the way of a file: it gives what the browser gives.

use std::{cell::Cell, rc::Rc};

use tieline_browser::{Listener, file::can_hash};
use tieline_session::screen::Accepts;
use wasm_bindgen::JsCast;
use web_sys::{
    ClipboardEvent, DataTransfer, DragEvent, Element, Event, File, FileList, HtmlElement, HtmlInputElement,
    MouseEvent,
};
use yew::{Callback, Component, Context, Html, NodeRef, Properties, TargetCast, html};

use crate::{icon, words::Words};

/// The button for the composer's left. Nothing, where no file can be given. A function, as each component is five more
/// kilobytes to download.
pub(crate) fn attach_button(
    words: &'static Words,
    accepts: &Accepts,
    on_files: &Callback<Vec<File>>,
) -> Html {
    if !is_open(accepts) {
        return Html::default();
    }
    let has_pictures = accepts.types.iter().any(|media_type| media_type.starts_with("image/"));
    html! {
        <>
            <input
                type="file"
                multiple=true
                hidden=true
                accept={accepts.types.join(",")}
                onchange={taken(on_files)}
            />
            <button type="button" class="attach" aria-label={words.attach} onclick={press}>
                { icon::clip() }
            </button>
            if has_pictures {
                <input
                    type="file"
                    hidden=true
                    accept="image/*"
                    capture="environment"
                    onchange={taken(on_files)}
                />
                <button type="button" class="attach camera" aria-label={words.camera} onclick={press}>
                    { icon::camera() }
                </button>
            }
        </>
    }
}

/// What is seen while files are held over a pane. Put it right inside the pane's element: where it is, a [`Catch`] takes files.
pub fn drop_sign(words: &'static Words, accepts: &Accepts) -> Html {
    sign(words, accepts, &NodeRef::default())
}

fn sign(words: &'static Words, accepts: &Accepts, mark: &NodeRef) -> Html {
    html! {
        if is_open(accepts) {
            <div ref={mark.clone()} class="drop-zone" hidden=true aria-hidden="true">
                <p>{ icon::clip() }{ words.drop_here }</p>
            </div>
        }
    }
}

/// A file that cannot be hashed cannot be announced.
fn is_open(accepts: &Accepts) -> bool {
    !accepts.types.is_empty() && can_hash()
}

/// Opens the browser's choice of files: the field for it stands before the button.
fn press(event: MouseEvent) {
    let button = event.target_dyn_into::<Element>().and_then(|target| target.closest("button").ok()?);
    let input = button.and_then(|button| button.previous_element_sibling()?.dyn_into().ok());
    if let Some(input) = input {
        HtmlElement::click(&input);
    }
}

fn taken(on_files: &Callback<Vec<File>>) -> Callback<Event> {
    let on_files = on_files.clone();
    Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        give(&on_files, input.files());
        // The same file can be chosen again.
        input.set_value("");
    })
}

/// False: there was none.
fn give(on_files: &Callback<Vec<File>>, list: Option<FileList>) -> bool {
    let files: Vec<File> =
        list.iter().flat_map(|list| (0..list.length()).filter_map(move |place| list.get(place))).collect();
    let is_any = !files.is_empty();
    if is_any {
        on_files.emit(files);
    }
    is_any
}

/// Takes what is dropped on a pane or pasted into it, for as long as it lives.
#[derive(Debug)]
pub struct Catch(#[expect(dead_code, reason = "held for its Drop")] [Listener; 5]);

impl Catch {
    /// `pane` has a [`drop_sign`] in it while files can be given.
    pub fn over(pane: &Element, on_files: &Callback<Vec<File>>) -> Self {
        // Elements of the pane that the pointer is over: it enters the next one before it leaves the last.
        let depth = Rc::new(Cell::new(0_u32));
        let over = |name: &'static str, next: fn(u32) -> u32| {
            let (within, depth) = (pane.clone(), depth.clone());
            Listener::new(pane, name, move |happened| {
                let happened: DragEvent = happened.unchecked_into();
                let Some(sign) = sign_in(&within) else { return depth.set(0) };
                if happened.data_transfer().is_some_and(|data| has_files(&data)) {
                    happened.prevent_default();
                    depth.set(next(depth.get()));
                    sign.set_hidden(depth.get() == 0);
                }
            })
        };
        let (entered, kept, left) = (
            over("dragenter", |depth| depth + 1),
            over("dragover", |depth| depth),
            over("dragleave", |depth| depth.saturating_sub(1)),
        );
        let (within, dropped, pasted) = (pane.clone(), on_files.clone(), on_files.clone());
        let dropped = Listener::new(pane, "drop", move |happened| {
            let happened: DragEvent = happened.unchecked_into();
            depth.set(0);
            let Some(sign) = sign_in(&within) else { return };
            sign.set_hidden(true);
            // A browser that is left to it opens the file in place of us.
            if happened.data_transfer().is_some_and(|data| give(&dropped, data.files())) {
                happened.prevent_default();
            }
        });
        let within = pane.clone();
        let pasted = Listener::new(pane, "paste", move |happened| {
            let happened: ClipboardEvent = happened.unchecked_into();
            // A word processor puts a picture of the words beside them: then the words are meant.
            let data = happened.clipboard_data().filter(|data| !has_type(data, "text/plain"));
            if sign_in(&within).is_some() && data.is_some_and(|data| give(&pasted, data.files())) {
                happened.prevent_default();
            }
        });
        Self([entered, kept, left, dropped, pasted])
    }
}

fn sign_in(pane: &Element) -> Option<HtmlElement> {
    pane.query_selector(".drop-zone").ok()??.dyn_into().ok()
}

/// Properties of [`DropZone`].
#[derive(Clone, PartialEq, Properties)]
pub struct DropZoneProps {
    /// Texts.
    pub words: &'static Words,
    /// What can be given.
    pub accepts: Accepts,
    /// Takes what was given.
    pub on_files: Callback<Vec<File>>,
}

/// A sign and what goes with it, for a pane that has nowhere to hold a [`Catch`]. Put it right inside the pane's element.
#[derive(Debug)]
pub struct DropZone {
    mark: NodeRef,
    catch: Option<Catch>,
}

impl Component for DropZone {
    type Message = Vec<File>;
    type Properties = DropZoneProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self { mark: NodeRef::default(), catch: None }
    }

    fn update(&mut self, ctx: &Context<Self>, files: Vec<File>) -> bool {
        ctx.props().on_files.emit(files);
        false
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let DropZoneProps { words, accepts, .. } = ctx.props();
        sign(words, accepts, &self.mark)
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first_render: bool) {
        let pane = self.mark.cast::<Element>().and_then(|mark| mark.parent_element());
        if let Some(pane) = pane.filter(|_| self.catch.is_none()) {
            self.catch = Some(Catch::over(&pane, &ctx.link().callback(|files| files)));
        }
    }
}

fn has_files(data: &DataTransfer) -> bool {
    has_type(data, "Files")
}

fn has_type(data: &DataTransfer, wanted: &str) -> bool {
    data.types().iter().any(|found| found.as_string().is_some_and(|found| found == wanted))
}
