//! The loop: one fact at a time into the end, its effects carried out in order, then the timer and the screen.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::VecDeque,
    fmt,
    rc::{Rc, Weak},
};

use tieline_browser::{Page, PageFact, Timer, clock, page};
use tieline_protocol::{Decoded, DraftId, Millis};
use tieline_session::{Input, Owner, Record, screen::Notice};
use web_sys::File;

use crate::{
    drafts::Drafts,
    effects::{Errand, socket_origin},
    end::End,
    files::Files,
    greeting::Greeting,
    group::Group,
    ids,
    keeper::Keeper,
    line::{Fact, Line},
    sockets::Sockets,
    wire,
};

/// One picture of a screen that shows sixty in a second. What the gateway says within it is drawn together.
const FRAME_MS: u64 = 16;

/// What an engine is told once.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The gateway's origin.
    pub gateway: String,
    /// Whose drafts these are on this page: a channel's, an agent's.
    pub drafts_of: String,
    /// Where they are kept.
    pub keeper: Keeper,
    /// Whether tabs of one person share a socket.
    pub share: Option<Share>,
}

/// What tabs that share a socket have in common, and what each has for itself.
#[derive(Clone, Debug)]
pub struct Share {
    /// Where the person talks: tabs of one channel share.
    pub channel: String,
    /// The end's `Setup::request_base`.
    pub request_base: u32,
}

/// Where screens and errands go. Either may feed the engine at once: what it feeds waits for its turn.
pub struct Hooks<E: End> {
    /// Draws what the person is to see now.
    pub draw: Box<dyn Fn(Rc<E::Screen>)>,
    /// Runs an errand. What comes of it, now or later, goes into the feeder.
    pub run: Box<dyn Fn(Errand, Feeder<E>)>,
}

/// Takes facts for as long as its engine lives, and then does nothing.
pub struct Feeder<E: End>(Weak<Inner<E>>);

impl<E: End> Feeder<E> {
    /// [`Engine::start`].
    pub fn start(&self) {
        if let Some(engine) = self.0.upgrade() {
            engine.start();
        }
    }

    /// Takes a fact.
    pub fn feed(&self, input: Input) {
        feed_weak(&self.0, input);
    }

    /// Takes files that the person gave. One over `most_bytes` is refused unread.
    pub fn attach(&self, files: Vec<File>, most_bytes: u32) {
        if let Some(engine) = self.0.upgrade() {
            let weak = self.0.clone();
            engine.files.attach(files, most_bytes, move |input| feed_weak(&weak, input));
        }
    }

    /// Says something to the apps of this person's other tabs, which hear it as [`Errand::Aside`].
    pub fn tell_others(&self, text: &str) {
        if let Some(engine) = self.0.upgrade() {
            engine.tell_aside(text);
        }
    }
}

/// One running end. Dropping it hangs up, disarms and unregisters everything.
pub struct Engine<E: End>(Rc<Inner<E>>);

