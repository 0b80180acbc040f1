//! Which tab has the socket, and how the others speak through it. Facts in, actions out; knows no browser.
//!
//! Tabs of one person queue for one lock. Its holder connects; the others pass their frames to it and hear what it hears.
//! That saves sockets and nothing else: each tab runs a whole end of its own, and the log folds equal draft ids. So every
//! doubt has one answer here, a socket of one's own: no lock, no word from the holder, no list of sessions.
//! The words between tabs are in `word.rs`, the browser's part is in `tabs.rs`.

use tieline_protocol::{
    ClientFrame, CloseCode, Millis, Outgoing, RequestId, ServerFrame, Welcome, client::List,
};
use tieline_session::Input;

use crate::word::Word;

/// A tab that lives answers at once. One that does not within this is frozen or gone.
const HOLDER_LIMIT: Millis = Millis::secs(1);
/// From the holder's `welcome` to the list of sessions: one round trip on a bad network.
const LIST_LIMIT: Millis = Millis::secs(3);
/// What may come in between the two. Many more would mean that the list is lost.
const HELD: usize = 300;
/// The holder's socket is gone, or is another one now: each tab says again what it was saying.
const GONE: CloseCode = CloseCode(1001);

/// What can happen to a line.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    /// The end wants a connection.
    Dialled,
    /// The end lets go of its connection.
    HungUp(CloseCode),
    /// The end says something.
    Said(Outgoing<ClientFrame>),
    /// There is nothing to connect with: the end is refused, signed out, or asks its page for a proof.
    Rested,
    /// The page is left, or the person is another: these tabs are ours no longer.
    Left,
    /// The lock is ours.
    Granted,
    /// There are no locks here, or no channel to the other tabs.
    Refused,
    /// Another tab said something.
    Heard(Word),
    /// Our own socket is open.
    Opened,
    /// A text came in on it.
    Received(String),
    /// It is closed, or could not be opened.
    Closed(CloseCode),
    /// A second socket took its place; with its `welcome`, if that came already.
    Switched(Option<String>),
    /// The timer of `next_wake` fired.
    Tick,
}

/// What is to be done about it, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Queue for the lock.
    Claim,
    /// Give the lock back, or leave the queue.
    LetGo,
    /// Say it to the other tabs.
    Post(Word),
    /// Have the tab with the lock say it.
    Pass(Outgoing<ClientFrame>),
    /// Open a socket.
    Open,
    /// Close it, without a word of it coming back.
    Close(CloseCode),
    /// Say it on the socket.
    Write(Outgoing<ClientFrame>),
    /// Say on the socket what another tab wants said.
    Relay(String),
    /// Tell the end.
    Feed(Input),
}

/// Where the lock is, as far as this tab knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    /// Not wanted.
    None,
    /// Another tab's, or about to be ours.
    Queued,
    /// Ours.
    Held,
    /// There are no locks.
    Impossible,
}

/// What the end's connection is.
#[derive(Debug)]
enum Path {
    /// None, nor is one wanted.
    None,
    /// The others were asked who has the line.
    Asking { until: Millis },
    /// A tab has the lock, and no `welcome` yet.
    Waiting,
    /// A tab has the line. Its list of sessions is on the way; what else comes waits in `held`.
    Joining { until: Millis, welcome: Box<Welcome>, held: Vec<Input> },
    /// Through the tab that has the line. `until`: by then it must have shown that it lives.
    Joined { until: Option<Millis> },
    /// A socket of our own. What it brought for a tab that joins: the `welcome`, and what was said anew since, by its subject.
    Own { welcome: Option<String>, since: Vec<(String, String)> },
}

/// One tab's line.
#[derive(Debug)]
pub(crate) struct Line {
    claim: Claim,
    path: Path,
    /// The holder did not answer when it was last asked.
    is_silent: bool,
    /// Somebody speaks through us.
    has_guests: bool,
    list_id: RequestId,
    read: fn(&str) -> Option<Input>,
}

