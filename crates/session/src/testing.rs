//! A door on a bench: tests feed it facts, turn its clock, and read what it wants done.

use tieline_protocol::{
    Auth, Author, Body, Capabilities, ClientFrame, CloseCode, DraftId, Entry, Epoch, ErrorBody, ErrorCode,
    FileCard, FileId, Millis, PartyId, RequestId, Role, Seq, ServerFrame, SessionId, SessionState, Welcome,
    file::{Ticket, Upload},
    server::{ChannelFace, Limits, Phase, PingPlan, Receipt, Tokens},
};

use crate::{
    Agent, Attached, Effect, Input, Setup, Visitor,
    effect::{Owner, Place, Record},
    screen::{Bubble, Content, Row, Span, Thread},
};

/// Where every bench begins.
pub(crate) const START: Millis = Millis(1_760_000_000_000);
/// The visitor's party.
pub(crate) const VISITOR: u64 = 1;
/// The agent's party.
pub(crate) const AGENT: u64 = 2;

fn bytes(number: u64) -> [u8; 10] {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    [0, 0, a, b, c, d, e, f, g, h]
}

/// What a visitor has kept for the first session.
pub(crate) fn record(number: u64, body: Body) -> Record {
    Record {
        draft_id: draft(number),
        place: Place::Session(session(1)),
        reply_to: None,
        body,
        made_at: START,
        owner: Owner::Visitor(0),
        sha256: None,
    }
}

pub(crate) fn draft(number: u64) -> DraftId {
    DraftId::at(Millis(1), bytes(number))
}

pub(crate) fn session(number: u64) -> SessionId {
    SessionId::at(Millis(2), bytes(number))
}

pub(crate) fn party(number: u64) -> PartyId {
    PartyId::at(Millis(3), bytes(number))
}

pub(crate) fn author(number: u64) -> Author {
    let role = if number == VISITOR { Role::Visitor } else { Role::Agent };
    Author { id: party(number), role, name: (role == Role::Agent).then(|| format!("Agent {number}")) }
}

pub(crate) fn text(text: &str) -> Body {
    Body::Text { text: text.into() }
}

/// A line of session 1, said by `from` a second after the one before. Its draft id is 1000 and its place.
pub(crate) fn entry(seq: u64, from: u64) -> Entry {
    Entry {
        session: session(1),
        seq: Seq(seq),
        draft_id: draft(1000 + seq),
        from: author(from),
        reply_to: None,
        at: START + Millis::secs(seq),
        body: text(&format!("line {seq}")),
    }
}

/// An entry with that body, by that party.
pub(crate) fn line(seq: u64, from: u64, body: Body) -> Entry {
    Entry { body, ..entry(seq, from) }
}

/// An edit of the entry at that place.
pub(crate) fn edit(of: u64, text: &str) -> Body {
    Body::Edit { target: draft(1000 + of), text: text.into() }
}

/// The taking back of the entry at that place.
pub(crate) fn retract(of: u64) -> Body {
    Body::Retract { target: draft(1000 + of) }
}

pub(crate) fn epoch(number: u64) -> Epoch {
    Epoch(number.to_string())
}

/// The head of a session with these entries at its end.
pub(crate) fn state(number: u64, entries: Vec<Entry>) -> SessionState {
    SessionState {
        session: session(number),
        epoch: epoch(1),
        last: entries.last().map_or(Seq::ZERO, |entry| entry.seq),
        phase: Phase::Open,
        touched_at: START + Millis::secs(number),
        visitor: author(VISITOR),
        to: Some("default".into()),
        channel_name: Some("Shop".into()),
        item: None,
        edit_secs: None,
        capabilities: None,
        cursors: Vec::new(),
        unread: None,
        place: None,
        assigned: None,
        entries,
        more: false,
        reset: false,
    }
}

