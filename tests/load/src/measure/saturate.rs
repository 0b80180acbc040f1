//! As much as the gateway takes: every visitor says the next thing as soon as the last one is on disk.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tieline_protocol::{RequestId, SessionId, envelope::json};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use super::{
    Target,
    pair::{Glance, Pair, glance, pairs},
};
use crate::client::{Client, draft_id, text_frame};

/// How long it runs before anything is counted.
const WARM_UP: Duration = Duration::from_secs(2);

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Saturated {
    /// Pairs of a visitor and an agent.
    pub pairs: usize,
    /// Messages of each visitor on their way at once.
    pub window: usize,
    /// Seconds counted.
    pub seconds: f64,
    /// Messages acknowledged, on disk, a second.
    pub acknowledged_per_second: f64,
    /// Messages that arrived at the agent's socket, a second.
    pub delivered_per_second: f64,
    /// Processor seconds of the gateway for one second.
    pub gateway_processors: f64,
}

#[derive(Default)]
struct Counts {
    is_over: AtomicBool,
    acknowledged: AtomicU64,
    delivered: AtomicU64,
}

/// Runs so many pairs for so long.
///
/// # Errors
/// When the gateway refuses a message or drops a socket.
pub async fn saturate(target: &Target<'_>, count: usize, window: usize, time: Duration) -> Result<Saturated> {
    let counts = Arc::new(Counts::default());
    let mut tasks = JoinSet::new();
    for Pair { visitor, agent, session } in pairs(target, count).await? {
        tasks.spawn(speak(visitor, session, window, Arc::clone(&counts)));
        tasks.spawn(listen(agent, Arc::clone(&counts)));
    }
    let read = || (counts.acknowledged.load(Ordering::Relaxed), counts.delivered.load(Ordering::Relaxed));
    tokio::time::sleep(WARM_UP).await;
    let (began, (acknowledged, delivered)) = (Instant::now(), read());
    let processor = target.gateway.processor_time()?;
    tokio::time::sleep(time).await;
    let (seconds, end) = (began.elapsed().as_secs_f64(), read());
    let processor = target.gateway.processor_time()? - processor;
    counts.is_over.store(true, Ordering::Relaxed);
    while let Some(finished) = tasks.join_next().await {
        finished??;
    }
    Ok(Saturated {
        pairs: count,
        window,
        seconds,
        acknowledged_per_second: (end.0 - acknowledged) as f64 / seconds,
        delivered_per_second: (end.1 - delivered) as f64 / seconds,
        gateway_processors: processor.as_secs_f64() / seconds,
    })
}

async fn speak(mut visitor: Client, session: SessionId, window: usize, counts: Arc<Counts>) -> Result<()> {
    let mut number = 0;
    let mut under_way = 0;
    loop {
        while under_way < window && !counts.is_over.load(Ordering::Relaxed) {
            number += 1;
            let text = format!("message {number} of a visitor who wonders about the size of the blue one");
            let frame = json::encode(Some(RequestId(number)), text_frame(session, draft_id(), &text));
            visitor.socket.feed(Message::text(frame)).await?;
            under_way += 1;
        }
        if under_way == 0 {
            return Ok(());
        }
        visitor.socket.flush().await?;
        let message = visitor.socket.next().await.context("the gateway hung up")??;
        if let Message::Text(text) = &message
            && matches!(glance(text)?, Glance::Ok)
        {
            under_way -= 1;
            counts.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn listen(mut agent: Client, counts: Arc<Counts>) -> Result<()> {
    while !counts.is_over.load(Ordering::Relaxed) {
        let Ok(message) = tokio::time::timeout(Duration::from_secs(1), agent.socket.next()).await else {
            continue;
        };
        let Message::Text(text) = message.context("the gateway hung up")?? else { continue };
        if matches!(glance(&text)?, Glance::Entry) {
            counts.delivered.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}
