//! Is it alive, is it ready, how is it doing.

use std::sync::{Mutex, PoisonError};

use axum::{
    extract::State,
    http::{StatusCode, header},
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

/// The last readiness answer.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Millis, bool)>>);

impl Readiness {
    fn recall(&self, now: Millis) -> Option<bool> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.filter(|(at, _)| now.0.abs_diff(at.0) < READY_FOR.0).map(|(_, is_ready)| is_ready)
    }

    fn note(&self, now: Millis, is_ready: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, is_ready));
    }
}

/// `GET /readyz`: the store takes writes, shown by one, and nobody has asked the gateway to stop. Then a line for each connector.
pub(super) async fn ready(State(site): State<Site>) -> Response {
    if (site.is_draining)() {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "stopping\n").into_response();
    }
    let now = (site.now)();
    let is_ready = match site.readiness.recall(now) {
        Some(is_ready) => is_ready,
        None => {
            let is_ready = probe(&site, now).await;
            site.readiness.note(now, is_ready);
            is_ready
        }
    };
    if is_ready {
        // A platform that is away does not take the gateway with it: the desk and the widgets go on.
        return format!("ready\n{}", (site.standings)()).into_response();
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
