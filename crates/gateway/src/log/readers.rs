//! How far each reader has got. Only ever grows, and never past the log's end.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{OptionalExtension, Transaction, params};
use tieline_protocol::{Cursor, SessionId};
use tieline_relay::{MoveCursor, Permit};

use super::{
    Log,
    columns::{seq, signed},
    heads::Heads,
};
use crate::store::{Change, StoreError};

impl Log {
    /// Moves a reader's cursor forward. `moved` hears where it stands now, if it moved, once that is on disk.
    pub fn move_cursor<D>(&self, permit: Permit<MoveCursor>, moved: D)
    where
        D: FnOnce(Cursor) + Send + 'static,
    {
        self.store.submit(Move { permit, heads: Arc::clone(&self.heads), now: None, moved });
    }
}

struct Move<D> {
    permit: Permit<MoveCursor>,
    heads: Arc<Mutex<Heads>>,
    now: Option<Cursor>,
    moved: D,
}

impl<D: FnOnce(Cursor) + Send> Change for Move<D> {
    fn apply(&mut self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let MoveCursor(Cursor { session, delivered, read }) = *self.permit.wish();
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(last) = heads.find(transaction, session)?.map(|head| head.last) else { return Ok(()) };
        drop(heads);
        // What was read was delivered.
        let wanted = Cursor { session, delivered: delivered.max(read).min(last), read: read.min(last) };
        self.now = raise(transaction, &self.permit, wanted)?;
        Ok(())
    }

    fn is_one_statement(&self) -> bool {
        true
    }

    fn settle(self: Box<Self>, outcome: Result<(), StoreError>) {
        // A cursor is soft: if the store cannot keep it, the reader will move it again.
        if let (Ok(()), Some(now)) = (outcome, self.now) {
            (self.moved)(now);
        }
    }
}

/// Where the cursor stands afterwards; none if that is where it stood.
fn raise(
    transaction: &Transaction<'_>,
    permit: &Permit<MoveCursor>,
    wanted: Cursor,
) -> rusqlite::Result<Option<Cursor>> {
    let session: SessionId = wanted.session;
    transaction
        .prepare_cached(
            "insert into reader (session_id, party_id, delivered, read) values (?1, ?2, ?3, ?4)
             on conflict (session_id, party_id) do update
             set delivered = max(delivered, excluded.delivered), read = max(read, excluded.read)
             where excluded.delivered > delivered or excluded.read > read
             returning delivered, read",
        )?
        .query_row(
            params![
                session.0.as_bytes(),
                permit.party().0.as_bytes(),
                signed(wanted.delivered.0),
                signed(wanted.read.0)
            ],
            |row| Ok(Cursor { session, delivered: seq(row, "delivered")?, read: seq(row, "read")? }),
        )
        .optional()
}
