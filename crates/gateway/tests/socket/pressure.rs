//! Slow readers, dead peers, and disks that are full or busy.

use std::time::{Duration, Instant};

use tieline_gateway::store::Tuning;
use tieline_load::client::{Client, Heard, draft_id, hello, text_frame, with_cursors};
use tieline_protocol::{
    Auth, ClientFrame, CloseCode, ErrorCode, Seq, ServerFrame,
    client::{Beat, Open, Position},
};

use crate::running::{NO_LIMITS, Running, Talk};

/// P14: whoever does not read is cut off, nobody else waits for it, and coming back repairs it.
#[tokio::test]
async fn a_slow_reader_is_cut_with_4008_and_repaired_by_coming_back() {
    const LINES: u64 = 1_500;
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, agent: mut slow, session, .. } = gateway.talk().await;
    let (mut quick, _) = gateway.agent("a0").await;
    let text = "a long line ".repeat(600);
    let mut epoch = None;
    for n in 1..=LINES {
        epoch = Some(visitor.say(session, draft_id(), &text).await.unwrap().epoch);
        assert_eq!(quick.entry().await.unwrap().seq, Seq(n));
    }
    // The slow one now reads what was on its way, and then the reason.
    let mut have = 0;
    loop {
        match slow.hear().await.unwrap() {
            Heard::Frame(_, ServerFrame::Entry(entry)) => {
                have += 1;
                assert_eq!(entry.seq, Seq(have));
            }
            Heard::Frame(..) => {}
            Heard::Closed(code) => break assert_eq!(code, CloseCode::SLOW),
            // It had so much before it that the goodbye was not waited for.
            Heard::Broken => break,
        }
    }
    assert!(have < LINES);
    while have < LINES {
        let token = gateway.stage.agent_token("a0").await.unwrap();
        let position = Position { session, epoch: epoch.clone().unwrap(), seq: Seq(have) };
        let hello = with_cursors(hello(Auth::Agent { token }), vec![position]);
        let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
        for entry in &welcome.sessions[0].entries {
            have += 1;
            assert_eq!(entry.seq, Seq(have));
        }
    }
}

/// No room: a clear answer, nothing half-written, reading goes on.
#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    let tuning = Tuning { max_pages: Some(120), ..Tuning::default() };
    let gateway = Running::start_tuned(NO_LIMITS, tuning).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let text = "x".repeat(4_000);
    let mut taken = 0;
    let refusal = loop {
        match visitor.ask(text_frame(session, draft_id(), &text)).await.unwrap() {
            ServerFrame::Ok(receipt) => {
                taken += 1;
                assert_eq!(receipt.seq, Seq(taken));
                assert!(taken < 10_000, "the disk never filled");
            }
            ServerFrame::Err(refusal) => break refusal,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((refusal.code, refusal.temporary), (ErrorCode::StorageFull, true));
    assert!(refusal.retry_ms.is_some_and(|wait| wait.0 >= 5_000), "a person has to make room: {refusal:?}");
    assert!(taken > 5);
    let history = tieline_protocol::client::History { session, before: None, after: None, limit: 100 };
    let ServerFrame::Page(page) = visitor.ask(ClientFrame::History(history)).await.unwrap() else {
        panic!("no page")
    };
    assert_eq!(page.last, Seq(taken));
    assert_eq!(page.entries.last().unwrap().seq, Seq(taken));
}

/// Another program holds the file: that passes by itself, and is not told as if the disk were full.
#[tokio::test]
async fn a_busy_store_says_so_and_takes_the_same_draft_later() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let other = rusqlite::Connection::open(&gateway.stage.config.store).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let draft = draft_id();
    let ServerFrame::Err(refusal) = visitor.ask(text_frame(session, draft, "patience")).await.unwrap() else {
        panic!("taken")
    };
    assert_eq!((refusal.code, refusal.temporary), (ErrorCode::StorageBusy, true));
    assert!(refusal.retry_ms.is_some_and(|wait| (500..1_500).contains(&wait.0)), "{refusal:?}");
    other.execute_batch("rollback").unwrap();
    let receipt = visitor.say(session, draft, "patience").await.unwrap();
    assert_eq!((receipt.seq, receipt.duplicate), (Seq(1), false));
}

/// What takes its time is answered although heartbeats are due meanwhile, and these with the heads that they carry.
#[tokio::test]
async fn an_answer_that_takes_long_is_not_lost_to_a_heartbeat() {
    let gateway = Running::start(&format!("{NO_LIMITS}[ping]\nevery_ms = 100\ngrace_ms = 60000\n")).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    visitor.say(session, draft_id(), "the log has a head").await.unwrap();
    let other = rusqlite::Connection::open(&gateway.stage.config.store).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let open = Open { draft_id: draft_id(), to: Some("r1".to_owned()), item: None };
    let asked = visitor.send(ClientFrame::Open(open)).await.unwrap();
    loop {
        match visitor.hear().await.unwrap() {
            Heard::Frame(None, ServerFrame::Ping(ping)) if !ping.heads.is_empty() => break,
            Heard::Frame(None, _) => {}
            other => panic!("no heartbeat with heads before the answer: {other:?}"),
        }
    }
    other.execute_batch("rollback").unwrap();
    assert!(matches!(visitor.answer(asked).await.unwrap(), ServerFrame::Ok(_)));
}

/// P8: nothing comes from a peer any more, and nothing says that it is gone: after a beat and its grace it is given up. One
/// that answers stays.
#[tokio::test]
async fn a_peer_that_fell_silent_is_given_up() {
    let gateway = Running::start(&format!("{NO_LIMITS}[ping]\nevery_ms = 600\ngrace_ms = 300\n")).await;
    let (mut alive, _) = gateway.visitor().await;
    let began = Instant::now();
    // Never polled: it neither reads nor answers, and its end of the socket stays open.
    let (silent, _) = gateway.visitor().await;
    let mut answered = 0;
    while gateway.state.connections.len() == 2 {
        if let Heard::Frame(_, ServerFrame::Ping(ping)) = alive.hear().await.unwrap() {
            alive.send(ClientFrame::Pong(Beat { nonce: ping.nonce })).await.unwrap();
            answered += 1;
        }
        assert!(answered < 20, "the silent one was never given up");
    }
    assert!(began.elapsed() >= Duration::from_millis(900), "given up after {:?}", began.elapsed());
    alive.ask(ClientFrame::Ping(Beat { nonce: 7 })).await.unwrap();
    drop(silent);
}