pub(crate) fn welcome(me: u64, sessions: Vec<SessionState>) -> ServerFrame {
    ServerFrame::Welcome(Box::new(Welcome {
        connection: "c".into(),
        now: START,
        me: author(me),
        channel: (me == VISITOR).then(|| ChannelFace {
            name: "Shop".into(),
            greeting: Some("Hello!".into()),
            edit_secs: 900,
            ..ChannelFace::default()
        }),
        presence: Vec::new(),
        tokens: Tokens { resume: "resume".into(), visitor: None, expires_at: None },
        ping: PingPlan { every_ms: Millis::secs(25), grace_ms: Millis::secs(10) },
        limits: Limits { frame_bytes: 65_536, text_chars: 100, burst: 10, per_minute: 60, file_bytes: 1_000 },
        capabilities: Capabilities::all(),
        sessions,
    }))
}

pub(crate) fn ok(session_number: u64, draft_id: DraftId, seq: u64) -> ServerFrame {
    ServerFrame::Ok(Receipt {
        session: session(session_number),
        epoch: epoch(1),
        draft_id,
        seq: Seq(seq),
        at: START + Millis::secs(seq),
        duplicate: false,
    })
}

/// A picture as the shell finds it.
pub(crate) fn attached(name: &str, size: u64) -> Attached {
    Attached {
        name: name.into(),
        media_type: "image/png".into(),
        size,
        sha256: "9f".repeat(32),
        width: Some(4),
        height: Some(3),
    }
}

/// The same as the gateway has it, for a draft.
pub(crate) fn card(draft_id: DraftId) -> FileCard {
    FileCard {
        name: "kettle.png".into(),
        media_type: "image/png".into(),
        size: 9,
        width: Some(4),
        height: Some(3),
        // Another id than the draft's own.
        ..FileCard::named(FileId::at(Millis(4), draft_id.0.into_bytes()[6..].try_into().unwrap()))
    }
}

/// The answer to an announcement.
pub(crate) fn ticket(upload: &Upload, file: Option<FileCard>) -> Ticket {
    Ticket {
        session: upload.session,
        draft_id: upload.draft_id,
        file,
        url: "https://gateway/v1/files/1".into(),
        token: "ticket".into(),
        expires_in_ms: Millis::minutes(10),
    }
}

pub(crate) fn err(code: ErrorCode) -> ServerFrame {
    ServerFrame::Err(ErrorBody::new(code))
}

pub(crate) fn setup(auth: Auth) -> Setup {
    Setup {
        channel: None,
        app_name: "test",
        app_version: "0",
        language: "en".into(),
        embed: None,
        page_origin: None,
        auth,
        jitter_seed: 42,
        request_base: 0,
    }
}

/// Either door.
pub(crate) trait Door {
    fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect>;
    fn next_wake(&self) -> Option<Millis>;
}

impl Door for Visitor {
    fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        Visitor::handle(self, now, input)
    }

    fn next_wake(&self) -> Option<Millis> {
        Visitor::next_wake(self)
    }
}

impl Door for Agent {
    fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        Agent::handle(self, now, input)
    }

    fn next_wake(&self) -> Option<Millis> {
        Agent::next_wake(self)
    }
}

/// A door with a clock and a list of what it wanted done since it was last read.
pub(crate) struct Bench<D> {
    pub(crate) door: D,
    pub(crate) now: Millis,
    done: Vec<Effect>,
    drafts: u64,
    /// Nobody answers a `Save` but the test.
    pub(crate) is_store_silent: bool,
}

impl Bench<Visitor> {
    pub(crate) fn visitor() -> Self {
        Self::new(Visitor::new(setup(Auth::Visitor { token: "v".into() })))
    }

    pub(crate) fn thread(&self) -> Thread {
        self.door.screen(self.now).thread
    }
}

impl Bench<Agent> {
    pub(crate) fn agent() -> Self {
        Self::new(Agent::new(setup(Auth::Agent { token: "a".into() })))
    }
}

impl<D: Door> Bench<D> {
    pub(crate) fn new(door: D) -> Self {
        Self { door, now: START, done: Vec::new(), drafts: 0, is_store_silent: false }
    }

