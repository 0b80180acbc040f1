//! One mount: a driver, a stage and a line to the page, and who tells whom what.

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::{Rc, Weak},
};

use tieline_browser::{Listener, clock, focus};
use tieline_driver::Keeper;
use tieline_protocol::{Millis, SessionId};
use tieline_session::{Aim, Event, Input, Owner, Screen, screen::ChatRow};
use tieline_talk::{Calendar, Given, ThreadWish};
use web_sys::{File, HtmlElement};
use yew::{AttrValue, Callback};

use super::{
    config::Config,
    host::{Ear, Host, Line},
    keepsake::Keepsake,
    manner::Manner,
    page_store::PageStore,
    port::{FromPage, ToPage},
    stage::Stage,
    tongue,
};
use crate::{
    driver::{Driver, Hooks, Settings, Unsent, Word},
    locale::Locale,
    parts,
    view::{Act, Choices, Face, Scene, Scheme, Shape},
};

/// A running session on a page. The last clone takes everything with it.
#[derive(Clone, Debug)]
pub struct Mount(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    driver: Driver,
    picture: Rc<Picture>,
    shape: Shape,
    /// The caret is to go into the composer as soon as the browser's focus is ours.
    wants_caret: Cell<bool>,
    line: Rc<OnceCell<Line>>,
    page_store: Rc<PageStore>,
    ear: OnceCell<Ear>,
    on_focus: OnceCell<Option<Listener>>,
}

impl Mount {
    /// Draws, tells the page, and in page and inline mode connects. A frame waits until it is shown.
    pub fn new(place: &HtmlElement, config: Config, host: Host) -> Self {
        let line = Rc::new(OnceCell::<Line>::new());
        let page_store = Rc::new(PageStore::behind(line.clone()));
        let keeper = keeper(config.shape, &page_store);
        let picture = Rc::new_cyclic(|weak| Picture::new(place, &config, keeper.clone(), weak.clone()));
        let driver = Driver::new(settings(&config, keeper), hooks(&picture, &line));
        picture.set_act(act(&driver, &picture, &line));
        speak(&picture, config.language.clone());
        let inner = Rc::new(Inner {
            driver,
            picture,
            shape: config.shape,
            wants_caret: Cell::new(false),
            line,
            page_store,
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
            self.start();
            self.driver.set_shown(true);
        }
        if self.shape == Shape::Page {
            self.picture.change(|face| face.focus_turn = 1);
        }
        if let Some(line) = self.line.get() {
            line.tell(&ToPage::Ready);
        }
    }

    /// The visitor means to talk: from here on network and disk are used.
    fn start(&self) {
        self.picture.unsent.start();
        self.driver.start();
    }

    fn hear(&self, word: FromPage) {
        match word {
            FromPage::Open { to, item } => {
                self.picture.change(|face| show_chat(face, to.as_deref(), None));
                self.driver.ask(to, item);
                self.start();
            }
            FromPage::Shown => {
                self.start();
                self.driver.set_shown(true);
                self.wants_caret.set(true);
                self.place_caret();
            }
            FromPage::Hidden => {
                self.wants_caret.set(false);
                self.driver.set_shown(false);
                self.driver.feed(Input::ListShown(false));
            }
            FromPage::Identify(Some(token)) => self.driver.take_token(Some(token)),
            // A page where nobody is signed in says so at every load. Only after somebody was is it news, and only in the
            // first of their tabs to say so.
            FromPage::Identify(None) => {
                if self.picture.shows_user() {
                    self.driver.become_stranger();
                }
            }
            FromPage::Token(token) => self.driver.take_token(token),
            FromPage::Item(Some(item)) => self.driver.ask(self.picture.recipient(), Some(item)),
            FromPage::Item(None) => {}
            FromPage::Locale(tag) => speak(&self.picture, tag),
            FromPage::Offer(offer) => {
                let told = self.picture.manner.take_offer(offer);
                self.picture.behave(&told, self.line.get());
            }
            FromPage::Kept { id, values } => self.page_store.hear(id, values.as_ref()),
            FromPage::Theme { accent, scheme } => self.picture.change(|face| wear(face, accent, scheme)),
        }
    }

    /// A frame takes the caret only when the page has given it the focus: somebody may be typing elsewhere.
    fn place_caret(&self) {
        let is_ours = self.shape != Shape::Frame || focus::is_in_document();
        if is_ours && self.wants_caret.take() {
            self.picture.take_caret();
        }
    }
}

/// What is drawn, and how.
#[derive(Debug)]
struct Picture {
    place: HtmlElement,
    face: RefCell<Face>,
    screen: RefCell<Option<Rc<Screen>>>,
    unsent: Unsent,
    manner: Manner,
    act: OnceCell<Act>,
    stage: RefCell<Option<Stage>>,
    /// The language that was asked for last. Its words may still be on their way.
    language: RefCell<String>,
    /// The words of the first one have come, or English takes their place.
    has_words: Cell<bool>,
    keepsake: Keepsake,
}

impl Picture {
    fn new(place: &HtmlElement, config: &Config, keeper: Keeper, own: Weak<Self>) -> Self {
        // Nothing is drawn before the words have come.
        let locale = Locale::english();
        let face = Face {
            locale,
            calendar: Rc::new(Calendar::new(&locale.words, &config.language)),
            shape: config.shape,
            name: config.name.clone().map(AttrValue::from),
            scheme: config.scheme,
            accent: config.accent.clone().map(AttrValue::from),
            choices: Choices::default(),
            chat: AttrValue::from(config.to.clone().unwrap_or_default()),
            picked: None,
            is_saving: false,
            has_given: false,
            unsent: Given::default(),
            focus_turn: 0,
        };
        let give_up = {
            let own = own.clone();
            move || {
                if let Some(picture) = own.upgrade() {
                    picture.keepsake.give_up();
                    picture.go_on_saving();
                }
            }
        };
        let draw_anew = move || {
            if let Some(picture) = own.upgrade() {
                picture.draw();
            }
        };
        Self {
            place: place.clone(),
            face: RefCell::new(face),
            screen: RefCell::new(None),
            unsent: Unsent::new(keeper, config.channel.to_string(), draw_anew),
            manner: Manner::of(config.channel.to_string()),
            act: OnceCell::new(),
            stage: RefCell::new(None),
            language: RefCell::default(),
            has_words: Cell::new(false),
            keepsake: Keepsake::new(give_up),
        }
    }

