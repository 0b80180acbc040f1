//! The loop: one input at a time into the visitor's end, its effects carried out in order, then the timer and the screen.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::VecDeque,
    fmt,
    rc::{Rc, Weak},
};

use tieline_browser::{Page, PageFact, Socket, Store, Timer, clock, page, storage::LocalStore};
use tieline_protocol::{Auth, ChannelId, Item};
use tieline_session::{Event, Input, Screen, Setup, Visitor};

use super::{drafts::Drafts, ids};

/// What a mount is told once.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The gateway's origin.
    pub gateway: String,
    /// The embedding.
    pub channel: ChannelId,
    /// The ticket of the frame document.
    pub embed: Option<String>,
    /// The embedding page's origin, as the browser told the frame.
    pub page_origin: Option<String>,
    /// BCP 47 tag of the interface.
    pub language: String,
}

/// Something for the embedding page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Pass it on.
    Told(Event),
    /// Answer with [`Driver::take_token`].
    TokenWanted,
}

/// Where screens and words go.
pub struct Hooks {
    /// Draws what the visitor is to see now.
    pub draw: Box<dyn Fn(Screen)>,
    /// Speaks to the embedding page.
    pub tell: Box<dyn Fn(Word)>,
}

/// One running session. Dropping it hangs up, disarms and unregisters everything.
#[derive(Debug)]
pub struct Driver(Rc<Engine>);

/// What callbacks of the browser hold weakly.
pub(super) struct Engine {
    pub(super) settings: Settings,
    pub(super) hooks: Hooks,
    pub(super) store: LocalStore,
    pub(super) drafts: Drafts,
    pub(super) socket: RefCell<Option<Socket>>,
    visitor: RefCell<Visitor>,
    drawn: RefCell<Option<Screen>>,
    timer: OnceCell<Timer>,
    page: OnceCell<Option<Page>>,
    /// Effects can be answered at once; the answer waits here until the effects before it are done.
    inbox: RefCell<VecDeque<Input>>,
    is_running: Cell<bool>,
    is_started: Cell<bool>,
    /// The panel is on screen, as far as the embedding page says.
    is_panel_shown: Cell<bool>,
}

impl Driver {
    /// A session that has drawn itself and not dialled yet.
    pub fn new(settings: Settings, hooks: Hooks) -> Self {
        let store = LocalStore::default();
        let token = store.read(&token_name(&settings.channel));
        let setup = Setup {
            channel: Some(settings.channel.clone()),
            app_name: "widget",
            app_version: env!("CARGO_PKG_VERSION"),
            language: settings.language.clone(),
            embed: settings.embed.clone(),
            page_origin: settings.page_origin.clone(),
            auth: token.map_or(Auth::New, |token| Auth::Visitor { token }),
            jitter_seed: ids::seed(),
        };
        let engine = Rc::new(Engine {
            drafts: Drafts::of(settings.channel.clone()),
            settings,
            hooks,
            store,
            socket: RefCell::new(None),
            visitor: RefCell::new(Visitor::new(setup)),
            drawn: RefCell::new(None),
            timer: OnceCell::new(),
            page: OnceCell::new(),
            inbox: RefCell::new(VecDeque::new()),
            is_running: Cell::new(false),
            is_started: Cell::new(false),
            is_panel_shown: Cell::new(false),
        });
        let weak = Rc::downgrade(&engine);
        let _ = engine.timer.set(Timer::new(move || feed_weak(&weak, Input::Tick)));
        engine.feed(Input::TimeZone { offset_minutes: clock::zone_offset_minutes() });
        engine.feed(Input::Restored(engine.drafts.load()));
        Self(engine)
    }

    /// Connects, once. Until then nothing has gone over the network.
    pub fn start(&self) {
        if self.0.is_started.replace(true) {
            return;
        }
        let weak = Rc::downgrade(&self.0);
        let _ = self.0.page.set(Page::watch(move |fact| on_page(&weak, fact)));
        self.0.feed(Input::Start);
    }