    /// Feeds a fact. A store at hand answers at once.
    pub(crate) fn feed(&mut self, input: Input) -> &mut Self {
        let effects = self.door.handle(self.now, input);
        let saved: Vec<_> = effects
            .iter()
            .filter_map(|effect| if let Effect::Save(record) = effect { Some(record.draft_id) } else { None })
            .filter(|_| !self.is_store_silent)
            .collect();
        self.done.extend(effects);
        for draft_id in saved {
            self.feed(Input::Saved(draft_id));
        }
        assert!(self.door.next_wake().is_none_or(|at| at > self.now), "wants to be woken in the past");
        self
    }

    /// A frame comes in.
    pub(crate) fn hear(&mut self, id: Option<RequestId>, frame: ServerFrame) -> &mut Self {
        self.feed(Input::Received { id, frame })
    }

    /// Dials, and is welcomed.
    pub(crate) fn connect(&mut self, me: u64, sessions: Vec<SessionState>) -> &mut Self {
        self.feed(Input::Start).feed(Input::SocketOpened).hear(Some(RequestId(0)), welcome(me, sessions))
    }

    /// Types a line. Gives its draft id; the next one would name a session.
    pub(crate) fn submit(&mut self, text: &str) -> DraftId {
        self.drafts += 2;
        let (draft_id, session_draft_id) = (draft(self.drafts), draft(self.drafts + 1));
        self.feed(Input::Submit { draft_id, session_draft_id, text: text.into() });
        draft_id
    }

    /// Gives a file. Gives its draft id.
    pub(crate) fn give(&mut self, file: Attached) -> DraftId {
        self.drafts += 2;
        let (draft_id, session_draft_id) = (draft(self.drafts), draft(self.drafts + 1));
        self.feed(Input::Attach { draft_id, session_draft_id, file });
        draft_id
    }

    pub(crate) fn close(&mut self, code: CloseCode) -> &mut Self {
        self.feed(Input::SocketClosed(code))
    }

    /// Lets time pass, with every wake-up that was asked for.
    pub(crate) fn wait(&mut self, time: Millis) -> &mut Self {
        let until = self.now + time;
        while let Some(at) = self.door.next_wake().filter(|at| *at <= until) {
            self.now = at;
            self.feed(Input::Tick);
        }
        self.now = until;
        self
    }

    /// What was wanted since it was last read.
    pub(crate) fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.done)
    }

    /// The frames among it, with their ids.
    pub(crate) fn sent(&mut self) -> Vec<(Option<RequestId>, ClientFrame)> {
        let frame_of = |effect| match effect {
            Effect::Send(outgoing) => Some((outgoing.id, outgoing.frame)),
            _ => None,
        };
        self.take().into_iter().filter_map(frame_of).collect()
    }

    /// The names of the frames among it.
    pub(crate) fn sent_names(&mut self) -> Vec<&'static str> {
        self.sent().iter().map(|(_, frame)| frame.name()).collect()
    }
}

/// The thread in one line of text: `|` a day, `*` the mark, a text with its state.
pub(crate) fn sketch(thread: &Thread) -> String {
    let row = |row: &Row| match row {
        Row::Day { .. } => "|".to_owned(),
        Row::NewMark => "*".to_owned(),
        Row::Bubble(bubble) => match bubble.state {
            Some(state) => format!("{}:{state:?}", words(bubble)),
            None => words(bubble),
        },
    };
    thread.rows.iter().map(row).collect::<Vec<_>>().join(" ")
}

pub(crate) fn words(bubble: &Bubble) -> String {
    match &bubble.content {
        Content::Text(spans) => {
            let words: String =
                spans.iter().map(|(Span::Plain(text) | Span::Link { text, .. })| text.as_str()).collect();
            if bubble.is_edited { format!("{words}(edited)") } else { words }
        }
        Content::Retracted => "(gone)".into(),
        Content::Item(item) => format!("[{}]", item.title),
        Content::Asked(title) => format!("<{}>", title.as_deref().unwrap_or_default()),
        Content::Answers(answers) => {
            let answers: Vec<_> = answers.iter().map(|(label, value)| format!("{label}={value}")).collect();
            format!("<{}>", answers.join(" "))
        }
        Content::Closed => "<closed>".into(),
        Content::Rating { stars, .. } => format!("<{stars}/5>"),
        Content::File(file) => format!("<{}>", file.card.name),
        Content::Unsupported => "?".into(),
    }
}
