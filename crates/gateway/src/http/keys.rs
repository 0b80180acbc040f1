//! `/v1/channels/{id}/keys`: add, retire, revoke.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use serde_json::json;
use tieline_protocol::ChannelId;

use super::{
    Problem, Site,
    body::JsonBody,
    guard::Operator,
    view::{KeyView, SecretView},
};
use crate::auth::registration::KeyWish;

pub(super) async fn add(
    State(site): State<Site>,
    _: Operator,
    Path(id): Path<String>,
    JsonBody(wish): JsonBody<KeyWish>,
) -> Result<impl IntoResponse, Problem> {
    let new = site.registry.add_key(&ChannelId(id), &wish, (site.now)()).await?;
    let mut body = json!({ "key": KeyView::new(&new.key) });
    if let Some(secret) = SecretView::new(&new) {
        body["secret_key"] = json!(secret);
    }
    Ok((StatusCode::CREATED, Json(body)))
}

pub(super) async fn retire(
    State(site): State<Site>,
    _: Operator,
    Path((id, kid)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let key = site.registry.retire_key(&ChannelId(id), &kid, (site.now)()).await?;
    Ok(Json(json!({ "key": KeyView::new(&key) })))
}

pub(super) async fn revoke(
    State(site): State<Site>,
    _: Operator,
    Path((id, kid)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let key = site.registry.revoke_key(&ChannelId(id), &kid, (site.now)()).await?;
    (site.revoked)().await;
    Ok(Json(json!({ "key": KeyView::new(&key) })))
}
