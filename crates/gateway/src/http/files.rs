//! `PUT /v1/files/{id}` and `GET /v1/files/{id}/{link}`: the bytes of files.
//!
//! A ticket goes in a header. A link is its own proof (`files::links`), and what is read by it can do nothing: no script, no
//! frame, no guess at another type, and a browser that is led there saves it.

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use tieline_protocol::{ErrorCode, FileId};
use tower_http::services::ServeFile;

use super::{Problem, guard};
use crate::{
    app::AppState,
    clock,
    files::{FileError, NoTicket, Readable},
};

/// The routes, for a gateway with a folder of files.
pub(crate) fn routes(state: AppState) -> Router {
    Router::new()
        .route("/v1/files/{id}", put(take).options(may_put))
        .route("/v1/files/{id}/{link}", get(read))
        .route("/v1/files/{id}/{link}/small", get(read_small))
        // The ticket says how much; the limit of the API is for its JSON.
        .layer(DefaultBodyLimit::disable())
        .with_state(state)
}

/// A widget in the merchant's own document is of another origin. What it may is in the ticket, not in where it stands; no cookie
/// goes along.
const CORS: [(HeaderName, &str); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "PUT"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
    (header::ACCESS_CONTROL_MAX_AGE, "600"),
];

async fn may_put() -> Response {
    (StatusCode::NO_CONTENT, CORS).into_response()
}

async fn take(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let mut response = match put_file(&state, &id, request).await {
        Ok(card) => ([(header::CACHE_CONTROL, "no-store")], Json(card)).into_response(),
        Err(problem) => problem.into_response(),
    };
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn put_file(
    state: &AppState,
    id: &str,
    request: Request,
) -> Result<tieline_protocol::FileCard, Problem> {
    let (parts, body) = request.into_parts();
    let no_ticket = || Problem::new(ErrorCode::Unauthorized).because("send Authorization: Bearer <ticket>");
    let id: FileId = id.parse().map_err(|_| no_ticket())?;
    let bearer = guard::text(&parts.headers, header::AUTHORIZATION.as_str())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = bearer.ok_or_else(no_ticket)?;
    state.files.admit(id, token.trim(), clock::now()).map_err(|flaw| match flaw {
        NoTicket::Forged => no_ticket(),
        NoTicket::Expired => Problem::new(ErrorCode::TokenExpired).because("ask for the ticket again"),
    })?;
    let length =
        guard::text(&parts.headers, header::CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok());
    let content_type = guard::text(&parts.headers, header::CONTENT_TYPE.as_str());
    let taken = state.files.receive(id, content_type, length, body).await;
    match taken {
        Ok((card, is_new)) => {
            if is_new {
                state.metrics.files.inc();
                state.metrics.file_bytes.inc_by(card.size);
            }
            Ok(card)
        }
        Err(error) => {
            state.metrics.refused(error.code());
            trace(&error);
            Err(error.into())
        }
    }
}

async fn read(
    State(state): State<AppState>,
    Path((id, link)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    send(&state, &id, &link, false, request).await
}

async fn read_small(
    State(state): State<AppState>,
    Path((id, link)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    send(&state, &id, &link, true, request).await
}

async fn send(
    state: &AppState,
    id: &str,
    link: &str,
    is_small: bool,
    request: Request,
) -> Result<Response, Problem> {
    let id: FileId = id.parse().map_err(|_| Problem::from(FileError::NotFound))?;
    let opened = state.files.open_link(id, link, is_small, clock::now()).await;
    let (readable, holds) = opened.inspect_err(trace)?;
    let mime = readable.media_type.parse().map_err(|_| Problem::new(ErrorCode::Internal))?;
    let mut service = ServeFile::new_with_mime(&readable.path, &mime);
    let served = service.try_call(request).await.map_err(|error| {
        let error = FileError::from(error);
        trace(&error);
        Problem::from(error)
    })?;
    if served.status() == StatusCode::NOT_FOUND {
        return Err(FileError::NotFound.into());
    }
    let mut response = served.map(Body::new);
    let headers = response.headers_mut();
    harmless(headers, &readable);
    let cache = format!("private, max-age={}, immutable", holds.0 / 1000);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_str(&cache).unwrap_or(NO_STORE));
    Ok(response)
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What a browser must not do with it.
fn harmless(headers: &mut HeaderMap, readable: &Readable) {
    let is_shown = readable.media_type.starts_with("image/") || readable.media_type.starts_with("audio/");
    // A page under `Cross-Origin-Embedder-Policy: require-corp` may show a picture that its visitor was given the address of.
    let who = if is_shown { "cross-origin" } else { "same-origin" };
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), who),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let disposition = disposition(&readable.card.name);
    let fallback = HeaderValue::from_static("attachment");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).unwrap_or(fallback));
}

/// RFC 6266: the name for all, and once more for those who read more than ASCII.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ' { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        let problem = Self::new(error.code());
        match &error {
            FileError::Store(_) | FileError::Disk(_) | FileError::NotFound => problem,
            _ => {
                let problem = problem.because(error.to_string());
                match error.at() {
                    Some(at) => problem.at(at),
                    None => problem,
                }
            }
        }
    }
}

/// Our own trouble. What a person did wrong is no trouble of ours.
fn trace(error: &FileError) {
    if matches!(error, FileError::Disk(_) | FileError::Store(_)) {
        tracing::error!(error.what = %error, "a file could not be kept or read");
    }
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_is_offered_and_nothing_more() {
        assert_eq!(
            disposition("Ärger 1.txt"),
            "attachment; filename=\"_rger 1.txt\"; filename*=UTF-8''%C3%84rger%201.txt"
        );
        assert!(!disposition("a\"\r\nx.txt").contains('\n'));
    }
}
