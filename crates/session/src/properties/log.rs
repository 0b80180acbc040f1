//! A visitor against a log in forty lines: whatever is cut, swallowed or reloaded, every draft that its person did not
//! take back stands in the log once, in the order of typing, and the screen shows the log: words as they were said last, or that
//! they are gone.

use std::collections::VecDeque;

use proptest::prelude::*;
use tieline_protocol::{
    Auth, Author, Body, ClientFrame, CloseCode, DraftId, Entry, ErrorBody, ErrorCode, FileCard, Millis,
    RequestId, Seq, ServerFrame, SessionState,
    server::{Page, Receipt},
};

use crate::{
    Aim, Effect, Input, NoUpload, Visitor,
    effect::Record,
    screen::{Bubble, Content, Delivery, Row},
    testing::{
        AGENT, START, VISITOR, attached, author, card, draft, epoch, session, setup, state, text, ticket,
        welcome, words,
    },
};

#[derive(Clone, Copy, Debug)]
enum Operation {
    /// The person types a line.
    Say,
    /// The person gives a file.
    Give,
    /// The upload under way ends: the gateway has the file or not, and the answer comes or not.
    EndUpload { is_taken: bool, is_heard: bool },
    /// The gateway takes the next frame and its answer arrives.
    Answer,
    /// The gateway takes the next frame, and the answer is lost with the connection.
    Swallow,
    /// The gateway cannot take the next frame just now.
    Refuse,
    /// The connection is gone, and with it what was on the way.
    Cut,
    /// The tab crashes and comes back with its disk.
    Reload,
    /// The agent writes; the push arrives, or it is lost.
    Agent { is_heard: bool },
    /// The person takes back the newest draft that still waits.
    TakeBack,
    /// The person says their newest words otherwise.
    Edit,
    /// The person takes back words that are in the log: the newest, or those before.
    Retract { skip: u8 },
    /// The person answers the agent's first words.
    Reply,
    /// The agent changes the last words of theirs, or takes them back.
    AgentChanges { is_edit: bool, is_heard: bool },
    /// Time passes.
    Wait(u16),
}

fn some_operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => Just(Operation::Say),
        2 => Just(Operation::Give),
        3 => any::<[bool; 2]>().prop_map(|[is_taken, is_heard]| Operation::EndUpload { is_taken, is_heard }),
        6 => Just(Operation::Answer),
        1 => Just(Operation::Swallow),
        1 => Just(Operation::Refuse),
        1 => Just(Operation::Cut),
        1 => Just(Operation::Reload),
        2 => any::<bool>().prop_map(|is_heard| Operation::Agent { is_heard }),
        1 => Just(Operation::TakeBack),
        2 => Just(Operation::Edit),
        1 => (0..3u8).prop_map(|skip| Operation::Retract { skip }),
        1 => Just(Operation::Reply),
        1 => any::<[bool; 2]>().prop_map(|[is_edit, is_heard]| Operation::AgentChanges { is_edit, is_heard }),
        2 => (1..20_000u16).prop_map(Operation::Wait),
    ]
}

/// The visitor, the disk, the wire, and the log at its end.
struct Scene {
    visitor: Visitor,
    now: Millis,
    disk: Vec<Record>,
    wire: VecDeque<(Option<RequestId>, ClientFrame)>,
    log: Vec<Entry>,
    is_open: bool,
    opening: Option<DraftId>,
    said: Vec<DraftId>,
    drafts: u64,
    /// Whose files are on their way, and whose files the gateway has.
    uploads: Vec<DraftId>,
    stored: Vec<DraftId>,
}

impl Scene {
    fn new() -> Self {
        let mut scene = Self {
            visitor: Visitor::new(setup(Auth::Visitor { token: "v".into() })),
            now: START,
            disk: Vec::new(),
            wire: VecDeque::new(),
            log: Vec::new(),
            is_open: false,
            opening: None,
            said: Vec::new(),
            drafts: 0,
            uploads: Vec::new(),
            stored: Vec::new(),
        };
        scene.feed(Input::Start);
        scene
    }

