//! One value for each golden file: every frame of both ends, with all of its fields and with as few as may be.

use tieline_protocol::client::{App, Beat, History, List, Open, Position, Renewal, Typing};
use tieline_protocol::file::{FileLink, FileLinks, Links, Ticket, Upload};
use tieline_protocol::server::{
    AuthDue, Availability, ChannelFace, Drain, Head, Limits, Page, Phase, Ping, PingPlan, Place, Presence,
    ReaderCursor, Renewed, Sessions, Tokens, Typist,
};
use tieline_protocol::{
    Answer, Auth, Author, Body, Capabilities, Capability, ChannelId, ClientFrame, Cursor, Draft, DraftId,
    Entry, Epoch, ErrorBody, ErrorCode, Field, FieldKind, FileCard, FileId, Form, FormSource, Hello, Item,
    Millis, PartyId, Price, Receipt, RequestId, Role, Seq, ServerFrame, SessionId, SessionState, Welcome,
};

/// File name, request id, frame.
pub(crate) type Sample<F> = (&'static str, Option<RequestId>, F);

/// Every type that a client may send. A new one is a new line here and a new file.
pub(crate) const CLIENT_TYPES: [&str; 15] = [
    "hello", "auth", "open", "list", "history", "send", "upload", "links", "cursor", "typing", "ping",
    "pong", "bye", "assign", "agents",
];

/// Every type that the gateway may send.
pub(crate) const SERVER_TYPES: [&str; 22] = [
    "presence", "queue", "welcome", "auth_due", "renewed", "ok", "ticket", "links", "page", "sessions",
    "session", "channel", "entry", "cursor", "typing", "ping", "pong", "drain", "err", "assigned", "agents",
    "platform",
];

const FIRST: [Capability; 4] =
    [Capability::Text, Capability::Item, Capability::History, Capability::Receipts];
const NOW: Millis = Millis(1_795_344_000_000);

pub(super) fn session() -> SessionId {
    SessionId::at(NOW, [1; 10])
}

pub(super) fn draft(nth: u8) -> DraftId {
    DraftId::at(NOW, [nth; 10])
}

fn epoch() -> Epoch {
    Epoch("k3v9".into())
}

fn item() -> Item {
    Item {
        id: Some("kettle-1".into()),
        title: "Enamel kettle, 2 l".into(),
        url: Some("https://shop.example/kettle".into()),
        image_url: Some("https://shop.example/kettle.webp".into()),
        price: Some(Price { amount: "49.90".into(), currency: "EUR".into() }),
        verified: false,
    }
}

fn file() -> FileId {
    FileId::at(NOW, [4; 10])
}

fn picture() -> FileCard {
    FileCard {
        name: "kettle.jpg".into(),
        media_type: "image/jpeg".into(),
        size: 48_213,
        width: Some(1_600),
        height: Some(1_200),
        ..FileCard::named(file())
    }
}

fn visitor() -> Author {
    Author { id: PartyId::at(NOW, [2; 10]), role: Role::Visitor, name: None }
}

pub(super) fn agent() -> Author {
    Author { id: PartyId::at(NOW, [3; 10]), role: Role::Agent, name: Some("Mia".into()) }
}

fn text(text: &str) -> Body {
    Body::Text { text: text.into() }
}

fn entry(seq: u64, from: Author, body: Body) -> Entry {
    let draft_id = draft(u8::try_from(seq).unwrap_or(u8::MAX));
    Entry { session: session(), seq: Seq(seq), draft_id, from, reply_to: None, at: NOW + Millis(seq), body }
}

fn reader() -> ReaderCursor {
    ReaderCursor { party: agent().id, role: Role::Agent, session: session(), delivered: Seq(2), read: Seq(1) }
}

pub(super) fn head() -> SessionState {
    SessionState {
        session: session(),
        epoch: epoch(),
        last: Seq(2),
        phase: Phase::Open,
        touched_at: NOW,
        visitor: visitor(),
        to: Some("service".into()),
        channel_name: Some("Kettle & Co".into()),
        item: Some(item()),
        edit_secs: None,
        capabilities: None,
        cursors: vec![reader()],
        unread: None,
        place: None,
        assigned: None,
        entries: vec![
            entry(1, visitor(), text("Is it in stock? \u{1f642} <b>\"ok\"</b>")),
            entry(2, agent(), Body::Item { item: Item { verified: true, ..item() } }),
        ],
        more: true,
        reset: true,
    }
}

fn hello(auth: Auth) -> Hello {
    Hello {
        channel: Some(ChannelId("ch_AAAAAAAAAAAAAAAAAAAAAA".into())),
        capabilities: FIRST.to_vec(),
        app: Some(App { name: "widget".into(), version: "0.1.0".into() }),
        language: Some("de-CH".into()),
        embed: Some("ticket".into()),
        page_origin: Some("https://shop.example".into()),
        auth,
        cursors: vec![Position { session: session(), epoch: epoch(), seq: Seq(41) }],
    }
}

fn hello_of_agent() -> Hello {
    Hello {
        channel: None,
        capabilities: Vec::new(),
        app: None,
        language: None,
        embed: None,
        page_origin: None,
        auth: Auth::Agent { token: "token".into() },
        cursors: Vec::new(),
    }
}

/// What clients say.
pub(crate) fn client() -> Vec<Sample<ClientFrame>> {
    let id = Some(RequestId(17));
    let hello = |auth| ClientFrame::Hello(Box::new(hello(auth)));
    let user = |visitor| Auth::User { jwt: "a.b.c".into(), visitor };
    let history = |before, after| History { session: session(), before, after, limit: 50 };
    let send =
        |body| ClientFrame::Send(Draft { session: session(), draft_id: draft(9), reply_to: None, body });
    vec![
        ("hello.new", Some(RequestId(1)), hello(Auth::New)),
        ("hello.visitor", Some(RequestId(1)), hello(Auth::Visitor { token: "token".into() })),
        ("hello.user", Some(RequestId(1)), hello(user(None))),
        ("hello.user_with_visitor", Some(RequestId(1)), hello(user(Some("token".into())))),
        ("hello.resume", Some(RequestId(1)), hello(Auth::Resume { token: "token".into() })),
        ("hello.agent", Some(RequestId(1)), ClientFrame::Hello(Box::new(hello_of_agent()))),
        ("auth.user", id, ClientFrame::Auth(Renewal { auth: user(None) })),
        ("auth.agent", id, ClientFrame::Auth(Renewal { auth: Auth::Agent { token: "token".into() } })),
        ("open.bare", id, ClientFrame::Open(Open { draft_id: draft(8), to: None, item: None })),
        (
            "open.item",
            id,
            ClientFrame::Open(Open { draft_id: draft(8), to: Some("service".into()), item: Some(item()) }),
        ),
        ("list.first", id, ClientFrame::List(List { after: None })),
        ("list.next", id, ClientFrame::List(List { after: Some(session()) })),
        ("history.newest", id, ClientFrame::History(history(None, None))),
        ("history.before", id, ClientFrame::History(history(Some(Seq(51)), None))),
        ("history.after", id, ClientFrame::History(history(None, Some(Seq(51))))),
        ("send.text", id, send(text("Is it in stock?\nThanks"))),
        ("send.item", id, send(Body::Item { item: item() })),
        ("send.form", id, send(Body::Form { source: FormSource::PreChat, asked: None, answers: answers() })),
        ("send.ask", id, send(Body::Ask { form: Form { title: None, fields: fields() } })),
        ("send.closed", id, send(Body::Closed)),
        ("send.rating", id, send(Body::Rating { stars: 4, text: Some("Quick and kind.".into()) })),
        ("send.rating.bare", id, send(Body::Rating { stars: 1, text: None })),
        ("send.file", id, send(Body::File { file: FileCard::named(file()) })),
        ("upload", id, ClientFrame::Upload(upload())),
        ("links", id, ClientFrame::Links(Links { session: session(), files: vec![file()] })),
        (
            "send.reply",
            id,
            ClientFrame::Send(Draft {
                session: session(),
                draft_id: draft(9),
                reply_to: Some(draft(2)),
                body: text("Two of those, please."),
            }),
        ),
        ("send.edit", id, send(Body::Edit { target: draft(3), text: "Is it in stock today?".into() })),
        ("send.retract", id, send(Body::Retract { target: draft(3) })),
        ("send.choices", id, send(choices())),
        (
            "cursor",
            None,
            ClientFrame::Cursor(Cursor { session: session(), delivered: Seq(57), read: Seq(55) }),
        ),
        ("typing", None, ClientFrame::Typing(Typing { session: session(), on: true })),
        ("ping", None, ClientFrame::Ping(Beat { nonce: 4_294_967_295 })),
        ("pong", None, ClientFrame::Pong(Beat { nonce: 0 })),
        ("bye", None, ClientFrame::Bye),
    ]
}

fn choices() -> Body {
    Body::Choices { text: "Which one?".into(), options: vec!["The blue one".into(), "The red one".into()] }
}

fn upload() -> Upload {
    Upload {
        session: session(),
        draft_id: draft(9),
        name: "kettle.jpg".into(),
        size: 52_000,
        media_type: "image/jpeg".into(),
        sha256: "9f".repeat(32),
    }
}

fn ticket(file: Option<FileCard>) -> Ticket {
    Ticket {
        session: session(),
        draft_id: draft(9),
        file,
        url: "https://chat.example/v1/files/01".into(),
        token: "token".into(),
        expires_in_ms: Millis::minutes(10),
    }
}

fn links(links: Vec<FileLink>) -> ServerFrame {
    ServerFrame::Links(FileLinks { session: session(), links, expires_in_ms: Millis::minutes(60) })
}

fn tokens() -> Tokens {
    Tokens {
        resume: "token".into(),
        visitor: Some("token".into()),
        expires_at: Some(NOW + Millis::minutes(15)),
    }
}

fn welcome() -> Welcome {
    Welcome {
        connection: "c-1".into(),
        now: NOW,
        me: visitor(),
        channel: Some(ChannelFace {
            name: "Kettle & Co".into(),
            greeting: Some("Ask us anything about the kettle.".into()),
            ..ChannelFace::default()
        }),
        presence: Vec::new(),
        tokens: tokens(),
        ping: PingPlan { every_ms: Millis::secs(25), grace_ms: Millis::secs(10) },
        limits: Limits { frame_bytes: 65_536, text_chars: 8_000, burst: 10, per_minute: 60, file_bytes: 0 },
        // As the first version granted: a file is history.
        capabilities: Capabilities(FIRST.into_iter().collect()),
        sessions: vec![head()],
    }
}

fn welcome_with_files() -> Welcome {
    let limits = Limits { file_bytes: 10_485_760, ..welcome().limits };
    let granted = [Capability::Text, Capability::Image, Capability::File, Capability::Voice];
    let capabilities = Capabilities(granted.into_iter().collect());
    Welcome { limits, capabilities, sessions: Vec::new(), ..welcome() }
}

fn welcome_of_agent() -> Welcome {
    let tokens = Tokens { resume: "token".into(), visitor: None, expires_at: None };
    Welcome { me: agent(), channel: None, tokens, sessions: Vec::new(), ..welcome() }
}

fn welcome_with_edit() -> Welcome {
    let channel = ChannelFace { name: "Kettle & Co".into(), edit_secs: 900, ..ChannelFace::default() };
    Welcome {
        channel: Some(channel),
        capabilities: Capabilities(Capability::ALL.into_iter().take(8).collect()),
        sessions: Vec::new(),
        ..welcome()
    }
}

fn bare_face() -> ChannelFace {
    ChannelFace { name: "Kettle & Co".into(), ..ChannelFace::default() }
}

fn answers() -> Vec<Answer> {
    vec![
        Answer { name: "email".into(), label: "E-mail".into(), value: "ada@shop.example".into() },
        Answer { name: "consent".into(), label: "I agree".into(), value: "yes".into() },
    ]
}

fn fields() -> Vec<Field> {
    let field = |name: &str, label: &str, kind, required| Field {
        name: name.into(),
        label: label.into(),
        kind,
        required,
        choices: Vec::new(),
    };
    let choices = vec!["An order".into(), "Something else".into()];
    vec![
        field("name", "Your name", FieldKind::Text, false),
        field("email", "E-mail", FieldKind::Email, true),
        field("phone", "Telephone", FieldKind::Phone, false),
        Field { choices, ..field("about", "What is it about?", FieldKind::Choice, true) },
        field("consent", "I agree to the privacy notice", FieldKind::Consent, true),
    ]
}

/// A channel with all that can be chosen.
fn face() -> ChannelFace {
    ChannelFace {
        greeting: Some("Hello!".into()),
        quick_questions: vec!["Is it in stock?".into(), "What is shipping?".into()],
        pre_chat: Some(Form { title: Some("Before we begin".into()), fields: fields() }),
        offline_form: true,
        rating: true,
        ..bare_face()
    }
}

/// The smallest head: a session in which nothing was said.
fn empty_head() -> SessionState {
    SessionState {
        last: Seq::ZERO,
        phase: Phase::Closed,
        to: None,
        channel_name: None,
        item: None,
        cursors: Vec::new(),
        entries: Vec::new(),
        more: false,
        reset: false,
        ..head()
    }
}

fn presence() -> Presence {
    Presence { to: None, state: Availability::Here, back_at: None, answer_minutes: Some(5) }
}

fn presence_of_service() -> Presence {
    Presence {
        to: Some("service".into()),
        state: Availability::Closed,
        back_at: Some(NOW),
        answer_minutes: None,
    }
}

/// A first `welcome` of later versions: who is there, and a session that waits.
fn welcome_in_queue() -> Welcome {
    let waiting = SessionState { place: Some(3), ..counted_head() };
    Welcome { presence: vec![presence(), presence_of_service()], sessions: vec![waiting], ..welcome() }
}

/// A head in a list: of two unread lines only the newer one.
fn counted_head() -> SessionState {
    let entries = vec![entry(2, visitor(), text("Hello?"))];
    SessionState { unread: Some(2), cursors: Vec::new(), entries, more: false, reset: false, ..head() }
}

/// A head as a desk sees it, that serves several channels.
fn granted_head() -> SessionState {
    let capabilities = [Capability::Text, Capability::Reply, Capability::Edit, Capability::QuickReply];
    SessionState {
        edit_secs: Some(900),
        capabilities: Some(Capabilities(capabilities.into_iter().collect())),
        ..empty_head()
    }
}

/// What the gateway says.
pub(crate) fn server() -> Vec<Sample<ServerFrame>> {
    let id = Some(RequestId(17));
    let user = Author { role: Role::User, name: Some("Ada".into()), ..visitor() };
    let bot = Author { role: Role::Bot, ..agent() };
    let receipt = |seq, duplicate| Receipt {
        session: session(),
        epoch: epoch(),
        draft_id: draft(9),
        seq,
        at: NOW,
        duplicate,
    };
    let page = |entries| Page { session: session(), epoch: epoch(), last: Seq(2), entries };
    let limited = ErrorBody {
        retry_ms: Some(Millis::secs(4)),
        at: Some("body.text".into()),
        ..ErrorBody::new(ErrorCode::RateLimited)
    };
    let drain = Drain { by: NOW, spread_ms: Millis::secs(10), why: "stopping".into() };
    vec![
        ("welcome.visitor", Some(RequestId(1)), ServerFrame::Welcome(Box::new(welcome()))),
        ("welcome.edit", Some(RequestId(1)), ServerFrame::Welcome(Box::new(welcome_with_edit()))),
        ("welcome.files", Some(RequestId(1)), ServerFrame::Welcome(Box::new(welcome_with_files()))),
        ("welcome.agent", Some(RequestId(1)), ServerFrame::Welcome(Box::new(welcome_of_agent()))),
        ("welcome.presence", Some(RequestId(1)), ServerFrame::Welcome(Box::new(welcome_in_queue()))),
        ("presence", None, ServerFrame::Presence(presence_of_service())),
        ("presence.here", None, ServerFrame::Presence(presence())),
        ("queue", None, ServerFrame::Queue(Place { session: session(), place: 3 })),
        ("auth_due", None, ServerFrame::AuthDue(AuthDue { expires_at: NOW })),
        ("renewed", id, ServerFrame::Renewed(Renewed { tokens: tokens() })),
        ("ok.open", id, ServerFrame::Ok(receipt(Seq::ZERO, false))),
        ("ok.send", id, ServerFrame::Ok(receipt(Seq(58), false))),
        ("ok.duplicate", id, ServerFrame::Ok(receipt(Seq(58), true))),
        ("ticket", id, ServerFrame::Ticket(ticket(None))),
        ("ticket.stored", id, ServerFrame::Ticket(ticket(Some(picture())))),
        (
            "links",
            id,
            links(vec![FileLink {
                file: file(),
                url: "https://chat.example/v1/files/01/token".into(),
                thumbnail_url: Some("https://chat.example/v1/files/01/token/small".into()),
            }]),
        ),
        ("links.none", id, links(Vec::new())),
        ("page", id, ServerFrame::Page(page(head().entries))),
        ("page.empty", id, ServerFrame::Page(page(Vec::new()))),
        ("sessions", id, ServerFrame::Sessions(Sessions { sessions: vec![head()], more: true })),
        (
            "sessions.unread",
            id,
            ServerFrame::Sessions(Sessions { sessions: vec![counted_head()], more: false }),
        ),
        ("session", None, ServerFrame::Session(Box::new(head()))),
        ("session.empty", None, ServerFrame::Session(Box::new(empty_head()))),
        ("channel.bare", None, ServerFrame::Channel(Box::new(bare_face()))),
        ("channel", None, ServerFrame::Channel(Box::new(face()))),
        ("entry.text", None, ServerFrame::Entry(Box::new(entry(3, user, text("Thanks"))))),
        ("entry.item", None, ServerFrame::Entry(Box::new(entry(4, bot, Body::Item { item: item() })))),
        (
            "entry.reply",
            None,
            ServerFrame::Entry(Box::new(Entry {
                reply_to: Some(draft(4)),
                ..entry(5, visitor(), text("Two of those, please."))
            })),
        ),
        (
            "entry.edit",
            None,
            ServerFrame::Entry(Box::new(entry(
                6,
                visitor(),
                Body::Edit { target: draft(5), text: "Three.".into() },
            ))),
        ),
        (
            "entry.retract",
            None,
            ServerFrame::Entry(Box::new(entry(7, visitor(), Body::Retract { target: draft(5) }))),
        ),
        ("entry.retracted", None, ServerFrame::Entry(Box::new(entry(5, visitor(), Body::Retracted)))),
        ("entry.choices", None, ServerFrame::Entry(Box::new(entry(8, agent(), choices())))),
        ("session.granted", None, ServerFrame::Session(Box::new(granted_head()))),
        ("err.too_late", id, ServerFrame::Err(ErrorBody::new(ErrorCode::TooLate))),
        (
            "entry.form",
            None,
            ServerFrame::Entry(Box::new(entry(
                6,
                visitor(),
                Body::Form { source: FormSource::Asked, asked: Some(Seq(5)), answers: answers() },
            ))),
        ),
        ("entry.closed", None, ServerFrame::Entry(Box::new(entry(7, agent(), Body::Closed)))),
        (
            "entry.file",
            None,
            ServerFrame::Entry(Box::new(entry(5, visitor(), Body::File { file: picture() }))),
        ),
        ("cursor", None, ServerFrame::Cursor(reader())),
        ("typing", None, ServerFrame::Typing(Typist { session: session(), from: agent(), on: false })),
        ("ping", None, ServerFrame::Ping(Ping { nonce: 7, heads: Vec::new() })),
        (
            "ping.heads",
            None,
            ServerFrame::Ping(Ping { nonce: 8, heads: vec![Head { session: session(), last: Seq(58) }] }),
        ),
        ("pong", None, ServerFrame::Pong(Beat { nonce: 7 })),
        ("drain", None, ServerFrame::Drain(drain)),
        ("err.limited", id, ServerFrame::Err(limited)),
        ("err.closing", None, ServerFrame::Err(ErrorBody::new(ErrorCode::OriginDenied))),
    ]
}
