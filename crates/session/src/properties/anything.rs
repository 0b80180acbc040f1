//! Arbitrary facts in arbitrary order, sense or none: no panic, no wake-up in the past, nothing said before it is kept,
//! and the same facts give the same wishes and the same screen.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tieline_protocol::{
    Auth, Body, ClientFrame, CloseCode, DraftId, Entry, ErrorBody, ErrorCode, Item, Millis, RequestId, Role,
    Seq, ServerFrame,
    client::Beat,
    file::{FileLink, FileLinks, Ticket},
    server::{AuthDue, Drain, Head, Page, Ping, ReaderCursor, Receipt, Renewed, Sessions, Tokens, Typist},
};

use crate::{
    Agent, Aim, Effect, Input, NoUpload, Visitor,
    effect::{Owner, Place, Record},
    testing::{
        Door, START, attached, author, card, draft, entry, epoch, party, session, setup, state, welcome,
    },
};

/// A name that a draft or an entry may have.
fn some_name() -> impl Strategy<Value = DraftId> {
    prop_oneof![(0..12u64).prop_map(draft), (1001..1012u64).prop_map(draft)]
}

fn some_body() -> impl Strategy<Value = Body> {
    let text = || "[a-c]{1,2}".prop_map(|text| text);
    prop_oneof![
        8 => text().prop_map(|text| Body::Text { text }),
        3 => (some_name(), text()).prop_map(|(target, text)| Body::Edit { target, text }),
        2 => some_name().prop_map(|target| Body::Retract { target }),
        1 => text().prop_map(|text| Body::Choices { text, options: vec!["Yes".into(), "No".into()] }),
        1 => Just(Body::Retracted),
        1 => Just(Body::Unknown),
    ]
}

/// Small spaces, so that ids meet.
fn some_entry() -> impl Strategy<Value = Entry> {
    (1..12u64, 1..4u64, 1..4u64, 0..30u64, some_body(), prop::option::weighted(0.2, some_name())).prop_map(
        |(seq, from, place, name, body, reply_to)| {
            let draft_id = if name < 25 { draft(1000 + seq) } else { draft(name - 20) };
            Entry {
                session: session(place),
                draft_id,
                from: author(from),
                reply_to,
                body,
                ..entry(seq, from)
            }
        },
    )
}

fn some_state() -> impl Strategy<Value = tieline_protocol::SessionState> {
    (1..4u64, prop::collection::vec(some_entry(), 0..5), 0..15u64, 1..3u64, any::<[bool; 3]>()).prop_map(
        |(number, entries, last, generation, [more, reset, has_to])| {
            let mut head = state(number, entries);
            (head.last, head.epoch, head.more, head.reset) = (Seq(last), epoch(generation), more, reset);
            head.to = has_to.then(|| "mia".into());
            head.cursors.push(some_cursor(number, last));
            head
        },
    )
}

fn some_cursor(number: u64, reach: u64) -> ReaderCursor {
    ReaderCursor {
        party: party(number),
        role: Role::Agent,
        session: session(number),
        delivered: Seq(reach),
        read: Seq(reach / 2),
    }
}

fn some_code() -> impl Strategy<Value = ErrorCode> {
    prop::sample::select(ErrorCode::ALL.to_vec())
}

