//! Tabs as data: which of them connects, and what becomes of the others when it goes.

use std::collections::VecDeque;

use tieline_protocol::{
    Author, Capabilities, ClientFrame, CloseCode, Decoded, Millis, Outgoing, PartyId, RequestId, Role,
    ServerFrame, Welcome,
    client::{Beat, List},
    envelope::json,
    server::{Drain, Limits, PingPlan, Renewed, Sessions, Tokens},
};
use tieline_session::Input;

use super::{Action, Fact, Line};
use crate::word::Word;

fn read(text: &str) -> Option<Input> {
    match json::decode_server(text).ok()? {
        Decoded::Frame(id, frame) => Some(Input::Received { id, frame }),
        Decoded::UnknownType { must, .. } => must.then_some(Input::MustReload),
    }
}

fn text(id: Option<RequestId>, frame: ServerFrame) -> String {
    json::encode(id, frame)
}

fn welcome() -> String {
    let me = Author { id: PartyId::at(Millis(1), [1; 10]), role: Role::Visitor, name: None };
    text(
        None,
        ServerFrame::Welcome(Box::new(Welcome {
            connection: "c".into(),
            now: Millis(0),
            me,
            channel: None,
            presence: Vec::new(),
            tokens: Tokens::default(),
            ping: PingPlan { every_ms: Millis::secs(25), grace_ms: Millis::secs(10) },
            limits: Limits { frame_bytes: 65_536, text_chars: 100, burst: 10, per_minute: 60, file_bytes: 0 },
            capabilities: Capabilities::all(),
            sessions: Vec::new(),
        })),
    )
}

fn pong(nonce: u32) -> String {
    text(None, ServerFrame::Pong(Beat { nonce }))
}

fn ping(nonce: u32) -> Outgoing<ClientFrame> {
    Outgoing { id: None, frame: ClientFrame::Ping(Beat { nonce }) }
}

/// Several tabs, the lock between them, and a gateway that welcomes and lists. Nothing waits but for `at`.
struct Tabs {
    at: Millis,
    lines: Vec<Option<Line>>,
    /// Who has the lock, then who waits for it.
    queue: VecDeque<usize>,
    is_frozen: Vec<bool>,
    /// What each end was told, as words.
    told: Vec<Vec<String>>,
    opened: Vec<usize>,
    written: Vec<(usize, String)>,
    has_locks: bool,
    welcomes: bool,
    lists: bool,
}

impl Tabs {
    fn of(count: usize) -> Self {
        let line = |tab: usize| Some(Line::shared((tab as u32) << 20, read));
        Self {
            at: Millis::secs(1_000),
            lines: (0..count).map(line).collect(),
            queue: VecDeque::new(),
            is_frozen: vec![false; count],
            told: vec![Vec::new(); count],
            opened: vec![0; count],
            written: Vec::new(),
            has_locks: true,
            welcomes: true,
            lists: true,
        }
    }

    fn feed(&mut self, tab: usize, fact: Fact) -> &mut Self {
        let mut facts = VecDeque::from([(tab, fact)]);
        while let Some((tab, fact)) = facts.pop_front() {
            let Some(line) = self.lines[tab].as_mut().filter(|_| !self.is_frozen[tab]) else { continue };
            for action in line.handle(self.at, fact) {
                self.carry_out(tab, action, &mut facts);
            }
        }
        self
    }

    fn carry_out(&mut self, tab: usize, action: Action, facts: &mut VecDeque<(usize, Fact)>) {
        match action {
            Action::Claim if !self.has_locks => facts.push_back((tab, Fact::Refused)),
            Action::Claim => {
                self.queue.push_back(tab);
                if self.queue.len() == 1 {
                    facts.push_back((tab, Fact::Granted));
                }
            }
            Action::LetGo => self.leave_queue(tab, facts),
            Action::Post(word) => self.post(tab, &word, facts),
            Action::Pass(frame) => {
                let text = json::encode(frame.id, frame.frame);
                self.post(tab, &Word::Up(text), facts);
            }
            Action::Open => {
                self.opened[tab] += 1;
                facts.push_back((tab, Fact::Opened));
                if self.welcomes {
                    facts.push_back((tab, Fact::Received(welcome())));
                }
            }
            Action::Close(_) => {}
            Action::Write(frame) => self.gateway_hears(tab, json::encode(frame.id, frame.frame), facts),
            Action::Relay(text) => self.gateway_hears(tab, text, facts),
            Action::Feed(input) => self.told[tab].push(sketch(&input)),
        }
    }

