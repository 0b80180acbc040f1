//! Any text decodes, is unknown, or is refused. What decodes can be said again and means the same.

use tieline_protocol::Decoded;
use tieline_protocol::envelope::json::{decode_client, decode_server, encode};

/// Fails where decoding panics, or where a frame changes by being said again.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(Decoded::Frame(id, frame)) = decode_client(text) {
        let again = decode_client(&encode(id, frame.clone())).expect("what was taken is taken again");
        assert_eq!(again, Decoded::Frame(id, frame));
    }
    if let Ok(Decoded::Frame(id, frame)) = decode_server(text) {
        let again = decode_server(&encode(id, frame.clone())).expect("what was taken is taken again");
        assert_eq!(again, Decoded::Frame(id, frame));
    }
}
