//! The root: language, direction, and the way out by Escape. Everything inside is the panel.

use std::rc::Rc;

use tieline_browser::focus;
use tieline_protocol::{Millis, SessionId};
use tieline_session::{
    Input, Screen,
    screen::{ChatRow, Thread},
};
use tieline_talk::{Calendar, Given, Pictures, ThreadWish, attach::Catch, form::Filled};
use web_sys::{Element, File, KeyboardEvent};
use yew::{AttrValue, Callback, Component, Context, Html, NodeRef, Properties, html};

use super::{
    ending::Rated,
    paint::Paint,
    panel::{Kept, panel},
};
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

/// What the visitor picks in the panel's menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Sound on or off.
    Sound,
    /// Desktop notifications on or off.
    Notices,
}

/// How the visitor is told of messages while they look elsewhere. None: the page around us cannot do it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// By sound.
    pub sound: Option<bool>,
    /// By desktop notifications.
    pub notices: Option<Notices>,
}

/// Desktop notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notices {
    /// Wanted and allowed.
    On,
    /// Not wanted.
    Off,
    /// The browser does not allow any.
    Blocked,
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
    /// How the visitor is told of messages while they look elsewhere.
    pub choices: Choices,
    /// Which chat is shown. Another one has its own scrolling and its own unsent words.
    pub chat: AttrValue,
    /// The session that the visitor took from their list, if that is what they did: it may not be the newest of its chat.
    pub picked: Option<SessionId>,
    /// The session is being made a file; older lines are still on their way.
    pub is_saving: bool,
    /// Files were given: what draws them, and tells if it could not be fetched, is to be here.
    pub has_given: bool,
    /// What the visitor had begun to write.
    pub unsent: Given,
    /// Each new number puts the caret into the composer; 0 leaves it where it is.
    pub focus_turn: u32,
}

/// Where what the visitor does goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Facts for the session.
    pub feed: Callback<Input>,
    /// What the visitor wants in the thread; ids are minted further down.
    pub wish: Callback<ThreadWish>,
    /// Words to send; the ids are minted further down.
    pub submit: Callback<String>,
    /// Words that stand in the composer and are not sent.
    pub typed: Callback<String>,
    /// Something was picked in the menu.
    pub pick: Callback<Pick>,
    /// A form that was filled in.
    pub fill: Callback<Filled>,
    /// How it was, in stars and words.
    pub rate: Callback<Rated>,
    /// Files that were given.
    pub attach: Callback<Vec<File>>,
    /// Finds a picture that this page has in memory.
    pub pictures: Pictures,
    /// The visitor wants the panel gone.
    pub close: Callback<()>,
    /// Shows the list of sessions, or the chat again.
    pub list: Callback<bool>,
    /// Shows a session of the list.
    pub show: Callback<ChatRow>,
    /// The list is to have older sessions too.
    pub more: Callback<()>,
    /// Gives the visitor the session as a file.
    pub save: Callback<()>,
}

/// One moment of the session, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// What to show.
    pub screen: Rc<Screen>,
    /// When: tells today from yesterday.
    pub now: Millis,
    /// How.
    pub face: Face,
    /// What to do.
    pub act: Act,
}

/// Properties of [`App`].
#[derive(Clone, Properties)]
pub struct AppProps {
    /// None: nothing is drawn.
    pub scene: Option<Scene>,
    /// Tells one session from the next on the same root, so that nothing of the earlier one is left in it.
    pub turn: u32,
}

// Nobody draws the same moment twice: comparing two of them is only code to download. What is costly is compared further down.
impl PartialEq for AppProps {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// The widget: one component for all that has no state of its own.
#[derive(Debug)]
pub struct App {
    root: NodeRef,
    panel: NodeRef,
    /// The thread at one address while it stays the same: nothing further down compares it row by row.
    thread: Rc<Thread>,
    on_wish: Callback<ThreadWish>,
    /// The colours that the host element wears.
    painted: Option<Paint>,
    /// The last [`Face::focus_turn`] that was obeyed.
    focused: u32,
    /// The panel's menu was opened: at that entry.
    menu: Option<usize>,
    /// Takes the files that are dropped on the panel or pasted into it.
    catch: Option<Catch>,
}

/// What happens to the widget that is none of the session's business.
#[derive(Clone, Copy, Debug)]
pub enum AppEvent {
    /// The panel's menu is opened for the first time: at that entry.
    MenuOpened(usize),
}

impl Component for App {
    type Message = AppEvent;
    type Properties = AppProps;

