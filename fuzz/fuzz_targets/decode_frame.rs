#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tieline_fuzz::decode_frame::check(data));