    fn set_act(&self, act: Act) {
        let _ = self.act.set(act);
        self.draw();
    }

    fn show(&self, screen: Rc<Screen>) {
        self.unsent.belong_to(&screen.owner);
        self.screen.replace(Some(screen));
        self.draw();
        self.go_on_saving();
    }

    /// The visitor wants the session as a file.
    fn save(&self) {
        self.keepsake.want();
        self.go_on_saving();
    }

    fn go_on_saving(&self) {
        if !self.keepsake.is_wanted() {
            return;
        }
        let (screen, face) = (self.screen.borrow().clone(), self.face.borrow().clone());
        if let (Some(screen), Some(act)) = (screen, self.act.get()) {
            self.keepsake.look(&screen, &face, act);
        }
        let is_saving = self.keepsake.is_wanted();
        if self.face.borrow().is_saving != is_saving {
            self.change(|face| face.is_saving = is_saving);
        }
    }

    /// Whether it is a user's: somebody whom the page vouches for.
    fn shows_user(&self) -> bool {
        self.screen.borrow().as_ref().is_some_and(|screen| matches!(screen.owner, Owner::User(_)))
    }

    /// The recipient of the chat that is shown; none: the channel's default.
    fn recipient(&self) -> Option<String> {
        Some(self.face.borrow().chat.to_string()).filter(|to| !to.is_empty())
    }

    /// Puts words into the composer of the chat that is shown, and the caret behind them.
    fn compose(&self, text: &str) {
        let chat = self.face.borrow().chat.clone();
        self.unsent.add(&chat, text);
        self.take_caret();
    }

    fn take_caret(&self) {
        self.change(|face| face.focus_turn = face.focus_turn.wrapping_add(1).max(1));
    }

