use tieline_protocol::{Auth, Body, Cursor, DraftId, Seq, SessionId, client};

use super::*;

const START: Millis = Millis(1_000_000);

fn hello() -> ClientFrame {
    ClientFrame::Hello(Box::new(Hello {
        channel: None,
        capabilities: Vec::new(),
        app: None,
        language: None,
        embed: None,
        page_origin: None,
        auth: Auth::New,
        cursors: Vec::new(),
    }))
}

fn frame(frame: ClientFrame) -> Input {
    Input::Frame { id: Some(RequestId(7)), frame, bytes: 100 }
}

fn send(text: &str) -> ClientFrame {
    ClientFrame::Send(client::Draft {
        session: SessionId(uuid::Uuid::from_bytes([1; 16])),
        draft_id: DraftId(uuid::Uuid::from_bytes([2; 16])),
        reply_to: None,
        body: Body::Text { text: text.into() },
    })
}

fn live(expires_at: Option<Millis>) -> Peer {
    let mut peer = Peer::new(START, Pace::default());
    assert!(matches!(
        peer.handle(START, frame(hello())).as_slice(),
        [Output::Identify(Some(RequestId(7)), _)]
    ));
    assert!(peer.handle(START, Input::Identified { expires_at }).is_empty());
    peer
}

/// The codes of what an input leads to: of a refusal, of a close.
fn codes(outputs: &[Output]) -> (Option<ErrorCode>, Option<CloseCode>) {
    let refusal = outputs.iter().find_map(|output| match output {
        Output::Reply(_, ServerFrame::Err(body)) => Some(body.code),
        _ => None,
    });
    let close = outputs.iter().find_map(|output| match output {
        Output::Close(code) => Some(*code),
        _ => None,
    });
    (refusal, close)
}

#[test]
fn the_first_frame_is_hello_or_the_last() {
    let long_hello = Input::Frame { id: None, frame: hello(), bytes: HELLO_FRAME_BYTES + 1 };
    for (input, code) in [
        (frame(send("hi")), ErrorCode::BadFrame),
        (frame(ClientFrame::Ping(Beat { nonce: 1 })), ErrorCode::BadFrame),
        (frame(ClientFrame::Bye), ErrorCode::BadFrame),
        (Input::UnknownType { id: None }, ErrorCode::BadFrame),
        (Input::Broken { id: None, why: "no JSON".into() }, ErrorCode::BadFrame),
        (Input::Oversize, ErrorCode::TooLarge),
        (long_hello, ErrorCode::TooLarge),
    ] {
        let mut peer = Peer::new(START, Pace::default());
        let what = format!("{input:?}");
        let outputs = peer.handle(START, input);
        assert_eq!(codes(&outputs), (Some(code), Some(CloseCode::BAD_HELLO)), "{what}");
        assert!(peer.handle(START, frame(hello())).is_empty(), "closed is closed: {what}");
    }
}

#[test]
fn silence_before_hello_ends_after_ten_seconds() {
    let mut peer = Peer::new(START, Pace::default());
    assert_eq!(peer.next_wake(), Some(START + Pace::default().hello_within));
    assert!(peer.handle(START + Millis(9_999), Input::Tick).is_empty());
    assert_eq!(
        codes(&peer.handle(START + Pace::default().hello_within, Input::Tick)).1,
        Some(CloseCode::BAD_HELLO)
    );
    assert_eq!(peer.next_wake(), None);
}

#[test]
fn a_refused_hello_closes_with_the_refusals_code() {
    let mut peer = Peer::new(START, Pace::default());
    peer.handle(START, frame(hello()));
    let outputs =
        peer.handle(START, Input::Refused { code: ErrorCode::OriginDenied, close: CloseCode::ORIGIN });
    assert_eq!(codes(&outputs), (Some(ErrorCode::OriginDenied), Some(CloseCode::ORIGIN)));
}

#[test]
fn hello_comes_once() {
    let mut peer = live(None);
    assert_eq!(codes(&peer.handle(START, frame(hello()))), (Some(ErrorCode::BadFrame), None));
}

