//! Who may ask: the operator, our own documents, or anybody.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use tieline_protocol::ErrorCode;

use super::{Problem, Site};
use crate::{
    app::AppState,
    auth::{AuthContext, secret},
};

/// A request that brings the operator's token.
pub(super) struct Operator;

impl FromRequestParts<Site> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        ask_for_operator_token(&parts.headers, &site.auth)
    }
}

impl FromRequestParts<AppState> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        ask_for_operator_token(&parts.headers, &state.auth)
    }
}

fn ask_for_operator_token(headers: &HeaderMap, auth: &AuthContext) -> Result<Operator, Problem> {
    if bears_operator_token(headers, auth) {
        return Ok(Operator);
    }
    Err(Problem::new(ErrorCode::Unauthorized).because("send Authorization: Bearer <operator token>"))
}

fn bears_operator_token(headers: &HeaderMap, auth: &AuthContext) -> bool {
    let token = text(headers, header::AUTHORIZATION.as_str()).and_then(|value| value.split_once(' '));
    // Exposed to be compared, in constant time.
    token.is_some_and(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("bearer") && secret::same_text(token.trim(), auth.operator_token.expose())
    })
}

/// A request from this machine, or with the operator's token.
pub(super) struct Near;

impl FromRequestParts<Site> for Near {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        // Behind a proxy on this machine everybody looks near: whoever was forwarded is not.
        let is_forwarded =
            parts.headers.contains_key(header::FORWARDED) || parts.headers.contains_key("x-forwarded-for");
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
        if (!is_forwarded && peer.is_some_and(|ip| ip.is_loopback()))
            || bears_operator_token(&parts.headers, &site.auth)
        {
            return Ok(Self);
        }
        Err(Problem::new(ErrorCode::Unauthorized).because("from this machine, or with the operator token"))
    }
}

/// A request that changes something and comes from a document of ours. Browsers cannot be made to lie about these headers.
pub(super) struct OurPage;

impl FromRequestParts<Site> for OurPage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let is_ours = match text(&parts.headers, "sec-fetch-site") {
            Some(from) => from == "same-origin",
            None => text(&parts.headers, "origin") == Some(site.auth.public_origin.as_str()),
        };
        if is_ours {
            Ok(Self)
        } else {
            Err(Problem::new(ErrorCode::OriginDenied).because("only from the desk's own page"))
        }
    }
}

/// A header as text, if it is there once and plain.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
