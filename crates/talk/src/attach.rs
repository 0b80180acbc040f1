//! How files are given: a button beside the composer, the camera of a phone, pasting, and dropping anywhere on the pane.
//!
//! Knows neither limits nor the way of a file: it gives what the browser gives.

use tieline_browser::{Listener, file::can_hash};
use tieline_session::screen::Accepts;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, Element, Event, File, FileList, HtmlInputElement};
use yew::{
    Callback, Component, Context, Html, NodeRef, Properties, TargetCast, component, html, use_node_ref,
};

use crate::{
    icon,
    voice::{self, VoiceButton},
    words::Words,
};

/// Properties of both parts.
#[derive(Clone, PartialEq, Properties)]
pub struct AttachProps {
    /// Texts.
    pub words: &'static Words,
    /// What can be given.
    pub accepts: Accepts,
    /// Takes what was given.
    pub on_files: Callback<Vec<File>>,
}

/// The button for the composer's left. Nothing, where no file can be given.
pub fn attach_button(words: &'static Words, accepts: &Accepts, on_files: &Callback<Vec<File>>) -> Html {
    if is_open(accepts) {
        html! { <AttachButton {words} accepts={accepts.clone()} on_files={on_files.clone()} /> }
    } else {
        Html::default()
    }
}

/// What a pane takes that is dropped on it or pasted into it. Put it right inside the pane's element.
pub fn drop_zone(words: &'static Words, accepts: &Accepts, on_files: &Callback<Vec<File>>) -> Html {
    if is_open(accepts) {
        html! { <DropZone {words} accepts={accepts.clone()} on_files={on_files.clone()} /> }
    } else {
        Html::default()
    }
}

/// A file that cannot be hashed cannot be announced.
fn is_open(accepts: &Accepts) -> bool {
    !accepts.types.is_empty() && can_hash()
}

/// See [`attach_button`].
#[component]
pub fn AttachButton(props: &AttachProps) -> Html {
    let AttachProps { words, accepts, on_files } = props;
    let (any, camera) = (use_node_ref(), use_node_ref());
    let has_pictures = accepts.types.iter().any(|media_type| media_type.starts_with("image/"));
    html! {
        <>
            <input
                ref={any.clone()}
                type="file"
                multiple=true
                hidden=true
                accept={accepts.types.join(",")}
                onchange={taken(on_files)}
            />
            <button type="button" class="attach" aria-label={words.attach} onclick={press(&any)}>
                { icon::clip() }
            </button>
            if has_pictures {
                <input
                    ref={camera.clone()}
                    type="file"
                    hidden=true
                    accept="image/*"
                    capture="environment"
                    onchange={taken(on_files)}
                />
                <button type="button" class="attach camera" aria-label={words.camera} onclick={press(&camera)}>
                    { icon::camera() }
                </button>
            }
            if voice::is_open(accepts) {
                <VoiceButton {words} accepts={accepts.clone()} on_files={on_files.clone()} />
            }
        </>
    }
}

fn press<E>(input: &NodeRef) -> Callback<E> {
    let input = input.clone();
    Callback::from(move |_| {
        if let Some(input) = input.cast::<HtmlInputElement>() {
            input.click();
        }
    })
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

/// See [`drop_zone`].
#[derive(Debug)]
pub struct DropZone {
    mark: NodeRef,
    /// Elements of the pane that the pointer is over: it enters the next one before it leaves the last.
    depth: u32,
    listeners: Vec<Listener>,
}

/// What happens over the pane.
#[derive(Clone, Copy, Debug)]
pub enum DropEvent {
    /// Files come over an element of it.
    Entered,
    /// They leave one.
    Left,
    /// They were dropped.
    Dropped,
}

impl Component for DropZone {
    type Message = DropEvent;
    type Properties = AttachProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self { mark: NodeRef::default(), depth: 0, listeners: Vec::new() }
    }

    fn update(&mut self, _ctx: &Context<Self>, event: DropEvent) -> bool {
        let was_over = self.depth > 0;
        self.depth = match event {
            DropEvent::Entered => self.depth + 1,
            DropEvent::Left => self.depth.saturating_sub(1),
            DropEvent::Dropped => 0,
        };
        was_over != (self.depth > 0)
    }

    fn changed(&mut self, ctx: &Context<Self>, _old: &AttachProps) -> bool {
        self.listen(ctx);
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        html! {
            <div ref={self.mark.clone()} class="drop-zone" hidden={self.depth == 0} aria-hidden="true">
                <p>{ icon::clip() }{ ctx.props().words.drop_here }</p>
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        if first_render {
            self.listen(ctx);
        }
    }
}

impl DropZone {
    fn listen(&mut self, ctx: &Context<Self>) {
        let pane = self.mark.cast::<Element>().and_then(|mark| mark.parent_element());
        let Some(pane) = pane else { return };
        let over = |name: &'static str, event: Option<DropEvent>| {
            let link = ctx.link().clone();
            Listener::new(&pane, name, move |happened| {
                let happened: DragEvent = happened.unchecked_into();
                if happened.data_transfer().is_some_and(|data| has_files(&data)) {
                    happened.prevent_default();
                    link.batch_callback(|event| event).emit(event);
                }
            })
        };
        let (link, dropped, pasted) =
            (ctx.link().clone(), ctx.props().on_files.clone(), ctx.props().on_files.clone());
        self.listeners = vec![
            over("dragenter", Some(DropEvent::Entered)),
            over("dragover", None),
            over("dragleave", Some(DropEvent::Left)),
            Listener::new(&pane, "drop", move |happened| {
                let happened: DragEvent = happened.unchecked_into();
                link.send_message(DropEvent::Dropped);
                // A browser that is left to it opens the file in place of us.
                if happened.data_transfer().is_some_and(|data| give(&dropped, data.files())) {
                    happened.prevent_default();
                }
            }),
            Listener::new(&pane, "paste", move |happened| {
                let happened: ClipboardEvent = happened.unchecked_into();
                // A word processor puts a picture of the words beside them: then the words are meant.
                let data = happened.clipboard_data().filter(|data| !has_type(data, "text/plain"));
                if data.is_some_and(|data| give(&pasted, data.files())) {
                    happened.prevent_default();
                }
            }),
        ];
    }
}

fn has_files(data: &DataTransfer) -> bool {
    has_type(data, "Files")
}

fn has_type(data: &DataTransfer, wanted: &str) -> bool {
    data.types().iter().any(|found| found.as_string().is_some_and(|found| found == wanted))
}
