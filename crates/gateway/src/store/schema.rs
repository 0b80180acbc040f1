//! The tables, and how an older file gets them. One step per version, never edited once released, only added.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

const STEPS: [&str; 1] = [include_str!("../../migrations/V1__first.sql")];

/// Small pages: an append touches one leaf of each of two trees, and the WAL holds every touched page whole.
const PAGE_BYTES: u32 = 2048;

/// Makes the file durable and its tables current.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    expect(connection, "journal_mode", "wal", "wal")?;
    expect(connection, "synchronous", "full", "2")?;
    // The writer checkpoints by itself, beside the commits (`writer.rs`).
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -32 * 1024)?;
    migrate(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = u32::try_from(STEPS.len()).unwrap_or(u32::MAX);
    // Two programs may start at once: the version is read under the write lock.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
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

/// Sets a pragma and checks that it took: some file systems cannot do WAL, and say so only here.
fn expect(connection: &Connection, name: &str, value: &str, wanted: &str) -> Result<(), StoreError> {
    connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        other => Err(other),
    })?;
    let found: String = connection.pragma_query_value(None, name, |row| {
        row.get::<_, rusqlite::types::Value>(0).map(|value| match value {
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        })
    })?;
    if found == wanted {
        return Ok(());
    }
    Err(StoreError::NotDurable { why: format!("{name} is {found}, not {wanted}") })
}
