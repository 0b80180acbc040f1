//! One mount: a driver, a stage and a line to the page, and who tells whom what.

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::{Rc, Weak},
};

use tieline_browser::{Listener, clock, focus};
use tieline_protocol::Millis;
use tieline_session::{Event, Screen};
use tieline_talk::Calendar;
use web_sys::HtmlElement;
use yew::{AttrValue, Callback};

use super::{
    config::Config,
    host::{Ear, Host, Line},
    port::{FromPage, ToPage},
    stage::Stage,
};
use crate::{
    driver::{Driver, Hooks, Settings, Word},
    locale::Locale,
    view::{Act, Face, Scene, Scheme, Shape},
};

/// A running session on a page. The last clone takes everything with it.
#[derive(Clone, Debug)]
pub struct Mount(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    driver: Driver,
    picture: Rc<Picture>,
    shape: Shape,
    /// The recipient of the chat that is shown.
    to: RefCell<Option<String>>,
    /// The page said who the visitor is.
    is_identified: Cell<bool>,
    /// The caret is to go into the composer as soon as the browser's focus is ours.
    wants_caret: Cell<bool>,
    line: Rc<OnceCell<Line>>,
    ear: OnceCell<Ear>,
    on_focus: OnceCell<Option<Listener>>,
}

impl Mount {
    /// Draws, tells the page, and in page and inline mode connects. A frame waits until it is shown.
    pub fn new(place: &HtmlElement, config: Config, host: Host) -> Self {
        let line = Rc::new(OnceCell::<Line>::new());
        let picture = Rc::new(Picture::new(place, &config));
        let driver = Driver::new(settings(&config), hooks(&picture, &line));
        picture.set_act(act(&driver, &line));
        let inner = Rc::new(Inner {
            driver,
            picture,
            shape: config.shape,
            to: RefCell::new(config.to.clone()),
            is_identified: Cell::new(false),
            wants_caret: Cell::new(false),
            line,
            ear: OnceCell::new(),
            on_focus: OnceCell::new(),
        });
        let weak = Rc::downgrade(&inner);
        let (line, ear) = host.connect(move |word| hear_weak(&weak, word));
        let _ = inner.line.set(line);
        let _ = inner.ear.set(ear);
        let _ = inner.on_focus.set(await_focus(&inner));
        inner.begin(config);
        Self(inner)
    }

    /// Takes the page's word.
    pub fn hear(&self, word: FromPage) {
        self.0.hear(word);
    }
}

impl Inner {
    fn begin(&self, config: Config) {
        if config.to.is_some() || config.item.is_some() {
            self.driver.ask(config.to, config.item);
        }
        if self.shape != Shape::Frame {
            self.driver.start();
            self.driver.set_shown(true);
        }
        if self.shape == Shape::Page {
            self.picture.change(|face| face.focus_turn = 1);
        }
        if let Some(line) = self.line.get() {
            line.tell(&ToPage::Ready);
        }
    }

    fn hear(&self, word: FromPage) {
        match word {
            FromPage::Open { to, item } => {
                self.picture.change(|face| face.chat = AttrValue::from(to.clone().unwrap_or_default()));
                self.to.replace(to.clone());
                self.driver.ask(to, item);
                self.driver.start();
            }
            FromPage::Shown => {
                self.driver.start();
                self.driver.set_shown(true);
                self.wants_caret.set(true);
                self.place_caret();
            }
            FromPage::Hidden => {
                self.wants_caret.set(false);
                self.driver.set_shown(false);
            }
            FromPage::Identify(Some(token)) => {
                self.is_identified.set(true);
                self.driver.take_token(Some(token));
            }
            // A page where nobody is signed in says so at every load. Only after somebody was is it news.
            FromPage::Identify(None) => {
                if self.is_identified.replace(false) {
                    self.driver.become_stranger();
                }
            }
            FromPage::Token(token) => self.driver.take_token(token),
            FromPage::Item(Some(item)) => self.driver.ask(self.to.borrow().clone(), Some(item)),
            FromPage::Item(None) => {}
            FromPage::Locale(tag) => self.picture.change(|face| speak(face, &tag)),
            FromPage::Theme { accent, scheme } => self.picture.change(|face| wear(face, accent, scheme)),
        }
    }

    /// A frame takes the caret only when the page has given it the focus: somebody may be typing elsewhere.
    fn place_caret(&self) {
        let is_ours = self.shape != Shape::Frame || focus::is_in_document();
        if is_ours && self.wants_caret.take() {
            self.picture.change(|face| face.focus_turn = face.focus_turn.wrapping_add(1).max(1));
        }
    }
}

