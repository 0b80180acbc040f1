//! The gateway over real sockets, on a port of its own, with a real store on disk.

mod assign;
mod catch_up;
mod change;
mod drain;
mod ending;
mod files;
mod files_hostile;
mod handshake;
mod hostile;
mod http;
mod limits;
mod log;
mod presence;
mod pressure;
mod renewal;
mod revocation;
mod rights;
mod running;
mod settings;
#[path = "../signing/mod.rs"]
mod signing;
