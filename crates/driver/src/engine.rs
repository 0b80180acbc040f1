//! The loop: one fact at a time into the end, its effects carried out in order, then the timer and the screen.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::VecDeque,
    fmt,
    rc::{Rc, Weak},
};

use tieline_browser::{Page, PageFact, Socket, Timer, clock, page};
use tieline_session::Input;

use crate::{drafts::Drafts, effects::Errand, end::End, ids};

/// What an engine is told once.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The gateway's origin.
    pub gateway: String,
    /// Whose drafts these are on this page: a channel's, an agent's.
    pub drafts_of: String,
}

/// Where screens and errands go. Either may feed the engine at once: what it feeds waits for its turn.
pub struct Hooks<E: End> {
    /// Draws what the person is to see now.
    pub draw: Box<dyn Fn(E::Screen)>,
    /// Runs an errand. What comes of it, now or later, goes into the feeder.
    pub run: Box<dyn Fn(Errand, Feeder<E>)>,
}

/// Takes facts for as long as its engine lives, and then does nothing.
pub struct Feeder<E: End>(Weak<Inner<E>>);

impl<E: End> Feeder<E> {
    /// Takes a fact.
    pub fn feed(&self, input: Input) {
        feed_weak(&self.0, input);
    }
}

/// One running end. Dropping it hangs up, disarms and unregisters everything.
pub struct Engine<E: End>(Rc<Inner<E>>);

/// What callbacks of the browser hold weakly.
pub(crate) struct Inner<E: End> {
    pub(crate) gateway: String,
    pub(crate) hooks: Hooks<E>,
    pub(crate) drafts: Drafts,
    pub(crate) socket: RefCell<Option<Socket>>,
    end: RefCell<E>,
    drawn: RefCell<Option<E::Screen>>,
    timer: OnceCell<Timer>,
    page: OnceCell<Option<Page>>,
    /// Effects can be answered at once; the answer waits here until the effects before it are done.
    inbox: RefCell<VecDeque<Input>>,
    is_running: Cell<bool>,
    is_started: Cell<bool>,
    /// The person is meant to see the screen, as far as the app says. A tab at the back hides it all the same.
    is_shown: Cell<bool>,
}

impl<E: End> Engine<E> {
    /// An end that has drawn itself and not dialled yet.
    pub fn new(end: E, plan: Plan, hooks: Hooks<E>) -> Self {
        let inner = Rc::new(Inner {
            gateway: plan.gateway,
            hooks,
            drafts: Drafts::of(plan.drafts_of),
            socket: RefCell::new(None),
            end: RefCell::new(end),
            drawn: RefCell::new(None),
            timer: OnceCell::new(),
            page: OnceCell::new(),
            inbox: RefCell::new(VecDeque::new()),
            is_running: Cell::new(false),
            is_started: Cell::new(false),
            is_shown: Cell::new(false),
        });
        let weak = Rc::downgrade(&inner);
        let _ = inner.timer.set(Timer::new(move || feed_weak(&weak, Input::Tick)));
        inner.feed(Input::TimeZone { offset_minutes: clock::zone_offset_minutes() });
        inner.feed(Input::Restored(inner.drafts.load()));
        Self(inner)
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

    /// For callbacks that may outlive this.
    pub fn feeder(&self) -> Feeder<E> {
        Feeder(Rc::downgrade(&self.0))
    }

    /// Whether the app shows the screen. In a tab at the back it is not seen all the same.
    pub fn set_shown(&self, is_shown: bool) {
        self.0.is_shown.set(is_shown);
        let is_seen = is_shown && page::is_visible();
        self.0.feed(if is_seen { Input::PanelShown } else { Input::PanelHidden });
    }
}

/// The input that says `text`, under ids of this moment.
pub fn submission(text: String) -> Input {
    Input::Submit { draft_id: ids::draft_id(), session_draft_id: ids::draft_id(), text }
}

impl<E: End> Inner<E> {
    /// Takes a fact, and every fact that follows from it, in order.
    pub(crate) fn feed(self: &Rc<Self>, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        if self.is_running.replace(true) {
            return;
        }
        while let Some(input) = self.next_input() {
            let effects = self.end.borrow_mut().handle(ids::now(), input);
            for effect in effects {
                self.carry_out(effect);
            }
        }
        self.is_running.set(false);
        self.arm();
        self.draw();
    }

    pub(crate) fn run(self: &Rc<Self>, errand: Errand) {
        (self.hooks.run)(errand, Feeder(Rc::downgrade(self)));
    }

    fn next_input(&self) -> Option<Input> {
        self.inbox.borrow_mut().pop_front()
    }

    fn arm(&self) {
        let wake = self.end.borrow().next_wake();
        if let Some(timer) = self.timer.get() {
            timer.arm(wake.map(|wake| (wake - ids::now()).0));
        }
    }

    fn draw(&self) {
        let screen = self.end.borrow().screen(ids::now());
        let is_new = self.drawn.borrow().as_ref() != Some(&screen);
        if is_new {
            self.drawn.replace(Some(screen.clone()));
            (self.hooks.draw)(screen);
        }
    }
}

pub(crate) fn feed_weak<E: End>(engine: &Weak<Inner<E>>, input: Input) {
    if let Some(engine) = engine.upgrade() {
        engine.feed(input);
    }
}

fn on_page<E: End>(engine: &Weak<Inner<E>>, fact: PageFact) {
    let Some(engine) = engine.upgrade() else { return };
    match fact {
        PageFact::Shown | PageFact::CameBack => {
            // The person may have travelled while the tab slept.
            engine.feed(Input::TimeZone { offset_minutes: clock::zone_offset_minutes() });
            engine.feed(Input::WokeUp);
            if engine.is_shown.get() {
                engine.feed(Input::PanelShown);
            }
        }
        PageFact::Hidden => engine.feed(Input::PanelHidden),
        PageFact::Online => engine.feed(Input::WokeUp),
        PageFact::Offline => engine.feed(Input::WentOffline),
        PageFact::Left => engine.feed(Input::PageHidden),
    }
}

impl<E: End> fmt::Debug for Feeder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Feeder").finish_non_exhaustive()
    }
}

impl<E: End> fmt::Debug for Engine<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("gateway", &self.0.gateway).finish_non_exhaustive()
    }
}
