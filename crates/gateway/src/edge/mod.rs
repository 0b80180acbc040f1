//! Sockets: bytes in, frames out, and nothing decided.
//!
//! [`upgrade`] admits, [`connection`] is one connection's loop around `relay::Peer`, [`socket`] turns bytes into frames and
//! back. `handlers` do what a frame asks for; the connection's `Outbox` is where everything that goes out waits.
//! [`strangers`] bounds those who have not said who they are.

mod connection;
mod connections;
mod counting;
mod socket;
mod strangers;
mod upgrade;

use axum::{Router, routing::get};

pub(crate) use self::connections::take_token;
pub use self::{
    connections::{Connections, Guest, NoSeat, TurnedAway},
    strangers::{Stranger, Strangers},
};
use crate::app::AppState;

/// The socket's route.
pub fn routes() -> Router<AppState> {
    Router::new().route("/v1/ws", get(upgrade::upgrade))
}
