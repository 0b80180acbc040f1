//! A gateway from start to stop.

use std::{future::Future, time::Duration};

use tieline_protocol::{CloseCode, Millis, server::Drain};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    app::{AppState, StartError, router},
    clock,
    config::Config,
    edge::Strangers,
    listen::{Accept, Listener, Reception},
};

/// Whoever was closed gets so long to take note; so do HTTP requests under way.
const GOODBYE: Duration = Duration::from_secs(5);

/// Opens what the configuration describes, and serves it ([`serve_state`]).
///
/// # Errors
/// When the data folder or the store cannot be used.
pub async fn serve(
    listener: impl Into<Listener>,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), StartError> {
    Ok(serve_state(listener, AppState::open(config)?, shutdown).await?)
}

/// Serves until `shutdown` comes back, then lets everybody go in good order: `drain` to all, 4001 to those who stay, and
/// what was acknowledged is on disk anyway. Comes back as soon as nobody is left, and in bounded time.
///
/// # Errors
/// None yet: a listener that fails is tried again.
pub async fn serve_state(
    listener: impl Into<Listener>,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (listener, is_inherited) = listener.into().into_parts();
    serve_on(listener, is_inherited, state, shutdown).await
}

/// [`serve_state`] on anything that takes connections in. `is_inherited`: whoever dials while this stops waits for the next.
///
/// # Errors
/// None yet.
pub async fn serve_on(
    listener: impl Accept,
    is_inherited: bool,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let limits = state.config.limits;
    let (close, closing) = watch::channel(false);
    let reception = Reception {
        router: router(state.clone()),
        strangers: Strangers::new(limits.strangers as usize),
        head_within: Duration::from_millis(limits.hello_within.0),
        goodbye: GOODBYE,
        closing,
    };
    // Before the first socket: what was taken back earlier concerns none of them.
    state.heed_revocations().await;
    let mut tasks = JoinSet::new();
    tasks.spawn(state.clone().watch_revocations());
    tasks.spawn(state.clone().watch_presence());
    tasks.spawn(state.clone().sweep_files());
    state.start_connectors(&mut tasks).await;
    let taking_in = tasks.spawn(reception.take_in(listener));
    shutdown.await;
    if is_inherited {
        taking_in.abort();
    }
    drain(&state).await;
    tasks.shutdown().await;
    close.send_replace(true);
    // Comes back when the last connection has dropped its end.
    let _ = tokio::time::timeout(GOODBYE, close.closed()).await;
    Ok(())
}

async fn drain(state: &AppState) {
    let stay = state.config.drain;
    // Leaving early in the stay leaves time for a second try.
    let spread_ms = Millis(stay.0 / 2);
    let outboxes = state.connections.drain();
    tracing::info!(connections = outboxes.len(), stay.ms = stay.0, "draining");
    let by = clock::now() + stay;
    for outbox in &outboxes {
        outbox.ask_to_leave(Drain { by, spread_ms, why: "stopping".to_owned() });
    }
    if tokio::time::timeout(Duration::from_millis(stay.0), state.connections.emptied()).await.is_err() {
        for outbox in &outboxes {
            outbox.close(CloseCode::DRAIN);
        }
        // Whoever does not answer the goodbye is dropped.
        let _ = tokio::time::timeout(GOODBYE, state.connections.emptied()).await;
    }
}