impl Line {
    /// A line that may be shared. `request_base` is the end's; `read` turns a text of the gateway into an input.
    pub(crate) fn shared(request_base: u32, read: fn(&str) -> Option<Input>) -> Self {
        // The end counts up from its base, and will not get that far.
        Self::new(Claim::None, RequestId(request_base | 0x000f_ffff), read)
    }

    /// A line of its own.
    pub(crate) fn single(read: fn(&str) -> Option<Input>) -> Self {
        Self::new(Claim::Impossible, RequestId(0), read)
    }

    fn new(claim: Claim, list_id: RequestId, read: fn(&str) -> Option<Input>) -> Self {
        Self { claim, path: Path::None, is_silent: false, has_guests: false, list_id, read }
    }

    /// Takes a fact, gives what is to be done about it.
    pub(crate) fn handle(&mut self, now: Millis, fact: Fact) -> Vec<Action> {
        let mut out = Vec::new();
        match fact {
            Fact::Dialled => self.dial(now, &mut out),
            Fact::HungUp(code) => self.hang_up(code, &mut out),
            Fact::Said(frame) => self.say(now, frame, &mut out),
            Fact::Rested => {
                if matches!(self.path, Path::None) {
                    self.let_go(&mut out);
                }
            }
            Fact::Left => {
                self.let_go(&mut out);
                // An end that leaves hangs up by itself, if the socket is its own.
                if !self.is_own() {
                    self.path = Path::None;
                }
            }
            Fact::Granted => self.take_lock(&mut out),
            Fact::Refused => {
                self.claim = Claim::Impossible;
                if matches!(self.path, Path::Asking { .. }) {
                    self.open(&mut out);
                }
            }
            Fact::Heard(word) => self.hear(now, word, &mut out),
            Fact::Opened => out.push(Action::Feed(Input::SocketOpened)),
            Fact::Received(text) => self.receive(text, &mut out),
            Fact::Closed(code) => self.lose_socket(code, &mut out),
            Fact::Switched(welcome) => {
                self.path = Path::Own { welcome, since: Vec::new() };
                self.tell_guests(Word::Cut(CloseCode::DRAIN), &mut out);
                self.announce(&mut out);
            }
            Fact::Tick => self.tick(now, &mut out),
        }
        out
    }

    /// When to say `Tick` at the latest.
    pub(crate) fn next_wake(&self) -> Option<Millis> {
        match self.path {
            Path::Asking { until } | Path::Joining { until, .. } => Some(until),
            Path::Joined { until } => until,
            Path::None | Path::Waiting | Path::Own { .. } => None,
        }
    }

