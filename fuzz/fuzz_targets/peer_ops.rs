#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tieline_fuzz::peer_ops::check(data));
