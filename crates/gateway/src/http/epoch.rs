//! `POST /v1/epochs`: the operator declares copies of logs void.

use axum::{Json, Router, extract::State, response::IntoResponse, routing::post};
use serde::Deserialize;
use serde_json::json;
use tieline_protocol::{CloseCode, ErrorCode, SessionId};
use tieline_relay::audience::audience_of;

use super::{Problem, body::JsonBody, guard::Operator};
use crate::{app::AppState, clock, log::LogError};

/// Which.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// None: all of them.
    session: Option<SessionId>,
}

/// The route, for a gateway whose log runs.
pub(crate) fn routes(state: AppState) -> Router {
    Router::new().route("/v1/epochs", post(bump)).with_state(state)
}

async fn bump(
    State(state): State<AppState>,
    _: Operator,
    JsonBody(Wish { session }): JsonBody<Wish>,
) -> Result<impl IntoResponse, Problem> {
    let changed = state.log.bump_epoch(session).await.map_err(|error| match error {
        LogError::Store(error) => error.into(),
        LogError::NoSuchSession | LogError::NoSuchWords | LogError::Conflict => {
            Problem::new(ErrorCode::NotFound).because("there is no such session").at("session")
        }
    })?;
    // Whoever holds a copy comes back, and hears that it is void.
    match session {
        None => state.fanout.close_where(CloseCode::GAP, |_| true),
        Some(session) => {
            if let Some(facts) = state.log.load_facts(session, clock::now()).await? {
                let audience = audience_of(&facts);
                state.fanout.close_where(CloseCode::GAP, |topic| audience.contains(topic));
            }
        }
    }
    tracing::info!(sessions = changed, "new epochs");
    Ok(Json(json!({ "sessions": changed })))
}
