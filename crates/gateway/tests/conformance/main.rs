//! The gateway's WebSocket against RFC 6455, byte by byte, without a WebSocket library at this end; and against a client that
//! somebody else wrote.

mod foreign;
mod framing;
mod handshake;
mod hostile;
#[expect(dead_code, reason = "shared with tests/socket; not all of it is of use here")]
#[path = "../socket/running.rs"]
mod running;
#[path = "../signing/mod.rs"]
mod signing;
mod wire;
