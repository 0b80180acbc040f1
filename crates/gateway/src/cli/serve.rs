//! `tieline serve`

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::{
    args::{Common, Serve},
    failure::Failure,
    place,
};
use crate::{
    app::AppState,
    config::{Config, Log},
    http::Assets,
};

pub(super) async fn run(common: &Common, serve: Serve) -> Result<ExitCode, Failure> {
    let flags =
        [("listen", serve.listen), ("public_url", serve.public_url), ("assets_dir", serve.assets_dir)];
    let flags = flags.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    let config = place::load_config(common, flags)?;
    start_traces(&config.log);
    // The port first: a second gateway started by mistake then stops before it touches anything.
    let listener = bind(&config).await?;
    place::make_data_dir(&config.data_dir)?;
    let state = AppState::open(config)?;
    greet(&state.config, &listener).await;
    let served = crate::serve_state(listener, state, asked_to_stop()).await;
    served.map_err(|error| Failure::Work(format!("the gateway stopped: {error}")))?;
    Ok(ExitCode::SUCCESS)
}

async fn bind(config: &Config) -> Result<TcpListener, Failure> {
    let (address, port) = (config.listen, config.listen.port());
    TcpListener::bind(address).await.map_err(|error| {
        let what = match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "port {port} is taken: another program listens on {address}\n  stop it, or choose another port: \
                 tieline serve --listen {}:{}",
                address.ip(),
                port.saturating_add(1)
            ),
            io::ErrorKind::PermissionDenied => format!(
                "port {port} is not ours to take: {error}\n  choose one above 1023 with --listen, or grant \
                 CAP_NET_BIND_SERVICE"
            ),
            io::ErrorKind::AddrNotAvailable => {
                format!("{} is no address of this machine\n  choose another with --listen", address.ip())
            }
            _ => format!("cannot listen on {address}: {error}\n  choose another address with --listen"),
        };
        Failure::Work(what)
    })
}

async fn greet(config: &Config, listener: &TcpListener) {
    let address =
        listener.local_addr().map_or_else(|_| config.listen.to_string(), |address| address.to_string());
    println!("Tieline {} listens on {address}, reached as {}", env!("CARGO_PKG_VERSION"), config.public_url);
    let assets = config.assets_dir.clone().map_or(Assets::BuiltIn, Assets::Folder);
    if !assets.are_there().await {
        eprintln!(
            "tieline: the web files are missing: run `cargo xtask dist`, then set assets_dir or build again"
        );
    }
}

fn start_traces(log: &Log) {
    let filter = EnvFilter::new(&log.level);
    let traces = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let traces = traces.with_ansi(io::stderr().is_terminal());
    // Fails only if there is one already, which then serves.
    let _ = if log.is_json { traces.json().try_init() } else { traces.try_init() };
}

/// Ctrl-C, or a service manager's SIGTERM.
async fn asked_to_stop() {
    let mut term = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(term) => term,
        Err(error) => {
            tracing::warn!(error.what = %error, "SIGTERM will not be heard");
            let _ = tokio::signal::ctrl_c().await;
            return;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
    tracing::info!("stopping");
}
