//! Sockets that say hello and then nothing.

use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tieline_protocol::Auth;

use super::Target;
use crate::client::{Client, ticket, visitor_hello};

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Idle {
    /// Open sockets.
    pub sockets: usize,
    /// Of the gateway before the first.
    pub resident_before_bytes: u64,
    /// Of the gateway with all of them.
    pub resident_bytes: u64,
    /// The difference, a socket.
    pub bytes_per_socket: u64,
    /// Processor seconds of the gateway for one second of silence.
    pub gateway_processors: f64,
}

/// Opens so many sockets and looks at the gateway's memory.
///
/// # Errors
/// When a socket is turned away or dropped.
pub async fn idle(target: &Target<'_>, count: usize) -> Result<Idle> {
    const SILENCE: Duration = Duration::from_secs(5);
    let ticket = ticket(target.address, &target.stage.channel).await?;
    let ticket = ticket.as_str();
    // One beforehand, so that what is made once is not counted.
    let (_first, _) =
        Client::enter(target.address, visitor_hello(&target.stage.channel, ticket, Auth::New)).await?;
    let before = target.gateway.resident_bytes()?;
    let clients: Vec<Client> = stream::iter(0..count)
        .map(|_| async move {
            let greeting = visitor_hello(&target.stage.channel, ticket, Auth::New);
            anyhow::Ok(Client::enter(target.address, greeting).await?.0)
        })
        .buffer_unordered(32)
        .try_collect()
        .await?;
    let processor = target.gateway.processor_time()?;
    tokio::time::sleep(SILENCE).await;
    let processor = target.gateway.processor_time()? - processor;
    let resident = target.gateway.resident_bytes()?;
    ensure!(clients.len() == count, "a socket is missing");
    Ok(Idle {
        sockets: count,
        resident_before_bytes: before,
        resident_bytes: resident,
        bytes_per_socket: resident.saturating_sub(before) / count.max(1) as u64,
        gateway_processors: processor.as_secs_f64() / SILENCE.as_secs_f64(),
    })
}
