//! `GET /v1/ticket/{channel}`: a fresh embed ticket, for a frame that stood open longer than its first one held.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::IntoResponse,
};
use tieline_protocol::{ChannelId, ErrorCode};

use super::{Problem, Site, guard};
use crate::auth::channel;

pub(super) async fn issue(
    State(site): State<Site>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    // Absent: an old browser or a program, which could fetch the frame document as well.
    if guard::text(&headers, "sec-fetch-site").is_some_and(|from| from != "same-origin") {
        return Err(Problem::new(ErrorCode::OriginDenied).because("only from the frame document"));
    }
    let id = ChannelId(id);
    let wanted = id.clone();
    let channel = site.auth.store.read(move |db| channel::find(db, &wanted)).await?;
    if !channel.ok_or_else(|| Problem::new(ErrorCode::ChannelUnknown))?.is_open {
        return Err(Problem::new(ErrorCode::ChannelClosed));
    }
    let (ticket, expires_at) = site.auth.tickets.issue(&id, (site.now)());
    let body = Json(serde_json::json!({ "ticket": ticket, "expires_at": expires_at }));
    Ok(([(header::CACHE_CONTROL, "no-store")], body))
}
