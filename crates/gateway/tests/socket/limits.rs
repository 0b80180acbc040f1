//! Too much, too long, too fast: each has its answer, and nobody else notices.

use tieline_load::client::{Client, Heard, draft_id, text_frame};
use tieline_protocol::{
    Auth, Body, ClientFrame, CloseCode, Draft, ErrorCode, Item, ServerFrame, client::Beat,
};

use crate::running::{NO_LIMITS, Running, Talk};

#[tokio::test]
async fn the_eleventh_message_at_once_has_to_wait() {
    let gateway = Running::start("").await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    // Opening took one of the ten.
    for _ in 0..9 {
        visitor.say(session, draft_id(), "quick").await.unwrap();
    }
    let ServerFrame::Err(refusal) = visitor.ask(text_frame(session, draft_id(), "too quick")).await.unwrap()
    else {
        panic!("taken");
    };
    assert_eq!((refusal.code, refusal.temporary), (ErrorCode::RateLimited, true));
    assert!(refusal.retry_ms.is_some_and(|wait| (1..=1_000).contains(&wait.0)), "{:?}", refusal.retry_ms);
}

#[tokio::test]
async fn a_socket_that_floods_is_closed_with_4013() {
    let gateway = Running::start("").await;
    let (mut visitor, _) = gateway.visitor().await;
    for nonce in 0..60 {
        let _ = visitor.send(ClientFrame::Pong(Beat { nonce })).await;
    }
    let (refusal, close) = visitor.refusal().await.unwrap();
    assert_eq!((refusal.code, close), (ErrorCode::RateLimited, CloseCode::RATE));
}

#[tokio::test]
async fn each_oversize_has_its_answer() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let item = |title: String, url: Option<&str>| Body::Item {
        item: Item { title, url: url.map(str::to_owned), ..Item::default() },
    };
    for (body, code, at) in [
        (Body::Text { text: "x".repeat(8_001) }, ErrorCode::TooLarge, Some("body.body.text")),
        (Body::Text { text: " \u{200b}\n".into() }, ErrorCode::TextEmpty, Some("body.body.text")),
        (item("x".repeat(5_000), None), ErrorCode::TooLarge, Some("item")),
        (item("Kettle".into(), Some("javascript:alert(1)")), ErrorCode::BadFrame, Some("item.url")),
    ] {
        let draft = ClientFrame::Send(Draft { session, draft_id: draft_id(), reply_to: None, body });
        let ServerFrame::Err(refusal) = visitor.ask(draft).await.unwrap() else { panic!("taken") };
        assert_eq!((refusal.code, refusal.at.as_deref()), (code, at));
    }
    visitor.say(session, draft_id(), &"ü".repeat(8_000)).await.unwrap();
    visitor.send_text(format!("{{\"type\":\"send\",\"body\":\"{}\"}}", "x".repeat(70_000))).await.unwrap();
    let (refusal, close) = visitor.refusal().await.unwrap();
    assert_eq!((refusal.code, close), (ErrorCode::TooLarge, CloseCode::TOO_LARGE));
}

#[tokio::test]
async fn a_broken_frame_is_refused_and_the_socket_stays() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    for text in ["{", "null", "[1]", r#"{"type":7}"#, r#"{"type":"send","body":{"session":"x"}}"#, "\u{0}"] {
        visitor.send_text(text.into()).await.unwrap();
        match visitor.hear().await.unwrap() {
            Heard::Frame(_, ServerFrame::Err(refusal)) => {
                assert_eq!(refusal.code, ErrorCode::BadFrame, "{text:?}");
            }
            other => panic!("{text:?}: {other:?}"),
        }
    }
    visitor.say(session, draft_id(), "still here").await.unwrap();
}

#[tokio::test]
async fn control_characters_do_not_reach_the_log() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    visitor.say(session, draft_id(), "a\u{1b}[31m\r\nb\u{0}\u{9b}").await.unwrap();
    assert_eq!(agent.entry().await.unwrap().body, Body::Text { text: "a[31m\nb".into() });
}

#[tokio::test]
async fn the_ninth_socket_of_one_visitor_is_turned_away() {
    let gateway = Running::start("").await;
    let (mut first, welcome) = gateway.visitor().await;
    first.open(draft_id(), None).await.unwrap();
    let token = welcome.tokens.visitor.unwrap();
    let hello = || gateway.visitor_hello(Auth::Visitor { token: token.clone() });
    let mut open = Vec::new();
    for _ in 1..8 {
        open.push(Client::enter(&gateway.address, hello()).await.unwrap());
    }
    let mut ninth = Client::connect(&gateway.address).await.unwrap();
    ninth.send(ClientFrame::Hello(Box::new(hello()))).await.unwrap();
    let (refusal, close) = ninth.refusal().await.unwrap();
    assert_eq!((refusal.code, close), (ErrorCode::Quota, CloseCode::RATE));
    // Another visitor is not disturbed, and one that leaves makes room.
    gateway.visitor().await;
    let (mut leaving, _) = open.pop().unwrap();
    leaving.send(ClientFrame::Bye).await.unwrap();
    assert_eq!(leaving.hear().await.unwrap(), Heard::Closed(CloseCode::BYE));
    Client::enter(&gateway.address, hello()).await.unwrap();
}

/// P10: a storm is answered with a time to come back, which is not the same for all, and whoever keeps to it gets in.
#[tokio::test]
async fn too_many_at_once_are_told_when_to_come_back() {
    let gateway = Running::start("[limits]\naccepts_burst = 3\naccepts_per_minute = 60\n").await;
    let mut waits = std::collections::BTreeSet::new();
    let mut taken_in = 0;
    for _ in 0..40 {
        let head = gateway.dial().await;
        if head.starts_with("http/1.1 101") {
            taken_in += 1;
            continue;
        }
        assert!(head.starts_with("http/1.1 503"), "{head}");
        let wait = head.lines().find_map(|line| line.strip_prefix("retry-after: ")).expect("when");
        waits.insert(wait.parse::<u64>().unwrap());
    }
    assert!((3..20).contains(&taken_in), "{taken_in}");
    assert!(waits.iter().all(|wait| (1..=10).contains(wait)) && waits.len() > 1, "{waits:?}");
}

#[tokio::test]
async fn an_address_has_so_many_sockets_and_no_more() {
    let gateway = Running::start("[limits]\nsockets_per_ip = 3\n").await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(Client::connect(&gateway.address).await.unwrap());
    }
    let refused = Client::connect(&gateway.address).await.err().expect("turned away").to_string();
    assert!(refused.contains("503"), "{refused}");
    assert!(gateway.dial().await.contains("retry-after: "));
}
