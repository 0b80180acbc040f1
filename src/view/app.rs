//! The root: language, direction, colours, and the way out by Escape. Everything inside is the panel.

use std::rc::Rc;

use tieline_protocol::Millis;
use tieline_session::{Input, Screen};
use tieline_talk::calendar::Calendar;
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement, KeyboardEvent, ShadowRoot};
use yew::{AttrValue, Callback, Html, NodeRef, Properties, component, html, use_effect_with, use_node_ref};

use super::panel::Panel;
use crate::locale::{self, Locale};

/// Where the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// In our own document inside the merchant's page, over it.
    Frame,
    /// In our own document, alone.
    Page,
    /// In the merchant's document, as a part of its layout.
    Inline,
}

/// Colours that the page asks for against the system's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark words on light.
    Light,
    /// Light words on dark.
    Dark,
}

/// All that the view needs beside the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// Texts.
    pub locale: &'static Locale,
    /// Dates and prices.
    pub calendar: Rc<Calendar>,
    /// Where the session stands.
    pub shape: Shape,
    /// The shop's name until the gateway says it.
    pub name: Option<AttrValue>,
    /// None: as the system has it.
    pub scheme: Option<Scheme>,
    /// A CSS colour; none: our own.
    pub accent: Option<AttrValue>,
    /// Which chat is shown. Another one has its own scrolling and its own unsent words.
    pub chat: AttrValue,
    /// Each new number puts the caret into the composer; 0 leaves it where it is.
    pub focus_turn: u32,
}

/// Where what the visitor does goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Facts for the session.
    pub feed: Callback<Input>,
    /// Words to send; the ids are minted further down.
    pub submit: Callback<String>,
    /// The visitor wants the panel gone.
    pub close: Callback<()>,
}

/// Properties of [`App`].
#[derive(Clone, PartialEq, Properties)]
pub struct AppProps {
    /// What to show.
    pub screen: Rc<Screen>,
    /// When: tells today from yesterday.
    pub now: Millis,
    /// How.
    pub face: Face,
    /// What to do.
    pub act: Act,
}

/// The widget.
#[component]
pub fn App(props: &AppProps) -> Html {
    let root = use_node_ref();
    let face = &props.face;
    use_effect_with((root.clone(), face.accent.clone(), face.scheme), |(root, accent, scheme)| {
        let painted = top_of(root);
        if let Some(top) = &painted {
            paint(top, accent.as_deref(), *scheme);
        }
        move || {
            if let Some(top) = painted {
                paint(&top, None, None);
            }
        }
    });
    let on_key = {
        let (close, can_close) = (props.act.close.clone(), face.shape == Shape::Frame);
        Callback::from(move |event: KeyboardEvent| {
            if can_close && event.key() == "Escape" && !event.is_composing() {
                event.prevent_default();
                close.emit(());
            }
        })
    };
    html! {
        <div
            ref={root}
            class="tieline"
            lang={face.locale.words.language}
            dir={locale::direction(face.locale.words.language)}
            data-shape={match face.shape { Shape::Frame => "frame", Shape::Page => "page", Shape::Inline => "inline" }}
            onkeydown={on_key}
        >
            <Panel screen={props.screen.clone()} now={props.now} face={props.face.clone()} act={props.act.clone()} />
        </div>
    }
}

/// Where the tokens stand: the element with our shadow root, or that of our own document.
fn top_of(root: &NodeRef) -> Option<HtmlElement> {
    let top = root.get()?.get_root_node();
    let host = top.dyn_ref::<ShadowRoot>().map(ShadowRoot::host);
    host.or_else(|| top.dyn_ref::<Document>()?.document_element())?.dyn_into().ok()
}

/// Colours go through the CSSOM: our CSP refuses `style` attributes.
fn paint(top: &HtmlElement, accent: Option<&str>, scheme: Option<Scheme>) {
    let is_colour = |value: &&str| web_sys::css::supports_with_value("color", value).unwrap_or(false);
    let scheme = scheme.map(|scheme| match scheme {
        Scheme::Light => "light",
        Scheme::Dark => "dark",
    });
    let style = top.style();
    for (name, value) in [("--tieline-accent", accent.filter(is_colour)), ("color-scheme", scheme)] {
        // Neither can fail: the names are valid, and a value the browser does not take is ignored by it.
        let _ = match value {
            Some(value) => style.set_property(name, value),
            None => style.remove_property(name).map(drop),
        };
    }
}
