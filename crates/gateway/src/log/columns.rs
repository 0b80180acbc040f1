//! Ids, times and bodies as SQLite keeps them.

use rusqlite::Row;
use serde::{Serialize, de::DeserializeOwned};
use tieline_protocol::{Author, Body, DraftId, Entry, Millis, PartyId, Role, Seq, SessionId, server::Phase};
use uuid::Uuid;

/// A number as SQLite keeps it: signed.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn seq(row: &Row<'_>, at: &str) -> rusqlite::Result<Seq> {
    row.get::<_, Option<i64>>(at).map(|value| Seq(value.and_then(|value| value.try_into().ok()).unwrap_or(0)))
}

pub(super) fn millis(row: &Row<'_>, at: &str) -> rusqlite::Result<Millis> {
    row.get::<_, i64>(at).map(|value| Millis(value.try_into().unwrap_or(0)))
}

pub(super) fn uuid(row: &Row<'_>, at: &str) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(at).map(Uuid::from_bytes)
}

/// A name that may be missing.
pub(super) fn draft_id(row: &Row<'_>, at: &str) -> rusqlite::Result<Option<DraftId>> {
    row.get::<_, Option<[u8; 16]>>(at).map(|bytes| bytes.map(|bytes| DraftId(Uuid::from_bytes(bytes))))
}

/// JSON for a column. Our types hold nothing that serde_json could refuse.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A column that holds JSON, or the type's default where a later version wrote what this one cannot read.
pub(super) fn from_json<T: DeserializeOwned + Default>(row: &Row<'_>, at: &str) -> rusqlite::Result<T> {
    row.get::<_, String>(at).map(|text| serde_json::from_str(&text).unwrap_or_default())
}

pub(super) fn phase(row: &Row<'_>, at: &str) -> rusqlite::Result<Phase> {
    Ok(if row.get_ref(at)?.as_str()? == "open" { Phase::Open } else { Phase::Closed })
}

pub(super) fn role(row: &Row<'_>, at: &str) -> rusqlite::Result<Role> {
    Ok(match row.get_ref(at)?.as_str()? {
        "visitor" => Role::Visitor,
        "user" => Role::User,
        "agent" => Role::Agent,
        "bot" => Role::Bot,
        _ => Role::Unknown,
    })
}

/// The name of a role in the tables.
pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Visitor => "visitor",
        Role::User => "user",
        Role::Agent => "agent",
        Role::Bot | Role::Unknown => "bot",
    }
}

/// The columns that [`entry`] reads: of `entry` as `e`, its sender as `p`.
pub(super) const ENTRY: &str =
    "e.seq, e.draft_id, e.sender_id, p.role as sender_role, p.name as sender_name, e.reply_to, e.body, e.at";

pub(super) fn entry(row: &Row<'_>, session: SessionId) -> rusqlite::Result<Entry> {
    let body = serde_json::from_str(row.get_ref("body")?.as_str()?).unwrap_or(Body::Unknown);
    Ok(Entry {
        session,
        seq: seq(row, "seq")?,
        draft_id: DraftId(uuid(row, "draft_id")?),
        from: Author {
            id: PartyId(uuid(row, "sender_id")?),
            role: role(row, "sender_role")?,
            name: row.get("sender_name")?,
        },
        reply_to: draft_id(row, "reply_to")?,
        at: millis(row, "at")?,
        body,
    })
}
