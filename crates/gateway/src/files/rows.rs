//! The rows of files.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use tieline_protocol::{ChannelId, DraftId, FileCard, FileId, Millis, PartyId, SessionId};
use tieline_relay::Upload;
use uuid::Uuid;

/// A file that was announced, and perhaps is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileRow {
    pub(super) id: FileId,
    pub(super) session: SessionId,
    pub(super) party: PartyId,
    pub(super) draft_id: DraftId,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) size: u64,
    pub(super) sha256: Vec<u8>,
    pub(super) stored: Option<Stored>,
}

/// What lies in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    /// Its name there.
    pub(super) stored_as: String,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: u64,
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    pub(super) has_thumbnail: bool,
}

impl FileRow {
    /// The file as it is read, if it is here.
    pub(super) fn card(&self) -> Option<FileCard> {
        let stored = self.stored.as_ref()?;
        Some(FileCard {
            id: self.id,
            name: stored.name.clone(),
            media_type: stored.media_type.clone(),
            size: stored.bytes,
            width: stored.width,
            height: stored.height,
        })
    }

    /// Whether exactly this was announced.
    pub(super) fn is_of(&self, upload: &Upload) -> bool {
        (&self.name, &self.media_type, self.size, &self.sha256[..])
            == (&upload.name, &upload.media_type, upload.size, &upload.sha256[..])
    }
}

const COLUMNS: &str =
    "f.id, f.session_id, f.party_id, f.draft_id, f.name, f.media_type, f.size, f.sha256, f.bytes,
    f.stored_as, f.stored_name, f.stored_type, f.width, f.height, f.has_thumbnail";

/// Whether a visitor's file is now a user's: whoever signed in is who gave it.
const IS_OF_PARTY: &str =
    "(f.party_id = :party or :party = (select merged_into from party where id = f.party_id))";

/// Whether the log has the message that bears the file. One that was taken back bears it no more.
const IS_SAID: &str =
    "exists (select 1 from entry e where e.session_id = f.session_id and e.draft_id = f.draft_id
    and e.body <> '{\"kind\":\"retracted\"}' and (e.sender_id = f.party_id or e.sender_id = (select merged_into from party where id = f.party_id)))";

fn of_row(row: &Row<'_>) -> rusqlite::Result<FileRow> {
    let uuid = |at: &str| row.get::<_, [u8; 16]>(at).map(Uuid::from_bytes);
    let number = |at: &str| row.get::<_, i64>(at).map(|value| u64::try_from(value).unwrap_or_default());
    let stored = match row.get::<_, Option<String>>("stored_as")? {
        Some(stored_as) => Some(Stored {
            stored_as,
            name: row.get("stored_name")?,
            media_type: row.get("stored_type")?,
            bytes: number("bytes")?,
            width: row.get("width")?,
            height: row.get("height")?,
            has_thumbnail: row.get("has_thumbnail")?,
        }),
        None => None,
    };
    Ok(FileRow {
        id: FileId(uuid("id")?),
        session: SessionId(uuid("session_id")?),
        party: PartyId(uuid("party_id")?),
        draft_id: DraftId(uuid("draft_id")?),
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: number("size")?,
        sha256: row.get("sha256")?,
        stored,
    })
}

pub(super) fn find(db: &Connection, id: FileId) -> rusqlite::Result<Option<FileRow>> {
    let sql = format!("select {COLUMNS} from file f where f.id = ?1");
    db.prepare_cached(&sql)?.query_row([id.0.as_bytes()], of_row).optional()
}

/// What the party gave to the session under that draft id.
pub(super) fn find_given(
    db: &Connection,
    session: SessionId,
    party: PartyId,
    draft_id: DraftId,
) -> rusqlite::Result<Option<FileRow>> {
    let sql = format!(
        "select {COLUMNS} from file f where f.session_id = :session and f.draft_id = :draft and {IS_OF_PARTY}"
    );
    let named = rusqlite::named_params! {
        ":session": session.0.as_bytes(), ":draft": draft_id.0.as_bytes(), ":party": party.0.as_bytes()
    };
    db.prepare_cached(&sql)?.query_row(named, of_row).optional()
}

