//! Where each log ends, remembered by the writer so that an append need not ask.
//!
//! Invariant: what is remembered is what the current transaction would read. Whoever learns that a commit failed forgets.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use tieline_protocol::{Epoch, Millis, Seq, SessionId};

use super::columns::{millis, seq};

/// Sessions remembered at once. One more, and all are forgotten: cheaper than to keep order.
const REMEMBERED: usize = 65_536;

/// The end of one log.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) epoch: Epoch,
    pub(super) last: Seq,
    /// As the session's row says; it lags.
    pub(super) touched_at: Millis,
}

/// The ends of the logs that were written to lately.
#[derive(Debug, Default)]
pub(super) struct Heads {
    known: HashMap<SessionId, Head>,
}

impl Heads {
    /// The end of a log, remembered or read. None if there is no such session.
    pub(super) fn find(
        &mut self,
        db: &Connection,
        session: SessionId,
    ) -> rusqlite::Result<Option<&mut Head>> {
        if !self.known.contains_key(&session) {
            let Some(head) = load(db, session)? else { return Ok(None) };
            if self.known.len() >= REMEMBERED {
                self.known.clear();
            }
            self.known.insert(session, head);
        }
        Ok(self.known.get_mut(&session))
    }

    /// What is remembered may be wrong.
    pub(super) fn forget(&mut self, session: SessionId) {
        self.known.remove(&session);
    }

    /// All that is remembered may be wrong.
    pub(super) fn forget_all(&mut self) {
        self.known.clear();
    }
}

fn load(db: &Connection, session: SessionId) -> rusqlite::Result<Option<Head>> {
    db.prepare_cached(
        "select epoch, touched_at, (select max(seq) from entry where session_id = ?1) as last from session where id = ?1",
    )?
    .query_row([session.0.as_bytes()], |row| {
        Ok(Head { epoch: Epoch(row.get("epoch")?), last: seq(row, "last")?, touched_at: millis(row, "touched_at")? })
    })
    .optional()
}
