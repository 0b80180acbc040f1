//! Coming in, and being turned away.

use tieline_load::client::{Client, Heard, hello, now};
use tieline_protocol::{
    Auth, Capability, ChannelId, ClientFrame, CloseCode, ErrorCode, Role, ServerFrame, client::Beat,
};
use tokio_tungstenite::tungstenite::{Error, client::IntoClientRequest};

use crate::running::{NO_LIMITS, Running};

/// The answer to the first frame is the welcome, with all that a client needs.
#[tokio::test]
async fn one_round_trip_from_hello_to_welcome() {
    let gateway = Running::start(NO_LIMITS).await;
    let (_, welcome) = gateway.visitor().await;
    assert_eq!(welcome.me.role, Role::Visitor);
    assert_eq!(welcome.channel.unwrap().name, "Load");
    assert_eq!(welcome.limits.frame_bytes, 65_536);
    assert_eq!(welcome.limits.text_chars, 8_000);
    assert_eq!((welcome.ping.every_ms.0, welcome.ping.grace_ms.0), (25_000, 10_000));
    assert!(Capability::ALL.iter().all(|capability| welcome.capabilities.grants(*capability)));
    assert!(welcome.sessions.is_empty());
    assert!(!welcome.tokens.resume.is_empty() && welcome.tokens.visitor.is_some());
    assert!(now().0.abs_diff(welcome.now.0) < 60_000);
}

/// What is pipelined behind hello is answered after the welcome.
#[tokio::test]
async fn frames_may_follow_hello_at_once() {
    let gateway = Running::start(NO_LIMITS).await;
    let mut client = Client::connect(&gateway.address).await.unwrap();
    let hello = gateway.visitor_hello(Auth::New);
    client.send(ClientFrame::Hello(Box::new(hello))).await.unwrap();
    client.send(ClientFrame::Ping(Beat { nonce: 5 })).await.unwrap();
    assert!(matches!(client.hear().await.unwrap(), Heard::Frame(_, ServerFrame::Welcome(_))));
    assert!(matches!(client.hear().await.unwrap(), Heard::Frame(_, ServerFrame::Pong(Beat { nonce: 5 }))));
}

/// A page view is not worth a row.
#[tokio::test]
async fn a_hello_writes_nothing_and_the_first_open_does() {
    let gateway = Running::start(NO_LIMITS).await;
    let rows = || async {
        let count = |db: &rusqlite::Connection| {
            db.query_row(
                "select (select count(*) from party where role = 'visitor') + (select count(*) from device)",
                [],
                |row| row.get::<_, i64>(0),
            )
        };
        gateway.state.store.read(count).await.unwrap()
    };
    let (mut visitor, _) = gateway.visitor().await;
    assert_eq!(rows().await, 0);
    visitor.open(tieline_load::client::draft_id(), None).await.unwrap();
    assert_eq!(rows().await, 2);
}

#[tokio::test]
async fn whatever_comes_before_hello_is_the_last_word() {
    let gateway = Running::start(NO_LIMITS).await;
    let long = format!(
        r#"{{"type":"hello","body":{{"auth":{{"kind":"new"}},"language":"{}"}}}}"#,
        "x".repeat(17_000)
    );
    let oversize = format!(r#"{{"type":"hello","body":"{}"}}"#, "x".repeat(70_000));
    for (text, code) in [
        (r#"{"type":"ping","body":{"nonce":1}}"#.to_owned(), ErrorCode::BadFrame),
        ("no frame at all".to_owned(), ErrorCode::BadFrame),
        ("[]".to_owned(), ErrorCode::BadFrame),
        (r#"{"type":"hello","body":{}}"#.to_owned(), ErrorCode::BadFrame),
        (r#"{"type":"greetings"}"#.to_owned(), ErrorCode::BadFrame),
        (long, ErrorCode::TooLarge),
        (oversize, ErrorCode::TooLarge),
    ] {
        let mut client = Client::connect(&gateway.address).await.unwrap();
        client.send_text(text.clone()).await.unwrap();
        let (refusal, close) = client.refusal().await.unwrap();
        assert_eq!((refusal.code, close), (code, CloseCode::BAD_HELLO), "{text:.80}");
    }
}

#[tokio::test]
async fn each_wrong_proof_has_its_answer() {
    let gateway = Running::start(NO_LIMITS).await;
    let unknown = ChannelId("ch_nosuchchannel".into());
    let token = || "forged".to_owned();
    for (greeting, code, close) in [
        (
            tieline_load::client::visitor_hello(&unknown, &gateway.ticket, Auth::New),
            ErrorCode::ChannelUnknown,
            CloseCode::CHANNEL,
        ),
        (
            tieline_load::client::visitor_hello(&gateway.channel, "forged", Auth::New),
            ErrorCode::Unauthorized,
            CloseCode::SIGN_IN,
        ),
        (
            gateway.visitor_hello(Auth::Visitor { token: token() }),
            ErrorCode::Unauthorized,
            CloseCode::SIGN_IN,
        ),
        (gateway.visitor_hello(Auth::Resume { token: token() }), ErrorCode::Unauthorized, CloseCode::SIGN_IN),
        (hello(Auth::Agent { token: token() }), ErrorCode::Unauthorized, CloseCode::SIGN_IN),
    ] {
        let mut client = Client::connect(&gateway.address).await.unwrap();
        let what = format!("{:?} on {:?}", greeting.auth, greeting.channel);
        client.send(ClientFrame::Hello(Box::new(greeting))).await.unwrap();
        let (refusal, closed) = client.refusal().await.unwrap();
        assert_eq!((refusal.code, closed), (code, close), "{what}");
    }
}

#[tokio::test]
async fn another_sites_page_is_turned_away() {
    let gateway = Running::start(NO_LIMITS).await;
    for origin in ["https://evil.example", "null", "http://localhost:70710", "https://localhost:7071"] {
        let mut client = Client::connect_from(&gateway.address, Some(origin)).await.unwrap();
        client.send(ClientFrame::Hello(Box::new(gateway.visitor_hello(Auth::New)))).await.unwrap();
        let (refusal, close) = client.refusal().await.unwrap();
        assert_eq!((refusal.code, close), (ErrorCode::OriginDenied, CloseCode::ORIGIN), "{origin}");
    }
    let mut inline = Client::connect_from(&gateway.address, Some("http://localhost:7071")).await.unwrap();
    let without_ticket = tieline_protocol::Hello { embed: None, ..gateway.visitor_hello(Auth::New) };
    inline.greet(without_ticket).await.unwrap();
}

#[tokio::test]
async fn the_sub_protocol_must_be_named() {
    let gateway = Running::start(NO_LIMITS).await;
    for protocol in [None, Some("tieline.v9")] {
        let mut request = format!("ws://{}/v1/ws", gateway.address).into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        let stream = tokio::net::TcpStream::connect(&gateway.address).await.unwrap();
        match tokio_tungstenite::client_async(request, stream).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 400, "{protocol:?}"),
            other => panic!("{protocol:?}: {other:?}"),
        }
    }
}