    /// Whether the connection is a socket of this tab.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self.path, Path::Own { .. })
    }

    fn dial(&mut self, now: Millis, out: &mut Vec<Action>) {
        if self.claim == Claim::None {
            self.claim = Claim::Queued;
            out.push(Action::Claim);
        }
        if self.claim != Claim::Queued || self.is_silent {
            return self.open(out);
        }
        self.path = Path::Asking { until: now + HOLDER_LIMIT };
        out.push(Action::Post(Word::Dial));
    }

    fn open(&mut self, out: &mut Vec<Action>) {
        self.path = Path::Own { welcome: None, since: Vec::new() };
        out.push(Action::Open);
    }

    fn hang_up(&mut self, code: CloseCode, out: &mut Vec<Action>) {
        if self.is_own() {
            out.push(Action::Close(code));
            self.tell_guests(Word::Cut(GONE), out);
        }
        self.path = Path::None;
    }

    fn say(&mut self, now: Millis, frame: Outgoing<ClientFrame>, out: &mut Vec<Action>) {
        match &mut self.path {
            Path::Own { .. } => out.push(Action::Write(frame)),
            Path::Joined { until } => {
                // Who is there, and that it is, is for the tab with the socket to say.
                if matches!(frame.frame, ClientFrame::Hello(_) | ClientFrame::Pong(_) | ClientFrame::Bye) {
                    return;
                }
                until.get_or_insert(now + HOLDER_LIMIT);
                out.push(Action::Pass(frame));
            }
            // Lost on purpose: the end says it again after the next `welcome`.
            _ => {}
        }
    }

    fn let_go(&mut self, out: &mut Vec<Action>) {
        self.tell_guests(Word::Cut(GONE), out);
        self.has_guests = false;
        if matches!(self.claim, Claim::Queued | Claim::Held) {
            self.claim = Claim::None;
            out.push(Action::LetGo);
        }
    }

    fn take_lock(&mut self, out: &mut Vec<Action>) {
        if self.claim != Claim::Queued {
            return;
        }
        self.claim = Claim::Held;
        self.is_silent = false;
        // Whoever spoke through the tab of before speaks to nobody.
        out.push(Action::Post(Word::Cut(GONE)));
        match self.path {
            Path::Asking { .. } | Path::Waiting => self.open(out),
            Path::Joining { .. } | Path::Joined { .. } => self.lose_holder(GONE, true, out),
            Path::Own { .. } => drop(self.announce(out)),
            // It was cut with the tab of before, and rests.
            Path::None => out.push(Action::Feed(Input::WokeUp)),
        }
    }

    fn hear(&mut self, now: Millis, word: Word, out: &mut Vec<Action>) {
        let is_holder = self.claim == Claim::Held;
        match word {
            Word::Dial if is_holder => {
                self.has_guests = true;
                if !self.announce(out) {
                    out.push(Action::Post(Word::Wait));
                }
            }
            Word::Up(text) if is_holder => {
                out.push(Action::Post(Word::Here));
                if self.is_own() {
                    out.push(Action::Relay(text));
                }
            }
            Word::Dial | Word::Up(_) => {}
            // Only who has the lock speaks so.
            _ if self.claim != Claim::Queued => {}
            Word::Wait | Word::Here => {
                self.prove_holder();
                if matches!(self.path, Path::Asking { .. }) {
                    self.path = Path::Waiting;
                }
            }
            Word::Live { welcome, since } => {
                self.prove_holder();
                self.join(now, &welcome, &since, out);
            }
            Word::Down(text) => {
                self.prove_holder();
                if let Some(input) = (self.read)(&text) {
                    self.overhear(input, out);
                }
            }
            Word::Cut(code) => match self.path {
                Path::Joining { .. } | Path::Joined { .. } => self.lose_holder(code, false, out),
                // A new holder says this first, and has not heard whom the one of before was asked for.
                Path::Asking { .. } => out.push(Action::Post(Word::Dial)),
                _ => {}
            },
        }
    }

    fn prove_holder(&mut self) {
        self.is_silent = false;
        if let Path::Joined { until } = &mut self.path {
            *until = None;
        }
    }

    /// The tab with the lock has a connection.
    fn join(&mut self, now: Millis, welcome: &str, since: &[String], out: &mut Vec<Action>) {
        match self.path {
            Path::Asking { .. } | Path::Waiting => {}
            // The end may be resting between two dials.
            Path::None => return out.push(Action::Feed(Input::WokeUp)),
            _ => return,
        }
        let Some(Input::Received { frame: ServerFrame::Welcome(welcome), .. }) = (self.read)(welcome) else {
            return self.open(out);
        };
        let held = since.iter().filter_map(|text| (self.read)(text)).collect();
        self.path = Path::Joining { until: now + LIST_LIMIT, welcome, held };
        // The `welcome` is as old as the socket. With sessions that are not there yet, the end would open them again.
        let list = ClientFrame::List(List { after: None });
        out.push(Action::Pass(Outgoing { id: Some(self.list_id), frame: list }));
    }

    /// The gateway said something to the tab with the socket.
    fn overhear(&mut self, input: Input, out: &mut Vec<Action>) {
        // A second socket and a fresh proof are that tab's business.
        let frame = if let Input::Received { frame, .. } = &input { Some(frame) } else { None };
        if matches!(frame, Some(ServerFrame::Drain(_) | ServerFrame::AuthDue(_))) {
            return;
        }
        match &mut self.path {
            Path::Joined { .. } => out.push(Action::Feed(input)),
            Path::Joining { welcome, held, .. } => match input {
                Input::Received { id, frame } if id == Some(self.list_id) => {
                    let ServerFrame::Sessions(list) = frame else { return self.open(out) };
                    welcome.sessions.clone_from(&list.sessions);
                    let welcome = ServerFrame::Welcome(welcome.clone());
                    let held = std::mem::take(held);
                    self.path = Path::Joined { until: None };
                    out.push(Action::Feed(Input::SocketOpened));
                    out.push(Action::Feed(Input::Received { id: None, frame: welcome }));
                    // Of a list the end knows that it has one line of each session, and asks for a screenful.
                    out.push(Action::Feed(Input::Received { id, frame: ServerFrame::Sessions(list) }));
                    out.extend(held.into_iter().map(Action::Feed));
                }
                _ if held.len() >= HELD => self.open(out),
                input => held.push(input),
            },
            _ => {}
        }
    }

    fn receive(&mut self, text: String, out: &mut Vec<Action>) {
        // A newer gateway may say what we need not understand. A broken frame shows as a gap, and gaps are mended.
        let Some(input) = (self.read)(&text) else { return };
        let frame = if let Input::Received { frame, .. } = &input { Some(frame) } else { None };
        let mut is_welcome = false;
        if let Path::Own { welcome, since } = &mut self.path {
            if matches!(frame, Some(ServerFrame::Welcome(_))) {
                *welcome = Some(text.clone());
                is_welcome = true;
            } else if let Some(subject) = frame.and_then(subject_of) {
                since.retain(|(known, _)| *known != subject);
                since.push((subject, text.clone()));
            }
        }
        if is_welcome {
            self.announce(out);
        } else {
            self.tell_guests(Word::Down(text), out);
        }
        out.push(Action::Feed(input));
    }

    fn lose_socket(&mut self, code: CloseCode, out: &mut Vec<Action>) {
        if self.is_own() {
            self.path = Path::None;
            self.tell_guests(Word::Cut(code), out);
            out.push(Action::Feed(Input::SocketClosed(code)));
        }
    }

    /// The line through another tab is gone. `at_once`: the end is to dial without a pause.
    fn lose_holder(&mut self, code: CloseCode, at_once: bool, out: &mut Vec<Action>) {
        self.path = Path::None;
        out.push(Action::Feed(Input::SocketClosed(code)));
        if at_once {
            out.push(Action::Feed(Input::WokeUp));
        }
    }

    /// Tells who wants to join. False: there is nothing to join.
    fn announce(&self, out: &mut Vec<Action>) -> bool {
        let Path::Own { welcome: Some(welcome), since } = &self.path else { return false };
        if self.claim == Claim::Held {
            let since = since.iter().map(|(_, text)| text.clone()).collect();
            out.push(Action::Post(Word::Live { welcome: welcome.clone(), since }));
        }
        true
    }

    fn tell_guests(&self, word: Word, out: &mut Vec<Action>) {
        if self.claim == Claim::Held && self.has_guests {
            out.push(Action::Post(word));
        }
    }

    fn tick(&mut self, now: Millis, out: &mut Vec<Action>) {
        if self.next_wake().is_none_or(|wake| wake > now) {
            return;
        }
        self.is_silent = true;
        match self.path {
            Path::Joined { .. } => self.lose_holder(GONE, true, out),
            _ => self.open(out),
        }
    }
}

/// What a frame replaces of what `welcome` said, so that a tab which joins later has to hear the newest. None: it replaces nothing.
fn subject_of(frame: &ServerFrame) -> Option<String> {
    match frame {
        ServerFrame::Renewed(_) | ServerFrame::Channel(_) => Some(frame.name().to_owned()),
        // A recipient's name has no blank in it.
        ServerFrame::Presence(presence) => {
            Some(["presence ", presence.to.as_deref().unwrap_or_default()].concat())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
