//! Asking the [`Host`](crate::Host) until it has an answer. All of this crate that waits and that needs chance.

use std::{future::Future, time::Duration};

use tokio::time::sleep;

use crate::{Trouble, backoff::Backoff};

/// Asks again until the store has an answer. Nothing goes on meanwhile, so nothing gets lost.
pub async fn with_patience<T, F>(ask: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, Trouble>>,
{
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
    loop {
        match ask().await {
            Ok(value) => return value,
            Err(trouble) => {
                tracing::warn!(error.what = %trouble, "a session's room waits for the store");
                sleep(backoff.next(chance())).await;
            }
        }
    }
}

/// A number that nobody needs to guess.
pub fn chance() -> u32 {
    let mut bytes = [0; 4];
    // Without chance the waits are the shortest ones.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    u32::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_store_is_asked_until_it_answers() {
        let asked = Cell::new(0);
        let answer = with_patience(|| async {
            asked.set(asked.get() + 1);
            if asked.get() < 5 { Err(Trouble("away".into())) } else { Ok(asked.get()) }
        });
        assert_eq!(answer.await, 5);
    }
}
