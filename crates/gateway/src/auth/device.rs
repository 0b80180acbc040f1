//! A visitor's browser as a row: the hash of its current token, and which one that is. Reads and writes, judges nothing.

use rusqlite::{Connection, OptionalExtension, params};
use tieline_protocol::{Millis, PartyId};

use super::{
    columns::{read_millis, read_optional_millis, stamp},
    revocation::{self, Revocation},
    visitor::{DEVICE_LIFE, OVERLAP},
};

/// The row.
pub(super) struct Device {
    pub(super) token: [u8; 32],
    pub(super) previous: Option<[u8; 32]>,
    pub(super) previous_until: Option<Millis>,
    pub(super) issued_at: Millis,
    pub(super) expires_at: Millis,
    pub(super) generation: u64,
    pub(super) is_revoked: bool,
}

/// A change of a device row. Each names the token it saw, so that of two tabs one wins and nothing is done twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceWrite {
    /// The offered token was used: it is the current one now.
    Adopt {
        /// SHA-256 of the one before.
        from: [u8; 32],
        /// SHA-256 of this one.
        to: [u8; 32],
    },
    /// Seen again: remembered for another thirty days.
    Keep {
        /// SHA-256 of the current one.
        token: [u8; 32],
    },
}

/// Carries out what [`recognise`](super::visitor::recognise) asked for.
///
/// # Errors
/// When the store fails.
pub fn write(db: &Connection, change: &DeviceWrite, now: Millis) -> rusqlite::Result<()> {
    match change {
        DeviceWrite::Adopt { from, to } => db.execute(
            "update device set token_hash = ?2, previous_hash = ?1, previous_until = ?3, issued_at = ?4, expires_at = ?5,
                    generation = generation + 1
             where token_hash = ?1",
            params![from, to, stamp(now + OVERLAP), stamp(now), stamp(now + DEVICE_LIFE)],
        )?,
        DeviceWrite::Keep { token } => db.execute(
            "update device set expires_at = max(expires_at, ?2) where token_hash = ?1",
            params![token, stamp(now + DEVICE_LIFE)],
        )?,
    };
    Ok(())
}

/// A retired token came back: nobody uses this device any more, neither the thief nor the visitor, and neither stays connected.
///
/// # Errors
/// When the store fails.
pub fn revoke(db: &Connection, party: PartyId, now: Millis) -> rusqlite::Result<()> {
    db.execute("update device set is_revoked = 1 where party_id = ?1", [party.0.as_bytes()])?;
    revocation::record(db, &Revocation::Party(party), now)
}

/// The browser of that party, if the store knows one.
pub(super) fn find_device(db: &Connection, party: PartyId) -> rusqlite::Result<Option<Device>> {
    db.prepare_cached(
        "select token_hash, previous_hash, previous_until, issued_at, expires_at, generation, is_revoked
         from device where party_id = ?1",
    )?
    .query_row([party.0.as_bytes()], |row| {
        Ok(Device {
            token: row.get(0)?,
            previous: row.get(1)?,
            previous_until: read_optional_millis(row, 2)?,
            issued_at: read_millis(row, 3)?,
            expires_at: read_millis(row, 4)?,
            generation: read_millis(row, 5)?.0,
            is_revoked: row.get(6)?,
        })
    })
    .optional()
}

/// Whether the store knows the party at all.
pub(super) fn party_exists(db: &Connection, party: PartyId) -> rusqlite::Result<bool> {
    db.prepare_cached("select 1 from party where id = ?1")?.exists([party.0.as_bytes()])
}