    fn gateway_hears(&mut self, tab: usize, text: String, facts: &mut VecDeque<(usize, Fact)>) {
        let Ok(Decoded::Frame(id, frame)) = json::decode_client(&text) else { panic!("no frame: {text}") };
        match frame {
            ClientFrame::List(List { .. }) if self.lists => {
                let sessions = Sessions { sessions: Vec::new(), more: false };
                facts.push_back((tab, Fact::Received(json::encode(id, ServerFrame::Sessions(sessions)))));
            }
            ClientFrame::Ping(beat) => facts.push_back((tab, Fact::Received(pong(beat.nonce)))),
            frame => self.written.push((tab, frame.name().to_owned())),
        }
    }

    fn post(&self, from: usize, word: &Word, facts: &mut VecDeque<(usize, Fact)>) {
        let others = (0..self.lines.len()).filter(|tab| *tab != from);
        facts.extend(others.map(|tab| (tab, Fact::Heard(word.clone()))));
    }

    fn leave_queue(&mut self, tab: usize, facts: &mut VecDeque<(usize, Fact)>) {
        let was_first = self.queue.front() == Some(&tab);
        self.queue.retain(|queued| *queued != tab);
        if let Some(next) = self.queue.front().filter(|_| was_first) {
            facts.push_back((*next, Fact::Granted));
        }
    }

    /// The tab is gone without a word; the browser takes its lock back.
    fn crash(&mut self, tab: usize) -> &mut Self {
        self.lines[tab] = None;
        let mut facts = VecDeque::new();
        self.leave_queue(tab, &mut facts);
        for (tab, fact) in facts {
            self.feed(tab, fact);
        }
        self
    }

    fn dial(&mut self, tab: usize) -> &mut Self {
        self.feed(tab, Fact::Dialled)
    }

    /// Each tab gets its tick when its line asks for one.
    fn wait(&mut self, span: Millis) -> &mut Self {
        self.at = self.at + span;
        for tab in 0..self.lines.len() {
            self.feed(tab, Fact::Tick);
        }
        self
    }

    fn told(&mut self, tab: usize) -> String {
        std::mem::take(&mut self.told[tab]).join(" ")
    }
}

fn sketch(input: &Input) -> String {
    match input {
        Input::SocketOpened => "opened".into(),
        Input::SocketClosed(code) => format!("closed:{}", code.0),
        Input::WokeUp => "woke".into(),
        Input::Received { frame, .. } => frame.name().into(),
        other => format!("{other:?}"),
    }
}

#[test]
fn three_tabs_have_one_socket_and_hear_the_same() {
    let mut tabs = Tabs::of(3);
    tabs.dial(0).dial(1).dial(2);
    assert_eq!(tabs.opened, [1, 0, 0]);
    assert_eq!(tabs.told(0), "opened welcome sessions sessions", "what a guest asks for, all hear");
    for guest in [1, 2] {
        let told = tabs.told(guest);
        assert!(told.starts_with("opened welcome sessions"), "with the sessions of now: {told}");
    }
    tabs.feed(2, Fact::Said(ping(7)));
    for tab in 0..3 {
        assert!(tabs.told(tab).ends_with("pong"), "tab {tab}");
    }
    assert_eq!(tabs.opened, [1, 0, 0]);
}

#[test]
fn a_tab_alone_posts_no_frames() {
    let mut line = Line::shared(0, read);
    line.handle(Millis(0), Fact::Dialled);
    line.handle(Millis(0), Fact::Granted);
    let heard = line.handle(Millis(0), Fact::Received(pong(1)));
    assert!(matches!(heard[..], [Action::Feed(_)]), "{heard:?}");
}

#[test]
fn the_next_tab_takes_over_when_the_holder_dies() {
    let mut tabs = Tabs::of(3);
    tabs.dial(0).dial(1).dial(2);
    (1..3).for_each(|tab| drop(tabs.told(tab)));
    tabs.crash(0);
    assert_eq!(tabs.told(1), "closed:1001 woke", "it dials without a pause");
    assert_eq!(tabs.told(2), "closed:1001");
    tabs.dial(1);
    assert_eq!(tabs.opened, [1, 1, 0]);
    assert_eq!(tabs.told(1), "opened welcome");
    assert_eq!(tabs.told(2), "woke", "the resting tab is told that there is a line again");
    tabs.dial(2);
    assert_eq!(tabs.told(2), "opened welcome sessions");
    assert_eq!(tabs.opened, [1, 1, 0]);
}

