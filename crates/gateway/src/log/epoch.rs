//! A log's generation is declared over: every copy of it that a client holds is void.

use std::sync::{Arc, PoisonError};

use rusqlite::params;
use tieline_protocol::SessionId;

use super::{Log, LogError};
use crate::store::restore::NEW_EPOCH;

impl Log {
    /// Gives one session, or all, a new epoch. What is appended from then on says so. Gives how many there were.
    ///
    /// # Errors
    /// When there is no such session, or the store fails.
    pub async fn bump_epoch(&self, session: Option<SessionId>) -> Result<u64, LogError> {
        let heads = Arc::clone(&self.heads);
        let changed = self.store.write(move |transaction| {
            let changed = match session {
                Some(session) => transaction.execute(
                    &format!("update session set epoch = {NEW_EPOCH} where id = ?1"),
                    params![session.0.as_bytes()],
                )?,
                None => transaction.execute(&format!("update session set epoch = {NEW_EPOCH}"), [])?,
            };
            // Within the transaction: the append that comes next in the same commit reads anew.
            heads.lock().unwrap_or_else(PoisonError::into_inner).forget_all();
            Ok(changed)
        });
        match (changed.await?, session) {
            (0, Some(_)) => Err(LogError::NoSuchSession),
            (changed, _) => Ok(u64::try_from(changed).unwrap_or(u64::MAX)),
        }
    }
}