fn some_frame() -> impl Strategy<Value = ServerFrame> {
    prop_oneof![
        4 => (1..4u64, prop::collection::vec(some_state(), 0..3)).prop_map(|(me, sessions)| welcome(me, sessions)),
        6 => some_entry().prop_map(|entry| ServerFrame::Entry(Box::new(entry))),
        5 => (1..4u64, 0..12u64, 0..12u64, 1..3u64).prop_map(|(number, name, seq, generation)| ServerFrame::Ok(Receipt {
            session: session(number),
            epoch: epoch(generation),
            draft_id: draft(name),
            seq: Seq(seq),
            at: START,
            duplicate: false,
        })),
        3 => (1..4u64, prop::collection::vec(some_entry(), 0..5), 0..15u64, 1..3u64).prop_map(
            |(number, entries, last, generation)| ServerFrame::Page(Page {
                session: session(number),
                epoch: epoch(generation),
                last: Seq(last),
                entries,
            })
        ),
        2 => some_state().prop_map(|state| ServerFrame::Session(Box::new(state))),
        1 => (prop::collection::vec(some_state(), 0..3), any::<bool>())
            .prop_map(|(sessions, more)| ServerFrame::Sessions(Sessions { sessions, more })),
        2 => (1..4u64, any::<bool>(), 1..4u64).prop_map(|(number, on, who)| {
            ServerFrame::Typing(Typist { session: session(number), from: author(who), on })
        }),
        2 => (1..4u64, 0..15u64).prop_map(|(number, reach)| ServerFrame::Cursor(some_cursor(number, reach))),
        1 => (1..4u64, 0..15u64).prop_map(|(number, last)| {
            ServerFrame::Ping(Ping { nonce: 1, heads: vec![Head { session: session(number), last: Seq(last) }] })
        }),
        3 => (1..4u64, 0..12u64, any::<bool>(), 0..9_000_000u64).prop_map(|(number, name, is_here, life)| {
            ServerFrame::Ticket(Ticket {
                session: session(number),
                draft_id: draft(name),
                file: is_here.then(|| card(draft(name))),
                url: "https://gateway/v1/files/1".into(),
                token: "ticket".into(),
                expires_in_ms: Millis(life),
            })
        }),
        2 => (1..4u64, prop::collection::vec(0..12u64, 0..4), 0..9_000_000u64).prop_map(|(number, files, life)| {
            let link = |name| FileLink { file: card(draft(name)).id, url: "https://gateway/f".into(), thumbnail_url: None };
            let links = files.into_iter().map(link).collect();
            ServerFrame::Links(FileLinks { session: session(number), links, expires_in_ms: Millis(life) })
        }),
        1 => Just(ServerFrame::Pong(Beat { nonce: 1 })),
        1 => (0..20_000u64).prop_map(|spread| ServerFrame::Drain(Drain {
            by: START,
            spread_ms: Millis(spread),
            why: String::new(),
        })),
        1 => Just(ServerFrame::AuthDue(AuthDue { expires_at: START })),
        1 => Just(ServerFrame::Renewed(Renewed { tokens: Tokens::default() })),
        3 => (some_code(), any::<bool>(), prop::option::of(0..9_000u64)).prop_map(|(code, at, retry)| {
            let at = at.then(|| "embed".to_owned());
            ServerFrame::Err(ErrorBody { at, retry_ms: retry.map(Millis), ..ErrorBody::new(code) })
        }),
    ]
}

fn some_record() -> impl Strategy<Value = Record> {
    (0..12u64, 1..4u64, any::<bool>(), any::<bool>(), 0..100_000_000u64, some_body()).prop_map(
        |(name, number, is_opening, is_visitor, age, body)| Record {
            draft_id: draft(name),
            place: if is_opening {
                Place::Opening { draft_id: draft(50 + number), to: None, item: None, is_asked: is_visitor }
            } else {
                Place::Session(session(number))
            },
            reply_to: None,
            body,
            made_at: START - Millis(age),
            owner: if is_visitor { Owner::Visitor(0) } else { Owner::Agent },
            sha256: (name % 6 == 0).then(|| "9f".repeat(32)),
        },
    )
}

fn some_auth() -> impl Strategy<Value = Auth> {
    prop_oneof![
        Just(Auth::New),
        Just(Auth::Visitor { token: "v".into() }),
        Just(Auth::Agent { token: "a".into() }),
        Just(Auth::Resume { token: "r".into() }),
        prop::sample::select(vec!["e30.eyJzdWIiOiJhIn0.s", "e30.eyJzdWIiOiJiIn0.s", "broken"]).prop_flat_map(
            |jwt| {
                prop::option::of(Just("v".to_owned()))
                    .prop_map(move |visitor| Auth::User { jwt: jwt.into(), visitor })
            }
        ),
    ]
}

