//! Errors as `application/problem+json` (RFC 9457), with the codes of the wire protocol.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tieline_protocol::ErrorCode;

use crate::{auth::registry::RegistryError, store::StoreError};

/// An answer that says what went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    code: ErrorCode,
    status: u16,
    detail: Option<String>,
    at: Option<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'a str>,
}

impl Problem {
    /// The code's own words.
    pub fn new(code: ErrorCode) -> Self {
        Self { code, status: code.status(), detail: None, at: None }
    }

    /// Adds a sentence for this case.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the field at fault.
    #[must_use]
    pub fn at(mut self, at: impl Into<String>) -> Self {
        self.at = Some(at.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: format!("urn:tieline:error:{}", self.code.name()),
            title: self.code.title(),
            status: self.status,
            code: self.code.name(),
            detail: self.detail.as_deref(),
            at: self.at.as_deref(),
        };
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error.what = %error, "a request met the store's trouble");
        Self::new(error.code())
    }
}

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Self {
        let code = error.code();
        match error {
            RegistryError::Store(error) => error.into(),
            RegistryError::Invalid(invalid) => Self::new(code).because(invalid.why).at(invalid.at),
            other => Self::new(code).because(other.to_string()),
        }
    }
}

/// No route.
pub(super) async fn no_such_path() -> Problem {
    Problem::new(ErrorCode::NotFound)
}

/// A route, but not by that method.
pub(super) async fn no_such_method() -> Problem {
    Problem { status: 405, ..Problem::new(ErrorCode::Unsupported).because("not with this method") }
}
