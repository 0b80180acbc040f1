//! Takes connections in and speaks HTTP/1.1 on them, until told not to.
//!
//! Owns the accept loop and what bounds a connection that says nothing: time for a request's head, and room for so many
//! strangers. Knows no route: it is given a router. A socket leaves here with its upgrade.

use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::edge::{Stranger, Strangers};

/// Room for a request's head.
const HEAD_BYTES: usize = 64 * 1024;
/// Out of file descriptors, most likely: somebody has to leave first.
const BREATHER: Duration = Duration::from_millis(100);

/// Takes connections in: the system's listener, or a simulated one (`tests/turmoil`).
pub trait Accept: Send + Sync + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next connection, and from where it comes.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;
}

impl Accept for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = Self::accept(self).await?;
        // A chat line must not wait for the next one to fill a packet.
        let _ = stream.set_nodelay(true);
        Ok((stream, peer))
    }
}

/// Where connections come from.
#[derive(Debug)]
pub enum Listener {
    /// Opened by this process, and gone with it. Whoever dials while it stops is told to come back.
    Own(TcpListener),
    /// Opened by a service manager that keeps it (systemd's socket activation). Whoever dials while this process stops waits in
    /// the kernel's queue for the next one, and is refused by nobody.
    Inherited(TcpListener),
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Own(listener)
    }
}

impl Listener {
    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Own(listener) | Self::Inherited(listener) => listener.local_addr(),
        }
    }

    /// The listener itself, and whether it outlives this process.
    pub(crate) fn into_parts(self) -> (TcpListener, bool) {
        match self {
            Self::Own(listener) => (listener, false),
            Self::Inherited(listener) => (listener, true),
        }
    }
}

/// What every connection is given.
#[derive(Clone)]
pub(crate) struct Reception {
    pub(crate) router: Router,
    pub(crate) strangers: Arc<Strangers>,
    /// Time for a request's head.
    pub(crate) head_within: Duration,
    /// How long a request under way may take once `closing` says true.
    pub(crate) goodbye: Duration,
    pub(crate) closing: watch::Receiver<bool>,
}

impl Reception {
    /// Takes everybody in. Dropped, it takes in nobody any more; those inside stay.
    pub(crate) async fn take_in(self, listener: impl Accept) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    // Only now that somebody wants in. Whoever dials meanwhile waits in the kernel's queue.
                    self.strangers.make_room().await;
                    let stranger = Arc::new(self.strangers.receive());
                    tokio::spawn(self.clone().serve(stream, peer, stranger));
                }
                Err(error) if is_the_peers(&error) => {}
                Err(error) => {
                    tracing::error!(error.what = %error, "a connection could not be taken in");
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    }

    async fn serve<S>(self, stream: S, peer: SocketAddr, stranger: Arc<Stranger>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { router, head_within, goodbye, mut closing, .. } = self;
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head_within)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), door(router, peer, Arc::clone(&stranger)))
            .with_upgrades();
        let mut connection = pin!(connection);
        let closed = async { drop(closing.wait_for(|is_closing| *is_closing).await) };
        tokio::select! {
            // A peer that breaks off or dawdles is nobody's fault here.
            _ = connection.as_mut() => {}
            () = stranger.shown_out() => {}
            () = closed => {
                connection.as_mut().graceful_shutdown();
                let _ = tokio::time::timeout(goodbye, connection).await;
            }
        }
    }
}

/// The routes, for one connection: each request learns from where it came and which stranger brought it.
fn door(
    router: Router,
    peer: SocketAddr,
    stranger: Arc<Stranger>,
) -> impl Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> {
    let routes = TowerToHyperService::new(router);
    hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(Arc::clone(&stranger));
        routes.call(request)
    })
}

/// Went away between its dialling and our picking up.
fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
