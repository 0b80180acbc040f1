//! Nobody reads another's session, and nobody does what the channel was not granted.

use tieline_load::client::{Client, draft_id, text_frame};
use tieline_protocol::{
    Body, Capabilities, Capability, ClientFrame, Cursor, Draft, DraftId, ErrorCode, Item, Seq, ServerFrame,
    SessionId,
    client::{History, Open, Typing},
};

use crate::running::{NO_LIMITS, Running, Talk};

fn every_frame(session: SessionId) -> Vec<ClientFrame> {
    let item = Body::Item { item: Item { title: "Kettle".into(), ..Item::default() } };
    vec![
        text_frame(session, draft_id(), "hi"),
        send(session, None, item),
        ClientFrame::History(History { session, before: None, after: None, limit: 10 }),
        ClientFrame::Cursor(Cursor { session, delivered: Seq(1), read: Seq(1) }),
        ClientFrame::Typing(Typing { session, on: true }),
        send(session, Some(draft_id()), Body::Text { text: "hi".into() }),
        send(session, None, Body::Retract { target: draft_id() }),
        ClientFrame::Upload(crate::http::announce(session, draft_id(), "a.png", "image/png", b"x")),
        ClientFrame::Upload(crate::http::announce(session, draft_id(), "a.pdf", "application/pdf", b"x")),
        ClientFrame::Upload(crate::http::announce(session, draft_id(), "a.ogg", "audio/ogg", b"x")),
    ]
}

fn send(session: SessionId, reply_to: Option<DraftId>, body: Body) -> ClientFrame {
    ClientFrame::Send(Draft { session, draft_id: draft_id(), reply_to, body })
}

async fn refusals(client: &mut Client, session: SessionId) -> Vec<ErrorCode> {
    let mut codes = Vec::new();
    for frame in every_frame(session) {
        match client.ask(frame).await.unwrap() {
            ServerFrame::Err(refusal) => codes.push(refusal.code),
            other => panic!("{other:?}"),
        }
    }
    codes
}

/// A stranger's session and one that never was are refused in the same words.
#[tokio::test]
async fn strangers_learn_nothing() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    visitor.say(session, draft_id(), "private").await.unwrap();
    let never_was = SessionId(draft_id().0);
    let (mut stranger, welcome) = gateway.visitor().await;
    assert!(welcome.sessions.is_empty());
    // Agent `a1` serves recipient `r1` of the same channel only.
    let (mut other_desk, welcome) = gateway.agent("a1").await;
    assert!(welcome.sessions.is_empty());
    for client in [&mut stranger, &mut other_desk] {
        assert_eq!(refusals(client, session).await, [ErrorCode::NotFound; 10]);
        assert_eq!(refusals(client, never_was).await, [ErrorCode::NotFound; 10]);
    }
    visitor.say(session, draft_id(), "still private").await.unwrap();
    // Had the stranger heard of it, it would have come before this answer.
    let session = stranger.open(draft_id(), None).await.unwrap().session;
    assert_eq!(stranger.say(session, draft_id(), "mine").await.unwrap().seq, Seq(1));
}

/// The operator changes the channel: what is taken back holds on the connections that are there.
/// (A channel without text cannot be registered; `relay` tests that grant.)
#[tokio::test]
async fn what_is_not_granted_is_refused_on_every_frame() {
    let gateway = Running::start(NO_LIMITS).await;
    for (missing, refused_at) in [
        (Capability::Item, 1),
        (Capability::History, 2),
        (Capability::Receipts, 3),
        (Capability::Typing, 4),
        (Capability::Reply, 5),
        (Capability::Edit, 6),
        (Capability::Image, 7),
        (Capability::File, 8),
        (Capability::Voice, 9),
    ] {
        gateway.grant(Capabilities::all()).await;
        let Talk { mut visitor, session, .. } = gateway.talk().await;
        let mut granted = Capabilities::all();
        granted.0.remove(&missing);
        gateway.grant(granted).await;
        for (place, frame) in every_frame(session).into_iter().enumerate() {
            let is_refused = place == refused_at;
            if matches!(frame, ClientFrame::Cursor(_) | ClientFrame::Typing(_)) && !is_refused {
                // What is soft and taken has no answer.
                visitor.send(frame).await.unwrap();
                continue;
            }
            let what = frame.name();
            let answer = visitor.ask(frame).await.unwrap();
            let refused = matches!(&answer, ServerFrame::Err(body) if body.code == ErrorCode::Forbidden);
            assert_eq!(refused, is_refused, "{what} without {missing:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn an_agent_answers_and_does_not_open() {
    let gateway = Running::start(NO_LIMITS).await;
    let (mut agent, _) = gateway.agent("a0").await;
    let open = ClientFrame::Open(Open { draft_id: draft_id(), to: None, item: None });
    assert!(matches!(
        agent.ask(open).await.unwrap(),
        ServerFrame::Err(refusal) if refusal.code == ErrorCode::Forbidden
    ));
}

#[tokio::test]
async fn a_recipient_that_the_channel_does_not_have_is_not_found() {
    let gateway = Running::start(NO_LIMITS).await;
    let (mut visitor, _) = gateway.visitor().await;
    let open = ClientFrame::Open(Open { draft_id: draft_id(), to: Some("nobody".into()), item: None });
    assert!(matches!(
        visitor.ask(open).await.unwrap(),
        ServerFrame::Err(refusal) if refusal.code == ErrorCode::NotFound
    ));
}
