//! The bodies of the fuzz targets: each takes any bytes and fails only where a promise is broken.
//!
//! With a nightly compiler: `cargo fuzz run session_ops --features libfuzzer`. `cargo xtask test fuzz` runs the same bodies
//! on stable over random bytes, briefly.
#![forbid(unsafe_code)]

pub mod decode_frame;
pub mod peer_ops;
pub mod session_ops;
