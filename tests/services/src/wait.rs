//! Waiting for something to become true.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, sleep};

/// Far above what anything here takes, so that a slow machine is not a red test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// A server's start, several of them at once on a small machine.
const START: Duration = Duration::from_secs(90);
const BETWEEN: Duration = Duration::from_millis(25);

/// Asks until a server has started. An error ends it.
///
/// # Errors
/// The error of the question, or at the deadline.
pub(crate) async fn until_started<T>(what: &str, ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    until(what, START, ask).await
}

/// Asks until the answer is `Some`. An error ends it. For what tells nobody when it is so.
///
/// # Errors
/// The error of the question, or at the deadline.
pub(crate) async fn until<T>(
    what: &str,
    patience: Duration,
    mut ask: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let end = Instant::now() + patience;
    loop {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        if Instant::now() >= end {
            bail!("waited in vain for {what}");
        }
        sleep(BETWEEN).await;
    }
}
