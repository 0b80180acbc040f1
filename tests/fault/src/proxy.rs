//! The listener, and the handle by which the weather is made.

use std::{io, net::SocketAddr};

use fastrand::Rng;
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use crate::{
    connection,
    orders::{Cut, Orders, Tally, Traffic},
    weather::{Way, Weather},
};

/// A proxy on a port of its own. Dropped, it takes its connections along.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    orders: watch::Sender<Orders>,
    tally: Tally,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port of this machine for connections to `upstream`. It need not listen yet.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn start(upstream: SocketAddr, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (orders, tally) = (watch::Sender::new(Orders::new(upstream)), Tally::new());
        let accepting = accept(listener, orders.subscribe(), tally.clone(), Rng::with_seed(seed));
        Ok(Self { address, orders, tally, accepting: tokio::spawn(accepting) })
    }

    /// Where clients dial.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes one direction, also of the connections there are.
    pub fn set(&self, way: Way, weather: Weather) {
        self.orders.send_modify(|orders| orders.set_weather(way, weather));
    }

    /// Changes both directions.
    pub fn set_both(&self, weather: Weather) {
        Way::BOTH.into_iter().for_each(|way| self.set(way, weather));
    }

    /// Ends the connections there are.
    pub fn cut(&self, cut: Cut) {
        self.orders.send_modify(|orders| orders.cut(cut));
    }

    /// Whether newcomers are reset at once.
    pub fn turn_away(&self, turns_away: bool) {
        self.orders.send_modify(|orders| orders.turns_away = turns_away);
    }

    /// Where newcomers are led from now on.
    pub fn lead_to(&self, upstream: SocketAddr) {
        self.orders.send_modify(|orders| orders.upstream = upstream);
    }

    /// What has been carried so far.
    pub fn traffic(&self, way: Way) -> Traffic {
        *self.tally.of(way).borrow()
    }

    /// Comes back once that holds of what has been carried: an event to wait for instead of a time.
    pub async fn carried(&self, way: Way, is_enough: impl FnMut(&Traffic) -> bool) -> Traffic {
        let mut traffic = self.tally.of(way).subscribe();
        // Fails only without a sender, and we hold it.
        traffic.wait_for(is_enough).await.map_or_else(|_| self.traffic(way), |traffic| *traffic)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, orders: watch::Receiver<Orders>, tally: Tally, mut rng: Rng) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((client, _)) if orders.borrow().turns_away => connection::reset(&client),
            Ok((client, _)) => {
                connections.spawn(connection::carry(client, orders.clone(), tally.clone(), rng.fork()));
            }
            // Out of file descriptors, or the newcomer is gone already: the next one may fare better.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}
