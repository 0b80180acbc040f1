//! What every request can reach, and the router over all of it.

use std::{sync::Arc, time::Duration};

use axum::Router;
use tieline_protocol::{ErrorBody, ErrorCode, Millis};

use crate::{
    auth::{AuthContext, secret},
    config::Config,
    connect::{self, Connectors},
    edge::{self, Connections},
    fanout::Local,
    files::Files,
    http::{self, Site},
    log::{Log, LogError},
    presence::Board,
    store::{Store, StoreError, Tuning, durable},
    telemetry::Metrics,
    watch,
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
    /// What people give to sessions.
    pub files: Files,
    /// Who is told.
    pub fanout: Arc<Local>,
    /// Who is connected.
    pub connections: Arc<Connections>,
    /// Who of those who answer is there.
    pub(crate) board: Arc<Board>,
    /// Other platforms.
    pub(crate) connectors: Connectors,
    /// Every kind of proof.
    pub auth: Arc<AuthContext>,
    /// What the operator sees.
    pub metrics: Arc<Metrics>,
    /// How far the list of what was taken back is heeded.
    pub(crate) seen_revocations: watch::Seen,
}

impl std::ops::Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

/// Why a gateway cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Keys or tokens.
    #[error("data_dir: {0}")]
    DataDir(#[from] std::io::Error),
    /// The file of the log.
    #[error("store: {0}")]
    Store(#[from] StoreError),
}

impl AppState {
    /// The gateway that this configuration describes. Makes what is not there yet: folder, keys, tables.
    ///
    /// # Errors
    /// When the data folder or the store cannot be used.
    pub fn open(config: Config) -> Result<Self, StartError> {
        Self::open_tuned(config, Tuning::default())
    }

    /// [`Self::open`] with other sizes of the store.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_tuned(config: Config, tuning: Tuning) -> Result<Self, StartError> {
        std::fs::create_dir_all(&config.data_dir)?;
        match durable::check_ground(&config.store) {
            Err(error) if !config.allow_volatile_store => return Err(error.into()),
            Err(error) => tracing::warn!(error.what = %error, "allowed: messages may be lost with the power"),
            Ok(()) => {}
        }
        let metrics = Arc::new(Metrics::default());
        let counted = Arc::clone(&metrics);
        let on_commit = move |changes: usize, took: Duration| {
            counted.commit_changes.observe(changes as f64);
            counted.commit_seconds.observe(took.as_secs_f64());
        };
        let store = Store::open_tuned(&config.store, tuning, Box::new(on_commit))?;
        let auth = AuthContext::open(&config, store.clone())?;
        let files = Files::open(&config, &auth)?;
        let connectors = Connectors::open(&config)?;
        Ok(Self::new(config, store, auth, files, connectors, metrics))
    }

    fn new(
        config: Config,
        store: Store,
        auth: AuthContext,
        files: Files,
        connectors: Connectors,
        metrics: Arc<Metrics>,
    ) -> Self {
        let connections = Connections::new(config.limits);
        let log = Log::new(store.clone());
        let fanout = Arc::new(Local::default());
        Self {
            inner: Arc::new(Inner {
                config,
                store,
                log,
                files,
                fanout,
                connections,
                board: Arc::default(),
                connectors,
                auth: Arc::new(auth),
                metrics,
                seen_revocations: watch::Seen::default(),
            }),
        }
    }

    /// Traces a failure of the store, once, and gives what a client is told.
    pub(crate) fn store_failed(&self, error: &StoreError) -> ErrorBody {
        let code = error.code();
        // A busy store is load, not a fault.
        if code == ErrorCode::StorageBusy {
            tracing::warn!(error.code = code.name(), "the store is busy");
        } else {
            tracing::error!(error.code = code.name(), error.what = %error, "the store failed");
        }
        ErrorBody { retry_ms: retry_after(code), ..ErrorBody::new(code) }
    }

    /// As [`Self::store_failed`], for the log.
    pub(crate) fn log_failed(&self, error: &LogError) -> ErrorBody {
        match error {
            LogError::Store(error) => self.store_failed(error),
            LogError::Conflict | LogError::NoSuchSession | LogError::NoSuchWords => {
                ErrorBody::new(error.code())
            }
        }
    }
}

/// When a client does well to try again. A busy store soon has time; room on a disk is made by a person. Spread, as everybody is
/// refused at the same moment.
fn retry_after(code: ErrorCode) -> Option<Millis> {
    let [a, b] = secret::random();
    let spread = u64::from(u16::from_le_bytes([a, b]));
    match code {
        ErrorCode::StorageBusy => Some(Millis(500 + spread % 1_000)),
        ErrorCode::StorageFull => Some(Millis(5_000 + spread % 10_000)),
        _ => None,
    }
}

/// Everything that the gateway answers.
pub fn router(state: AppState) -> Router {
    let (connections, metrics) = (Arc::clone(&state.connections), Arc::clone(&state.metrics));
    let (heeds, connecting) = (state.clone(), state.clone());
    let site = Site::new(
        &state.config,
        Arc::clone(&state.auth),
        Arc::new(move || {
            let state = heeds.clone();
            Box::pin(async move { state.heed_revocations().await })
        }),
        Arc::new(move || connections.is_draining()),
        Arc::new(move || metrics.render()),
        Arc::new(move || connecting.connectors.standing_lines()),
    );
    let (epochs, files) = (http::epoch::routes(state.clone()), http::files::routes(state.clone()));
    let matrix = connect::matrix::routes(&state);
    edge::routes().with_state(state).merge(http::routes(site)).merge(epochs).merge(files).merge(matrix)
}
