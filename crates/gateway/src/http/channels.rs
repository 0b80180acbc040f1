//! `/v1/channels`: the operator registers, reads and changes embeddings.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde_json::json;
use tieline_protocol::ChannelId;

use super::{
    Problem, Site,
    body::JsonBody,
    guard::Operator,
    view::{ChannelView, SecretView, script_tag},
};
use crate::auth::{registration::Wish, registry::Registered};

pub(super) async fn register(
    State(site): State<Site>,
    _: Operator,
    JsonBody(wish): JsonBody<Wish>,
) -> Result<impl IntoResponse, Problem> {
    let registered = site.registry.register(&wish, (site.now)()).await?;
    let location = format!("/v1/channels/{}", registered.channel.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(body(&site, &registered))))
}

pub(super) async fn list(State(site): State<Site>, _: Operator) -> Result<impl IntoResponse, Problem> {
    let channels = site.registry.list().await?;
    let views: Vec<_> = channels.iter().map(|channel| ChannelView::new(channel, None)).collect();
    Ok(Json(json!({ "channels": views })))
}

pub(super) async fn show(
    State(site): State<Site>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let found = site.registry.show(&ChannelId(id)).await?;
    Ok(Json(body(&site, &found)))
}

pub(super) async fn change(
    State(site): State<Site>,
    _: Operator,
    Path(id): Path<String>,
    JsonBody(wish): JsonBody<Wish>,
) -> Result<impl IntoResponse, Problem> {
    let changed = site.registry.change(&ChannelId(id), &wish, (site.now)()).await?;
    (site.revoked)().await;
    Ok(Json(body(&site, &changed)))
}

fn body(site: &Site, registered: &Registered) -> serde_json::Value {
    let mut body = json!({
        "channel": ChannelView::new(&registered.channel, Some(&registered.keys)),
        "embed": script_tag(&site.auth.public_origin, &registered.channel.id),
    });
    if let Some(secret) = registered.made.as_ref().and_then(SecretView::new) {
        body["secret_key"] = json!(secret);
    }
    body
}
