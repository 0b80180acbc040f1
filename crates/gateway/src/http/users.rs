//! `/v1/channels/{id}/revocations`: the tokens of one user are taken back.

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use serde::Deserialize;
use serde_json::json;
use tieline_protocol::ChannelId;

use super::{Problem, Site, body::JsonBody, guard::Operator};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    subject: String,
}

/// In the body and not in the path: a `sub` may hold any character.
pub(super) async fn revoke(
    State(site): State<Site>,
    _: Operator,
    Path(id): Path<String>,
    JsonBody(Revoke { subject }): JsonBody<Revoke>,
) -> Result<impl IntoResponse, Problem> {
    let now = (site.now)();
    site.registry.revoke_user(&ChannelId(id), &subject, now).await?;
    (site.revoked)().await;
    Ok(Json(json!({ "subject": subject, "not_before": now })))
}