/// A file of the session that the party may read: what was said, and what they gave themselves.
pub(super) fn find_readable(
    db: &Connection,
    session: SessionId,
    party: PartyId,
    id: FileId,
) -> rusqlite::Result<Option<FileRow>> {
    let sql = format!(
        "select {COLUMNS} from file f where f.id = :id and f.session_id = :session and f.stored_as is not null
         and ({IS_OF_PARTY} or {IS_SAID})"
    );
    let named = rusqlite::named_params! {
        ":id": id.0.as_bytes(), ":session": session.0.as_bytes(), ":party": party.0.as_bytes()
    };
    db.prepare_cached(&sql)?.query_row(named, of_row).optional()
}

/// How much is taken of a share, in bytes. `column` names whose.
pub(super) fn taken(db: &Connection, column: &str, of: &dyn rusqlite::ToSql) -> rusqlite::Result<u64> {
    let sql = format!("select coalesce(sum(bytes), 0) from file where {column} = ?1");
    let sum: i64 = db.prepare_cached(&sql)?.query_row([of], |row| row.get(0))?;
    Ok(u64::try_from(sum).unwrap_or_default())
}

pub(super) fn insert(
    db: &Transaction<'_>,
    id: FileId,
    upload: &Upload,
    party: PartyId,
    channel: &ChannelId,
    now: Millis,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "insert into file (id, session_id, channel_id, party_id, draft_id, name, media_type, size, sha256, bytes, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?8, ?10)",
    )?
    .execute(params![
        id.0.as_bytes(),
        upload.session.0.as_bytes(),
        channel.0,
        party.0.as_bytes(),
        upload.draft_id.0.as_bytes(),
        upload.name,
        upload.media_type,
        signed(upload.size),
        upload.sha256,
        signed(now.0),
    ])
    .map(drop)
}

/// A ticket was asked for again: its file counts as announced now.
pub(super) fn touch(db: &Transaction<'_>, id: FileId, now: Millis) -> rusqlite::Result<()> {
    db.prepare_cached("update file set created_at = ?2 where id = ?1 and stored_as is null")?
        .execute(params![id.0.as_bytes(), signed(now.0)])
        .map(drop)
}

/// The bytes are here. False: they were already, or the row is gone.
pub(super) fn store(db: &Transaction<'_>, id: FileId, stored: &Stored) -> rusqlite::Result<bool> {
    let changed = db
        .prepare_cached(
            "update file set stored_as = ?2, stored_name = ?3, stored_type = ?4, bytes = ?5, width = ?6, height = ?7,
             has_thumbnail = ?8 where id = ?1 and stored_as is null",
        )?
        .execute(params![
            id.0.as_bytes(),
            stored.stored_as,
            stored.name,
            stored.media_type,
            signed(stored.bytes),
            stored.width,
            stored.height,
            stored.has_thumbnail,
        ])?;
    Ok(changed == 1)
}

/// Takes out what was announced before one moment and never came, and what came before another and was never said. Gives the
/// names of those that lie in the folder.
pub(super) fn remove_stale(
    db: &Transaction<'_>,
    announced_before: Millis,
    stored_before: Millis,
) -> rusqlite::Result<Vec<String>> {
    db.execute("delete from file where stored_as is null and created_at < ?1", [signed(announced_before.0)])?;
    let sql = format!(
        "delete from file as f where f.stored_as is not null and f.created_at < ?1 and not {IS_SAID} returning stored_as"
    );
    let mut delete = db.prepare_cached(&sql)?;
    let names = delete.query_map([signed(stored_before.0)], |row| row.get(0))?;
    names.collect()
}

/// Whether some row knows the file in the folder.
pub(super) fn is_known(db: &Connection, stored_as: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("select 1 from file where stored_as = ?1")?.exists([stored_as])
}

/// The names of all files that a store says are in its folder, thumbnails included.
pub(crate) fn copy_names(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut select =
        db.prepare("select stored_as, has_thumbnail from file where stored_as is not null order by id")?;
    let mut rows = select.query([])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        let stored_as: String = row.get(0)?;
        if row.get(1)? {
            names.push(super::thumbnail_of(&stored_as));
        }
        names.push(stored_as);
    }
    Ok(names)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
