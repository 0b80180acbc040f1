//! One direction of one connection.
//!
//! The taking half reads and stamps each chunk with the moment at which it is due; the giving half waits for that moment and
//! then does what the weather says. Between them lies a short queue, so that delay does not become a lower rate, and a
//! receiver that does not read still holds its sender back.

use std::{io, pin::pin, time::Duration};

use fastrand::Rng;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::tcp::{ReadHalf, WriteHalf},
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    orders::{Cuts, Orders, Tally, Traffic},
    weather::{Fate, Way},
};

const CHUNK_BYTES: usize = 4096;
/// Together with the size of a chunk: what a long cable holds.
const CHUNKS_UNDER_WAY: usize = 64;

/// What a direction needs to know.
#[derive(Clone)]
pub(crate) struct Pump {
    pub(crate) way: Way,
    pub(crate) orders: watch::Receiver<Orders>,
    pub(crate) tally: Tally,
    /// As they were when the connection came.
    pub(crate) before: Cuts,
    pub(crate) rng: Rng,
}

struct Chunk {
    due: Instant,
    bytes: Vec<u8>,
}

impl Pump {
    /// Moves bytes until the sender ends the stream and the receiver was told.
    ///
    /// # Errors
    /// When either end is gone, or the weather wants a reset.
    pub(crate) async fn run(self, from: ReadHalf<'_>, to: WriteHalf<'_>) -> io::Result<()> {
        let (queue, chunks) = mpsc::channel(CHUNKS_UNDER_WAY);
        let mut taking = pin!(self.clone().take(from, queue));
        let mut giving = pin!(self.give(to, chunks));
        tokio::select! {
            gave = &mut giving => gave,
            took = &mut taking => {
                // What was taken before the end is still given. A sender that broke off is only told on when it all arrived.
                giving.await?;
                took
            }
        }
    }

    async fn take(mut self, mut from: ReadHalf<'_>, queue: mpsc::Sender<Chunk>) -> io::Result<()> {
        let mut last_due = Instant::now();
        let mut buffer = [0; CHUNK_BYTES];
        loop {
            let length = from.read(&mut buffer).await?;
            let bytes = buffer.get(..length).unwrap_or_default().to_vec();
            if bytes.is_empty() {
                return Ok(());
            }
            self.count(|traffic| traffic.taken += length as u64);
            let weather = self.orders.borrow_and_update().weather(self.way);
            let due = Instant::now() + weather.delay + weather.jitter.mul_f64(self.rng.f64());
            last_due = last_due.max(due);
            if queue.send(Chunk { due: last_due, bytes }).await.is_err() {
                return Ok(());
            }
        }
    }

    async fn give(mut self, mut to: WriteHalf<'_>, mut chunks: mpsc::Receiver<Chunk>) -> io::Result<()> {
        let halves = self.before.halves(self.way);
        let mut passed = 0;
        loop {
            let half_closed = self.orders.wait_for(|orders| orders.cuts().halves(self.way) > halves);
            let chunk = tokio::select! {
                biased;
                () = async { drop(half_closed.await) } => {
                    to.shutdown().await?;
                    return self.swallow(&mut chunks).await;
                }
                chunk = chunks.recv() => chunk,
            };
            let Some(Chunk { due, bytes }) = chunk else { break };
            sleep_until(due).await;
            if self.fate().await == Fate::Swallow {
                self.count(|traffic| traffic.lost += bytes.len() as u64);
                return self.swallow(&mut chunks).await;
            }
            self.write(&mut to, &bytes, &mut passed).await?;
        }
        // The end of a stream fares like its bytes.
        match self.fate().await {
            Fate::Swallow => self.swallow(&mut chunks).await,
            Fate::Pass | Fate::Hold => to.shutdown().await,
        }
    }

    /// What becomes of the next bytes, once they need not wait any more.
    async fn fate(&mut self) -> Fate {
        let way = self.way;
        match self.orders.wait_for(|orders| orders.weather(way).fate != Fate::Hold).await {
            Ok(orders) => orders.weather(way).fate,
            // Nobody gives orders any more: the proxy is being dropped.
            Err(_) => Fate::Swallow,
        }
    }

    async fn write(&mut self, to: &mut WriteHalf<'_>, bytes: &[u8], passed: &mut u64) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let weather = self.orders.borrow().weather(self.way);
            let room = weather.reset_after_bytes.map_or(u64::MAX, |most| most.saturating_sub(*passed));
            if room == 0 {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            let most = usize::try_from(room).unwrap_or(usize::MAX);
            let piece = weather.piece_bytes.unwrap_or(rest.len()).clamp(1, rest.len()).min(most);
            let (now, later) = rest.split_at(piece);
            if let Some(rate) = weather.bytes_per_second {
                sleep(Duration::from_secs_f64(piece as f64 / f64::from(rate.max(1)))).await;
            }
            to.write_all(now).await?;
            *passed += piece as u64;
            self.count(|traffic| traffic.passed += piece as u64);
            rest = later;
        }
        Ok(())
    }

    /// Takes what comes and gives nothing, until somebody cuts the connection.
    async fn swallow(&self, chunks: &mut mpsc::Receiver<Chunk>) -> io::Result<()> {
        while let Some(chunk) = chunks.recv().await {
            self.count(|traffic| traffic.lost += chunk.bytes.len() as u64);
        }
        std::future::pending().await
    }

    fn count(&self, change: impl FnOnce(&mut Traffic)) {
        self.tally.of(self.way).send_modify(change);
    }
}