/// What is drawn, and how.
#[derive(Debug)]
struct Picture {
    place: HtmlElement,
    face: RefCell<Face>,
    screen: RefCell<Option<Rc<Screen>>>,
    act: OnceCell<Act>,
    stage: RefCell<Option<Stage>>,
}

impl Picture {
    fn new(place: &HtmlElement, config: &Config) -> Self {
        let locale = Locale::find([config.language.as_str()]);
        let face = Face {
            locale,
            calendar: Rc::new(Calendar::new(&locale.words, &config.language)),
            shape: config.shape,
            name: config.name.clone().map(AttrValue::from),
            scheme: config.scheme,
            accent: config.accent.clone().map(AttrValue::from),
            chat: AttrValue::from(config.to.clone().unwrap_or_default()),
            focus_turn: 0,
        };
        Self {
            place: place.clone(),
            face: RefCell::new(face),
            screen: RefCell::new(None),
            act: OnceCell::new(),
            stage: RefCell::new(None),
        }
    }

    fn set_act(&self, act: Act) {
        let _ = self.act.set(act);
        self.draw();
    }

    fn show(&self, screen: Screen) {
        self.screen.replace(Some(Rc::new(screen)));
        self.draw();
    }

    fn change(&self, change: impl FnOnce(&mut Face)) {
        change(&mut self.face.borrow_mut());
        self.draw();
    }

    fn draw(&self) {
        let (Some(screen), Some(act)) = (self.screen.borrow().clone(), self.act.get()) else { return };
        let now = Millis(clock::now_ms());
        let scene = Scene { screen, now, face: self.face.borrow().clone(), act: act.clone() };
        let mut stage = self.stage.borrow_mut();
        match stage.as_mut() {
            Some(stage) => stage.show(scene),
            None => *stage = Stage::new(&self.place, scene),
        }
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        gateway: config.gateway.clone(),
        channel: config.channel.clone(),
        embed: config.ticket.clone(),
        page_origin: config.page_origin.clone(),
        language: config.language.clone(),
    }
}

fn hooks(picture: &Rc<Picture>, line: &Rc<OnceCell<Line>>) -> Hooks {
    let (picture, line) = (picture.clone(), line.clone());
    Hooks {
        draw: Box::new(move |screen| picture.show(screen)),
        tell: Box::new(move |word| {
            if let Some(line) = line.get() {
                line.tell(&translate(word));
            }
        }),
    }
}

fn act(driver: &Driver, line: &Rc<OnceCell<Line>>) -> Act {
    let (feed, submit, line) = (driver.feeder(), driver.feeder(), line.clone());
    Act {
        feed: Callback::from(feed),
        submit: Callback::from(move |text: String| submit(Driver::submission(text))),
        close: Callback::from(move |()| {
            if let Some(line) = line.get() {
                line.tell(&ToPage::Close);
            }
        }),
    }
}

fn translate(word: Word) -> ToPage {
    let event = |name, session: Option<String>| ToPage::Event { name, session };
    match word {
        Word::TokenWanted => ToPage::NeedToken,
        Word::Told(Event::Ready) => event("connected", None),
        Word::Told(Event::UnreadChanged(count)) => ToPage::Unread(count),
        Word::Told(Event::MessageSent { session }) => event("message-sent", Some(session.to_string())),
        Word::Told(Event::MessageReceived { session }) => {
            event("message-received", Some(session.to_string()))
        }
        Word::Told(Event::Refused) => event("failed", None),
    }
}

fn hear_weak(inner: &Weak<Inner>, word: FromPage) {
    if let Some(inner) = inner.upgrade() {
        inner.hear(word);
    }
}

fn await_focus(inner: &Rc<Inner>) -> Option<Listener> {
    let weak = Rc::downgrade(inner);
    let window = web_sys::window().filter(|_| inner.shape == Shape::Frame)?;
    Some(Listener::new(&window, "focus", move |_| {
        if let Some(inner) = weak.upgrade() {
            inner.place_caret();
        }
    }))
}

fn speak(face: &mut Face, tag: &str) {
    face.locale = Locale::find([tag]);
    face.calendar = Rc::new(Calendar::new(&face.locale.words, tag));
}

fn wear(face: &mut Face, accent: Option<String>, scheme: Option<Scheme>) {
    face.accent = accent.map(AttrValue::from).or_else(|| face.accent.take());
    face.scheme = scheme;
}
