//! `tieline serve`

use std::{
    io::{self, IsTerminal},
    net::SocketAddr,
    process::ExitCode,
};

use tokio::{
    net::{TcpListener, TcpSocket},
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};
use tracing_subscriber::EnvFilter;

use super::{
    args::{Common, Serve},
    failure::Failure,
    place,
};
use crate::{
    Listener,
    app::AppState,
    config::{Config, Log},
    http::Assets,
};

/// Everybody dials at once when a gateway has died. The kernel cuts it down to what it allows.
const BACKLOG: u32 = 4096;

pub(super) async fn run(common: &Common, serve: Serve) -> Result<ExitCode, Failure> {
    let flags =
        [("listen", serve.listen), ("public_url", serve.public_url), ("assets_dir", serve.assets_dir)];
    let flags = flags.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    let config = place::load_config(common, flags)?;
    start_traces(&config.log);
    // The port first: a second gateway started by mistake then stops before it touches anything.
    let listener = listen(&config)?;
    place::make_data_dir(&config.data_dir)?;
    let mut alone = place::be_alone(&config)?;
    // Only for whoever wants to ask this gateway to do something: it serves without.
    let _ = listener.local_addr().and_then(|address| alone.announce(address));
    let state = AppState::open(config)?;
    greet(&state.config, &listener).await;
    let (stop, stopped) = oneshot::channel();
    let serving = crate::serve_state(listener, state, async {
        let _ = stopped.await;
    });
    tokio::select! {
        served = serving => served.map_err(|error| Failure::Work(format!("the gateway stopped: {error}")))?,
        () = asked_twice(stop) => tracing::warn!("stopping at once; what was acknowledged is on disk"),
    }
    Ok(ExitCode::SUCCESS)
}

/// The listener that a service manager hands over (`LISTEN_FDS`), or one of our own.
fn listen(config: &Config) -> Result<Listener, Failure> {
    let handed_over = |error: io::Error| Failure::Work(format!("the listener in LISTEN_FDS: {error}"));
    match listenfd::ListenFd::from_env().take_tcp_listener(0).map_err(handed_over)? {
        Some(listener) => {
            listener.set_nonblocking(true).map_err(handed_over)?;
            Ok(Listener::Inherited(TcpListener::from_std(listener).map_err(handed_over)?))
        }
        None => Ok(Listener::Own(bind(config)?)),
    }
}

fn bind(config: &Config) -> Result<TcpListener, Failure> {
    let (address, port) = (config.listen, config.listen.port());
    open(address).map_err(|error| {
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

fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Or a restart would wait for the sockets of before to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn greet(config: &Config, listener: &Listener) {
    let address =
        listener.local_addr().map_or_else(|_| config.listen.to_string(), |address| address.to_string());
    say!("Tieline {} listens on {address}, reached as {}", env!("CARGO_PKG_VERSION"), config.public_url);
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

/// Passes the first request to stop on, and comes back at the second: whoever asks twice does not want to wait.
async fn asked_twice(stop: oneshot::Sender<()>) {
    let mut signals = Signals::new();
    signals.asked_to_stop().await;
    tracing::info!("stopping; ask again to stop at once");
    let _ = stop.send(());
    signals.asked_to_stop().await;
}

/// Ctrl-C, and a service manager's SIGTERM. None: the system does not tell.
struct Signals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
}

impl Signals {
    fn new() -> Self {
        let listen = |kind, name| {
            signal(kind)
                .inspect_err(|error| tracing::warn!(error.what = %error, "{name} will not be heard"))
                .ok()
        };
        Self {
            interrupt: listen(SignalKind::interrupt(), "SIGINT"),
            terminate: listen(SignalKind::terminate(), "SIGTERM"),
        }
    }

    async fn asked_to_stop(&mut self) {
        tokio::select! {
            () = hear(&mut self.interrupt) => {}
            () = hear(&mut self.terminate) => {}
        }
    }
}

async fn hear(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}
