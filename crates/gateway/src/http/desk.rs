//! `/desk/session`: an invite becomes a cookie, the cookie a token for the socket.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use tieline_protocol::{ErrorCode, Millis};

use super::{
    Problem, Site,
    body::JsonBody,
    guard::{self, OurPage},
};
use crate::auth::{
    desk::{self, SignedIn, SocketToken},
    secret,
};

/// `__Host-`: browsers take it only over TLS (or localhost), for this host alone, and scripts cannot plant one from a subdomain.
const COOKIE: &str = "__Host-tieline-desk";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    invite: String,
}

/// Uses an invite.
pub(super) async fn sign_in(
    State(site): State<Site>,
    _: OurPage,
    JsonBody(SignIn { invite }): JsonBody<SignIn>,
) -> Result<Response, Problem> {
    let now = (site.now)();
    let cookie = site.auth.store.write(move |db| desk::redeem(db, &invite, now)).await?;
    let Some(cookie) = cookie else {
        return Err(Problem::new(ErrorCode::Unauthorized)
            .because("this link was used, has expired, or never existed"));
    };
    let hash = desk::hash(cookie.expose());
    let signed_in = find(&site, hash, now).await?;
    tracing::info!(party.id = %signed_in.agent, "an agent signed in at the desk");
    Ok(answer(&site, &signed_in, Some(cookie.expose()), now))
}

/// Who is signed in, with a token for the socket.
pub(super) async fn show(State(site): State<Site>, headers: HeaderMap) -> Result<Response, Problem> {
    let now = (site.now)();
    let cookie = read_cookie(&headers).ok_or_else(not_signed_in)?;
    let hash = desk::hash(cookie);
    let mut signed_in = find(&site, hash, now).await?;
    let mut renewed = None;
    if desk::is_due_to_slide(&signed_in, now) {
        // A store that cannot write must not sign anybody out: the next request tries again.
        match site.auth.store.write(move |db| desk::slide(db, hash, now)).await {
            Ok(()) => {
                signed_in.expires_at = now + desk::SESSION_LIFE;
                renewed = Some(cookie);
            }
            Err(error) => tracing::warn!(error.what = %error, "a desk session was not extended"),
        }
    }
    Ok(answer(&site, &signed_in, renewed, now))
}

/// Signs out, here and at once: the cookie, the tokens made with it, and the open sockets.
pub(super) async fn sign_out(
    State(site): State<Site>,
    _: OurPage,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (site.now)();
    if let Some(cookie) = read_cookie(&headers) {
        let hash = desk::hash(cookie);
        let signed_in = site.auth.store.read(move |db| desk::find_session(db, hash, now)).await?;
        site.auth.store.write(move |db| desk::sign_out(db, hash, now)).await?;
        (site.revoked)().await;
        if let Some(signed_in) = signed_in {
            tracing::info!(party.id = %signed_in.agent, "an agent signed out of the desk");
        }
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie("", Millis(0)))]).into_response())
}

async fn find(site: &Site, hash: [u8; 32], now: Millis) -> Result<SignedIn, Problem> {
    let found = site.auth.store.read(move |db| desk::find_session(db, hash, now)).await?;
    found.ok_or_else(not_signed_in)
}

fn answer(site: &Site, signed_in: &SignedIn, cookie: Option<&str>, now: Millis) -> Response {
    let expires_at = now + desk::SOCKET_LIFE;
    let claims = SocketToken { session: secret::encode(&signed_in.session), expires_at };
    let body = json!({
        "agent": { "id": signed_in.agent, "name": signed_in.name },
        "token": site.auth.sockets.sign(&claims),
        "expires_at": expires_at,
    });
    let mut response = ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
    if let Some(cookie) = cookie.and_then(|token| set_cookie(token, desk::SESSION_LIFE).parse().ok()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn set_cookie(token: &str, life: Millis) -> String {
    format!("{COOKIE}={token}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Strict", life.0 / 1000)
}

fn read_cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = guard::text(headers, header::COOKIE.as_str())?;
    cookies.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn not_signed_in() -> Problem {
    Problem::new(ErrorCode::Unauthorized).because("not signed in: ask for a link (tieline desk invite)")
}
