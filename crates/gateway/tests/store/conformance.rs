//! The log on SQLite does what `relay::log_model` does, whatever it is told.

use std::{collections::BTreeSet, sync::Arc};

use proptest::prelude::*;
use tieline_gateway::{
    log::{Appended, Fresh, Log, LogError, Opener, Settled},
    store::{Store, StoreError},
};
use tieline_protocol::{
    Author, Body, Capabilities, ChannelId, DraftId, Epoch, Millis, PartyId, Role, Seq, SessionId,
    desk::Assignment, server::Phase,
};
use tieline_relay::{
    Assign, AssignFacts, ChannelFacts, Desk, Facts, History, Open, Permit, Post, Principal, Provisional,
    Scope, Target, authorise,
    command::Stretch,
    log_model::{self, Line, LogModel},
};
use tokio::sync::oneshot;

const NOW: Millis = Millis(1_790_000_000_000);

#[derive(Clone, Debug)]
enum Operation {
    Open {
        party: u8,
        draft: u8,
    },
    Append {
        party: u8,
        session: u8,
        draft: u8,
        words: u8,
        is_reply: bool,
    },
    /// An agent says who answers; nobody, where there is no number.
    Assign {
        by: u8,
        session: u8,
        draft: u8,
        to: Option<u8>,
    },
    /// An edit where there are words, else a retraction.
    Change {
        party: u8,
        session: u8,
        draft: u8,
        target: u8,
        words: Option<u8>,
    },
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        1 => (0..2_u8, 0..3_u8).prop_map(|(party, draft)| Operation::Open { party, draft }),
        6 => (0..2_u8, 0..4_u8, 0..12_u8, 0..2_u8, prop::bool::weighted(0.2)).prop_map(
            |(party, session, draft, words, is_reply)| Operation::Append { party, session, draft, words, is_reply }
        ),
        2 => (0..2_u8, 0..4_u8, 0..8_u8, prop::option::of(0..2_u8)).prop_map(
            |(by, session, draft, to)| Operation::Assign { by, session, draft, to }
        ),
        4 => (0..2_u8, 0..4_u8, 0..16_u8, 0..16_u8, prop::option::of(0..2_u8)).prop_map(
            |(party, session, draft, target, words)| Operation::Change { party, session, draft, target, words }
        ),
    ]
}

fn uuid(kind: u8, n: u8) -> uuid::Uuid {
    let mut bytes = [n; 16];
    bytes[0] = kind;
    uuid::Uuid::from_bytes(bytes)
}

fn channel() -> ChannelId {
    ChannelId("ch_test".into())
}

fn principal(party: u8) -> Principal {
    Principal {
        party: PartyId(uuid(1, party)),
        role: Role::Visitor,
        name: None,
        scope: Scope::One(channel()),
        capabilities: Capabilities::all(),
        expires_at: None,
        provisional: Some(Provisional::Visitor { token_hash: [party; 32], expires_at: NOW }),
        signed_item: None,
    }
}

/// Somebody who answers: in the store from the beginning.
fn agent(number: u8) -> Principal {
    let desk = Desk { channel: channel(), recipient: "default".into() };
    Principal {
        party: PartyId(uuid(7, number)),
        role: Role::Agent,
        scope: Scope::Desks(BTreeSet::from([desk])),
        provisional: None,
        ..principal(0)
    }
}

fn assign_permit(who: &Principal, wish: Assign) -> Permit<Assign> {
    let facts = AssignFacts {
        session: Arc::new(facts(&principal(0), wish.session)),
        agents: BTreeSet::from([agent(0).party, agent(1).party]),
    };
    authorise(NOW, who, &facts, wish).unwrap()
}

fn settled_as_model(outcome: &Result<(Assignment, Settled), LogError>) -> log_model::Settled {
    match outcome {
        Ok((_, Settled::Changed)) => log_model::Settled::Changed,
        Ok((_, Settled::AsBefore)) => log_model::Settled::AsBefore,
        Ok((_, Settled::Duplicate)) => log_model::Settled::Duplicate,
        Err(LogError::NoSuchSession) => log_model::Settled::NoSuchSession,
        Err(error) => panic!("{error}"),
    }
}

