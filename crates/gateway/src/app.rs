//! What every request can reach, and the router over all of it.

use std::sync::Arc;

use axum::Router;
use tieline_protocol::ErrorCode;

use crate::{
    auth::AuthContext,
    config::Config,
    edge::{self, Connections},
    fanout::Local,
    log::{Log, LogError},
    store::{Store, StoreError},
    telemetry::Metrics,
};

/// One gateway. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    inner: Arc<Inner>,
}

/// Its parts.
pub struct Inner {
    /// Checked once, at start.
    pub config: Config,
    /// Channels, keys, devices; the log stands on it.
    pub store: Store,
    /// The sessions' logs.
    pub log: Log,
    /// Who is told.
    pub fanout: Arc<Local>,
    /// Who is connected.
    pub connections: Arc<Connections>,
    /// Every kind of proof.
    pub auth: Arc<AuthContext>,
    /// What the operator sees.
    pub metrics: Arc<Metrics>,
}

impl std::ops::Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl AppState {
    /// A gateway on an open store.
    pub fn new(config: Config, store: Store, auth: AuthContext, metrics: Arc<Metrics>) -> Self {
        let connections = Connections::new(config.limits);
        let log = Log::new(store.clone());
        let fanout = Arc::new(Local::default());
        Self { inner: Arc::new(Inner { config, store, log, fanout, connections, auth: Arc::new(auth), metrics }) }
    }

    /// Traces a failure of the store, once, and gives the code that a client is told.
    pub(crate) fn store_failed(&self, error: &StoreError) -> ErrorCode {
        let code = error.code();
        // A busy store is load, not a fault.
        if code == ErrorCode::StorageBusy {
            tracing::warn!(error.code = code.name(), "the store is busy");
        } else {
            tracing::error!(error.code = code.name(), error.what = %error, "the store failed");
        }
        code
    }

    /// As [`Self::store_failed`], for the log.
    pub(crate) fn log_failed(&self, error: &LogError) -> ErrorCode {
        match error {
            LogError::Store(error) => self.store_failed(error),
            LogError::Conflict | LogError::NoSuchSession => error.code(),
        }
    }
}

/// Everything that the gateway answers.
pub fn router(state: AppState) -> Router {
    Router::new().merge(edge::routes()).with_state(state)
}
