//! Stretches of a log: contiguous entries in order.

use rusqlite::{Connection, Params, params};
use tieline_protocol::{Body, Entry, Epoch, Seq, SessionId, limits::TAIL_ENTRIES, server::Page};
use tieline_relay::{History, Permit, command::Stretch};

use super::{
    Log, LogError,
    columns::{ENTRY, entry, seq, signed},
};
use crate::store::StoreError;

impl Log {
    /// The stretch that the permit is for.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn page(&self, permit: Permit<History>) -> Result<Page, LogError> {
        let History { session, stretch, limit } = *permit.wish();
        self.store
            .read(move |db| {
                let (epoch, last) = end_of(db, session)?;
                let entries = match stretch {
                    Stretch::Newest => before(db, session, last.next(), limit)?,
                    Stretch::Before(seq) => before(db, session, seq, limit)?,
                    Stretch::After(seq) => after(db, session, seq, limit)?,
                };
                Ok(Page { session, epoch, last, entries })
            })
            .await
            .map_err(LogError::from)
    }
}

impl Log {
    /// What stands in a place of a log. None: nothing does.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn body_at(&self, session: SessionId, place: Seq) -> Result<Option<Body>, StoreError> {
        let found = self.store.read(move |db| before(db, session, place.next(), 1)).await?;
        Ok(found.into_iter().find(|entry| entry.seq == place).map(|entry| entry.body))
    }
}

/// A log's generation and its newest place.
pub(super) fn end_of(db: &Connection, session: SessionId) -> rusqlite::Result<(Epoch, Seq)> {
    db.prepare_cached(
        "select epoch, (select max(seq) from entry where session_id = ?1) as last from session where id = ?1",
    )?
    .query_row([session.0.as_bytes()], |row| Ok((Epoch(row.get("epoch")?), seq(row, "last")?)))
}

/// The last `limit` entries below a place.
pub(super) fn before(
    db: &Connection,
    session: SessionId,
    place: Seq,
    limit: u32,
) -> rusqlite::Result<Vec<Entry>> {
    let sql = format!(
        "select {ENTRY} from entry e join party p on p.id = e.sender_id
         where e.session_id = ?1 and e.seq < ?2 order by e.seq desc limit ?3"
    );
    let mut entries = collect(db, &sql, session, params![session.0.as_bytes(), signed(place.0), limit])?;
    entries.reverse();
    Ok(entries)
}

/// The end of a log: at least so many entries, and as many more as it takes to hold the newest that says something. A list shows
/// what was said last, not that something was changed.
pub(super) fn tail(
    db: &Connection,
    session: SessionId,
    last: Seq,
    least: u32,
) -> rusqlite::Result<Vec<Entry>> {
    let said = db
        .prepare_cached("select max(seq) as said from entry where session_id = ?1 and target is null")?
        .query_row([session.0.as_bytes()], |row| seq(row, "said"))?;
    let wanted = u32::try_from(last.next().0.saturating_sub(said.0)).unwrap_or(u32::MAX);
    before(db, session, last.next(), wanted.clamp(least, TAIL_ENTRIES.max(least)))
}

/// The first `limit` entries above a place.
pub(super) fn after(
    db: &Connection,
    session: SessionId,
    place: Seq,
    limit: u32,
) -> rusqlite::Result<Vec<Entry>> {
    let sql = format!(
        "select {ENTRY} from entry e join party p on p.id = e.sender_id
         where e.session_id = ?1 and e.seq > ?2 order by e.seq limit ?3"
    );
    collect(db, &sql, session, params![session.0.as_bytes(), signed(place.0), limit])
}

fn collect(db: &Connection, sql: &str, session: SessionId, key: impl Params) -> rusqlite::Result<Vec<Entry>> {
    db.prepare_cached(sql)?.query_map(key, |row| entry(row, session))?.collect()
}
