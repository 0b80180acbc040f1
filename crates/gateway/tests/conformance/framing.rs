//! RFC 6455, 5 to 8: each case says which section it is about, which bytes, and what has to come back.
//!
//! A case begins on a welcomed connection and ends with a ping of the protocol's own, so "goes on" means that the gateway still
//! listens and has not lost count of the bytes.
//!
//! Where a client breaks the RFC, 7.1.7 says that the connection fails, and that a close code before it is a "should". Ours
//! ends the stream without one: whoever breaks the framing is no client of ours, may be in the middle of a frame, and a client
//! that sees a bare end (1006) comes back, as it must.

use tieline_load::client::visitor_hello;
use tieline_protocol::{Auth, ClientFrame, client::Beat, envelope::json, limits::CLIENT_FRAME_BYTES};

use crate::{
    running::{NO_LIMITS, Running},
    wire::{Got, Raw, Wire, close, fragment, frame, op, raw},
};

enum Then {
    /// These come back, and the connection goes on.
    GoesOn(Vec<Got>),
    /// A close with that code comes back, and then the end.
    Closes(u16),
    /// A text with that word, a close with that code, and the end.
    Refuses(&'static str, u16),
    /// The end, without a word.
    Ends,
    /// The answer to what was whole, and then the end.
    EndsAfter(Got),
}

struct Case {
    section: &'static str,
    bytes: Vec<u8>,
    then: Then,
}

fn case(section: &'static str, bytes: impl Into<Vec<u8>>, then: Then) -> Case {
    Case { section, bytes: bytes.into(), then }
}

/// A frame of the protocol that is answered: what must arrive is a `pong` with that number.
fn beat(nonce: u32) -> String {
    json::encode(None, ClientFrame::Ping(Beat { nonce }))
}

fn answer(nonce: u32) -> Got {
    Got::Text(format!(r#"{{"type":"pong","body":{{"nonce":{nonce}}}}}"#))
}

fn pong(payload: &[u8]) -> Got {
    Got::Pong(payload.to_vec())
}

/// A `ping` that is so many bytes long.
fn long_beat(bytes: usize) -> Vec<u8> {
    let text = beat(7);
    let room = bytes - text.len();
    text.replacen('{', &format!("{{{}", " ".repeat(room)), 1).into_bytes()
}

fn whole_frames() -> Vec<Case> {
    let text = beat(7);
    let bytes = text.as_bytes();
    let masked = |mask| Raw { mask: Some(mask), ..raw(true, op::TEXT, bytes) }.bytes();
    vec![
        case("5.6: a text", frame(op::TEXT, bytes), Then::GoesOn(vec![answer(7)])),
        case("5.3: a mask of zeros is a mask", masked([0; 4]), Then::GoesOn(vec![answer(7)])),
        case("5.3: any mask", masked([0xFF, 0, 0x80, 1]), Then::GoesOn(vec![answer(7)])),
        case("5.2: length in 7 bits", frame(op::TEXT, &long_beat(125)), Then::GoesOn(vec![answer(7)])),
        case("5.2: length in 16 bits", frame(op::TEXT, &long_beat(126)), Then::GoesOn(vec![answer(7)])),
        case("5.2: 65,535 bytes", frame(op::TEXT, &long_beat(65_535)), Then::GoesOn(vec![answer(7)])),
        case("5.2: length in 64 bits", frame(op::TEXT, &long_beat(65_536)), Then::GoesOn(vec![answer(7)])),
        case(
            "two messages in one packet",
            [frame(op::TEXT, beat(1).as_bytes()), frame(op::TEXT, beat(2).as_bytes())].concat(),
            Then::GoesOn(vec![answer(1), answer(2)]),
        ),
        case(
            "5.1: a client's frame without a mask",
            Raw { mask: None, ..raw(true, op::TEXT, bytes) }.bytes(),
            Then::Ends,
        ),
        case(
            "5.2: RSV1, no extension",
            Raw { reserved: 0b100, ..raw(true, op::TEXT, bytes) }.bytes(),
            Then::Ends,
        ),
        case("5.2: RSV2", Raw { reserved: 0b010, ..raw(true, op::TEXT, bytes) }.bytes(), Then::Ends),
        case("5.2: RSV3", Raw { reserved: 0b001, ..raw(true, op::TEXT, bytes) }.bytes(), Then::Ends),
        case("5.2: RSV1 on a ping", Raw { reserved: 0b100, ..raw(true, op::PING, b"") }.bytes(), Then::Ends),
        case("5.2: opcode 3 is reserved", frame(0x3, bytes), Then::Ends),
        case("5.2: opcode 7 is reserved", frame(0x7, bytes), Then::Ends),
        case("5.2: control opcode 11 is reserved", frame(0xB, b""), Then::Ends),
        case("5.2: control opcode 15 is reserved", frame(0xF, b""), Then::Ends),
    ]
}

fn fragments() -> Vec<Case> {
    let text = beat(7);
    let (head, tail) = text.as_bytes().split_at(9);
    let ping = frame(op::PING, b"between");
    vec![
        case(
            "5.4: two fragments",
            [fragment(op::TEXT, head), frame(op::CONTINUATION, tail)].concat(),
            Then::GoesOn(vec![answer(7)]),
        ),
        case(
            "5.4: fragments of one byte",
            {
                let mut bytes = fragment(op::TEXT, &text.as_bytes()[..1]);
                for byte in &text.as_bytes()[1..] {
                    bytes.extend(fragment(op::CONTINUATION, &[*byte]));
                }
                [bytes, frame(op::CONTINUATION, b"")].concat()
            },
            Then::GoesOn(vec![answer(7)]),
        ),
        case(
            "5.4: empty fragments",
            [
                fragment(op::TEXT, b""),
                fragment(op::CONTINUATION, text.as_bytes()),
                frame(op::CONTINUATION, b""),
            ]
            .concat(),
            Then::GoesOn(vec![answer(7)]),
        ),
        case(
            "5.4: a ping between fragments is answered before them",
            [fragment(op::TEXT, head), ping, frame(op::CONTINUATION, tail)].concat(),
            Then::GoesOn(vec![pong(b"between"), answer(7)]),
        ),
        case(
            "5.4: a pong between fragments is passed over",
            [fragment(op::TEXT, head), frame(op::PONG, b"x"), frame(op::CONTINUATION, tail)].concat(),
            Then::GoesOn(vec![answer(7)]),
        ),
        case(
            "5.4: a close between fragments",
            [fragment(op::TEXT, head), close(1000, b"")].concat(),
            Then::Closes(1000),
        ),
        case("5.4: a continuation of nothing", frame(op::CONTINUATION, tail), Then::Ends),
        case(
            "5.4: a continuation after the last",
            [fragment(op::TEXT, head), frame(op::CONTINUATION, tail), frame(op::CONTINUATION, tail)].concat(),
            Then::EndsAfter(answer(7)),
        ),
        case(
            "5.4: a new text inside another",
            [fragment(op::TEXT, head), frame(op::TEXT, tail)].concat(),
            Then::Ends,
        ),
    ]
}

fn control_frames() -> Vec<Case> {
    let most = [b'p'; 125];
    vec![
        case("5.5.2: ping", frame(op::PING, b"hear me"), Then::GoesOn(vec![pong(b"hear me")])),
        case("5.5.2: empty ping", frame(op::PING, b""), Then::GoesOn(vec![pong(b"")])),
        case(
            "5.5.2: a ping holds bytes, not text",
            frame(op::PING, &[0xFF, 0]),
            Then::GoesOn(vec![pong(&[0xFF, 0])]),
        ),
        case("5.5: 125 bytes are allowed", frame(op::PING, &most), Then::GoesOn(vec![pong(&most)])),
        case("5.5.3: a pong that nobody asked for", frame(op::PONG, b"here"), Then::GoesOn(Vec::new())),
        case("5.5: a ping of 126 bytes", frame(op::PING, &[b'p'; 126]), Then::Ends),
        case("5.5: a close of 126 bytes", close(1000, &[b'x'; 124]), Then::Ends),
        case("5.5: a ping in fragments", fragment(op::PING, b"half"), Then::Ends),
        case("5.5: a close in fragments", fragment(op::CLOSE, &1000_u16.to_be_bytes()), Then::Ends),
    ]
}

fn texts() -> Vec<Case> {
    let halves =
        |first: &[u8], second: &[u8]| [fragment(op::TEXT, first), frame(op::CONTINUATION, second)].concat();
    let goes_on = || Then::GoesOn(vec![answer(7)]);
    // JSON that the gateway answers, with a field that it ignores: what counts is that the text was taken whole.
    let around = |inner: &[u8]| {
        [br#"{"type":"ping","body":{"nonce":7},"word":""#.as_slice(), inner, br#""}"#.as_slice()].concat()
    };
    let euro = around("\u{20AC}\u{1F600}".as_bytes());
    let cut = around(b"").len() - 2 + 1;
    vec![
        case("8.1: characters of three and four bytes", frame(op::TEXT, &euro), goes_on()),
        case("5.6: a character split over two fragments", halves(&euro[..cut], &euro[cut..]), goes_on()),
        case("8.1: a lone continuation byte", frame(op::TEXT, &around(&[0x80])), Then::Ends),
        case("8.1: a byte that is in no character", frame(op::TEXT, &around(&[0xFF])), Then::Ends),
        case("8.1: an overlong slash", frame(op::TEXT, &around(&[0xC0, 0xAF])), Then::Ends),
        case("8.1: half of a surrogate pair", frame(op::TEXT, &around(&[0xED, 0xA0, 0x80])), Then::Ends),
        case(
            "8.1: above the last character",
            frame(op::TEXT, &around(&[0xF4, 0x90, 0x80, 0x80])),
            Then::Ends,
        ),
        case("8.1: a character that breaks off at the end", frame(op::TEXT, &[b'"', 0xE2, 0x82]), Then::Ends),
        case("8.1: broken off where the last fragment ends", halves(b"\"", &[0xE2, 0x82]), Then::Ends),
        case("8.1: broken by the next fragment", halves(&[b'"', 0xE2, 0x82], b"\""), Then::Ends),
    ]
}

fn closes() -> Vec<Case> {
    let mut cases = vec![
        case("5.5.1: reason in UTF-8", close(1000, "tschüss".as_bytes()), Then::Closes(1000)),
        case("5.5.1: half a code", frame(op::CLOSE, &[3]), Then::Ends),
        case("5.5.1: a reason that is not UTF-8", close(1000, &[0xC3]), Then::Ends),
        case(
            "5.5.1: nothing after a close counts",
            [close(1000, b""), frame(op::TEXT, beat(7).as_bytes())].concat(),
            Then::Closes(1000),
        ),
    ];
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] {
        cases.push(case(
            "7.4: a code that a client may send comes back",
            close(code, b""),
            Then::Closes(code),
        ));
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        cases.push(case(
            "7.4: a code that nobody may send is a breach, 1002",
            close(code, b""),
            Then::Closes(1002),
        ));
    }
    cases
}

fn sizes() -> Vec<Case> {
    // Only the head of a frame that would be too long: nobody waits for the rest, let alone makes room for it.
    let announced = |bytes: u64| [&[0x81, 0xFF][..], &bytes.to_be_bytes(), &[1, 2, 3, 4]].concat();
    let half = vec![b' '; CLIENT_FRAME_BYTES / 2 + 1];
    vec![
        case(
            "a byte above the limit",
            frame(op::TEXT, &long_beat(CLIENT_FRAME_BYTES + 1)),
            Then::Refuses("too_large", 1009),
        ),
        case("1 MiB announced", announced(1 << 20), Then::Refuses("too_large", 1009)),
        case("2^63 - 1 bytes announced", announced((1 << 63) - 1), Then::Refuses("too_large", 1009)),
        case(
            "fragments that are too long together",
            [fragment(op::TEXT, &half), frame(op::CONTINUATION, &half)].concat(),
            Then::Refuses("too_large", 1009),
        ),
    ]
}

async fn check(gateway: &Running, Case { section, bytes, then }: Case, slice: usize) {
    let mut wire = welcomed(gateway).await;
    for part in bytes.chunks(slice) {
        wire.send(part).await;
    }
    match then {
        Then::GoesOn(expected) => {
            for expected in expected {
                assert_eq!(wire.next().await, expected, "{section}");
            }
            wire.send(&frame(op::TEXT, beat(99).as_bytes())).await;
            assert_eq!(wire.next().await, answer(99), "{section}: it does not go on");
            return;
        }
        Then::Closes(code) => assert_eq!(wire.next().await, Got::Close(Some(code)), "{section}"),
        Then::Refuses(word, code) => {
            let got = wire.next().await;
            assert!(matches!(&got, Got::Text(text) if text.contains(word)), "{section}: {got:?}");
            assert_eq!(wire.next().await, Got::Close(Some(code)), "{section}");
            // The close is answered, as 5.5.1 wants; then the gateway ends the stream, as 7.1.1 wants.
            wire.send(&close(code, b"")).await;
        }
        Then::EndsAfter(expected) => assert_eq!(wire.next().await, expected, "{section}"),
        Then::Ends => {}
    }
    assert_eq!(wire.next().await, Got::End, "{section}");
}

async fn welcomed(gateway: &Running) -> Wire {
    let mut wire = Wire::open(&gateway.address).await;
    let hello = visitor_hello(&gateway.channel, &gateway.ticket, Auth::New);
    let text = json::encode(None, ClientFrame::Hello(Box::new(hello)));
    wire.send(&frame(op::TEXT, text.as_bytes())).await;
    let welcome = wire.next().await;
    assert!(matches!(&welcome, Got::Text(text) if text.contains("welcome")), "{welcome:?}");
    wire
}

async fn check_all(cases: Vec<Case>) {
    let gateway = Running::start(NO_LIMITS).await;
    for case in cases {
        check(&gateway, case, usize::MAX).await;
    }
}

#[tokio::test]
async fn frames_are_taken_whole() {
    check_all(whole_frames()).await;
}

#[tokio::test]
async fn fragments_become_one_message() {
    check_all(fragments()).await;
}

#[tokio::test]
async fn control_frames_are_short_and_whole() {
    check_all(control_frames()).await;
}

#[tokio::test]
async fn a_text_is_utf_8_or_the_end() {
    check_all(texts()).await;
}

#[tokio::test]
async fn a_close_is_answered_with_its_code() {
    check_all(closes()).await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read() {
    check_all(sizes()).await;
}

/// The network may deliver byte by byte; what counts is what the bytes say.
#[tokio::test]
async fn one_byte_at_a_time_says_the_same() {
    let gateway = Running::start(NO_LIMITS).await;
    for cases in [whole_frames(), fragments(), control_frames(), texts(), closes()] {
        for case in cases.into_iter().filter(|case| case.bytes.len() < 300) {
            check(&gateway, case, 1).await;
        }
    }
}

/// 5.6: binary is a frame that we have no use for. The connection goes on.
#[tokio::test]
async fn a_binary_message_is_refused_and_the_connection_goes_on() {
    let gateway = Running::start(NO_LIMITS).await;
    let mut wire = welcomed(&gateway).await;
    wire.send(&frame(op::BINARY, beat(7).as_bytes())).await;
    let got = wire.next().await;
    assert!(matches!(&got, Got::Text(text) if text.contains("bad_frame")), "{got:?}");
    wire.send(&frame(op::TEXT, beat(8).as_bytes())).await;
    assert_eq!(wire.next().await, answer(8));
}

/// 7.1.5: a close without a code is answered without one.
#[tokio::test]
async fn a_close_without_a_code_is_answered_without_one() {
    let gateway = Running::start(NO_LIMITS).await;
    let mut wire = welcomed(&gateway).await;
    wire.send(&frame(op::CLOSE, b"")).await;
    assert_eq!(wire.next().await, Got::Close(None));
    assert_eq!(wire.next().await, Got::End);
}
