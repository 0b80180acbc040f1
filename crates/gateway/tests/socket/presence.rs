//! Visitors hear who is there, when somebody is back, how soon one answers, and their place in the queue; nobody else does.

use tieline_load::client::{Client, Heard, draft_id, visitor_hello};
use tieline_protocol::{
    Auth, Millis, ServerFrame, SessionId,
    server::{Availability, Place, Presence},
};

use crate::running::{NO_LIMITS, Running, Talk};

/// The next push that a visitor may get of those who answer.
async fn push(client: &mut Client) -> ServerFrame {
    loop {
        match client.hear_all().await.unwrap() {
            Heard::Frame(None, frame @ (ServerFrame::Presence(_) | ServerFrame::Queue(_))) => return frame,
            Heard::Frame(..) => {}
            gone => panic!("nothing of presence: {gone:?}"),
        }
    }
}

async fn presence(client: &mut Client) -> Presence {
    loop {
        if let ServerFrame::Presence(presence) = push(client).await {
            return presence;
        }
    }
}

async fn place(client: &mut Client) -> (SessionId, u32) {
    loop {
        if let ServerFrame::Queue(Place { session, place }) = push(client).await {
            return (session, place);
        }
    }
}

fn state_of(presence: &[Presence], to: Option<&str>) -> Availability {
    presence.iter().find(|presence| presence.to.as_deref() == to).unwrap().state
}

#[tokio::test]
async fn a_visitor_hears_who_comes_and_who_stays_away() {
    let gateway = Running::start(NO_LIMITS).await;
    let (mut visitor, welcome) = gateway.visitor().await;
    assert_eq!(state_of(&welcome.presence, None), Availability::Away);
    // Agent `a1` answers for `r1` only.
    let (mut agent, hello) = gateway.agent("a1").await;
    assert!(hello.presence.is_empty(), "an agent is told nothing of it");
    let told = presence(&mut visitor).await;
    assert_eq!((told.to.as_deref(), told.state), (Some("r1"), Availability::Here));
    let (_, later) = gateway.visitor().await;
    assert_eq!(state_of(&later.presence, Some("r1")), Availability::Here);
    assert_eq!(state_of(&later.presence, None), Availability::Away);
    // A reload of the desk is not seen: the next thing that is heard of `r1` is that it is left for good.
    agent.send(tieline_protocol::ClientFrame::Bye).await.unwrap();
    let (mut agent, _) = gateway.agent("a1").await;
    agent.send(tieline_protocol::ClientFrame::Bye).await.unwrap();
    let told = presence(&mut visitor).await;
    assert_eq!((told.to.as_deref(), told.state), (Some("r1"), Availability::Away));
}

#[tokio::test]
async fn hours_win_over_a_desk_that_was_left_open() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, .. } = gateway.talk().await;
    // A channel whose only day is over for good has no next opening.
    let hours = |zone: &str, from: &str, to: &str| {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        serde_json::json!({ "settings": { "answer_time": 5, "hours": {
            "time_zone": zone, "weekly": [{ "days": days, "from": from, "to": to }] } } })
    };
    gateway.change(&hours("UTC", "00:00", "24:00")).await;
    let told = loop {
        let told = presence(&mut visitor).await;
        if told.to.is_none() && told.answer_minutes.is_some() {
            break told;
        }
    };
    assert_eq!((told.back_at, told.answer_minutes), (None, Some(5)));
    // One minute of the day, and not this one: closed now, whatever the time is.
    let minute = (tieline_load::client::now().0 / 60_000 + 12 * 60) % (24 * 60);
    let clock = |minute: u64| format!("{:02}:{:02}", minute / 60, minute % 60);
    let (from, to) = (minute.min(24 * 60 - 2), minute.min(24 * 60 - 2) + 1);
    gateway.change(&hours("UTC", &clock(from), &clock(to))).await;
    let told = loop {
        let told = presence(&mut visitor).await;
        if told.to.is_none() && told.state == Availability::Closed {
            break told;
        }
    };
    let back_at = told.back_at.unwrap();
    assert!(back_at > tieline_load::client::now());
    assert_eq!(back_at.0 / 60_000 % (24 * 60), from, "the next opening, to the minute");
}

#[tokio::test]
async fn the_answer_time_is_the_logs_median() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut agent, .. } = gateway.talk().await;
    for _ in 0..3 {
        let (mut visitor, _) = gateway.visitor().await;
        let session = visitor.open(draft_id(), None).await.unwrap().session;
        visitor.say(session, draft_id(), "Is it in stock?").await.unwrap();
        agent.say(session, draft_id(), "It is.").await.unwrap();
    }
    // A change of the channel closes the book that was read before there was anything to measure.
    gateway.change(&serde_json::json!({ "greeting": "Hello" })).await;
    let (_, welcome) = gateway.visitor().await;
    let minutes = |presence: &[Presence], to: Option<&str>| {
        presence.iter().find(|it| it.to.as_deref() == to).unwrap().answer_minutes
    };
    assert_eq!(minutes(&welcome.presence, None), Some(1));
    assert_eq!(minutes(&welcome.presence, Some("r1")), None, "nobody was answered there");
}

#[tokio::test]
async fn those_who_wait_hear_their_place_and_move_up() {
    let gateway = Running::start(NO_LIMITS).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let (mut visitor, welcome) = gateway.visitor().await;
        let session = visitor.open(draft_id(), None).await.unwrap().session;
        visitor.say(session, draft_id(), "Anybody there?").await.unwrap();
        waiting.push((visitor, session, welcome.tokens.visitor.unwrap()));
    }
    let (mut agent, _) = gateway.agent("a0").await;
    for (number, (visitor, session, _)) in (1..).zip(&mut waiting) {
        assert_eq!(place(visitor).await, (*session, number));
    }
    agent.say(waiting[1].1, draft_id(), "Yes?").await.unwrap();
    let (session, third) = (waiting[1].1, waiting[2].1);
    assert_eq!(place(&mut waiting[1].0).await, (session, 0));
    assert_eq!(place(&mut waiting[2].0).await, (third, 2));
    // Whoever comes back reads their place in the head.
    let hello =
        visitor_hello(&gateway.channel, &gateway.ticket, Auth::Visitor { token: waiting[2].2.clone() });
    let (_, welcome) = Client::enter(&gateway.address, hello).await.unwrap();
    assert_eq!(welcome.sessions[0].place, Some(2));
    // Nobody else's place is theirs to know: the first one heard of no other.
    agent.say(waiting[0].1, draft_id(), "And you?").await.unwrap();
    assert_eq!(place(&mut waiting[0].0).await, (waiting[0].1, 0));
    assert_eq!(place(&mut waiting[2].0).await, (third, 1));
    // When the desk is left, there is no queue any more.
    agent.send(tieline_protocol::ClientFrame::Bye).await.unwrap();
    assert_eq!(place(&mut waiting[2].0).await, (third, 0));
    assert!(tieline_relay::attendance::GRACE < Millis::secs(15), "or this test waits long");
}