#[test]
fn a_holder_that_leaves_says_so() {
    let mut tabs = Tabs::of(2);
    tabs.dial(0).dial(1).told(1);
    tabs.feed(0, Fact::HungUp(CloseCode::BYE)).feed(0, Fact::Left);
    assert_eq!(tabs.told(1), "closed:1001 woke");
    tabs.dial(1);
    assert_eq!(tabs.opened, [1, 1]);
    // Back from the back-forward cache: it is a guest now.
    tabs.told(0);
    tabs.dial(0);
    assert_eq!(tabs.told(0), "opened welcome sessions");
    assert_eq!(tabs.opened, [1, 1]);
}

#[test]
fn two_that_dial_while_nobody_is_there_get_one_socket() {
    let mut tabs = Tabs::of(2);
    tabs.welcomes = false;
    tabs.dial(0).dial(1);
    assert_eq!(tabs.opened, [1, 0]);
    tabs.wait(Millis::secs(5));
    assert_eq!(tabs.opened, [1, 0], "the holder said that it is dialling");
    tabs.feed(0, Fact::Received(welcome()));
    assert_eq!(tabs.told(1), "opened welcome sessions");
}

#[test]
fn without_locks_each_has_its_own_socket() {
    let mut tabs = Tabs::of(2);
    tabs.has_locks = false;
    tabs.dial(0).dial(1);
    assert_eq!(tabs.opened, [1, 1]);
    assert_eq!(tabs.told(1), "opened welcome");
    tabs.feed(1, Fact::Said(ping(3)));
    assert_eq!(tabs.told(1), "pong");
    assert_eq!(tabs.told(0), "opened welcome", "and they do not hear each other's");
}

#[test]
fn a_frozen_holder_is_bypassed() {
    let mut tabs = Tabs::of(3);
    tabs.dial(0).dial(1).told(1);
    tabs.is_frozen[0] = true;
    tabs.feed(1, Fact::Said(ping(1))).wait(Millis(999));
    assert_eq!(tabs.told(1), "");
    tabs.wait(Millis(1));
    assert_eq!(tabs.told(1), "closed:1001 woke");
    tabs.dial(1);
    assert_eq!(tabs.opened, [1, 1, 0], "at once: it was silent a moment ago");
    tabs.dial(2).wait(Millis::secs(1));
    assert_eq!(tabs.opened, [1, 1, 1], "one that is new waits a second");
    // The first of them to get the lock carries the next guests, on the socket that it has.
    tabs.crash(0);
    assert_eq!(tabs.opened, [1, 1, 1]);
    tabs.lines.push(Some(Line::shared(9 << 20, read)));
    tabs.is_frozen.push(false);
    tabs.told.push(Vec::new());
    tabs.opened.push(0);
    tabs.dial(3);
    assert_eq!(tabs.told(3), "opened welcome sessions");
    assert_eq!(tabs.opened, [1, 1, 1, 0]);
}

#[test]
fn a_guest_that_is_answered_stays() {
    let mut tabs = Tabs::of(2);
    tabs.dial(0).dial(1).told(1);
    for _ in 0..5 {
        tabs.feed(1, Fact::Said(ping(1))).wait(Millis::secs(2));
    }
    assert_eq!(tabs.told(1), "pong pong pong pong pong");
    assert_eq!(tabs.opened, [1, 0]);
}

#[test]
fn a_cut_is_a_cut_for_all() {
    let mut tabs = Tabs::of(2);
    tabs.dial(0).dial(1).told(1);
    tabs.welcomes = false;
    tabs.feed(0, Fact::Closed(CloseCode::SIGN_IN));
    assert_eq!(tabs.told(1), "closed:4401");
    // The guest may be first to dial again; then it waits for the holder.
    tabs.dial(1).wait(Millis::secs(9));
    assert_eq!(tabs.opened, [1, 0]);
    tabs.dial(0).feed(0, Fact::Received(welcome()));
    assert_eq!(tabs.told(1), "opened welcome sessions");
    assert_eq!(tabs.opened, [2, 0]);
}