    /// Says it to the page, and shows in the menu what holds now.
    fn behave(&self, word: &ToPage, line: Option<&Line>) {
        if let Some(line) = line {
            line.tell(word);
        }
        self.change(|face| face.choices = self.manner.choices());
    }

    fn change(&self, change: impl FnOnce(&mut Face)) {
        change(&mut self.face.borrow_mut());
        self.draw();
    }

    fn draw(&self) {
        let (Some(screen), Some(act), true) =
            (self.screen.borrow().clone(), self.act.get(), self.has_words.get())
        else {
            return;
        };
        let now = Millis(clock::now_ms());
        let mut face = self.face.borrow().clone();
        let (text, turn) = self.unsent.words(&face.chat);
        face.unsent = Given { text: text.into(), turn };
        let scene = Scene { screen, now, face, act: act.clone() };
        let mut stage = self.stage.borrow_mut();
        match stage.as_mut() {
            Some(stage) => stage.show(scene),
            None => *stage = Stage::new(&self.place, scene),
        }
    }
}

/// Only a frame is a stranger in its page. Elsewhere the browser's database is of the page that the visitor is on.
fn keeper(shape: Shape, page_store: &Rc<PageStore>) -> Keeper {
    let page_store = page_store.clone();
    match shape {
        Shape::Frame => Keeper::own_or_page(move |ask, yes, no| page_store.ask(ask, yes, no)),
        Shape::Page | Shape::Inline => Keeper::own(),
    }
}

fn settings(config: &Config, keeper: Keeper) -> Settings {
    Settings {
        gateway: config.gateway.clone(),
        channel: config.channel.clone(),
        embed: config.ticket.clone(),
        page_origin: config.page_origin.clone(),
        language: config.language.clone(),
        keeper,
    }
}

fn hooks(picture: &Rc<Picture>, line: &Rc<OnceCell<Line>>) -> Hooks {
    let (picture, line) = (picture.clone(), line.clone());
    Hooks {
        draw: Box::new({
            let picture = picture.clone();
            move |screen| picture.show(screen)
        }),
        tell: Box::new(move |word| match (word, line.get()) {
            (Word::Composed(text), _) => picture.compose(&text),
            (Word::Typed { chat, text }, _) => picture.unsent.follow(&chat, text),
            (Word::TokenWanted, Some(line)) => line.tell(&ToPage::NeedToken),
            (Word::Told(event), Some(line)) => line.tell(&translate(event, &picture.face.borrow())),
            (Word::TokenWanted | Word::Told(_), None) => {}
        }),
    }
}

fn act(driver: &Driver, picture: &Rc<Picture>, line: &Rc<OnceCell<Line>>) -> Act {
    let [feed, wish, submit, note, more, fill, rate] = [(); 7].map(|()| driver.feeder());
    let (typing, line) = (driver.typing(), line.clone());
    Act {
        feed: Callback::from(feed),
        wish: Callback::from(move |wanted: ThreadWish| wish(input_of(wanted))),
        submit: Callback::from(move |text: String| submit(Driver::submission(text))),
        fill: Callback::from(move |filled| fill(Driver::filling(filled))),
        rate: Callback::from(move |rated| rate(Driver::rating(rated))),
        typed: Callback::from({
            let picture = Rc::downgrade(picture);
            move |text: String| {
                if let Some(picture) = picture.upgrade() {
                    let chat = picture.face.borrow().chat.clone();
                    typing(&chat, &text);
                    note(Input::Typed { has_text: !text.trim().is_empty() });
                    // What is begun will be said, and is to be seen at once then.
                    parts::want();
                    picture.unsent.keep(&chat, text);
                }
            }
        }),
        pick: Callback::from({
            let (picture, line) = (Rc::downgrade(picture), line.clone());
            move |pick| {
                if let Some(picture) = picture.upgrade() {
                    picture.behave(&picture.manner.pick(pick), line.get());
                }
            }
        }),
        attach: Callback::from({
            let (giving, picture) = (driver.giving(), Rc::downgrade(picture));
            move |files: Vec<File>| {
                let Some(picture) = picture.upgrade() else { return };
                let most_bytes = picture.screen.borrow().as_ref().map_or(0, |screen| screen.accepts.bytes);
                picture.change(|face| face.has_given = true);
                parts::attach(giving.clone(), files, most_bytes);
            }
        }),
        pictures: {
            let files = driver.files();
            Callback::from(move |draft_id| files.picture(draft_id))
        },
        close: Callback::from(move |()| {
            if let Some(line) = line.get() {
                line.tell(&ToPage::Close);
            }
        }),
        list: listing(driver, picture),
        show: showing(driver, picture),
        more: Callback::from(move |()| more(Input::MoreSessionsWanted)),
        save: Callback::from({
            let picture = Rc::downgrade(picture);
            move |()| {
                if let Some(picture) = picture.upgrade() {
                    picture.save();
                }
            }
        }),
    }
}

/// What is wished in the thread, as a fact under ids of this moment.
fn input_of(wish: ThreadWish) -> Input {
    match wish {
        ThreadWish::Older => Input::OlderWanted,
        ThreadWish::Retry(draft_id) => Input::Retry(draft_id),
        ThreadWish::Revise(draft_id) => Input::Revise(draft_id),
        ThreadWish::Discard(draft_id) => Input::Discard(draft_id),
        ThreadWish::Reply(target) => Input::Aimed(Some(Aim::Reply(target))),
        ThreadWish::Edit(target) => Input::Aimed(Some(Aim::Edit(target))),
        ThreadWish::EditNewest => Input::Aimed(Some(Aim::EditNewest)),
        ThreadWish::Unaim => Input::Aimed(None),
        ThreadWish::Retract(target) => Driver::retraction(target),
        ThreadWish::Choose(target, option) => Driver::choice(target, option),
    }
}

/// Shows the list of sessions, or the chat again.
fn listing(driver: &Driver, picture: &Rc<Picture>) -> Callback<bool> {
    let (feed, picture) = (driver.feeder(), Rc::downgrade(picture));
    Callback::from(move |is_listing: bool| {
        let Some(picture) = picture.upgrade() else { return };
        feed(Input::ListShown(is_listing));
        picture.take_caret();
    })
}

fn showing(driver: &Driver, picture: &Rc<Picture>) -> Callback<ChatRow> {
    let (feed, picture) = (driver.feeder(), Rc::downgrade(picture));
    Callback::from(move |row: ChatRow| {
        let Some(picture) = picture.upgrade() else { return };
        feed(match row.session {
            Some(session) => Input::SessionPicked(Some(session)),
            None => Input::Asked { to: row.to.clone(), item: None },
        });
        picture.change(|face| show_chat(face, row.to.as_deref(), row.session));
        picture.take_caret();
    })
}

/// Turns to a chat.
fn show_chat(face: &mut Face, to: Option<&str>, picked: Option<SessionId>) {
    face.chat = AttrValue::from(to.unwrap_or_default().to_owned());
    face.picked = picked;
}

fn translate(event: Event, face: &Face) -> ToPage {
    let named = |name, session: Option<String>| ToPage::Event { name, session };
    match event {
        Event::Ready => named("connected", None),
        Event::UnreadChanged(count) => ToPage::Unread {
            count,
            words: face.calendar.count(face.locale.words.new_count, u64::from(count)),
        },
        Event::MessageSent { session } => named("message-sent", Some(session.to_string())),
        Event::MessageReceived { session } => named("message-received", Some(session.to_string())),
        Event::Refused => named("failed", None),
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

/// Changes the language once its words are here. Of two wishes the later one counts, whichever words come first.
fn speak(picture: &Rc<Picture>, tag: String) {
    picture.language.replace(tag.clone());
    let picture = Rc::downgrade(picture);
    wasm_bindgen_futures::spawn_local(async move {
        let locale = tongue::words_for(&tag).await;
        let Some(picture) = picture.upgrade().filter(|picture| *picture.language.borrow() == tag) else {
            return;
        };
        picture.has_words.set(true);
        picture.change(|face| {
            face.locale = locale;
            face.calendar = Rc::new(Calendar::new(&locale.words, &tag));
        });
    });
}

fn wear(face: &mut Face, accent: Option<String>, scheme: Option<Scheme>) {
    face.accent = accent.map(AttrValue::from).or_else(|| face.accent.take());
    face.scheme = scheme;
}
