//! A session begins. The first one of a visitor or user also writes who they are: a page view wrote nothing.

use rusqlite::{OptionalExtension, Transaction, params};
use tieline_protocol::{Author, ChannelId, Epoch, Millis, SessionId};
use tieline_relay::{Open, Permit, Provisional};

use super::{
    Log, LogError,
    columns::{json, millis, role_name, signed, uuid},
    signed_item,
};

/// Who opens, beside what the permit says.
#[derive(Clone, Debug)]
pub struct Opener {
    /// As others see them.
    pub author: Author,
    /// The embedding.
    pub channel: ChannelId,
    /// What the store does not know of them yet.
    pub provisional: Option<Provisional>,
}

/// What the gateway mints for a new session.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// Its id.
    pub session: SessionId,
    /// Its log's first generation.
    pub epoch: Epoch,
    /// When.
    pub at: Millis,
}

/// A session that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its id.
    pub session: SessionId,
    /// Its log's generation.
    pub epoch: Epoch,
    /// When it was opened.
    pub at: Millis,
    /// It stood already.
    pub is_duplicate: bool,
}

impl Log {
    /// Begins a session, or finds the one that the same wish began.
    ///
    /// # Errors
    /// When the wish's id was used for another wish, or the store fails.
    pub async fn open_session(
        &self,
        permit: Permit<Open>,
        opener: Opener,
        fresh: Fresh,
    ) -> Result<Opened, LogError> {
        let (wish, party) = permit.into_parts();
        debug_assert_eq!(party, opener.author.id);
        self.store.write(move |transaction| open(transaction, &wish, &opener, fresh)).await?
    }
}

fn open(
    transaction: &Transaction<'_>,
    wish: &Open,
    opener: &Opener,
    fresh: Fresh,
) -> rusqlite::Result<Result<Opened, LogError>> {
    let item = wish.item.as_ref().map(json);
    let standing = transaction
        .prepare_cached(
            "select id, epoch, created_at, recipient, item from session where visitor_id = ?1 and open_draft_id = ?2",
        )?
        .query_row(params![opener.author.id.0.as_bytes(), wish.draft_id.0.as_bytes()], |row| {
            let opened = Opened {
                session: SessionId(uuid(row, "id")?),
                epoch: Epoch(row.get("epoch")?),
                at: millis(row, "created_at")?,
                is_duplicate: true,
            };
            Ok((opened, row.get::<_, String>("recipient")?, row.get::<_, Option<String>>("item")?))
        })
        .optional()?;
    if let Some((opened, recipient, stood_for)) = standing {
        let is_same = recipient == wish.to && stood_for == item;
        return Ok(if is_same { Ok(opened) } else { Err(LogError::Conflict) });
    }
    introduce(transaction, opener, fresh.at)?;
    transaction
        .prepare_cached(
            "insert into session (id, channel_id, visitor_id, recipient, epoch, phase, item, open_draft_id, created_at, touched_at)
             values (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?8, ?8)",
        )?
        .execute(params![
            fresh.session.0.as_bytes(),
            opener.channel.0,
            opener.author.id.0.as_bytes(),
            wish.to,
            fresh.epoch.0,
            item,
            wish.draft_id.0.as_bytes(),
            signed(fresh.at.0),
        ])?;
    if let Some(item) = &wish.item {
        signed_item::note(transaction, fresh.session, item, fresh.at)?;
    }
    Ok(Ok(Opened { session: fresh.session, epoch: fresh.epoch, at: fresh.at, is_duplicate: false }))
}

/// Writes who opens, where the store does not know it yet.
fn introduce(transaction: &Transaction<'_>, opener: &Opener, at: Millis) -> rusqlite::Result<()> {
    let Some(provisional) = &opener.provisional else { return Ok(()) };
    let id = opener.author.id.0.as_bytes();
    let external_id = match provisional {
        Provisional::User { external_id } => Some(external_id),
        Provisional::Visitor { .. } => None,
    };
    transaction
        .prepare_cached(
            "insert into party (id, channel_id, role, external_id, name, created_at) values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (id) do update set name = coalesce(excluded.name, name)",
        )?
        .execute(params![
            id,
            opener.channel.0,
            role_name(opener.author.role),
            external_id,
            opener.author.name,
            signed(at.0)
        ])?;
    if let Provisional::Visitor { token_hash, expires_at } = provisional {
        transaction
            .prepare_cached(
                "insert into device (party_id, token_hash, issued_at, expires_at) values (?1, ?2, ?3, ?4)
                 on conflict do nothing",
            )?
            .execute(params![id, token_hash, signed(at.0), signed(expires_at.0)])?;
    }
    Ok(())
}