    /// Takes a fact.
    pub fn feed(&self, input: Input) {
        self.0.feed(input);
    }

    /// Something that takes facts for as long as this lives, and then does nothing.
    pub fn feeder(&self) -> impl Fn(Input) + 'static {
        let weak = Rc::downgrade(&self.0);
        move |input| feed_weak(&weak, input)
    }

    /// A session creation control was used.
    pub fn ask(&self, to: Option<String>, item: Option<Item>) {
        self.0.feed(Input::Asked { to, item });
    }

    /// The embedding page shows or hides the panel. A panel in a tab at the back is not shown.
    pub fn set_shown(&self, is_shown: bool) {
        self.0.is_panel_shown.set(is_shown);
        let is_seen = is_shown && page::is_visible();
        self.0.feed(if is_seen { Input::PanelShown } else { Input::PanelHidden });
    }

    /// The page's answer to [`Word::TokenWanted`], or a token that it offers. None: there is none to be had.
    pub fn take_token(&self, token: Option<String>) {
        self.0.feed(match token {
            Some(jwt) => Input::TokenArrived(Auth::User { jwt, visitor: self.0.visitor_token() }),
            None => Input::TokenFailed,
        });
    }

    /// The visitor signed out: whoever sits here now is somebody new, without the history of before.
    pub fn become_stranger(&self) {
        self.0.store.remove(&token_name(&self.0.settings.channel));
        self.0.feed(Input::TokenArrived(Auth::New));
    }

    /// The input that says `text`, under ids of this moment.
    pub fn submission(text: String) -> Input {
        Input::Submit { draft_id: ids::draft_id(), session_draft_id: ids::draft_id(), text }
    }
}

impl Engine {
    /// Takes a fact, and every fact that follows from it, in order.
    pub(super) fn feed(self: &Rc<Self>, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        if self.is_running.replace(true) {
            return;
        }
        while let Some(input) = self.next_input() {
            let effects = self.visitor.borrow_mut().handle(ids::now(), input);
            for effect in effects {
                self.carry_out(effect);
            }
        }
        self.is_running.set(false);
        self.arm();
        self.draw();
    }

    fn next_input(&self) -> Option<Input> {
        self.inbox.borrow_mut().pop_front()
    }

    fn arm(&self) {
        let wake = self.visitor.borrow().next_wake();
        if let Some(timer) = self.timer.get() {
            timer.arm(wake.map(|wake| (wake - ids::now()).0));
        }
    }

    fn draw(&self) {
        let screen = self.visitor.borrow().screen(ids::now());
        let is_new = self.drawn.borrow().as_ref() != Some(&screen);
        if is_new {
            self.drawn.replace(Some(screen.clone()));
            (self.hooks.draw)(screen);
        }
    }

    pub(super) fn visitor_token(&self) -> Option<String> {
        self.store.read(&token_name(&self.settings.channel))
    }
}

/// Under which name the visitor's token is kept. The browser already keeps the shops apart, the channel is for inline mode.
pub(super) fn token_name(channel: &ChannelId) -> String {
    format!("tieline.visitor.{channel}")
}

pub(super) fn feed_weak(engine: &Weak<Engine>, input: Input) {
    if let Some(engine) = engine.upgrade() {
        engine.feed(input);
    }
}

fn on_page(engine: &Weak<Engine>, fact: PageFact) {
    let Some(engine) = engine.upgrade() else { return };
    match fact {
        PageFact::Shown | PageFact::CameBack => {
            // The person may have travelled while the tab slept.
            engine.feed(Input::TimeZone { offset_minutes: clock::zone_offset_minutes() });
            engine.feed(Input::WokeUp);
            if engine.is_panel_shown.get() {
                engine.feed(Input::PanelShown);
            }
        }
        PageFact::Hidden => engine.feed(Input::PanelHidden),
        PageFact::Online => engine.feed(Input::WokeUp),
        PageFact::Offline => engine.feed(Input::WentOffline),
        PageFact::Left => engine.feed(Input::PageHidden),
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("channel", &self.settings.channel).finish_non_exhaustive()
    }
}
