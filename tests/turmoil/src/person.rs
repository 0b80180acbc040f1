//! Somebody at one end: the session's machine, and everything that it ever showed, for the check.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use tieline_protocol::{Auth, DraftId, Millis, Receipt, ServerFrame, SessionId};
use tieline_session::{
    Agent, Effect, Input, Setup, Visitor,
    screen::{Notice, Thread},
};
use tieline_sim::{
    Chance,
    person::{Door, bubbles, is_in_log},
};
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    browser::{Browser, Fact},
    gateway::Premises,
    shell, time,
};

/// Something that a person or their browser does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Types a line.
    Say(String),
    /// The browser's or the person's doing, as it is.
    Do(Input),
    /// Picks a session of the desk's list, by its row.
    Pick(usize),
}

/// Which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The widget.
    Visitor,
    /// The desk.
    Agent,
}

/// What stood on the screen at some moment as said: the drafts' names, and whether they are the person's own.
pub type View = Vec<(DraftId, bool)>;

/// Somebody at one end. Outlives their tab.
pub struct Person {
    /// The name of their host.
    pub name: String,
    /// Which end they are.
    pub side: Side,
    /// Their browser. Two tabs may share one.
    pub browser: Rc<Browser>,
    /// Drafts in the order of typing.
    pub typed: RefCell<Vec<DraftId>>,
    /// Drafts that this tab's wishes brought to the disk.
    pub kept: RefCell<BTreeSet<DraftId>>,
    /// Every receipt that came.
    pub receipts: RefCell<Vec<Receipt>>,
    /// Every view that was not the one before.
    pub views: RefCell<Vec<View>>,
    /// Every notice that was not the one before.
    pub notices: RefCell<Vec<Option<Notice>>>,
    /// How many copies of a log were declared void.
    pub resets: Cell<usize>,
    /// What came in, by its kind: tells two runs apart.
    pub diary: RefCell<Vec<(Millis, String)>>,
    premises: Rc<Premises>,
    chance: RefCell<Chance>,
    /// The session's machine, while the tab is there.
    door: RefCell<Option<Door>>,
    is_traced: bool,
}

impl Person {
    /// Somebody whose tab is not open yet.
    pub fn new(
        name: String,
        side: Side,
        premises: Rc<Premises>,
        browser: Rc<Browser>,
        chance: Chance,
    ) -> Self {
        Self {
            name,
            side,
            browser,
            typed: RefCell::default(),
            kept: RefCell::default(),
            receipts: RefCell::default(),
            views: RefCell::default(),
            notices: RefCell::default(),
            resets: Cell::default(),
            diary: RefCell::default(),
            premises,
            chance: RefCell::new(chance),
            door: RefCell::default(),
            is_traced: std::env::var_os("TRACE").is_some(),
        }
    }

    /// Opens the tab, on the host that this runs on.
    ///
    /// # Errors
    /// Never: it ends with its host.
    pub async fn run(self: Rc<Self>) -> turmoil::Result {
        shell::run(self).await
    }

    /// Does it, if the tab is there.
    pub fn act(&self, act: Act) {
        self.browser.tell(&self.name, Fact::Act(act));
    }

    /// The tab is gone without a word.
    pub fn vanish(&self) {
        self.browser.close_tab(&self.name);
        self.door.take();
    }

    /// Whether the draft waits on their disk.
    pub fn still_keeps(&self, draft_id: DraftId) -> bool {
        self.browser.disk.borrow().records.iter().any(|record| record.draft_id == draft_id)
    }

    /// The desk's list: each session with its unread lines. Nothing on a widget.
    pub fn list(&self, now: Millis) -> Option<BTreeMap<SessionId, u32>> {
        match self.door.borrow().as_ref()? {
            Door::Visitor(_) => None,
            Door::Agent(agent) => {
                let screen = agent.screen(now);
                Some(screen.sessions.iter().map(|row| (row.session, row.unread)).collect())
            }
        }
    }

    /// What stands on the screen.
    pub fn thread(&self, now: Millis) -> Option<Thread> {
        match self.door.borrow().as_ref()? {
            Door::Visitor(visitor) => Some(visitor.screen(now).thread),
            Door::Agent(agent) => agent.screen(now).open.map(|open| open.thread),
        }
    }

    pub(crate) fn open_tab(&self, ears: UnboundedSender<Fact>) {
        self.browser.open_tab(&self.name, ears);
        self.door.replace(Some(self.load()));
    }

