//! RFC 6455, 4.2: from GET to socket.

use tieline_load::client::visitor_hello;
use tieline_protocol::{Auth, ClientFrame, envelope::json};

use crate::{
    running::{NO_LIMITS, Running},
    wire::{ACCEPT, Got, Wire, frame, handshake, op},
};

#[tokio::test]
async fn a_good_handshake_is_answered_to_the_letter() {
    let gateway = Running::start(NO_LIMITS).await;
    for changes in [
        &[][..],
        &[("Connection", "keep-alive, Upgrade")],
        &[("Connection", "upgrade"), ("Upgrade", "WebSocket")],
        &[("Sec-WebSocket-Protocol", "chat, tieline.v1")],
        // 9.1: an extension that we do not know of is not agreed to. Compression would put attacker's text beside secrets.
        &[("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")],
    ] {
        let (status, head, _) = Wire::ask(&gateway.address, &handshake(&gateway.address, changes)).await;
        assert_eq!(status, 101, "{changes:?}");
        let lines: Vec<_> = head.lines().map(str::to_ascii_lowercase).collect();
        for expected in ["connection: upgrade", "upgrade: websocket", "sec-websocket-protocol: tieline.v1"] {
            assert!(lines.iter().any(|line| line == expected), "{expected} is not in {head}");
        }
        // The key is the one thing here that upper and lower case matter to.
        assert!(head.contains(ACCEPT), "{head}");
        assert!(!lines.iter().any(|line| line.starts_with("sec-websocket-extensions")), "{head}");
    }
}

/// What the RFC asks for, header by header, and what is answered where it is not met.
#[tokio::test]
async fn what_is_no_handshake_is_refused_before_it_is_a_socket() {
    let gateway = Running::start(NO_LIMITS).await;
    let address = gateway.address.as_str();
    let changed = |changes: &[(&str, &str)]| handshake(address, changes);
    let plain = changed(&[]);
    for (section, head, expected) in [
        ("4.2.1, 1: GET only", plain.replacen("GET", "POST", 1), 405),
        ("4.2.1, 3: Upgrade missing", changed(&[("Upgrade", "")]), 400),
        ("4.2.1, 3: Upgrade to something else", changed(&[("Upgrade", "h2c")]), 400),
        ("4.2.1, 4: Connection missing", changed(&[("Connection", "")]), 400),
        ("4.2.1, 4: Connection without upgrade", changed(&[("Connection", "keep-alive")]), 400),
        ("4.2.1, 5: key missing", changed(&[("Sec-WebSocket-Key", "")]), 400),
        // 4.4 would have 426 and the version's name. Nobody who speaks an older draft is left to read it.
        ("4.2.1, 6: version of a draft", changed(&[("Sec-WebSocket-Version", "8")]), 400),
        ("4.2.1, 6: version missing", changed(&[("Sec-WebSocket-Version", "")]), 400),
        // 4.2.2 would open a socket without a sub-protocol. Ours is the only one there is, and its name is its version.
        ("4.2.2: a sub-protocol of somebody else", changed(&[("Sec-WebSocket-Protocol", "chat")]), 400),
        ("4.2.2: a later sub-protocol", changed(&[("Sec-WebSocket-Protocol", "tieline.v2")]), 400),
        ("4.2.2: none", changed(&[("Sec-WebSocket-Protocol", "")]), 400),
        ("another path", plain.replacen("/v1/ws", "/v1/ws/none", 1), 404),
    ] {
        let (status, answer, _) = Wire::ask(address, &head).await;
        assert_eq!(status, expected, "{section}: {answer}");
    }
}

/// 4.2.1, 5 wants sixteen bytes in base64. The key proves nothing about a client, so ours is not looked into: the answer to it
/// shows a caller that we speak WebSocket, and that is its whole use.
#[tokio::test]
async fn the_key_is_answered_and_not_judged() {
    let gateway = Running::start(NO_LIMITS).await;
    let head = handshake(&gateway.address, &[("Sec-WebSocket-Key", "short")]);
    assert_eq!(Wire::ask(&gateway.address, &head).await.0, 101);
}

/// 10.2 lets a server answer 403 to a foreign origin. Ours depends on the channel, which the hello names: so it opens, and the
/// hello is refused.
#[tokio::test]
async fn a_strangers_origin_is_refused_at_hello() {
    let gateway = Running::start(NO_LIMITS).await;
    for origin in ["https://evil.example", "null"] {
        let head = handshake(&gateway.address, &[("Origin", origin)]);
        let (status, _, mut wire) = Wire::ask(&gateway.address, &head).await;
        assert_eq!(status, 101, "{origin}");
        let hello = visitor_hello(&gateway.channel, &gateway.ticket, Auth::New);
        let text = json::encode(None, ClientFrame::Hello(Box::new(hello)));
        wire.send(&frame(op::TEXT, text.as_bytes())).await;
        let Got::Text(refusal) = wire.next().await else { panic!("not told why") };
        assert!(refusal.contains("origin_denied"), "{refusal}");
        assert_eq!(wire.next().await, Got::Close(Some(4403)), "{origin}");
    }
}
