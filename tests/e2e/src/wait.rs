//! Waiting for something to become true.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, sleep};

/// Far above what anything here takes, so that a slow machine is not a red test.
const DEADLINE: Duration = Duration::from_secs(30);
const BETWEEN: Duration = Duration::from_millis(40);

/// Asks until the answer is `Some`. An error counts as "not yet", and the last one is told at the deadline.
///
/// # Errors
/// At the deadline.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let end = Instant::now() + DEADLINE;
    loop {
        let answer = ask().await;
        if let Ok(Some(found)) = answer {
            return Ok(found);
        }
        if Instant::now() >= end {
            match answer {
                Err(error) => bail!("waited in vain for {what}: {error:#}"),
                Ok(_) => bail!("waited in vain for {what}"),
            }
        }
        sleep(BETWEEN).await;
    }
}