    fn feed(&mut self, input: Input) {
        let mut saved = Vec::new();
        for effect in self.visitor.handle(self.now, input) {
            match effect {
                Effect::Dial => self.is_open = true,
                Effect::HangUp(_) => {
                    self.is_open = false;
                    self.wire.clear();
                }
                Effect::Send(outgoing) => self.wire.push_back((outgoing.id, outgoing.frame)),
                Effect::Save(record) => {
                    self.disk.retain(|kept| kept.draft_id != record.draft_id);
                    saved.push(record.draft_id);
                    self.disk.push(record);
                    // A browser's database gives what it has by name.
                    self.disk.sort_by_key(|kept| kept.draft_id);
                }
                Effect::Upload { draft_id, .. } => self.uploads.push(draft_id),
                Effect::StopUpload(draft_id) => self.uploads.retain(|its| *its != draft_id),
                Effect::Forget(draft_id) => self.disk.retain(|kept| kept.draft_id != draft_id),
                _ => {}
            }
        }
        for draft_id in saved {
            self.feed(Input::Saved(draft_id));
        }
        if std::mem::take(&mut self.is_open) {
            self.feed(Input::SocketOpened);
        }
    }

    fn operate(&mut self, operation: Operation) {
        match operation {
            Operation::Say => self.submit(),
            Operation::Edit => {
                self.feed(Input::Aimed(Some(Aim::EditNewest)));
                if self.visitor.screen(self.now).aim.is_some() {
                    self.submit();
                }
            }
            Operation::Reply => {
                let theirs =
                    self.log.iter().find(|entry| entry.from != author(VISITOR) && entry.body.is_said());
                self.feed(Input::Aimed(theirs.map(|entry| Aim::Reply(entry.draft_id))));
                self.submit();
            }
            Operation::Retract { skip } => {
                let can_retract = |bubble: &Bubble| bubble.ways.retract;
                let target = self.bubbles().into_iter().rev().filter(can_retract).nth(skip.into());
                if let Some(target) = target.map(|bubble| bubble.key) {
                    self.drafts += 2;
                    let draft_id = draft(self.drafts);
                    self.said.push(draft_id);
                    self.feed(Input::Retract { draft_id, target });
                }
            }
            Operation::Give => {
                self.drafts += 2;
                let draft_id = draft(self.drafts);
                self.said.push(draft_id);
                let session_draft_id = draft(self.drafts + 1);
                self.feed(Input::Attach { draft_id, session_draft_id, file: attached("kettle.png", 10) });
            }
            Operation::EndUpload { is_taken, is_heard } => self.end_upload(is_taken, is_heard),
            Operation::Answer => {
                if let Some((id, Some(frame))) = self.serve() {
                    self.feed(Input::Received { id, frame });
                }
            }
            Operation::Swallow => {
                self.serve();
                self.cut();
            }
            Operation::Refuse => match self.wire.pop_front() {
                Some((id, ClientFrame::Send(_) | ClientFrame::Open(_) | ClientFrame::History(_))) => {
                    let frame = ServerFrame::Err(ErrorBody::new(ErrorCode::StorageBusy));
                    self.feed(Input::Received { id, frame });
                }
                Some(other) => self.wire.push_front(other),
                None => {}
            },
            Operation::Cut => self.cut(),
            Operation::Reload => {
                self.wire.clear();
                self.uploads.clear();
                self.visitor = Visitor::new(setup(Auth::Visitor { token: "v".into() }));
                self.feed(Input::Restored(self.disk.clone()));
                self.feed(Input::Start);
            }
            Operation::Agent { is_heard } => self.agent_says(is_heard, text("well")),
            Operation::AgentChanges { is_edit, is_heard } => {
                let last = self.log.iter().rfind(|entry| {
                    entry.from == author(AGENT)
                        && standing(&self.log, entry).is_some_and(|_| entry.body.is_said())
                });
                if let Some(target) = last.map(|entry| entry.draft_id) {
                    let edit = Body::Edit { target, text: format!("well, {}", self.log.len()) };
                    self.agent_says(is_heard, if is_edit { edit } else { Body::Retract { target } });
                }
            }
            Operation::TakeBack => self.take_back(),
            Operation::Wait(ms) => self.wait(Millis(ms.into())),
        }
        self.check();
    }

    fn cut(&mut self) {
        self.wire.clear();
        self.feed(Input::SocketClosed(CloseCode(1006)));
    }

    fn end_upload(&mut self, is_taken: bool, is_heard: bool) {
        let Some(draft_id) = self.uploads.pop() else { return };
        self.feed(Input::UploadMoved { draft_id, percent: 50 });
        if is_taken {
            self.stored.push(draft_id);
        }
        self.feed(if is_taken && is_heard {
            Input::Uploaded { draft_id, file: card(draft_id) }
        } else {
            Input::UploadFailed { draft_id, why: NoUpload::Cut }
        });
    }

