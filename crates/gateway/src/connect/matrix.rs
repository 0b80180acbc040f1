//! `/_matrix/app/v1/*`: where a Matrix homeserver brings what happens in the sessions' rooms (Application Service API).
//!
//! Answers in Matrix's own way, also to nonsense. Nothing is read of a request that does not bear the homeserver's token.

use std::sync::{Mutex, PoisonError};

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get, post, put},
};
use serde_json::json;
use tieline_matrix::{Door, Inbox, NotTaken};

use super::{files::Source, registration::Tokens};
use crate::{app::AppState, config::Matrix};

/// A transaction has a hundred events at most by custom, and an event 64 KiB.
const TRANSACTION_BYTES: usize = 16 * 1024 * 1024;

/// The Matrix half of the connectors: there from the first request, running a little later.
#[derive(Debug)]
pub(super) struct Half {
    door: Door,
    /// Taken by the connector when it starts.
    inbox: Mutex<Option<Inbox>>,
    tokens: Tokens,
}

impl Half {
    /// Reads the tokens, or makes them.
    pub(super) fn open(matrix: &Matrix, data_dir: &std::path::Path) -> std::io::Result<Self> {
        let tokens = Tokens::load_or_create(data_dir)?;
        // Exposed to be compared with what the homeserver shows.
        let (door, inbox) = Door::new(&matrix.server_name, tokens.homeserver.expose());
        Ok(Self { door, inbox: Mutex::new(Some(inbox)), tokens })
    }

    /// What comes through the door, for the one that runs.
    pub(super) fn take_inbox(&self) -> Option<Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// For the connector.
    pub(super) fn setup(&self, matrix: &Matrix) -> tieline_matrix::Setup {
        self.tokens.setup(matrix)
    }

    /// Where its files lie: they are shown to the gateway, as to any account.
    pub(super) fn source(&self, matrix: &Matrix) -> Source {
        Source { origin: matrix.homeserver.clone(), token: Some(self.tokens.gateway.clone()) }
    }
}

/// The routes, where there is a homeserver.
pub(crate) fn routes(state: &AppState) -> Router {
    state.connectors.matrix.as_ref().map_or_else(Router::new, |half| through(half.door.clone()))
}

/// The routes that lead to a door.
pub(crate) fn through(door: Door) -> Router {
    Router::new()
        .route("/_matrix/app/v1/transactions/{id}", put(take).fallback(unrecognized_method))
        .route("/_matrix/app/v1/users/{user}", get(find).fallback(unrecognized_method))
        .route("/_matrix/app/v1/rooms/{alias}", get(find).fallback(unrecognized_method))
        .route("/_matrix/app/v1/ping", post(ping).fallback(unrecognized_method))
        .route("/_matrix/{*path}", any(unrecognized))
        .with_state(door)
}

/// All of it is on disk before the answer: the homeserver keeps what is not answered, and brings it again.
async fn take(State(door): State<Door>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Err(refusal) = admit(&door, &parts.headers) {
        return refusal.into_response();
    }
    let Ok(body) = to_bytes(body, TRANSACTION_BYTES).await else {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "M_TOO_LARGE", "larger than a transaction is");
    };
    match door.take(&body).await {
        Ok(()) => Json(json!({})).into_response(),
        Err(NotTaken::Nonsense) => error(StatusCode::BAD_REQUEST, "M_NOT_JSON", "this is no transaction"),
        Err(NotTaken::Later) => {
            error(StatusCode::SERVICE_UNAVAILABLE, "M_UNKNOWN", "it could not be stored; bring it again")
        }
    }
}

/// Whoever asks for one of ours is told that there is none yet: they are made when they are needed, and not for a question.
async fn find(State(door): State<Door>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match admit(&door, &headers) {
        Ok(()) if door.is_ours(&name) => error(StatusCode::NOT_FOUND, "M_NOT_FOUND", "there is none yet"),
        Ok(()) => error(StatusCode::NOT_FOUND, "M_NOT_FOUND", "it is not the gateway's"),
        Err(refusal) => refusal.into_response(),
    }
}

async fn ping(State(door): State<Door>, headers: HeaderMap) -> Response {
    match admit(&door, &headers) {
        Ok(()) => Json(json!({})).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn unrecognized() -> Response {
    error(StatusCode::NOT_FOUND, "M_UNRECOGNIZED", "there is no such path")
}

async fn unrecognized_method() -> Response {
    error(StatusCode::METHOD_NOT_ALLOWED, "M_UNRECOGNIZED", "there is no such method")
}

/// Application Service API, 4.1: the token is in the header, and a wrong one is forbidden.
fn admit(door: &Door, headers: &HeaderMap) -> Result<(), NotAdmitted> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.split_once(' '));
    match token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        None => Err(NotAdmitted::NoToken),
        Some((_, token)) if door.opens_to(token.trim()) => Ok(()),
        Some(_) => Err(NotAdmitted::WrongToken),
    }
}

/// Why somebody is not let in.
enum NotAdmitted {
    NoToken,
    WrongToken,
}

impl IntoResponse for NotAdmitted {
    fn into_response(self) -> Response {
        match self {
            Self::NoToken => {
                error(StatusCode::UNAUTHORIZED, "M_MISSING_TOKEN", "send Authorization: Bearer <hs_token>")
            }
            Self::WrongToken => {
                error(StatusCode::FORBIDDEN, "M_FORBIDDEN", "this is not the homeserver's token")
            }
        }
    }
}

fn error(status: StatusCode, code: &str, why: &str) -> Response {
    let body = Json(json!({ "errcode": code, "error": why }));
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}
