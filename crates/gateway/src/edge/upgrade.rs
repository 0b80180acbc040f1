//! A GET becomes a socket.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, State, ws::WebSocketUpgrade},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use tieline_protocol::{SUBPROTOCOL, limits::CLIENT_FRAME_BYTES};

use super::connection::Connection;
use crate::app::AppState;

/// tungstenite takes this much for every socket at once; its own 128 KiB would be 1.3 GB for ten thousand.
const READ_BUFFER_BYTES: usize = 4096;
/// Frames that wait are put together until they are so many bytes, and go out in one write.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

/// `GET /v1/ws`.
pub(super) async fn upgrade(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return (StatusCode::BAD_REQUEST, "the sub-protocol must be tieline.v1\n").into_response();
    }
    let Ok(guest) = state.connections.admit(peer.ip()) else { return full(&state) };
    let origin =
        headers.get(header::ORIGIN).map(|origin| String::from_utf8_lossy(origin.as_bytes()).into_owned());
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(CLIENT_FRAME_BYTES)
        .max_frame_size(CLIENT_FRAME_BYTES)
        .on_upgrade(move |socket| Connection::new(state, socket, guest, origin).run())
}

/// Turned away, with a time to come back that is not the same for all.
fn full(state: &AppState) -> Response {
    let status = if state.connections.is_draining() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::TOO_MANY_REQUESTS
    };
    let [spread] = crate::auth::secret::random::<1>();
    let retry_secs = 1 + spread % 8;
    (status, [(header::RETRY_AFTER, retry_secs.to_string())], "too many connections\n").into_response()
}
