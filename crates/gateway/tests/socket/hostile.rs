//! P14: whoever means harm meets a bound, and the others notice nothing.

use std::time::{Duration, Instant};

use tieline_load::client::{Client, Heard, PATIENCE, draft_id};
use tieline_protocol::{CloseCode, ErrorCode, Seq, ServerFrame};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::running::{NO_LIMITS, Running, Talk};

/// A connection that begins a request and does not end it.
async fn dawdle(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /v1/ws HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    stream
}

/// Waits until the gateway hangs up.
async fn hung_up(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    // A reset is as good as an end.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("the gateway waits for ever");
}

#[tokio::test]
async fn half_a_request_is_not_waited_for() {
    let gateway = Running::start("[limits]\nhello_ms = 400\n").await;
    let mut silent = TcpStream::connect(&gateway.address).await.unwrap();
    let mut half = dawdle(&gateway.address).await;
    let mut drop_by_drop = dawdle(&gateway.address).await;
    let began = Instant::now();
    let dripping = async {
        while drop_by_drop.write_all(b"x").await.is_ok() && began.elapsed() < PATIENCE {
            tokio::task::yield_now().await;
        }
        began.elapsed()
    };
    let (dripped_for, (), ()) = tokio::join!(dripping, hung_up(&mut silent), hung_up(&mut half));
    assert!(dripped_for < PATIENCE, "a head that never ends was read for {dripped_for:?}");
}

#[tokio::test]
async fn a_socket_that_says_no_hello_is_closed() {
    let gateway = Running::start("[limits]\nhello_ms = 400\n").await;
    let mut mute = Client::connect(&gateway.address).await.unwrap();
    let (refusal, close) = mute.refusal().await.unwrap();
    assert_eq!((refusal.code, close), (ErrorCode::BadFrame, CloseCode::BAD_HELLO));
}

/// All the room for strangers is taken by such as never say what they want: an honest client gets in all the same.
#[tokio::test]
async fn dawdlers_make_room() {
    let gateway = Running::start("[limits]\nstrangers = 6\nhello_ms = 60000\n").await;
    let mut oldest = dawdle(&gateway.address).await;
    let mut mute = Client::connect(&gateway.address).await.unwrap();
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(dawdle(&gateway.address).await);
    }
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    visitor.say(session, draft_id(), "in all the same").await.unwrap();
    agent.entry().await.unwrap();
    hung_up(&mut oldest).await;
    // The room that those two needed for a moment is free again: the first takes it, the second needs somebody else's.
    others.push(dawdle(&gateway.address).await);
    others.push(dawdle(&gateway.address).await);
    assert_eq!(mute.hear().await.unwrap(), Heard::Closed(CloseCode::RATE), "and is told to come back");
    // Whoever said who they are is no stranger, and is not shown out.
    visitor.say(session, draft_id(), "still here").await.unwrap();
}

/// Deep nesting, long strings, big numbers: refused in words, and the socket lives.
#[tokio::test]
async fn json_bombs_do_not_go_off() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let nested = |open: &str, close: &str, times: usize| {
        format!("{{\"type\":\"send\",\"id\":9,\"body\":{}{}}}", open.repeat(times), close.repeat(times))
    };
    let keys: String = (0..6_000).map(|n| format!("\"k{n}\":1,")).collect();
    for (bomb, what) in [
        (nested("[", "]", 30_000), "arrays"),
        (nested("{\"a\":", "", 10_000), "objects without an end"),
        ("[".repeat(65_000), "nothing but opening"),
        (format!("{{\"type\":\"send\",\"body\":{{{keys}\"session\":1}}}}"), "keys"),
        (format!("{{\"type\":\"{}\"}}", "\\u0000".repeat(10_000)), "a type of zeros"),
        ("{\"type\":\"send\",\"id\":1e999,\"body\":{}}".to_owned(), "an id beyond numbers"),
        (format!("{{\"type\":\"ping\",\"body\":{{\"nonce\":{}}}}}", "9".repeat(60_000)), "a long number"),
    ] {
        visitor.send_text(bomb).await.unwrap();
        match visitor.hear().await.unwrap() {
            Heard::Frame(_, ServerFrame::Err(refusal)) => {
                assert!(matches!(refusal.code, ErrorCode::BadFrame | ErrorCode::Unsupported), "{what}");
            }
            other => panic!("{what}: {other:?}"),
        }
    }
    assert_eq!(visitor.say(session, draft_id(), "unharmed").await.unwrap().seq, Seq(1));
}

/// Frames as large as may be, one after the other, from one; the other's lines pass meanwhile.
#[tokio::test]
async fn frames_of_64_kib_are_read_and_refused_one_by_one() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let (mut hog, _) = gateway.visitor().await;
    let head = "{\"type\":\"send\",\"id\":1,\"body\":\"";
    let large = format!("{head}{}\"}}", "x".repeat(64 * 1024 - head.len() - 2));
    assert_eq!(large.len(), 64 * 1024);
    let hogging = tokio::spawn(async move {
        for _ in 0..100 {
            hog.send_text(large.clone()).await.unwrap();
            assert!(matches!(hog.hear().await.unwrap(), Heard::Frame(_, ServerFrame::Err(_))));
        }
    });
    for n in 1..=50 {
        assert_eq!(visitor.say(session, draft_id(), "meanwhile").await.unwrap().seq, Seq(n));
        assert_eq!(agent.entry().await.unwrap().seq, Seq(n));
    }
    hogging.await.unwrap();
}

/// Many that never read: each is cut with 4008, and neither the one who talks nor the one who reads waits for any of them.
#[tokio::test]
async fn sockets_that_never_read_are_cut_and_hold_up_nobody() {
    const DEAF: usize = 5;
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, agent: mut quick, session, .. } = gateway.talk().await;
    let mut deaf = Vec::new();
    for _ in 0..DEAF {
        deaf.push(gateway.agent("a0").await.0);
    }
    let text = "a long line ".repeat(600);
    let mut slowest = Duration::ZERO;
    let mut lines = 0;
    while gateway.state.connections.len() > 2 {
        lines += 1;
        assert!(lines < 4_000, "they were never cut");
        let began = Instant::now();
        visitor.say(session, draft_id(), &text).await.unwrap();
        assert_eq!(quick.entry().await.unwrap().seq, Seq(lines));
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < Duration::from_secs(5), "a line took {slowest:?}");
    let counted = format!("code=\"{}\"}} {DEAF}", CloseCode::SLOW.0);
    assert!(gateway.state.metrics.render().contains(&counted), "{}", gateway.state.metrics.render());
}
