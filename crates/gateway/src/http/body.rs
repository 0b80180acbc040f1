//! A JSON body, or a problem that names the field at fault.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;
use tieline_protocol::ErrorCode;

use super::Problem;

/// A request's body as JSON. An absent body is `{}`.
pub(super) struct JsonBody<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes =
            Bytes::from_request(request, state).await.map_err(|_| Problem::new(ErrorCode::TooLarge))?;
        let json: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        parse(json).map(Self)
    }
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    // serde would take an array for a struct, member by member.
    if json.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Problem::new(ErrorCode::BadFrame).because("the body must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let at = error.path().to_string();
        let what = error.inner().to_string();
        if error.inner().is_data() {
            return Problem::new(ErrorCode::Invalid).because(what).at(at);
        }
        Problem::new(ErrorCode::BadFrame).because(format!("the body is not JSON: {what}"))
    })?;
    reader.end().map_err(|_| Problem::new(ErrorCode::BadFrame).because("the body goes on after its JSON"))?;
    Ok(value)
}