fn some_input() -> impl Strategy<Value = Input> {
    let codes = vec![1000, 1006, 4001, 4008, 4009, 4010, 4400, 4401, 4403, 4426, 65_535];
    prop_oneof![
        8 => Just(Input::SocketOpened),
        20 => (prop::option::of(0..14u32), some_frame())
            .prop_map(|(id, frame)| Input::Received { id: id.map(RequestId), frame }),
        3 => some_frame().prop_map(|frame| Input::NextReceived { id: None, frame }),
        2 => some_record().prop_map(|record| Input::Overheard(Box::new(record))),
        1 => (0..12u64).prop_map(|name| Input::Unheard(draft(name))),
        1 => (0..12u64).prop_map(|name| Input::Revise(draft(name))),
        4 => prop::sample::select(codes).prop_map(|code| Input::SocketClosed(CloseCode(code))),
        6 => (0..12u64, 50..54u64, "[a-z ]{0,4}").prop_map(|(name, opening, text)| Input::Submit {
            draft_id: draft(name),
            session_draft_id: draft(opening),
            text,
        }),
        3 => (0..12u64, 50..54u64, 0..2_000u64).prop_map(|(name, opening, size)| Input::Attach {
            draft_id: draft(name),
            session_draft_id: draft(opening),
            file: attached("kettle.png", size),
        }),
        2 => (0..12u64, 0..200u8).prop_map(|(name, percent)| Input::UploadMoved { draft_id: draft(name), percent }),
        2 => (0..12u64).prop_map(|name| Input::Uploaded { draft_id: draft(name), file: card(draft(name)) }),
        2 => (0..12u64, some_code(), 0..3u8).prop_map(|(name, code, way)| Input::UploadFailed {
            draft_id: draft(name),
            why: [NoUpload::Cut, NoUpload::Refused(code), NoUpload::Lost][usize::from(way)],
        }),
        2 => (prop::option::of("mia|ben"), any::<bool>()).prop_map(|(to, has_item)| Input::Asked {
            to,
            item: has_item.then(|| Item { title: "Kettle".into(), ..Item::default() }),
        }),
        3 => prop::option::of(prop_oneof![
            some_name().prop_map(Aim::Reply),
            some_name().prop_map(Aim::Edit),
            Just(Aim::EditNewest),
        ])
        .prop_map(Input::Aimed),
        2 => (0..12u64, some_name()).prop_map(|(name, target)| Input::Retract { draft_id: draft(name), target }),
        1 => (0..12u64, some_name(), 0..3u32)
            .prop_map(|(name, target, option)| Input::Choose { draft_id: draft(name), target, option }),
        2 => (0..12u64).prop_map(|name| Input::Retry(draft(name))),
        2 => (0..12u64).prop_map(|name| Input::Discard(draft(name))),
        2 => prop::option::of(1..4u64).prop_map(|number| Input::SessionPicked(number.map(session))),
        1 => prop::collection::vec(some_record(), 0..4).prop_map(Input::Restored),
        2 => some_auth().prop_map(Input::TokenArrived),
        1 => any::<i32>().prop_map(|offset_minutes| Input::TimeZone { offset_minutes }),
        8 => prop::sample::select(vec![
            Input::Start,
            Input::PanelShown,
            Input::PanelHidden,
            Input::OlderWanted,
            Input::Typed { has_text: true },
            Input::Typed { has_text: false },
            Input::MoreSessionsWanted,
            Input::ListShown(true),
            Input::ListShown(false),
            Input::Saved(draft(1)),
            Input::SaveFailed(draft(1)),
            Input::TicketArrived("t".into()),
            Input::VisitorFound { visitor: 0, token: Some("v".into()) },
            Input::VisitorFound { visitor: 2, token: None },
            Input::TokenFailed,
            Input::SessionsWanted,
            Input::NextOpened,
            Input::NextClosed(CloseCode(1006)),
            Input::NextClosed(CloseCode::SIGN_IN),
            Input::SignedOut(1),
            Input::SignedOut(3),
            Input::WokeUp,
            Input::WentOffline,
            Input::PageHidden,
            Input::Tick,
        ]),
        1 => Just(Input::MustReload),
    ]
}

