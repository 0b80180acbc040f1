//! A steady rate, and how long a message takes from the sender's `send` to the reader's socket.
//!
//! Messages leave on a schedule, whether or not earlier ones have arrived, and time counts from the moment at which one was
//! due: a gateway that stalls is charged for everybody who had to wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde::Serialize;
use tieline_protocol::{RequestId, SessionId, envelope::json};
use tokio::{net::TcpStream, task::JoinSet};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use super::{
    Target,
    pair::{Glance, Pair, glance, pairs},
    quantile,
};
use crate::client::{draft_id, text_frame};

/// The first seconds are not counted.
const WARM_UP: Duration = Duration::from_secs(2);

/// What came of it. Times are milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Paced {
    /// Messages a second, as scheduled.
    pub rate: u32,
    /// Pairs of a visitor and an agent.
    pub pairs: usize,
    /// Messages counted.
    pub messages: usize,
    /// Half took no longer.
    pub p50_ms: f64,
    /// Nine in ten took no longer.
    pub p90_ms: f64,
    /// 99 in a hundred took no longer.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// Processor seconds of the gateway for one second.
    pub gateway_processors: f64,
}

type Sink = SplitSink<WebSocketStream<TcpStream>, Message>;

/// When each message was due, by the number in its text; and how long those took that have arrived.
#[derive(Default)]
struct Book {
    due: HashMap<u64, Instant>,
    took_micros: Vec<u32>,
}

/// Sends at that rate for so long.
///
/// # Errors
/// When the gateway refuses a message or drops a socket.
pub async fn paced(target: &Target<'_>, count: usize, rate: u32, time: Duration) -> Result<Paced> {
    let book = Arc::new(Mutex::new(Book::default()));
    let mut readers = JoinSet::new();
    let mut visitors: Vec<(Sink, SessionId)> = Vec::new();
    for Pair { visitor, agent, session } in pairs(target, count).await? {
        let (sink, mut receipts) = visitor.socket.split();
        visitors.push((sink, session));
        readers.spawn(async move {
            while let Some(message) = receipts.next().await {
                if let Message::Text(text) = message? {
                    glance(&text)?;
                }
            }
            anyhow::Ok(())
        });
        readers.spawn(arrive(agent.socket, Arc::clone(&book)));
    }
    let began = Instant::now() + Duration::from_millis(100);
    let processor = target.gateway.processor_time()?;
    let total = (f64::from(rate) * (WARM_UP + time).as_secs_f64()) as u64;
    let interval = Duration::from_secs_f64(1.0 / f64::from(rate));
    for number in 0..total {
        let due = began + interval.mul_f64(number as f64);
        tokio::time::sleep_until(due.into()).await;
        if due > began + WARM_UP {
            lock(&book).due.insert(number, due);
        }
        let at = number as usize % visitors.len();
        let (sink, session) = visitors.get_mut(at).context("there are visitors")?;
        let frame = text_frame(*session, draft_id(), &format!("{number} is the number of this message"));
        sink.send(Message::text(json::encode(Some(RequestId(number as u32)), frame))).await?;
    }
    let processor = target.gateway.processor_time()? - processor;
    let seconds = began.elapsed().as_secs_f64();
    settle(&book).await?;
    readers.abort_all();
    let mut took = std::mem::take(&mut lock(&book).took_micros);
    took.sort_unstable();
    Ok(Paced {
        rate,
        pairs: count,
        messages: took.len(),
        p50_ms: quantile(&took, 0.5),
        p90_ms: quantile(&took, 0.9),
        p99_ms: quantile(&took, 0.99),
        max_ms: quantile(&took, 1.0),
        gateway_processors: processor.as_secs_f64() / seconds,
    })
}

/// Waits until everything has arrived. A message that never does is a failure, not a slow one.
async fn settle(book: &Mutex<Book>) -> Result<()> {
    let began = Instant::now();
    while !lock(book).due.is_empty() {
        anyhow::ensure!(
            began.elapsed() < Duration::from_secs(20),
            "{} messages did not arrive",
            lock(book).due.len()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

async fn arrive(mut socket: WebSocketStream<TcpStream>, book: Arc<Mutex<Book>>) -> Result<()> {
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        if !matches!(glance(&text)?, Glance::Entry) {
            continue;
        }
        let now = Instant::now();
        let number =
            text.rsplit_once(r#""text":""#).and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
        let mut book = lock(&book);
        if let Some(due) = number.and_then(|number: u64| book.due.remove(&number)) {
            let micros = now.saturating_duration_since(due).as_micros();
            book.took_micros.push(u32::try_from(micros).unwrap_or(u32::MAX));
        }
    }
    Ok(())
}

fn lock(book: &Mutex<Book>) -> std::sync::MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
