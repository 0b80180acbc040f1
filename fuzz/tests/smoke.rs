//! The fuzz targets' bodies on stable, over the golden files and random bytes. The long runs are cargo-fuzz's.

use proptest::prelude::*;
use tieline_fuzz::{decode_frame, peer_ops, session_ops};

#[test]
fn golden_files_and_their_beginnings_decode_or_are_refused() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/protocol/golden");
    let mut count = 0;
    for end in ["client", "server"] {
        for file in std::fs::read_dir(folder.join(end)).unwrap() {
            let text = std::fs::read(file.unwrap().path()).unwrap();
            (0..=text.len()).for_each(|length| decode_frame::check(&text[..length]));
            count += 1;
        }
    }
    assert!(count > 20, "only {count} golden files");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_break_decoding(data in prop::collection::vec(any::<u8>(), 0..300)) {
        decode_frame::check(&data);
    }

    #[test]
    fn no_bytes_break_a_visitors_end(data in prop::collection::vec(any::<u8>(), 0..1_500)) {
        session_ops::check(&data);
    }

    #[test]
    fn no_bytes_break_a_gateways_end(data in prop::collection::vec(any::<u8>(), 0..800)) {
        peer_ops::check(&data);
    }
}