#[test]
fn who_cannot_connect_does_not_keep_the_others_from_it() {
    let mut tabs = Tabs::of(2);
    tabs.dial(0).dial(1).told(1);
    tabs.feed(0, Fact::Closed(CloseCode::SIGN_IN)).feed(0, Fact::Rested);
    assert_eq!(tabs.told(1), "closed:4401 woke");
    tabs.dial(1);
    assert_eq!(tabs.opened, [1, 1]);
    tabs.told(0);
    tabs.feed(0, Fact::Heard(Word::Live { welcome: welcome(), since: Vec::new() }));
    assert_eq!(tabs.told(0), "", "and is not woken for what it cannot do");
}

#[test]
fn a_late_word_changes_nothing() {
    let mut tabs = Tabs::of(2);
    tabs.dial(0).dial(1).told(1);
    for tab in [0, 1] {
        tabs.told(tab);
        for word in [Word::Live { welcome: welcome(), since: Vec::new() }, Word::Wait, Word::Here] {
            tabs.feed(tab, Fact::Heard(word));
        }
        assert_eq!(tabs.told(tab), "", "tab {tab}");
    }
    tabs.feed(0, Fact::Heard(Word::Cut(CloseCode(1001)))).feed(0, Fact::Heard(Word::Down(pong(1))));
    assert_eq!(tabs.told(0), "", "nobody cuts the holder");
    tabs.feed(0, Fact::Granted).feed(1, Fact::Opened);
    assert_eq!(tabs.opened, [1, 0]);
}

#[test]
fn what_comes_before_the_list_waits_for_it() {
    let mut tabs = Tabs::of(2);
    tabs.lists = false;
    tabs.dial(0).dial(1);
    tabs.feed(0, Fact::Received(pong(1)));
    assert_eq!(tabs.told(1), "");
    let list = ServerFrame::Sessions(Sessions { sessions: Vec::new(), more: false });
    tabs.feed(0, Fact::Received(text(Some(RequestId(0x001f_ffff)), list)));
    assert_eq!(tabs.told(1), "opened welcome sessions pong");
}

#[test]
fn no_list_no_shared_line() {
    let mut tabs = Tabs::of(2);
    tabs.lists = false;
    tabs.dial(0).dial(1).wait(Millis::secs(3));
    assert_eq!(tabs.opened, [1, 1]);
    assert_eq!(tabs.told(1), "opened welcome");
}

#[test]
fn a_switch_is_a_new_line_for_the_guests() {
    let mut tabs = Tabs::of(2);
    tabs.dial(0).dial(1).told(1);
    let drain = Drain { by: Millis(0), spread_ms: Millis(0), why: String::new() };
    tabs.feed(0, Fact::Received(text(None, ServerFrame::Drain(drain))));
    assert_eq!(tabs.told(1), "", "the second socket is the holder's business");
    tabs.feed(0, Fact::Switched(Some(welcome())));
    assert_eq!(tabs.told(1), "closed:4001 woke");
    tabs.dial(1);
    assert_eq!(tabs.told(1), "opened welcome sessions");
    assert_eq!(tabs.opened, [1, 0]);
    // The first was cut before the second was welcomed: nothing to join until it is.
    tabs.feed(0, Fact::Closed(CloseCode(1006))).feed(0, Fact::Switched(None)).told(1);
    tabs.dial(1);
    assert_eq!(tabs.told(1), "");
    tabs.feed(0, Fact::Received(welcome()));
    assert_eq!(tabs.told(1), "opened welcome sessions");
}

#[test]
fn a_guest_gets_the_tokens_of_now() {
    let mut tabs = Tabs::of(2);
    tabs.dial(0).feed(
        0,
        Fact::Received(text(Some(RequestId(4)), ServerFrame::Renewed(Renewed { tokens: Tokens::default() }))),
    );
    tabs.dial(1);
    assert_eq!(tabs.told(1), "opened welcome sessions renewed");
}

#[test]
fn a_guest_says_neither_hello_nor_pong() {
    let mut tabs = Tabs::of(2);
    tabs.dial(0).dial(1);
    for frame in [ClientFrame::Pong(Beat { nonce: 1 }), ClientFrame::Bye] {
        tabs.feed(1, Fact::Said(Outgoing { id: None, frame }));
    }
    assert_eq!(tabs.written, []);
}
