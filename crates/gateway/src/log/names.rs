//! What other platforms call the entries.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tieline_connector::Platform;
use tieline_protocol::{DraftId, Seq, SessionId};

use super::{
    Log,
    columns::{seq, signed, uuid},
};
use crate::store::StoreError;

/// Words that somebody on a platform refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Their place.
    pub(crate) seq: Seq,
    /// Their name here: of the first words, also where a correction was meant.
    pub(crate) draft: DraftId,
}

impl Log {
    /// The words of the first of these names that stands for any.
    pub(crate) async fn find_named(
        &self,
        platform: Platform,
        session: SessionId,
        names: Vec<String>,
    ) -> Result<Option<Known>, StoreError> {
        self.store.read(move |db| find(db, platform, session, &names)).await
    }

    /// What the platform calls an entry.
    pub(crate) async fn name_of(
        &self,
        platform: Platform,
        session: SessionId,
        seq: Seq,
    ) -> Result<Option<String>, StoreError> {
        self.store.read(move |db| best(db, platform, session, seq)).await
    }
}

fn find(
    db: &Connection,
    platform: Platform,
    session: SessionId,
    names: &[String],
) -> rusqlite::Result<Option<Known>> {
    let mut by_name = db.prepare_cached(
        "select e.seq, coalesce(e.target, e.draft_id) as words from foreign_name f
         join entry e on e.session_id = f.session_id and e.seq = f.seq
         where f.connector = ?1 and f.session_id = ?2 and f.name = ?3",
    )?;
    let mut by_draft = db.prepare_cached(
        "select seq, coalesce(target, draft_id) as words from entry where session_id = ?1 and draft_id = ?2
         order by seq limit 1",
    )?;
    let known =
        |row: &rusqlite::Row<'_>| Ok(Known { seq: seq(row, "seq")?, draft: DraftId(uuid(row, "words")?) });
    for name in names {
        let key = params![platform.name(), session.0.as_bytes(), name];
        if let Some(found) = by_name.query_row(key, known).optional()? {
            return Ok(Some(found));
        }
        // What the gateway said there bears the draft's own name.
        if let Ok(draft) = name.parse::<DraftId>() {
            let key = params![session.0.as_bytes(), draft.0.as_bytes()];
            if let Some(found) = by_draft.query_row(key, known).optional()? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// The name to use for an entry.
pub(super) fn best(
    db: &Connection,
    platform: Platform,
    session: SessionId,
    seq: Seq,
) -> rusqlite::Result<Option<String>> {
    db.prepare_cached(
        "select name from foreign_name where connector = ?1 and session_id = ?2 and seq = ?3 order by rank limit 1",
    )?
    .query_row(params![platform.name(), session.0.as_bytes(), signed(seq.0)], |row| row.get(0))
    .optional()
}

/// Keeps names, best first. A name that stands for something else already keeps its meaning.
pub(crate) fn add(
    db: &Transaction<'_>,
    platform: Platform,
    session: SessionId,
    seq: Seq,
    names: &[String],
) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(
        "insert or ignore into foreign_name (connector, session_id, name, seq, rank) values (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (rank, name) in (0_i64..).zip(names) {
        insert.execute(params![platform.name(), session.0.as_bytes(), name, signed(seq.0), rank])?;
    }
    Ok(())
}
