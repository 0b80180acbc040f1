//! A gateway from start to stop.

use std::{
    future::{Future, IntoFuture},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::serve::ListenerExt;
use tieline_protocol::{CloseCode, Millis, ServerFrame, server::Drain};
use tokio::net::TcpListener;

use crate::{
    app::{AppState, StartError, router},
    clock,
    config::Config,
};

/// Over so long a time clients leave by themselves once they were told.
const DRAIN: Duration = Duration::from_millis(1500);
/// After that every socket is closed, and gets so long to take note.
const GOODBYE: Duration = Duration::from_secs(5);

/// Opens what the configuration describes, and serves it ([`serve_state`]).
///
/// # Errors
/// When the data folder or the store cannot be used, or the listener fails.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), StartError> {
    Ok(serve_state(listener, AppState::open(config)?, shutdown).await?)
}

/// Serves until `shutdown` comes back, then lets everybody go in good order: `drain` to all, 4001 to those who stay, and
/// what was acknowledged is on disk anyway.
///
/// # Errors
/// When the listener fails.
pub async fn serve_state(
    listener: TcpListener,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    // A chat line must not wait for the next one to fill a packet.
    let listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
    let service = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let asked = Arc::new(tokio::sync::Notify::new());
    let stop = Arc::clone(&asked);
    let server = tokio::spawn(
        axum::serve(listener, service)
            .with_graceful_shutdown(async move { stop.notified().await })
            .into_future(),
    );
    shutdown.await;
    drain(&state).await;
    asked.notify_one();
    // Requests under way get as long as sockets do; a peer that keeps one open longer is cut off.
    match tokio::time::timeout(GOODBYE, server).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => Err(std::io::Error::other(panic)),
        Err(_) => Ok(()),
    }
}

async fn drain(state: &AppState) {
    let spread_ms = Millis(u64::try_from(DRAIN.as_millis()).unwrap_or(u64::MAX));
    let frame =
        || ServerFrame::Drain(Drain { by: clock::now() + spread_ms, spread_ms, why: "stopping".to_owned() });
    let outboxes = state.connections.drain();
    tracing::info!(connections = outboxes.len(), "draining");
    for outbox in &outboxes {
        outbox.reply(None, frame());
    }
    if tokio::time::timeout(DRAIN, state.connections.emptied()).await.is_err() {
        for outbox in &outboxes {
            outbox.close(CloseCode::DRAIN);
        }
        // Whoever does not answer the goodbye is dropped.
        let _ = tokio::time::timeout(GOODBYE, state.connections.emptied()).await;
    }
}
