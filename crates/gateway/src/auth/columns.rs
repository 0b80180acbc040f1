//! Times and ids as SQLite keeps them.

use rusqlite::Row;
use tieline_protocol::Millis;
use uuid::Uuid;

/// A moment as SQLite keeps it.
pub(super) fn stamp(at: Millis) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

pub(super) fn read_millis(row: &Row<'_>, at: usize) -> rusqlite::Result<Millis> {
    row.get::<_, i64>(at).map(|value| Millis(u64::try_from(value).unwrap_or(0)))
}

pub(super) fn read_optional_millis(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Millis>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(|value| Millis(u64::try_from(value).unwrap_or(0))))
}

pub(super) fn read_uuid(row: &Row<'_>, at: usize) -> rusqlite::Result<Uuid> {
    let bytes: [u8; 16] = row.get(at)?;
    Ok(Uuid::from_bytes(bytes))
}
