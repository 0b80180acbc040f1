//! Coming back: what was missed comes with the welcome, whole, or says that it is not.

use tieline_load::client::{Client, Heard, draft_id, hello, text_frame, with_cursors};
use tieline_protocol::{
    Auth, Body, ClientFrame, Epoch, Hello, Seq, ServerFrame, SessionId,
    client::{Cursor, List, Position},
};

use crate::running::{NO_LIMITS, Running, Talk};

impl Running {
    async fn resumed(&self, token: &str, position: Option<(SessionId, &Epoch, u64)>) -> Hello {
        let cursors =
            position.map(|(session, epoch, seq)| Position { session, epoch: epoch.clone(), seq: Seq(seq) });
        with_cursors(
            self.visitor_hello(Auth::Visitor { token: token.to_owned() }),
            cursors.into_iter().collect(),
        )
    }
}

/// Says so many lines, pipelined.
async fn say(client: &mut Client, session: SessionId, lines: usize, text: &str) -> Epoch {
    let mut epoch = None;
    for chunk in (0..lines).collect::<Vec<_>>().chunks(100) {
        for _ in chunk {
            client.send(text_frame(session, draft_id(), text)).await.unwrap();
        }
        for _ in chunk {
            match client.hear().await.unwrap() {
                Heard::Frame(_, ServerFrame::Ok(receipt)) => epoch = Some(receipt.epoch),
                other => panic!("{other:?}"),
            }
        }
    }
    epoch.unwrap()
}

#[tokio::test]
async fn what_was_missed_comes_with_the_welcome() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, visitor_token, session, .. } = gateway.talk().await;
    let epoch = say(&mut visitor, session, 20, "line").await;
    for (have, expected) in [(0, 1..=20), (12, 13..=20), (19, 20..=20)] {
        let hello = gateway.resumed(&visitor_token, Some((session, &epoch, have))).await;
        let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
        let [state] = welcome.sessions.as_slice() else { panic!("{:?}", welcome.sessions) };
        let places: Vec<_> = state.entries.iter().map(|entry| entry.seq.0).collect();
        assert_eq!(places, expected.collect::<Vec<_>>());
        assert_eq!((state.last, state.more, state.reset), (Seq(20), false, false));
    }
    let hello = gateway.resumed(&visitor_token, Some((session, &epoch, 20))).await;
    let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
    assert!(welcome.sessions[0].entries.is_empty() && !welcome.sessions[0].reset);
}

#[tokio::test]
async fn a_copy_of_another_generation_is_void() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, visitor_token, session, .. } = gateway.talk().await;
    let epoch = say(&mut visitor, session, 60, "line").await;
    let other = Epoch("of-another-backup".into());
    for (epoch, seq) in [(&other, 10), (&epoch, 61)] {
        let hello = gateway.resumed(&visitor_token, Some((session, epoch, seq))).await;
        let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
        let state = &welcome.sessions[0];
        let places: Vec<_> = state.entries.iter().map(|entry| entry.seq.0).collect();
        assert!(state.reset);
        assert_eq!(places, (11..=60).collect::<Vec<_>>(), "the newest fifty");
    }
}

#[tokio::test]
async fn too_much_for_one_frame_says_more() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, visitor_token, session, .. } = gateway.talk().await;
    let epoch = say(&mut visitor, session, 310, "short").await;
    let hello = gateway.resumed(&visitor_token, Some((session, &epoch, 0))).await;
    let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
    assert_eq!((welcome.sessions[0].entries.len(), welcome.sessions[0].more), (300, true));
    say(&mut visitor, session, 50, &"long ".repeat(1500)).await;
    let hello = gateway.resumed(&visitor_token, Some((session, &epoch, 310))).await;
    let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
    let state = &welcome.sessions[0];
    assert!(state.more && (20..40).contains(&state.entries.len()), "{} entries", state.entries.len());
    assert_eq!(state.entries[0].seq, Seq(311), "what there is stands without a gap");
}