    fn wait(&mut self, time: Millis) {
        let until = self.now + time;
        while let Some(at) = self.visitor.next_wake().filter(|at| *at <= until) {
            self.now = at;
            self.feed(Input::Tick);
        }
        self.now = until;
    }

    /// Types a line of its own kind: no edit says what stands there already.
    fn submit(&mut self) {
        self.drafts += 2;
        let (draft_id, session_draft_id) = (draft(self.drafts), draft(self.drafts + 1));
        self.said.push(draft_id);
        self.feed(Input::Submit { draft_id, session_draft_id, text: format!("hello {}", self.drafts) });
    }

    fn agent_says(&mut self, is_heard: bool, body: Body) {
        if self.opening.is_some() {
            let draft_id = draft(10_000 + self.log.len() as u64);
            let entry = self.append(author(AGENT), draft_id, None, body);
            if is_heard {
                self.feed(Input::Received { id: None, frame: ServerFrame::Entry(Box::new(entry)) });
            }
        }
    }

    fn take_back(&mut self) {
        let thread = self.visitor.screen(self.now).thread;
        let newest = thread.rows.iter().rev().find_map(|row| match row {
            Row::Bubble(Bubble { key, state: Some(Delivery::Queued), .. }) => Some(*key),
            _ => None,
        });
        // What was on the wire once may stand in the log: only words that never left are surely gone.
        if let Some(draft_id) = newest.filter(|draft_id| self.said.last() == Some(draft_id)) {
            let was_sent = self
                .wire
                .iter()
                .any(|(_, frame)| matches!(frame, ClientFrame::Send(said) if said.draft_id == draft_id));
            let is_logged = self.log.iter().any(|entry| entry.draft_id == draft_id);
            if !was_sent && !is_logged {
                self.said.pop();
                self.feed(Input::Discard(draft_id));
            }
        }
    }

    /// The gateway takes the next frame. Gives its answer, if it has one.
    fn serve(&mut self) -> Option<(Option<RequestId>, Option<ServerFrame>)> {
        let (id, frame) = self.wire.pop_front()?;
        let answer = match frame {
            ClientFrame::Hello(hello) => {
                let held = hello.cursors.first().map_or(Seq::ZERO, |position| position.seq);
                let sessions = self.opening.map(|_| self.head(held)).into_iter().collect();
                Some(welcome(VISITOR, sessions))
            }
            ClientFrame::Open(open) => {
                let known = *self.opening.get_or_insert(open.draft_id);
                assert_eq!(known, open.draft_id, "one chat opens one session");
                Some(self.receipt(open.draft_id, Seq::ZERO))
            }
            ClientFrame::Upload(upload) => {
                let is_here = self.stored.contains(&upload.draft_id);
                Some(ServerFrame::Ticket(ticket(&upload, is_here.then(|| card(upload.draft_id)))))
            }
            ClientFrame::Send(said) => {
                let mut said = said;
                if let Body::File { file } = &said.body {
                    assert!(self.stored.contains(&said.draft_id), "a file is said before the gateway has it");
                    assert_eq!(*file, FileCard::named(card(said.draft_id).id));
                    // The gateway says what it is.
                    said.body = Body::File { file: card(said.draft_id) };
                }
                let known =
                    self.log.iter().find(|entry| entry.draft_id == said.draft_id).map(|entry| entry.seq);
                let seq = known.unwrap_or_else(|| {
                    self.append(author(VISITOR), said.draft_id, said.reply_to, said.body).seq
                });
                Some(self.receipt(said.draft_id, seq))
            }
            ClientFrame::History(asked) => {
                let after = asked.after.unwrap_or_default();
                let entries = self.log.iter().filter(|entry| entry.seq > after).take(2).cloned().collect();
                let last = Seq(self.log.len() as u64);
                Some(ServerFrame::Page(Page { session: session(1), epoch: epoch(1), last, entries }))
            }
            ClientFrame::Ping(beat) => Some(ServerFrame::Pong(beat)),
            ClientFrame::Auth(_)
            | ClientFrame::List(_)
            | ClientFrame::Links(_)
            | ClientFrame::Cursor(_)
            | ClientFrame::Typing(_)
            | ClientFrame::Pong(_)
            | ClientFrame::Desk(_)
            | ClientFrame::Bye => None,
        };
        Some((id, answer))
    }

    fn head(&self, held: Seq) -> SessionState {
        let entries: Vec<_> = self.log.iter().filter(|entry| entry.seq > held).take(2).cloned().collect();
        let last = Seq(self.log.len() as u64);
        SessionState { more: true, last, ..state(1, entries) }
    }

