//! Who answers a session: said by those who answer it, told to them, and to no visitor.

use tieline_load::client::{Client, Heard, draft_id, hello};
use tieline_protocol::{
    Auth, ClientFrame, DeskOnly, DraftId, ErrorCode, PartyId, ServerFrame, SessionId, SessionState,
    client::List,
    desk::{self, Assigned, Assignment, DeskFrame, DeskRequest},
};

use crate::running::{NO_LIMITS, Running, Talk};

/// Two who answer by default, one of them on another platform too, and one elsewhere.
async fn gateway(settings: &str) -> Running {
    let gateway = Running::start(&format!("{NO_LIMITS}{settings}")).await;
    let recipients = serde_json::json!([
        { "name": "default", "agents": ["a0", "a2", "xmpp:robin@shop.example"] },
        { "name": "r1", "agents": ["a1"] },
    ]);
    gateway.change(&serde_json::json!({ "recipients": recipients })).await;
    gateway
}

fn request(request: DeskRequest) -> ClientFrame {
    ClientFrame::Desk(DeskOnly::new(request))
}

async fn assign(
    client: &mut Client,
    session: SessionId,
    draft_id: DraftId,
    to: Option<PartyId>,
) -> Result<Assigned, ErrorCode> {
    match client.ask(request(DeskRequest::Assign(desk::Assign { session, draft_id, to }))).await.unwrap() {
        ServerFrame::Desk(frame) => match frame.into_inner() {
            DeskFrame::Assigned(assigned) => Ok(assigned),
            other => panic!("{other:?}"),
        },
        ServerFrame::Err(refusal) => Err(refusal.code),
        other => panic!("{other:?}"),
    }
}

async fn agents(client: &mut Client, session: SessionId) -> Result<Vec<desk::Agent>, ErrorCode> {
    match client.ask(request(DeskRequest::Agents(desk::Agents { session }))).await.unwrap() {
        ServerFrame::Desk(frame) => match frame.into_inner() {
            DeskFrame::Agents(told) => Ok(told.agents),
            other => panic!("{other:?}"),
        },
        ServerFrame::Err(refusal) => Err(refusal.code),
        other => panic!("{other:?}"),
    }
}

/// The next thing that only the desk is told.
async fn push(client: &mut Client) -> DeskFrame {
    loop {
        match client.hear().await.unwrap() {
            Heard::Frame(None, ServerFrame::Desk(frame)) => return frame.into_inner(),
            Heard::Frame(..) => {}
            gone => panic!("nothing came: {gone:?}"),
        }
    }
}

fn assigned_in(sessions: &[SessionState], session: SessionId) -> Option<Assignment> {
    let state = sessions.iter().find(|state| state.session == session).unwrap();
    state.assigned.clone().map(DeskOnly::into_inner)
}

#[tokio::test]
async fn who_answers_is_told_to_all_who_could_and_to_no_visitor() {
    let gateway = gateway("").await;
    let Talk { mut visitor, visitor_token, mut agent, session } = gateway.talk().await;
    let (mut colleague, welcome) = gateway.agent("a2").await;
    let other = welcome.me.id;
    let listed = agents(&mut agent, session).await.unwrap();
    let names: Vec<_> = listed.iter().map(|agent| (agent.name.as_str(), agent.platform.as_deref())).collect();
    assert_eq!(names, [("a0", None), ("a2", None), ("robin", Some("xmpp"))]);

    let wish = draft_id();
    let answer = assign(&mut agent, session, wish, Some(other)).await.unwrap();
    assert_eq!((answer.turn, answer.to.as_ref().map(|to| to.id)), (1, Some(other)));
    assert_eq!(push(&mut colleague).await, DeskFrame::Assigned(answer.clone()));
    // Back to nobody, by the other one.
    let freed = assign(&mut colleague, session, draft_id(), None).await.unwrap();
    assert_eq!((freed.turn, &freed.to), (2, &None));
    assert_eq!(push(&mut agent).await, DeskFrame::Assigned(freed.clone()));
    // The first wish, said again after a cut, undoes nothing.
    assert_eq!(assign(&mut agent, session, wish, Some(other)).await.unwrap(), freed);
    let mine = assign(&mut agent, session, draft_id(), Some(listed[0].id)).await.unwrap();

    // Whoever comes, and whoever turns the list, sees what holds.
    let (mut later, welcome) = gateway.agent("a2").await;
    let holds = Assignment { turn: 3, to: mine.to };
    assert_eq!(assigned_in(&welcome.sessions, session), Some(holds.clone()));
    match later.ask(ClientFrame::List(List { after: None })).await.unwrap() {
        ServerFrame::Sessions(list) => assert_eq!(assigned_in(&list.sessions, session), Some(holds)),
        other => panic!("{other:?}"),
    }
    // Nobody has told the visitor anything before this answer, and what they are given holds nothing of it.
    visitor.send(ClientFrame::Ping(tieline_protocol::client::Beat { nonce: 7 })).await.unwrap();
    loop {
        match visitor.hear_all().await.unwrap() {
            Heard::Frame(_, ServerFrame::Pong(_)) => break,
            Heard::Frame(_, frame) => assert!(!matches!(frame, ServerFrame::Desk(_)), "{frame:?}"),
            gone => panic!("{gone:?}"),
        }
    }
    let hello = gateway.visitor_hello(Auth::Visitor { token: visitor_token });
    let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
    assert_eq!(assigned_in(&welcome.sessions, session), None);
}