/// A fact, after a pause of any length, now and then with the clock put back.
fn some_script() -> impl Strategy<Value = Vec<(i64, Input)>> {
    let pause =
        prop_oneof![6 => Just(0i64), 4 => 1..400i64, 3 => 400..40_000i64, 1 => -5_000_000..90_000_000i64];
    prop::collection::vec((pause, some_input()), 1..80)
}

/// Plays the script, checks each step, gives all that was wanted and seen.
fn play<D: Door, S>(
    mut door: D,
    script: &[(i64, Input)],
    screen: impl Fn(&D, Millis) -> S,
) -> (Vec<Effect>, Vec<S>) {
    let (mut now, mut done, mut seen) = (START, Vec::new(), Vec::new());
    let mut kept = BTreeSet::new();
    // A shell starts before anything else.
    let begin = [(0, Input::Start), (0, Input::SocketOpened)];
    for (pause, input) in begin.iter().chain(script) {
        now = Millis(now.0.saturating_add_signed(*pause));
        if let Input::Restored(records) = input {
            kept.extend(records.iter().map(|record| record.draft_id));
        }
        if let Input::Overheard(record) = input {
            kept.insert(record.draft_id);
        }
        let effects = door.handle(now, input.clone());
        for effect in &effects {
            match effect {
                Effect::Save(record) => {
                    kept.insert(record.draft_id);
                }
                Effect::Send(outgoing) => {
                    if let ClientFrame::Send(said) = &outgoing.frame {
                        assert!(kept.contains(&said.draft_id), "sent before it was kept");
                    }
                    if let ClientFrame::Upload(upload) = &outgoing.frame {
                        assert!(kept.contains(&upload.draft_id), "uploaded before it was kept");
                    }
                }
                Effect::SendNext(outgoing) => assert_eq!(outgoing.frame.name(), "hello"),
                _ => {}
            }
        }
        assert!(door.next_wake().is_none_or(|at| at > now), "wants to be woken in the past");
        seen.push(screen(&door, now));
        done.extend(effects);
        // A second wake-up changes nothing that can be seen.
        let spurious = door.handle(now, Input::Tick);
        assert!(
            !spurious.iter().any(|effect| matches!(effect, Effect::Send(_) | Effect::Dial)),
            "{spurious:?}"
        );
    }
    (done, seen)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_visitor_takes_anything_and_the_same_twice(script in some_script()) {
        let visitor = || Visitor::new(setup(Auth::Visitor { token: "v".into() }));
        let once = play(visitor(), &script, |door, now| door.screen(now));
        prop_assert_eq!(once, play(visitor(), &script, |door, now| door.screen(now)));
    }

    /// What is kept, said and asked does not depend on what makes the screen.
    #[test]
    fn a_plain_visitor_wants_the_same(script in some_script()) {
        let is_said_plainly = |(_, input): &(i64, Input)| !matches!(
            input,
            Input::SessionPicked(_)
                | Input::MoreSessionsWanted
                | Input::FormFilled { .. }
                | Input::Rated { .. }
                | Input::BegunAnew
                | Input::Aimed(_)
                | Input::Retract { .. }
                | Input::Choose { .. }
                | Input::OlderWanted
                | Input::Attach { .. }
                | Input::Retry(_)
                | Input::Discard(_)
                | Input::Revise(_)
        );
        let script: Vec<_> = script.into_iter().filter(is_said_plainly).collect();
        let auth = || setup(Auth::Visitor { token: "v".into() });
        let (full, _) = play(Visitor::new(auth()), &script, |_, _| ());
        let (plain, _) = play(Visitor::plain(auth()), &script, |_, _| ());
        prop_assert_eq!(full, plain);
    }

    #[test]
    fn an_agent_takes_anything_and_the_same_twice(script in some_script()) {
        let agent = || Agent::new(setup(Auth::Agent { token: "a".into() }));
        let once = play(agent(), &script, |door, now| door.screen(now));
        prop_assert_eq!(once, play(agent(), &script, |door, now| door.screen(now)));
    }
}
