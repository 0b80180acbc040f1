//! Is it alive, is it ready, how is it doing.

use std::sync::Mutex;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use tieline_protocol::{ErrorCode, Millis};

use super::{Problem, Site, guard::Near};

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// How long a readiness answer stands. The check writes to the disk and anybody may ask.
const READY_FOR: Millis = Millis::secs(1);

/// `GET /readyz`: the store takes writes, shown by one.
pub(super) async fn ready(State(site): State<Site>) -> Response {
    static LAST: Mutex<Option<(Millis, bool)>> = Mutex::new(None);
    let now = (site.now)();
    let known = LAST.lock().ok().and_then(|last| *last).filter(|(at, _)| now.0.abs_diff(at.0) < READY_FOR.0);
    let is_ready = match known {
        Some((_, is_ready)) => is_ready,
        None => {
            let is_ready = probe(&site, now).await;
            if let Ok(mut last) = LAST.lock() {
                *last = Some((now, is_ready));
            }
            is_ready
        }
    };
    if is_ready {
        return "ready\n".into_response();
    }
    Problem::new(ErrorCode::StorageBusy)
        .because("the store cannot write; run: tieline doctor")
        .into_response()
}

async fn probe(site: &Site, now: Millis) -> bool {
    let at = i64::try_from(now.0).unwrap_or(i64::MAX);
    let written = site.auth.store.write(move |db| {
        db.execute("insert into probe (id, at) values (1, ?1) on conflict (id) do update set at = ?1", [at])
    });
    written.await.inspect_err(|error| tracing::error!(error.what = %error, "the store cannot write")).is_ok()
}

/// `GET /metrics`: Prometheus text.
pub(super) async fn metrics(State(site): State<Site>, _: Near) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (site.metrics)())
}