/// Somebody talks all the while; a reader comes and goes, and sees every line once and in order.
#[tokio::test]
async fn nothing_falls_between_the_welcome_and_what_is_live() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let epoch = say(&mut visitor, session, 1, "line").await;
    let talker = tokio::spawn(async move { say(&mut visitor, session, 3_000, "line").await });
    let mut have = 0_u64;
    while have < 3_001 {
        let token = gateway.stage.agent_token("a0").await.unwrap();
        let position = Position { session, epoch: epoch.clone(), seq: Seq(have) };
        let hello = with_cursors(hello(Auth::Agent { token }), vec![position]);
        let (mut reader, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
        let state = &welcome.sessions[0];
        assert!(!state.reset);
        for entry in &state.entries {
            assert_eq!(entry.seq.0, have + 1, "in the welcome");
            have += 1;
        }
        if state.more || have == 3_001 {
            continue;
        }
        for _ in 0..40 {
            let entry = reader.entry().await.unwrap();
            assert_eq!(entry.seq.0, have + 1, "live");
            have += 1;
            if have == 3_001 {
                break;
            }
        }
    }
    talker.await.unwrap();
}

#[tokio::test]
async fn the_desk_gets_the_last_line_of_each_session_and_the_rest_on_demand() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    say(&mut visitor, session, 5, "line").await;
    let (_, welcome) = gateway.agent("a0").await;
    let state = &welcome.sessions[0];
    assert_eq!((state.entries.len(), state.entries[0].seq, state.last), (1, Seq(5), Seq(5)));
    assert_eq!(state.channel_name.as_deref(), Some("Load"));
}

/// The list brings one line of each session, and says of how many more nobody at the desk knows.
#[tokio::test]
async fn a_head_counts_what_its_reader_has_not_read() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, visitor_token, mut agent, session } = gateway.talk().await;
    say(&mut visitor, session, 4, "line").await;
    // What is written later is acknowledged: so is the cursor.
    agent.send(ClientFrame::Cursor(Cursor { session, delivered: Seq(4), read: Seq(2) })).await.unwrap();
    agent.say(session, draft_id(), "answer").await.unwrap();
    for text in ["so?", "hello?"] {
        visitor.say(session, draft_id(), text).await.unwrap();
    }
    let (mut colleague, welcome) = gateway.agent("a0").await;
    assert_eq!(
        welcome.sessions[0].unread,
        Some(4),
        "two old lines and two new ones, of which one came along"
    );
    assert_eq!(welcome.sessions[0].entries.len(), 1);
    let ServerFrame::Sessions(list) = colleague.ask(ClientFrame::List(List { after: None })).await.unwrap()
    else {
        panic!("no list");
    };
    assert_eq!(list.sessions[0].unread, Some(4));
    let hello = gateway.resumed(&visitor_token, None).await;
    let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
    assert_eq!(welcome.sessions[0].unread, Some(1), "the visitor has not seen the answer");
    agent.send(ClientFrame::Cursor(Cursor { session, delivered: Seq(7), read: Seq(7) })).await.unwrap();
    agent.say(session, draft_id(), "and on").await.unwrap();
    let (_, welcome) = gateway.agent("a0").await;
    assert_eq!(welcome.sessions[0].unread, Some(0));
}

#[tokio::test]
async fn a_restart_forgets_nothing_that_was_acknowledged() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let id = draft_id();
    visitor.say(session, id, "kept").await.unwrap();
    let store = tieline_gateway::store::Store::open(&gateway.stage.config.store).unwrap();
    let body: String = store
        .read(move |db| {
            db.query_row("select body from entry where draft_id = ?1", [id.0.as_bytes()], |row| row.get(0))
        })
        .await
        .unwrap();
    assert_eq!(serde_json::from_str::<Body>(&body).unwrap(), Body::Text { text: "kept".into() });
    visitor.send(ClientFrame::Bye).await.unwrap();
    assert!(matches!(visitor.hear().await.unwrap(), Heard::Closed(_)));
}