    fn create(ctx: &Context<Self>) -> Self {
        Self {
            root: NodeRef::default(),
            panel: NodeRef::default(),
            thread: Rc::new(thread_of(ctx.props())),
            on_wish: wishes_of(ctx.props()),
            painted: None,
            focused: 0,
            menu: None,
            catch: None,
        }
    }

    fn update(&mut self, _: &Context<Self>, AppEvent::MenuOpened(at): AppEvent) -> bool {
        self.menu = Some(at);
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &AppProps) -> bool {
        let props = ctx.props();
        if props.scene.as_ref().is_none_or(|scene| *self.thread != scene.screen.thread) {
            self.thread = Rc::new(thread_of(props));
        }
        if old.turn != props.turn || props.scene.is_none() {
            self.on_wish = wishes_of(props);
            self.painted = None;
            self.focused = 0;
            self.menu = None;
            self.catch = None;
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let AppProps { scene, turn } = ctx.props();
        let Some(scene) = scene else { return Html::default() };
        let kept = Kept {
            panel: &self.panel,
            thread: &self.thread,
            on_wish: &self.on_wish,
            menu: self.menu,
            on_menu: ctx.link().callback(AppEvent::MenuOpened),
        };
        let language = scene.face.locale.words.language;
        html! {
            <div
                ref={self.root.clone()}
                class="tieline"
                lang={language}
                dir={locale::direction(language)}
                data-shape={match scene.face.shape {
                    Shape::Frame => "frame",
                    Shape::Page => "page",
                    Shape::Inline => "inline",
                }}
                onkeydown={on_key(scene)}
            >
                { panel(scene, *turn, &kept) }
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first_render: bool) {
        let Some(scene) = &ctx.props().scene else { return };
        if self.painted.as_ref().is_none_or(|paint| !paint.is_of(&scene.face)) {
            // Off with the old ones first: taking them off later would take off the new ones.
            self.painted = None;
            self.painted = Paint::put(&self.root, &scene.face);
        }
        if let Some(panel) = self.panel.cast::<Element>().filter(|_| self.catch.is_none()) {
            self.catch = Some(Catch::over(&panel, &scene.act.attach));
        }
        if self.focused != scene.face.focus_turn {
            self.focused = scene.face.focus_turn;
            take_caret(&self.panel);
        }
    }
}

fn thread_of(props: &AppProps) -> Thread {
    props.scene.as_ref().map(|scene| scene.screen.thread.clone()).unwrap_or_default()
}

fn wishes_of(props: &AppProps) -> Callback<ThreadWish> {
    props.scene.as_ref().map(|scene| scene.act.wish.clone()).unwrap_or_default()
}

fn on_key(scene: &Scene) -> Callback<KeyboardEvent> {
    let (act, is_listing) = (scene.act.clone(), scene.screen.is_listing);
    let can_close = scene.face.shape == Shape::Frame;
    Callback::from(move |event: KeyboardEvent| {
        // What was open inside has taken the key for itself.
        if event.key() != "Escape"
            || event.is_composing()
            || event.default_prevented()
            || !(is_listing || can_close)
        {
            return;
        }
        event.prevent_default();
        // One step at a time: from the list to the chat, from the chat to the page.
        if is_listing {
            act.list.emit(false);
        } else {
            act.close.emit(());
        }
    })
}

/// Where one goes on: in the composer, or in the list at the chat that one came from.
pub(super) fn take_caret(panel: &NodeRef) {
    let Some(panel) = panel.cast::<Element>() else { return };
    let places = ["textarea", ".chat-row[aria-current]", ".chat-row"];
    let place = places.into_iter().find_map(|place| panel.query_selector(place).ok()?);
    if let Some(place) = place {
        focus::focus(&place);
    }
}
