//! A GET becomes a socket.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension,
    extract::{ConnectInfo, State, ws::WebSocketUpgrade},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use tieline_protocol::{SUBPROTOCOL, limits::CLIENT_FRAME_BYTES};

use super::{Stranger, TurnedAway, connection::Connection};
use crate::app::AppState;

/// tungstenite takes this much for every socket at once; its own 128 KiB would be 1.3 GB for ten thousand.
const READ_BUFFER_BYTES: usize = 4096;
/// Frames that wait are put together until they are so many bytes, and go out in one write.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

/// `GET /v1/ws`.
pub(super) async fn upgrade(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    stranger: Option<Extension<Arc<Stranger>>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return (StatusCode::BAD_REQUEST, "the sub-protocol must be tieline.v1\n").into_response();
    }
    let guest = match state.connections.admit(peer.ip()) {
        Ok(guest) => guest,
        Err(turned_away) => return come_back(turned_away),
    };
    let stranger = stranger.map(|Extension(stranger)| stranger);
    let origin =
        headers.get(header::ORIGIN).map(|origin| String::from_utf8_lossy(origin.as_bytes()).into_owned());
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(CLIENT_FRAME_BYTES)
        .max_frame_size(CLIENT_FRAME_BYTES)
        .on_upgrade(move |socket| Connection::new(state, socket, guest, stranger, origin).run())
}

/// Not now, and a time to come back that is not the same for all. Nothing is wrong with the request, whatever the reason: a 503.
fn come_back(TurnedAway { retry_after }: TurnedAway) -> Response {
    let [spread] = crate::auth::secret::random::<1>();
    let retry_secs = retry_after.0.div_ceil(1_000).max(1) + u64::from(spread % 8);
    let headers = [(header::RETRY_AFTER, retry_secs.to_string())];
    (StatusCode::SERVICE_UNAVAILABLE, headers, "too many connections\n").into_response()
}