async fn log() -> (Log, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("log.db")).unwrap();
    store
        .write(|db| {
            db.execute(
                "insert into channel (id, name, state, origins, capabilities, created_at)
                 values ('ch_test', 'Test', 'open', '[]', '[\"text\"]', 0)",
                [],
            )?;
            for number in 0..2 {
                let (id, name) = (*agent(number).party.0.as_bytes(), format!("agent-{number}"));
                db.execute(
                    "insert into party (id, role, external_id, name, created_at) values (?1, 'agent', ?2, ?2, 0)",
                    rusqlite::params![id, name],
                )?;
                db.execute(
                    "insert into recipient (channel_id, name, connector, target) values ('ch_test', 'default', 'desk', ?1)",
                    [name],
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
    (Log::new(store), folder)
}

async fn open(log: &Log, party: u8, draft: u8, fresh: SessionId) -> SessionId {
    let who = principal(party);
    let facts = ChannelFacts {
        channel: channel(),
        is_open: true,
        recipients: BTreeSet::from(["default".to_owned()]),
        capabilities: Capabilities::all(),
    };
    let wish = Open { draft_id: DraftId(uuid(2, draft)), to: "default".into(), item: None };
    let permit = authorise(NOW, &who, &facts, wish).unwrap();
    let opener = Opener { author: who.author(), channel: channel(), provisional: who.provisional.clone() };
    let fresh = Fresh { session: fresh, epoch: Epoch("e".into()), at: NOW };
    log.open_session(permit, opener, fresh).await.unwrap().session
}

fn permit(
    who: &Principal,
    session: SessionId,
    draft_id: DraftId,
    reply_to: Option<DraftId>,
    body: Body,
) -> Permit<Post> {
    authorise(NOW, who, &facts(who, session), Post { session, draft_id, reply_to, body }).unwrap()
}

/// Everything is allowed: what is tested is the log.
fn facts(who: &Principal, session: SessionId) -> Facts {
    Facts {
        session,
        desk: Desk { channel: channel(), recipient: "default".into() },
        visitor: who.party,
        phase: Phase::Open,
        capabilities: Capabilities::all(),
        edit_window: Millis(1),
        target: Some(Target { author: who.party, age: Millis(0), is_text: true, is_repeat: false }),
    }
}

fn append(
    log: &Log,
    who: &Principal,
    session: SessionId,
    draft_id: DraftId,
    text: &str,
) -> oneshot::Receiver<Result<Appended, LogError>> {
    append_body(log, who, session, draft_id, (None, Body::Text { text: text.into() }))
}

fn append_body(
    log: &Log,
    who: &Principal,
    session: SessionId,
    draft_id: DraftId,
    (reply_to, body): (Option<DraftId>, Body),
) -> oneshot::Receiver<Result<Appended, LogError>> {
    let (done, outcome) = oneshot::channel();
    let author = Author { id: who.party, role: who.role, name: None };
    log.append(permit(who, session, draft_id, reply_to, body), author, NOW, move |outcome| {
        let _ = done.send(outcome);
    });
    outcome
}

fn as_model(outcome: &Result<Appended, LogError>) -> log_model::Appended {
    match outcome {
        Ok(appended) if appended.is_duplicate => log_model::Appended::Duplicate(appended.entry.seq),
        Ok(appended) => log_model::Appended::New(appended.entry.seq),
        Err(LogError::Conflict) => log_model::Appended::Conflict,
        Err(LogError::NoSuchSession) => log_model::Appended::NoSuchSession,
        Err(LogError::NoSuchWords) => log_model::Appended::NoSuchWords,
        Err(LogError::Store(error)) => panic!("{error}"),
    }
}

/// Runs the operations on both, some of them at once so that they share commits, and compares every outcome.
async fn agrees(operations: Vec<Operation>) {
    let (log, _folder) = log().await;
    let mut model = LogModel::default();
    // Sessions that were opened, after some that never were.
    let mut sessions = vec![SessionId(uuid(9, 0)), SessionId(uuid(9, 1))];
    let mut fresh = 0;
    let mut under_way = Vec::new();
    for operation in operations {
        match operation {
            Operation::Open { party, draft } => {
                let new = SessionId(uuid(3, fresh));
                fresh += 1;
                let expected = model.open(PartyId(uuid(1, party)), DraftId(uuid(2, draft)), new);
                assert_eq!(open(&log, party, draft, new).await, expected);
                sessions.push(expected);
            }
            Operation::Assign { by, session, draft, to } => {
                let session = sessions[usize::from(session) % sessions.len()];
                let (by, to) = (agent(by), to.map(|to| agent(to).party));
                let wish = Assign { session, draft_id: DraftId(uuid(6, draft)), to };
                let expected = model.assign(session, (by.party, wish.draft_id), to);
                let outcome = log.assign(assign_permit(&by, wish), NOW).await;
                assert_eq!(settled_as_model(&outcome), expected);
                let known = log.assigned(session).await.unwrap().unwrap_or_default();
                assert_eq!((known.turn, known.to.map(|to| to.id)), model.assigned(session));
            }
            append_or_change => {
                let (party, session, draft, reply_to, body) = match append_or_change {
                    Operation::Append { party, session, draft, words, is_reply } => {
                        let body = Body::Text { text: format!("words {words}") };
                        (party, session, draft, is_reply.then(|| DraftId(uuid(4, 1))), body)
                    }
                    Operation::Change { party, session, draft, target, words } => {
                        let target = DraftId(uuid(4, target));
                        let text = words.map(|words| format!("words {words}"));
                        let edit = text.map(|text| Body::Edit { target, text });
                        (party, session, draft, None, edit.unwrap_or(Body::Retract { target }))
                    }
                    Operation::Open { .. } | Operation::Assign { .. } => unreachable!("taken above"),
                };
                let session = sessions[usize::from(session) % sessions.len()];
                // Nobody who is not in the store can say anything; permits see to that.
                if fresh == 0 {
                    continue;
                }
                let who = principal(party);
                let draft_id = DraftId(uuid(4, draft));
                let is_known = model.is_known(who.party);
                if !is_known {
                    continue;
                }
                let line = Line { party: who.party, draft_id, reply_to, body: body.clone() };
                let expected = model.append(session, line);
                under_way.push((expected, append_body(&log, &who, session, draft_id, (reply_to, body))));
            }
        }
    }
    for (expected, outcome) in under_way {
        assert_eq!(as_model(&outcome.await.unwrap()), expected);
    }
    for session in sessions.into_iter().filter(|session| !model.lines(*session).is_empty()) {
        assert_eq!(lines(&log, session).await, model.lines(session), "what readers get");
    }
}

/// A session's log as its readers get it.
async fn lines(log: &Log, session: SessionId) -> Vec<Line> {
    // The history permit of whoever opened it would read the same: who reads makes no difference to what stands there.
    let (mut lines, mut after) = (Vec::new(), Seq::ZERO);
    loop {
        let wish = History { session, stretch: Stretch::After(after), limit: 100 };
        let who = principal(0);
        let facts = Facts { visitor: who.party, ..facts(&who, session) };
        let page = log.page(authorise(NOW, &who, &facts, wish).unwrap()).await.unwrap();
        let Some(last) = page.entries.last() else { return lines };
        after = last.seq;
        lines.extend(page.entries.into_iter().map(|entry| Line {
            party: entry.from.id,
            draft_id: entry.draft_id,
            reply_to: entry.reply_to,
            body: entry.body,
        }));
    }
}

/// Whoever does not answer at the desk any more does not answer the session either; who comes back does.
#[tokio::test]
async fn who_has_left_the_desk_has_left_the_session() {
    let (log, folder) = log().await;
    let session = open(&log, 0, 0, SessionId(uuid(3, 0))).await;
    let wish = Assign { session, draft_id: DraftId(uuid(6, 0)), to: Some(agent(1).party) };
    let (assignment, _) = log.assign(assign_permit(&agent(0), wish), NOW).await.unwrap();
    assert_eq!(
        assignment.to.as_ref().map(|to| (to.id, to.name.as_deref())),
        Some((agent(1).party, Some("agent-1")))
    );
    let other = Store::open(&folder.path().join("log.db")).unwrap();
    let leave =
        |db: &rusqlite::Transaction<'_>| db.execute("delete from recipient where target = 'agent-1'", []);
    other.write(leave).await.unwrap();
    let left = log.assigned(session).await.unwrap().unwrap();
    assert_eq!((left.turn, left.to), (1, None));
    // To nobody in particular is still a change: it is said so that it lasts.
    let wish = Assign { session, draft_id: DraftId(uuid(6, 1)), to: None };
    let (freed, settled) = log.assign(assign_permit(&agent(0), wish), NOW).await.unwrap();
    assert_eq!((freed.turn, settled), (2, Settled::Changed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_log_agrees_with_its_model(operations in proptest::collection::vec(operation(), 1..80)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(agrees(operations));
    }
}

/// Many at once, on one session and on many: places without holes, and every draft once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_appends_leave_no_hole() {
    let (log, _folder) = log().await;
    let log = Arc::new(log);
    let mut sessions = Vec::new();
    for n in 0..20 {
        sessions.push(open(&log, 0, n, SessionId(uuid(3, n))).await);
    }
    let mut tasks = Vec::new();
    for writer in 0..16_u8 {
        let (log, sessions) = (Arc::clone(&log), sessions.clone());
        tasks.push(tokio::spawn(async move {
            let who = principal(0);
            let mut under_way = Vec::new();
            for n in 0..100_u8 {
                let mut id = uuid(5, n);
                id = uuid::Uuid::from_u128(id.as_u128() ^ u128::from(writer));
                // Half of it all into one session.
                let session = if n % 2 == 0 { sessions[0] } else { sessions[usize::from(n) % 20] };
                // And everything twice.
                for _ in 0..2 {
                    under_way.push((session, append(&log, &who, session, DraftId(id), "words")));
                }
            }
            let mut places = Vec::new();
            for (session, outcome) in under_way {
                let appended = outcome.await.unwrap().unwrap();
                if !appended.is_duplicate {
                    places.push((session, appended.entry.seq));
                }
            }
            places
        }));
    }
    let mut places = BTreeSet::new();
    let mut count = 0;
    for task in tasks {
        for place in task.await.unwrap() {
            count += 1;
            assert!(places.insert(place), "{place:?} was given twice");
        }
    }
    assert_eq!(count, 1_600);
    for session in sessions {
        let taken: Vec<_> = places.iter().filter(|(of, _)| *of == session).map(|(_, seq)| *seq).collect();
        assert_eq!(taken, (1..=taken.len() as u64).map(Seq).collect::<Vec<_>>());
    }
}

/// Another program wrote to the log behind the gateway's back: what it remembers of the end is mended, not trusted.
#[tokio::test]
async fn a_remembered_end_that_is_wrong_is_mended() {
    let (log, folder) = log().await;
    let session = open(&log, 0, 0, SessionId(uuid(3, 0))).await;
    let who = principal(0);
    append(&log, &who, session, DraftId(uuid(4, 1)), "one").await.unwrap().unwrap();
    let other = Log::new(Store::open(&folder.path().join("log.db")).unwrap());
    assert_eq!(
        append(&other, &who, session, DraftId(uuid(4, 2)), "two").await.unwrap().unwrap().entry.seq,
        Seq(2)
    );
    assert_eq!(
        append(&log, &who, session, DraftId(uuid(4, 3)), "three").await.unwrap().unwrap().entry.seq,
        Seq(3)
    );
    assert!(append(&log, &who, session, DraftId(uuid(4, 2)), "two").await.unwrap().unwrap().is_duplicate);
}

#[test]
fn a_store_error_is_told_as_its_code() {
    use tieline_protocol::ErrorCode;
    for (error, code) in [
        (StoreError::Busy, ErrorCode::StorageBusy),
        (StoreError::Full, ErrorCode::StorageFull),
        (StoreError::ReadOnly { why: String::new() }, ErrorCode::StorageFull),
        (StoreError::Other { why: String::new() }, ErrorCode::Internal),
    ] {
        assert_eq!(LogError::Store(error).code(), code);
    }
}
