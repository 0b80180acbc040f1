//! HTTP, all but the socket: documents, assets, the operator's API, the desk's sign-in, health.
//!
//! Owns routes, headers and the shape of answers. Judges nothing itself: channels and keys are `auth::registry`'s, tokens
//! `auth`'s. Invariants: an error is `application/problem+json` with a stable code; what a shop's page may load says so in its
//! headers, and nothing else does; a page view writes no row.

mod assets;
mod body;
mod channels;
mod colour;
mod desk;
mod documents;
pub(crate) mod epoch;
pub(crate) mod files;
mod guard;
mod health;
mod keys;
mod policy;
mod problem;
mod template;
mod theme;
mod ticket;
mod users;
pub(crate) mod view;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    routing::{get, post},
};
use futures_util::future::BoxFuture;
use tieline_protocol::Millis;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{
    auth::{AuthContext, registration::Policy, registry::Registry},
    config::Config,
};

pub use assets::Assets;
pub use health::Readiness;
pub use problem::Problem;

/// Largest request body of the API.
const BODY_BYTES: usize = 64 * 1024;

/// Something to wait for.
pub type Hook = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// What the routes here need. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    /// Tokens, the store, and who we are.
    pub auth: Arc<AuthContext>,
    /// Channels and keys.
    pub registry: Registry,
    /// The widget's and desk's files.
    pub assets: Assets,
    /// The clock.
    pub now: fn() -> Millis,
    /// Something was taken back: comes back once the sockets concerned were told.
    pub revoked: Hook,
    /// Whether the gateway is about to stop.
    pub is_draining: Arc<dyn Fn() -> bool + Send + Sync>,
    /// Renders the metrics as Prometheus text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// How the connectors are doing: a line each.
    pub standings: Arc<dyn Fn() -> String + Send + Sync>,
    /// The last readiness answer.
    pub readiness: Arc<Readiness>,
}

impl Site {
    /// The routes' view of a gateway. `revoked` makes what was taken back hold on the sockets that are open; `is_draining`
    /// says that the gateway is about to stop; `metrics` renders the numbers, `standings` the connectors.
    pub fn new(
        config: &Config,
        auth: Arc<AuthContext>,
        revoked: Hook,
        is_draining: Arc<dyn Fn() -> bool + Send + Sync>,
        metrics: Arc<dyn Fn() -> String + Send + Sync>,
        standings: Arc<dyn Fn() -> String + Send + Sync>,
    ) -> Self {
        let policy = Policy { allow_insecure_origins: config.allow_insecure_origins };
        let registry = Registry { store: auth.store.clone(), master: auth.master.clone(), policy };
        let assets = config.assets_dir.clone().map_or(Assets::BuiltIn, Assets::Folder);
        Self {
            auth,
            registry,
            assets,
            now: crate::clock::now,
            revoked,
            is_draining,
            metrics,
            standings,
            readiness: Arc::default(),
        }
    }
}

/// All routes but the socket's.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/w/{channel}", get(documents::frame))
        .route("/w/preview", get(theme::sample))
        .route("/c/{channel}", get(documents::page))
        .route("/c/{channel}/theme", get(theme::page))
        .route("/c/{channel}/theme/shop", get(theme::shop))
        .route("/c/{channel}/theme/contrast", get(theme::contrast))
        .route("/desk", get(documents::desk))
        .route("/desk/session", get(desk::show).post(desk::sign_in).delete(desk::sign_out))
        .route("/v1/ticket/{channel}", get(ticket::issue))
        .route("/v1/channels", get(channels::list).post(channels::register))
        .route("/v1/channels/{id}", get(channels::show).patch(channels::change))
        .route("/v1/channels/{id}/keys", post(keys::add))
        .route("/v1/channels/{id}/keys/{kid}/retire", post(keys::retire))
        .route("/v1/channels/{id}/keys/{kid}/revoke", post(keys::revoke))
        .route("/v1/channels/{id}/revocations", post(users::revoke))
        .route("/loader.js", get(assets::loader))
        .route("/panel.js", get(assets::panel))
        .route("/assets/{name}", get(assets::asset))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .with_state(site)
}
