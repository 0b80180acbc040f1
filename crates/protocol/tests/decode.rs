//! Decoding answers, whatever comes: a frame, an unknown type or a refusal, never a panic.
#![expect(clippy::disallowed_methods, reason = "real frames are on disk; the crate itself stays pure")]

use std::sync::LazyLock;

use proptest::prelude::*;
use tieline_protocol::Decoded;
use tieline_protocol::envelope::json::{decode_client, decode_server};

/// Every golden file, as a start for damage.
static GOLDEN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut texts = Vec::new();
    for end in ["client", "server"] {
        for entry in std::fs::read_dir(folder.join(end)).unwrap() {
            texts.push(std::fs::read_to_string(entry.unwrap().path()).unwrap());
        }
    }
    assert!(texts.len() > 20, "only {} golden files", texts.len());
    texts
});

fn decode_both(text: &str) {
    // A frame that was taken can be said again, and means the same.
    if let Ok(Decoded::Frame(id, frame)) = decode_client(text) {
        let again = tieline_protocol::envelope::json::encode(id, frame.clone());
        assert_eq!(decode_client(&again).unwrap(), Decoded::Frame(id, frame));
    }
    if let Ok(Decoded::Frame(id, frame)) = decode_server(text) {
        let again = tieline_protocol::envelope::json::encode(id, frame.clone());
        assert_eq!(decode_server(&again).unwrap(), Decoded::Frame(id, frame));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gets_an_answer(text in ".{0,200}") {
        decode_both(&text);
    }

    /// Real frames with a stretch cut out and another put in.
    #[test]
    fn a_damaged_frame_gets_an_answer(
        nth in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        cut in 0_usize..12,
        put in r#"[\[\]{}":,0-9a-z\\\-.e]{0,6}"#,
    ) {
        let mut characters: Vec<char> = nth.get(&GOLDEN).chars().collect();
        let at = at.index(characters.len());
        let end = (at + cut).min(characters.len());
        characters.splice(at..end, put.chars());
        decode_both(&characters.into_iter().collect::<String>());
    }
}