    fn receipt(&self, draft_id: DraftId, seq: Seq) -> ServerFrame {
        let at = self.now;
        ServerFrame::Ok(Receipt { session: session(1), epoch: epoch(1), draft_id, seq, at, duplicate: false })
    }

    fn append(&mut self, from: Author, draft_id: DraftId, reply_to: Option<DraftId>, body: Body) -> Entry {
        let seq = Seq(self.log.len() as u64 + 1);
        let entry = Entry { session: session(1), seq, draft_id, from, reply_to, at: self.now, body };
        self.log.push(entry.clone());
        entry
    }

    fn bubbles(&self) -> Vec<Bubble> {
        let rows = self.visitor.screen(self.now).thread.rows;
        rows.iter()
            .filter_map(|row| if let Row::Bubble(bubble) = row { Some(bubble.clone()) } else { None })
            .collect()
    }

    /// At every moment: a beginning of the log, then own words in the order of typing; no line twice; none forgotten that
    /// the log does not have.
    fn check(&self) {
        let shown: Vec<_> = self.bubbles().iter().map(|bubble| bubble.key).collect();
        let rows = self.log.iter().filter(|entry| entry.body.is_said());
        let whole = shown.iter().zip(rows).take_while(|(key, entry)| **key == entry.draft_id).count();
        let rest: Vec<_> =
            shown[whole..].iter().filter_map(|key| self.said.iter().position(|said| said == key)).collect();
        assert_eq!(rest.len(), shown.len() - whole, "a line that is neither said nor in the log");
        assert!(rest.is_sorted_by(|one, next| one < next), "drafts in another order than typed: {rest:?}");
        for draft_id in &self.said {
            let is_safe = self.log.iter().any(|entry| entry.draft_id == *draft_id)
                || self.disk.iter().any(|record| record.draft_id == *draft_id);
            assert!(is_safe, "{draft_id} is neither on the disk nor in the log");
        }
    }

    /// A good network, until nothing moves any more.
    fn finish(&mut self) {
        for _ in 0..40 {
            self.feed(Input::WokeUp);
            while !self.wire.is_empty() {
                self.operate(Operation::Answer);
            }
            self.operate(Operation::EndUpload { is_taken: true, is_heard: true });
            self.wait(Millis::secs(1));
        }
    }
}

/// The text that stands in the place of a line, by the whole log; none if it was taken back.
fn standing<'a>(log: &'a [Entry], words: &'a Entry) -> Option<&'a str> {
    let changes =
        log.iter().filter(|entry| entry.from == words.from && entry.body.target() == Some(words.draft_id));
    let mut text = match &words.body {
        Body::Text { text } => Some(text.as_str()),
        // As a sketch shows it.
        Body::File { .. } => Some("<kettle.png>"),
        _ => None,
    };
    for change in changes {
        match &change.body {
            Body::Edit { text: newer, .. } => text = text.map(|_| newer.as_str()),
            _ => text = None,
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_draft_is_lost_or_doubled(operations in prop::collection::vec(some_operation(), 1..60)) {
        let mut scene = Scene::new();
        operations.into_iter().for_each(|operation| scene.operate(operation));
        // The first cut makes a reconnect tell about lost pushes.
        scene.cut();
        scene.finish();
        let logged: Vec<_> = scene.log.iter().filter(|entry| entry.from == author(VISITOR)).map(|entry| entry.draft_id).collect();
        prop_assert_eq!(&logged, &scene.said, "once each, in the order of typing");
        let shown: Vec<_> = scene.bubbles().iter().map(|bubble| bubble.key).collect();
        let log: Vec<_> = scene.log.iter().filter(|entry| entry.body.is_said()).collect();
        prop_assert_eq!(shown, log.iter().map(|entry| entry.draft_id).collect::<Vec<_>>());
        for (bubble, entry) in scene.bubbles().iter().zip(log) {
            prop_assert_eq!(bubble.change, None);
            match standing(&scene.log, entry) {
                Some(text) => prop_assert_eq!(words(bubble).replace("(edited)", ""), text),
                None => prop_assert_eq!(&bubble.content, &Content::Retracted),
            }
            // Whatever is answered here is here.
            let quotes = entry.reply_to.is_some() && bubble.content != Content::Retracted;
            prop_assert_eq!(bubble.quote.is_some(), quotes);
        }
        prop_assert!(scene.disk.is_empty());
    }
}
