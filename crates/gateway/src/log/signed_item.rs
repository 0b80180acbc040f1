//! The products that a channel's backend has signed, by the shop's own number.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tieline_protocol::{Item, Millis, SessionId};

use super::{
    Log,
    columns::{json, signed},
};
use crate::store::StoreError;

impl Log {
    /// The product of that number, as it was signed last in any session of the same channel.
    pub(crate) async fn find_signed_item(
        &self,
        session: SessionId,
        number: String,
    ) -> Result<Option<Item>, StoreError> {
        let read = move |db: &Connection| {
            db.prepare_cached(
                "select i.item from signed_item i join session s on s.channel_id = i.channel_id
                 where s.id = ?1 and i.number = ?2",
            )?
            .query_row(params![session.0.as_bytes(), number], of_json)
            .optional()
        };
        Ok(self.store.read(read).await?.flatten())
    }

    /// What a session is about, as it was opened.
    pub(crate) async fn item_of(&self, session: SessionId) -> Result<Option<Item>, StoreError> {
        let read = move |db: &Connection| {
            db.prepare_cached("select item from session where id = ?1")?
                .query_row([session.0.as_bytes()], of_json)
                .optional()
        };
        Ok(self.store.read(read).await?.flatten())
    }
}

/// The channel's backend has signed it: within the transaction that brings it.
pub(super) fn note(
    db: &Transaction<'_>,
    session: SessionId,
    item: &Item,
    at: Millis,
) -> rusqlite::Result<()> {
    let Some(number) = item.id.as_ref().filter(|_| item.verified) else { return Ok(()) };
    db.prepare_cached(
        "insert into signed_item (channel_id, number, item, at)
         select channel_id, ?2, ?3, ?4 from session where id = ?1
         on conflict (channel_id, number) do update set item = excluded.item, at = excluded.at",
    )?
    .execute(params![session.0.as_bytes(), number, json(item), signed(at.0)])
    .map(drop)
}

fn of_json(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Item>> {
    let item: Option<String> = row.get("item")?;
    Ok(item.and_then(|text| serde_json::from_str(&text).ok()))
}