/// What callbacks of the browser hold weakly.
pub(crate) struct Inner<E: End> {
    pub(crate) socket_url: String,
    pub(crate) hooks: Hooks<E>,
    pub(crate) drafts: Drafts,
    pub(crate) files: Files,
    /// Handed to the disk, and not yet told to the other tabs.
    pub(crate) unkept: RefCell<Vec<Record>>,
    pub(crate) line: RefCell<Line>,
    pub(crate) sockets: RefCell<Sockets>,
    /// What the gateway said first on the second socket.
    pub(crate) next_welcome: RefCell<Option<String>>,
    /// Where tabs meet that share a socket.
    pub(crate) shared_as: Option<String>,
    /// The other tabs of this person. None while the page is away.
    pub(crate) group: RefCell<Option<Group>>,
    pub(crate) greeting: Cell<Greeting>,
    end: RefCell<E>,
    drawn: RefCell<Option<Rc<E::Screen>>>,
    drawn_at: Cell<Millis>,
    /// Draws what came too soon after the last picture.
    frame: OnceCell<Timer>,
    is_frame_due: Cell<bool>,
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
        let line = match &plan.share {
            Some(share) => Line::shared(share.request_base, read),
            None => Line::single(read),
        };
        let files = Files::of(plan.keeper.clone(), &plan.drafts_of);
        let inner = Rc::new_cyclic(|weak: &Weak<Inner<E>>| Inner {
            socket_url: format!("{}/v1/ws", socket_origin(&plan.gateway)),
            hooks,
            drafts: Drafts::of(plan.keeper, plan.drafts_of, files.clone(), on_drafts(weak.clone())),
            files,
            unkept: RefCell::new(Vec::new()),
            line: RefCell::new(line),
            sockets: RefCell::new(Sockets::default()),
            next_welcome: RefCell::new(None),
            shared_as: plan.share.map(|share| share.channel),
            group: RefCell::new(None),
            greeting: Cell::default(),
            end: RefCell::new(end),
            drawn: RefCell::new(None),
            drawn_at: Cell::default(),
            frame: OnceCell::new(),
            is_frame_due: Cell::new(false),
            timer: OnceCell::new(),
            page: OnceCell::new(),
            inbox: RefCell::new(VecDeque::new()),
            is_running: Cell::new(false),
            is_started: Cell::new(false),
            is_shown: Cell::new(false),
        });
        let weak = Rc::downgrade(&inner);
        let _ = inner.timer.set(Timer::new(move || on_timer(&weak)));
        let weak = Rc::downgrade(&inner);
        let _ = inner.frame.set(Timer::new(move || on_frame(&weak)));
        inner.feed(Input::TimeZone { offset_minutes: clock::zone_offset_minutes() });
        Self(inner)
    }

    /// Takes up what earlier pages left, then connects, once. Until then nothing has gone over the network or to the disk.
    pub fn start(&self) {
        self.0.start();
    }

    /// Takes a fact.
    pub fn feed(&self, input: Input) {
        self.0.feed(input);
    }

    /// The person's files, for whoever shows them.
    pub fn files(&self) -> Files {
        self.0.files.clone()
    }

    /// For callbacks that may outlive this.
    pub fn feeder(&self) -> Feeder<E> {
        Feeder(Rc::downgrade(&self.0))
    }

    /// The person is somebody new from here on, in every tab, a visitor by that number: whoever was here before is nobody's
    /// business.
    pub fn become_stranger(&self, visitor: u32) {
        self.0.tell_stranger(visitor);
        self.0.become_stranger(visitor);
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

/// The input that takes back one's own words, under an id of this moment.
pub fn retraction(target: DraftId) -> Input {
    Input::Retract { draft_id: ids::draft_id(), target }
}

/// The input that says one of the answers under a question, under an id of this moment.
pub fn choice(target: DraftId, option: u32) -> Input {
    Input::Choose { draft_id: ids::draft_id(), target, option }
}

impl<E: End> Inner<E> {
    fn start(self: &Rc<Self>) {
        if self.is_started.replace(true) {
            return;
        }
        let weak = Rc::downgrade(self);
        let _ = self.page.set(Page::watch(move |fact| on_page(&weak, fact)));
        self.run(Errand::FreshenToken);
        self.join_tabs();
        self.drafts.load();
    }

    /// Takes a fact, and every fact that follows from it, in order.
    pub(crate) fn feed(self: &Rc<Self>, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        if self.is_running.replace(true) {
            return;
        }
        // What the person does shows at once. A tab at the back has no pictures, and timers that are late by a minute.
        let mut can_wait = page::is_visible();
        while let Some(input) = self.next_input() {
            can_wait &= matches!(input, Input::Received { .. });
            self.tell_tabs(&input);
            let is_recognised = matches!(input, Input::VisitorFound { .. });
            let effects = self.end.borrow_mut().handle(ids::now(), input);
            self.follow_owner();
            for effect in effects {
                self.carry_out(effect);
            }
            if is_recognised {
                self.greet();
            }
        }
        self.is_running.set(false);
        self.arm();
        let since_ms = (ids::now() - self.drawn_at.get()).0;
        if !can_wait || since_ms >= FRAME_MS {
            self.draw();
        } else if !self.is_frame_due.replace(true)
            && let Some(frame) = self.frame.get()
        {
            frame.arm(Some(FRAME_MS - since_ms));
        }
    }

    pub(crate) fn run(self: &Rc<Self>, errand: Errand) {
        (self.hooks.run)(errand, Feeder(Rc::downgrade(self)));
    }

    pub(crate) fn owner(&self) -> Owner {
        self.end.borrow().owner().clone()
    }

    /// What the other tabs should know of it.
    fn tell_tabs(&self, input: &Input) {
        match input {
            Input::Saved(draft_id) | Input::SaveFailed(draft_id) => {
                let records = self.unkept.take();
                let (told, rest) = records.into_iter().partition(|record| record.draft_id == *draft_id);
                self.unkept.replace(rest);
                let told: Vec<Record> = told;
                // Of somebody who has signed out since, nobody is told.
                let is_ours = |record: &&Record| record.owner == self.owner();
                if let Some(record) = told.last().filter(|_| matches!(input, Input::Saved(_))).filter(is_ours)
                {
                    self.tell_draft(record);
                }
            }
            Input::Discard(draft_id) | Input::Revise(draft_id) => self.tell_forgot(draft_id),
            _ => {}
        }
    }

    fn next_input(&self) -> Option<Input> {
        self.inbox.borrow_mut().pop_front()
    }

    pub(crate) fn arm(&self) {
        // It is done once, when the loop has come to rest.
        if self.is_running.get() {
            return;
        }
        let wakes = [self.end.borrow().next_wake(), self.line.borrow().next_wake()];
        let wake = wakes.into_iter().flatten().min();
        if let Some(timer) = self.timer.get() {
            timer.arm(wake.map(|wake| (wake - ids::now()).0));
        }
    }

    fn draw(self: &Rc<Self>) {
        self.is_frame_due.set(false);
        self.drawn_at.set(ids::now());
        let screen = self.end.borrow().screen(ids::now());
        let is_new = self.drawn.borrow().as_deref() != Some(&screen);
        if is_new {
            let screen = Rc::new(screen);
            self.drawn.replace(Some(screen.clone()));
            if matches!(E::notice(&screen), Some(Notice::Refused | Notice::MustReload | Notice::SignedOut)) {
                self.on_line(Fact::Rested);
            }
            (self.hooks.draw)(screen);
        }
    }
}

pub(crate) fn feed_weak<E: End>(engine: &Weak<Inner<E>>, input: Input) {
    if let Some(engine) = engine.upgrade() {
        engine.feed(input);
    }
}

fn on_frame<E: End>(engine: &Weak<Inner<E>>) {
    if let Some(engine) = engine.upgrade()
        && engine.is_frame_due.get()
    {
        engine.draw();
    }
}

fn on_timer<E: End>(engine: &Weak<Inner<E>>) {
    if let Some(engine) = engine.upgrade() {
        engine.on_line(Fact::Tick);
        engine.feed(Input::Tick);
    }
}

/// What the gateway said, as a fact. A newer gateway may say what we need not understand.
fn read(text: &str) -> Option<Input> {
    match wire::decode(text)? {
        Decoded::Frame(id, frame) => Some(Input::Received { id, frame }),
        Decoded::UnknownType { must, .. } => must.then_some(Input::MustReload),
    }
}

/// The end must know what it has to say before it connects.
fn on_drafts<E: End>(engine: Weak<Inner<E>>) -> impl Fn(Input) {
    move |input| {
        let is_loaded = matches!(input, Input::Restored(_));
        feed_weak(&engine, input);
        if is_loaded {
            feed_weak(&engine, Input::Start);
        }
    }
}

fn on_page<E: End>(engine: &Weak<Inner<E>>, fact: PageFact) {
    let Some(engine) = engine.upgrade() else { return };
    match fact {
        PageFact::Shown | PageFact::CameBack => {
            if fact == PageFact::CameBack {
                engine.run(Errand::FreshenToken);
                engine.join_tabs();
            }
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
        PageFact::Left => {
            engine.feed(Input::PageHidden);
            // A lock or an open channel would keep the page out of the back-forward cache.
            engine.leave_tabs();
        }
    }
}

impl<E: End> Clone for Feeder<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<E: End> fmt::Debug for Feeder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Feeder").finish_non_exhaustive()
    }
}

impl<E: End> fmt::Debug for Engine<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("socket_url", &self.0.socket_url).finish_non_exhaustive()
    }
}