#[tokio::test]
async fn nobody_else_says_who_answers() {
    let gateway = gateway("").await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let (mut elsewhere, welcome) = gateway.agent("a1").await;
    let stranger = welcome.me.id;
    assert_eq!(assign(&mut visitor, session, draft_id(), None).await, Err(ErrorCode::Forbidden));
    assert_eq!(agents(&mut visitor, session).await, Err(ErrorCode::Forbidden));
    assert_eq!(assign(&mut elsewhere, session, draft_id(), Some(stranger)).await, Err(ErrorCode::NotFound));
    assert_eq!(agents(&mut elsewhere, session).await, Err(ErrorCode::NotFound));
    // Not to somebody of another desk either.
    assert_eq!(assign(&mut agent, session, draft_id(), Some(stranger)).await, Err(ErrorCode::NotFound));
    let close = tieline_protocol::Draft {
        session,
        draft_id: draft_id(),
        reply_to: None,
        body: tieline_protocol::Body::Closed,
    };
    agent.ask(ClientFrame::Send(close)).await.unwrap();
    assert_eq!(assign(&mut agent, session, draft_id(), None).await, Err(ErrorCode::SessionClosed));
}

/// A server that does not listen: those of its desks are told, when they come and while they are there. Others are not.
#[tokio::test]
async fn a_platform_out_of_reach_is_told_to_its_desks() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody_listens = closed.local_addr().unwrap();
    drop(closed);
    let settings = format!(
        "[xmpp]\nserver = \"{nobody_listens}\"\ndomain = \"chat.shop.example\"\nrooms = \"rooms.shop.example\"\nsecret = \"s\"\n"
    );
    let gateway = Running::start(&format!("{NO_LIMITS}{settings}")).await;
    let recipients = serde_json::json!([
        { "name": "default", "agents": ["a0", "xmpp:robin@shop.example"] },
        { "name": "r1", "agents": ["a1"] },
    ]);
    gateway.change(&serde_json::json!({ "recipients": recipients })).await;
    let (mut agent, _) = gateway.agent("a0").await;
    let (mut elsewhere, _) = gateway.agent("a1").await;
    let down = DeskFrame::Platform(desk::Platform { name: "xmpp".into(), up: false });
    assert_eq!(push(&mut agent).await, down);
    let token = gateway.stage.agent_token("a0").await.unwrap();
    let (mut later, _) = Client::enter(&gateway.address, hello(Auth::Agent { token })).await.unwrap();
    assert_eq!(push(&mut later).await, down);
    elsewhere.send(ClientFrame::Ping(tieline_protocol::client::Beat { nonce: 7 })).await.unwrap();
    loop {
        match elsewhere.hear().await.unwrap() {
            Heard::Frame(_, ServerFrame::Pong(_)) => break,
            Heard::Frame(_, frame) => assert!(!matches!(frame, ServerFrame::Desk(_)), "{frame:?}"),
            gone => panic!("{gone:?}"),
        }
    }
}