    /// Takes a fact, gives what is to be done about it, and remembers both ends of it.
    pub(crate) fn handle(&self, input: Input) -> Vec<Effect> {
        let now = time::now();
        self.note(now, &input);
        let effects = match &mut *self.door.borrow_mut() {
            Some(Door::Visitor(visitor)) => visitor.handle(now, input),
            Some(Door::Agent(agent)) => agent.handle(now, input),
            None => Vec::new(),
        };
        if self.is_traced {
            println!("    -> {effects:?}");
        }
        self.look(now);
        effects
    }

    pub(crate) fn next_wake(&self) -> Option<Millis> {
        match self.door.borrow().as_ref()? {
            Door::Visitor(visitor) => visitor.next_wake(),
            Door::Agent(agent) => agent.next_wake(),
        }
    }

    pub(crate) fn input_of(&self, act: Act) -> Option<Input> {
        match act {
            Act::Say(text) => {
                let mut chance = self.chance.borrow_mut();
                let mut fresh = || DraftId::at(time::now(), chance.bytes());
                let (draft_id, session_draft_id) = (fresh(), fresh());
                self.typed.borrow_mut().push(draft_id);
                Some(Input::Submit { draft_id, session_draft_id, text })
            }
            Act::Do(input) => Some(input),
            Act::Pick(row) => match self.door.borrow().as_ref()? {
                Door::Agent(agent) => {
                    let screen = agent.screen(time::now());
                    let row = screen.sessions.get(row % screen.sessions.len().max(1))?;
                    Some(Input::SessionPicked(Some(row.session)))
                }
                Door::Visitor(_) => None,
            },
        }
    }

    /// Anything up to that.
    pub(crate) fn dice(&self, most: u64) -> u64 {
        self.chance.borrow_mut().below(most + 1)
    }

    pub(crate) fn agent_token(&self) -> String {
        self.premises.agent_token.clone()
    }

    pub(crate) fn ticket(&self) -> String {
        self.premises.ticket.clone()
    }

    fn load(&self) -> Door {
        let (jitter_seed, request_base) = (self.dice(u64::MAX - 1), self.dice(u64::from(u32::MAX)) as u32);
        let setup = |auth| Setup {
            channel: (self.side == Side::Visitor).then(|| self.premises.channel.clone()),
            app_name: "turmoil",
            app_version: "0",
            language: "en".into(),
            embed: Some(self.ticket()),
            page_origin: None,
            auth,
            jitter_seed,
            request_base,
        };
        match self.side {
            Side::Visitor => {
                let token = self.browser.disk.borrow().token.clone();
                let auth = token.map_or(Auth::New, |token| Auth::Visitor { token });
                Door::Visitor(Box::new(Visitor::new(setup(auth))))
            }
            Side::Agent => {
                Door::Agent(Box::new(Agent::new(setup(Auth::Agent { token: self.agent_token() }))))
            }
        }
    }

    fn note(&self, now: Millis, input: &Input) {
        match input {
            Input::Received { frame: ServerFrame::Ok(receipt), .. } => {
                self.receipts.borrow_mut().push(receipt.clone());
            }
            Input::Received { frame: ServerFrame::Welcome(welcome), .. } => {
                let resets = welcome.sessions.iter().filter(|session| session.reset).count();
                self.resets.set(self.resets.get() + resets);
            }
            _ => {}
        }
        if self.is_traced {
            println!("{} {}: {input:?}", (now - time::EPOCH).0, self.name);
        }
        let kind = match input {
            Input::Received { frame, .. } => frame.name().to_owned(),
            other => format!("{other:?}").chars().take_while(|c| c.is_alphanumeric()).collect(),
        };
        self.diary.borrow_mut().push((now, kind));
    }

    fn look(&self, now: Millis) {
        let notice = match self.door.borrow().as_ref() {
            Some(Door::Visitor(visitor)) => visitor.screen(now).notice,
            Some(Door::Agent(agent)) => agent.screen(now).notice,
            None => None,
        };
        push_if_new(&self.notices, notice);
        let Some(thread) = self.thread(now) else { return };
        let shown = bubbles(&thread).into_iter().filter(|bubble| is_in_log(bubble));
        push_if_new(&self.views, shown.map(|bubble| (bubble.key, bubble.is_mine)).collect());
    }
}

fn push_if_new<T: PartialEq>(list: &RefCell<Vec<T>>, item: T) {
    let mut list = list.borrow_mut();
    if list.last() != Some(&item) {
        list.push(item);
    }
}