#[test]
fn live_frames_become_commands_or_answers() {
    let session = SessionId(uuid::Uuid::from_bytes([1; 16]));
    let history = |limit| client::History { session, before: None, after: Some(Seq(4)), limit };
    let mut peer = live(None);
    for (input, is_expected) in [
        (send("hi"), (|o| matches!(o, Output::Run(_, Command::Post(_)))) as fn(&Output) -> bool),
        (ClientFrame::List(client::List::default()), |o| matches!(o, Output::Run(_, Command::List(_)))),
        (ClientFrame::Cursor(Cursor { session, delivered: Seq(1), read: Seq(1) }), |o| {
            matches!(o, Output::Run(_, Command::MoveCursor(_)))
        }),
        (ClientFrame::Typing(client::Typing { session, on: true }), |o| {
            matches!(o, Output::Run(_, Command::Type(_)))
        }),
        (ClientFrame::History(history(1_000_000)), |o| {
            matches!(o, Output::Run(_, Command::History(crate::History { limit: 100, .. })))
        }),
        (ClientFrame::History(history(0)), |o| {
            matches!(o, Output::Run(_, Command::History(crate::History { limit: 1, .. })))
        }),
        (ClientFrame::Ping(Beat { nonce: 9 }), |o| {
            matches!(o, Output::Reply(Some(RequestId(7)), ServerFrame::Pong(Beat { nonce: 9 })))
        }),
        (ClientFrame::Bye, |o| matches!(o, Output::Close(CloseCode::BYE))),
    ] {
        let outputs = peer.handle(START, frame(input.clone()));
        assert!(matches!(outputs.as_slice(), [output] if is_expected(output)), "{input:?} gave {outputs:?}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_and_the_socket_stays() {
    let mut peer = live(None);
    for (input, code) in [
        (Input::UnknownType { id: Some(RequestId(1)) }, ErrorCode::Unsupported),
        (Input::Broken { id: None, why: "x".into() }, ErrorCode::BadFrame),
        (frame(send(" ")), ErrorCode::TextEmpty),
    ] {
        assert_eq!(codes(&peer.handle(START, input)), (Some(code), None));
    }
    assert_eq!(
        codes(&peer.handle(START, Input::Oversize)),
        (Some(ErrorCode::TooLarge), Some(CloseCode::TOO_LARGE))
    );
}

#[test]
fn too_many_frames_close_with_4013() {
    let mut peer = live(None);
    let pong = || frame(ClientFrame::Pong(Beat { nonce: 1 }));
    let burst = Pace::default().frames.burst;
    assert!((0..burst).all(|_| peer.handle(START, pong()).is_empty()));
    let outputs = peer.handle(START, pong());
    assert_eq!(codes(&outputs), (Some(ErrorCode::RateLimited), Some(CloseCode::RATE)));
}

#[test]
fn twenty_frames_a_second_are_fine_for_ever() {
    let mut peer = live(None);
    for n in 0..10_000_u64 {
        let now = START + Millis(n * 50);
        assert!(peer.handle(now, frame(ClientFrame::Pong(Beat { nonce: 1 }))).is_empty(), "frame {n}");
    }
}

#[test]
fn pings_come_every_25_seconds_and_every_fourth_asks_for_heads() {
    let mut peer = live(None);
    let mut asked = Vec::new();
    for _ in 0..8 {
        let now = peer.next_wake().unwrap();
        let outputs = peer.handle(now, Input::Tick);
        match outputs.as_slice() {
            [Output::Reply(None, ServerFrame::Ping(Ping { nonce, heads }))] => {
                assert!(heads.is_empty());
                asked.push((now - START, *nonce, false));
            }
            [Output::Heads] => {
                let pings = peer.handle(now, Input::Heads(Vec::new()));
                assert!(matches!(pings.as_slice(), [Output::Reply(None, ServerFrame::Ping(_))]));
                asked.push((now - START, 0, true));
            }
            other => panic!("{other:?}"),
        }
        peer.handle(now, frame(ClientFrame::Pong(Beat { nonce: 0 })));
    }
    let seconds = |n: u64| Millis::secs(25 * n);
    let expected = [(1, 1), (2, 2), (3, 3), (4, 0), (5, 5), (6, 6), (7, 7), (8, 0)];
    assert_eq!(asked, expected.map(|(n, nonce)| (seconds(n), nonce, nonce == 0)));
}

#[test]
fn a_peer_that_does_not_answer_is_given_up_after_35_seconds() {
    let mut peer = live(None);
    let ping = peer.next_wake().unwrap();
    peer.handle(ping, Input::Tick);
    let dead = peer.next_wake().unwrap();
    assert_eq!(dead - START, Millis::secs(35));
    assert_eq!(codes(&peer.handle(dead, Input::Tick)).1, Some(CloseCode::NO_PONG));
}

#[test]
fn any_frame_proves_life() {
    let mut peer = live(None);
    let later = START + Millis::secs(34);
    peer.handle(later, frame(send("still here")));
    peer.handle(START + Millis::secs(36), Input::Tick);
    assert!(peer.next_wake().is_some());
}

/// A minute before the end the peer is told, once; a minute after it the connection closes.
#[test]
fn a_proof_that_runs_out_is_told_of_and_closes_with_4401() {
    let end = START + Millis::secs(300);
    let mut peer = live(Some(end));
    let mut told = Vec::new();
    loop {
        let now = peer.next_wake().unwrap();
        let outputs = peer.handle(now, Input::Tick);
        if let [Output::Reply(None, ServerFrame::AuthDue(due))] = outputs.as_slice() {
            told.push((now, due.expires_at));
        }
        if let (refusal, Some(close)) = codes(&outputs) {
            assert_eq!((refusal, close), (Some(ErrorCode::TokenExpired), CloseCode::SIGN_IN));
            assert_eq!(now, end + Millis::secs(60));
            break;
        }
        peer.handle(now, frame(ClientFrame::Pong(Beat { nonce: 0 })));
    }
    assert_eq!(told, [(end - Millis::secs(60), end)]);
}

#[test]
fn a_proof_that_ends_within_a_minute_is_due_at_once() {
    let end = START + Millis::secs(20);
    let mut peer = live(Some(end));
    let outputs = peer.handle(START, Input::Tick);
    assert!(matches!(outputs.as_slice(), [Output::Reply(None, ServerFrame::AuthDue(_))]), "{outputs:?}");
    assert!(peer.handle(START, Input::Tick).is_empty(), "told once");
}

/// Before the end or in the minute after it: a fresh proof begins anew, one that does not hold changes nothing.
#[test]
fn a_fresh_proof_begins_anew() {
    let end = START + Millis::secs(100);
    for asked_at in [START, end - Millis(1), end + Millis::secs(59)] {
        let mut peer = live(Some(end));
        let mut now = START;
        while now < asked_at {
            now = (now + Millis::secs(30)).min(asked_at);
            peer.handle(now, frame(ClientFrame::Pong(Beat { nonce: 0 })));
            peer.handle(now, Input::Tick);
        }
        let auth = || frame(ClientFrame::Auth(Renewal { auth: Auth::Agent { token: "t".into() } }));
        let id = Some(RequestId(7));
        assert_eq!(peer.handle(asked_at, auth()), [Output::Renew(id, Auth::Agent { token: "t".into() })]);
        let refused = peer.handle(asked_at, Input::NotRenewed { id, code: ErrorCode::Forbidden });
        assert_eq!(codes(&refused), (Some(ErrorCode::Forbidden), None));
        peer.handle(asked_at, auth());
        let later = asked_at + Millis::secs(900);
        let renewed =
            peer.handle(asked_at, Input::Renewed { id, tokens: Tokens::default(), expires_at: Some(later) });
        assert!(
            matches!(renewed.as_slice(), [Output::Reply(answered, ServerFrame::Renewed(_))] if *answered == id)
        );
        let past_the_first = end + Millis::secs(61);
        peer.handle(past_the_first, frame(ClientFrame::Pong(Beat { nonce: 0 })));
        let outputs = peer.handle(past_the_first, Input::Tick);
        assert_eq!(codes(&outputs), (None, None), "asked at {asked_at:?}");
    }
}

#[test]
fn early_and_doubled_ticks_change_nothing() {
    let mut peer = live(None);
    let wake = peer.next_wake();
    for _ in 0..3 {
        assert!(peer.handle(START + Millis(1), Input::Tick).is_empty());
        assert_eq!(peer.next_wake(), wake);
    }
}
