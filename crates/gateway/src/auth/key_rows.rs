//! A channel's keys as rows. Reads and writes, judges nothing.

use rusqlite::{Connection, OptionalExtension, Row, params};
use tieline_protocol::{ChannelId, Millis};

use super::{
    columns::{read_optional_millis, stamp},
    key::{Algorithm, ChannelKey, KeyState},
    secret::Secret,
};

/// The channel's key of that name.
///
/// # Errors
/// When the store fails.
pub fn find_key(db: &Connection, channel: &ChannelId, kid: &str) -> rusqlite::Result<Option<ChannelKey>> {
    db.prepare_cached(
        "select kid, alg, key, state, not_before, not_after from channel_key where channel_id = ?1 and kid = ?2",
    )?
    .query_row(params![channel.0, kid], key_from_row)
    .optional()
}

/// The channel's keys, oldest first.
///
/// # Errors
/// When the store fails.
pub fn list_keys(db: &Connection, channel: &ChannelId) -> rusqlite::Result<Vec<ChannelKey>> {
    db.prepare_cached(
        "select kid, alg, key, state, not_before, not_after from channel_key where channel_id = ?1
         order by created_at, kid",
    )?
    .query_map([&channel.0], key_from_row)?
    .collect()
}

/// Adds a key. `false`: the channel has one of that name.
///
/// # Errors
/// When the store fails.
pub fn add_key(
    db: &Connection,
    channel: &ChannelId,
    key: &ChannelKey,
    now: Millis,
) -> rusqlite::Result<bool> {
    let added = db.execute(
        "insert or ignore into channel_key (channel_id, kid, alg, key, state, not_before, not_after, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            channel.0,
            key.kid,
            key.algorithm.name(),
            // Public, or sealed: this is the place where a key is meant to go.
            key.material.expose(),
            key.state.name(),
            key.not_before.map(stamp),
            key.not_after.map(stamp),
            stamp(now),
        ],
    )?;
    Ok(added == 1)
}

/// Moves a key along its life.
///
/// # Errors
/// When the store fails.
pub fn set_key_state(
    db: &Connection,
    channel: &ChannelId,
    kid: &str,
    state: KeyState,
    not_after: Option<Millis>,
) -> rusqlite::Result<()> {
    db.execute(
        "update channel_key set state = ?3, not_after = ?4 where channel_id = ?1 and kid = ?2",
        params![channel.0, kid, state.name(), not_after.map(stamp)],
    )?;
    Ok(())
}

fn key_from_row(row: &Row<'_>) -> rusqlite::Result<ChannelKey> {
    let unknown = |at, what: String| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, what.into())
    };
    let (alg, state): (String, String) = (row.get(1)?, row.get(3)?);
    Ok(ChannelKey {
        kid: row.get(0)?,
        algorithm: Algorithm::find(&alg).ok_or_else(|| unknown(1, alg))?,
        material: Secret::new(row.get(2)?),
        state: KeyState::find(&state).ok_or_else(|| unknown(3, state))?,
        not_before: read_optional_millis(row, 4)?,
        not_after: read_optional_millis(row, 5)?,
    })
}
