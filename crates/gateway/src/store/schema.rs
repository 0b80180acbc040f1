//! The tables, and how an older file gets them. One step per version, never edited once released, only added.

use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, durable};

const STEPS: [&str; 9] = [
    include_str!("../../migrations/V1__first.sql"),
    include_str!("../../migrations/V2__revocation.sql"),
    include_str!("../../migrations/V3__change.sql"),
    include_str!("../../migrations/V4__files.sql"),
    include_str!("../../migrations/V5__channel_settings.sql"),
    include_str!("../../migrations/V6__connectors.sql"),
    include_str!("../../migrations/V7__bridge_place.sql"),
    include_str!("../../migrations/V8__assignment.sql"),
    include_str!("../../migrations/V9__signed_item.sql"),
];

/// Small pages: an append touches one leaf of each of two trees, and the WAL holds every touched page whole.
const PAGE_BYTES: u32 = 2048;

/// Makes the file durable and its tables current.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    durable::make(connection)?;
    // The writer checkpoints by itself, beside the commits (`writer.rs`).
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -32 * 1024)?;
    migrate(connection)
}

/// The newest version that this build knows.
pub(super) fn known_version() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// The version of a file; 0 if it has no tables of ours.
pub(super) fn version_of(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = known_version();
    // Two programs may start at once: the version is read under the write lock.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version_of(&transaction)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for step in STEPS.iter().skip(found as usize) {
        transaction.execute_batch(step)?;
    }
    if found < known {
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(())
}
