//! The HTML documents: the frame in a shop's page, the full page, and the desk.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tieline_protocol::{ChannelId, ErrorCode};

use super::{
    Problem, Site, guard,
    policy::{self, Ancestors},
    template,
};
use crate::auth::{Origin, channel};

/// `GET /w/{channel}`: inside a shop's page. Only the channel's own origins may frame it.
pub(super) async fn frame(
    site: State<Site>,
    id: Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    widget(&site, id.0, "frame", &headers).await
}

/// `GET /c/{channel}`: a page of its own, for links and codes. Nobody may frame it.
pub(super) async fn page(
    site: State<Site>,
    id: Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    widget(&site, id.0, "page", &headers).await
}

async fn widget(site: &Site, id: String, mode: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let id = ChannelId(id);
    let wanted = id.clone();
    let Some(channel) = site.auth.store.read(move |db| channel::find(db, &wanted)).await? else {
        return Ok(absent(StatusCode::NOT_FOUND, "There is no such chat."));
    };
    if !channel.is_open {
        return Ok(absent(StatusCode::FORBIDDEN, "This chat is closed."));
    }
    let Some(template) = site.assets.document("frame.html").await else { return Ok(not_built()) };
    let (ticket, _) = site.auth.tickets.issue(&id, (site.now)());
    let origins: Vec<_> = channel.origins.iter().map(Origin::as_str).collect();
    let html = template::fill(
        &template,
        &[
            ("lang", language(headers)),
            ("channel", &id.0),
            ("mode", mode),
            ("ticket", &ticket),
            ("origins", &serde_json::to_string(&origins).unwrap_or_default()),
            ("name", &channel.name),
            ("accent", channel.accent.as_deref().unwrap_or_default()),
        ],
    );
    let ancestors = if mode == "frame" { Ancestors::Exactly(&channel.origins) } else { Ancestors::None };
    let policy = policy::document(&site.auth.public_origin, &channel.origins, ancestors);
    let mut response = document(StatusCode::OK, html, &policy);
    // A page under `Cross-Origin-Embedder-Policy: require-corp` may still frame us.
    set(&mut response, "cross-origin-resource-policy", "cross-origin");
    Ok(response)
}

/// `GET /desk`. The sign-in token of an invite stands behind the `#` and never reaches us in a URL.
pub(super) async fn desk(State(site): State<Site>, headers: HeaderMap) -> Response {
    let Some(template) = site.assets.document("desk.html").await else { return not_built() };
    let html = template::fill(&template, &[("lang", language(&headers))]);
    // Pictures of items are the shops' own. Without their origins a shop without TLS, such as the demo's, shows none;
    // and a store that cannot be read must not keep the desk from opening.
    let shops = site.auth.store.read(channel::list).await.unwrap_or_default();
    let plain = |origin: &Origin| origin.as_str().starts_with("http://");
    let shops: Vec<_> = shops.into_iter().flat_map(|shop| shop.origins).filter(plain).collect();
    let policy = policy::document(&site.auth.public_origin, &shops, Ancestors::None);
    let mut response = document(StatusCode::OK, html, &policy);
    set(&mut response, "cross-origin-opener-policy", "same-origin");
    response
}

/// Says no inside a frame, so that the loader around it can notice: it never hears `ready`.
fn absent(status: StatusCode, sentence: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tieline</title><p>{sentence} \
         Please reach the shop another way.</p></html>"
    );
    document(status, html, &policy::inert(Ancestors::Anybody))
}

pub(super) fn not_built() -> Response {
    tracing::error!("the widget's and desk's files are missing: run `cargo xtask dist`, or set assets_dir");
    let html = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tieline</title>\
                <p>This gateway was built without its web files. Run <code>cargo xtask dist</code>, then build it again or \
                start it with <code>assets_dir</code> set.</p></html>";
    document(StatusCode::SERVICE_UNAVAILABLE, html.to_owned(), &policy::inert(Ancestors::Anybody))
}

pub(super) fn document(status: StatusCode, html: String, policy: &str) -> Response {
    let mut response = (status, html).into_response();
    set(&mut response, "content-type", "text/html; charset=utf-8");
    set(&mut response, "content-security-policy", policy);
    set(&mut response, "referrer-policy", "no-referrer");
    set(&mut response, "cache-control", "no-store");
    response
}

fn set(response: &mut Response, name: &'static str, value: &str) {
    // Origins and our own words are plain ASCII; a header that could not be made must not leave the document without it.
    match HeaderValue::from_str(value) {
        Ok(value) => drop(response.headers_mut().insert(HeaderName::from_static(name), value)),
        Err(_) => *response = Problem::new(ErrorCode::Internal).into_response(),
    }
}

/// The first language that the browser asks for, as a tag; the widget decides what it can speak.
fn language(headers: &HeaderMap) -> &str {
    guard::text(headers, header::ACCEPT_LANGUAGE.as_str())
        .and_then(|list| list.split([',', ';']).next())
        .map(str::trim)
        .filter(|tag| (2..=16).contains(&tag.len()))
        .filter(|tag| tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        .unwrap_or("en")
}
