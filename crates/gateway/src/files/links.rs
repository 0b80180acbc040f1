//! Addresses for reading.
//!
//! A link is a capability: whoever has it can read that one file until it expires, and it names nobody. So it may stand where
//! a browser sends no header of ours, in an `img` element or behind a link. It is the same for everybody within an hour, so
//! that a browser's cache works; it is handed out over the socket, to whoever may see the session.

use serde::{Deserialize, Serialize};
use tieline_protocol::{
    FileId, Millis, PartyId,
    file::{FileLink, FileLinks},
};
use tieline_relay::{Permit, ReadFiles};

use super::{FileError, Files, Readable, rows, thumbnail_of};
use crate::{
    auth::{master_key::Purpose, signed::Claims},
    store::StoreError,
};

/// A link begins to hold at a full hour, and holds until the end of the next: one hour at least.
const HOUR: Millis = Millis::minutes(60);

/// How long a link holds that goes to another platform: somebody may read it after the weekend.
const LASTING: Millis = Millis::minutes(7 * 24 * 60);

/// What a link says.
#[derive(Serialize, Deserialize)]
pub(crate) struct LinkClaims {
    file: FileId,
    until: Millis,
}

impl Claims for LinkClaims {
    const PURPOSE: Purpose = Purpose::Download;

    fn expires_at(&self) -> Option<Millis> {
        Some(self.until)
    }
}

impl Files {
    /// Where those files can be read. One that is not there, or not the party's to see, is left out.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub(crate) async fn links(
        &self,
        permit: Permit<ReadFiles>,
        now: Millis,
    ) -> Result<FileLinks, StoreError> {
        let (ReadFiles { session, files }, party) = permit.into_parts();
        let find = move |db: &rusqlite::Connection| {
            let mut found = Vec::new();
            for id in files {
                found.extend(readable(db, session, party, id)?);
            }
            Ok(found)
        };
        let found = self.inner.store.read(find).await?;
        let until = end_of(now);
        let links = found.into_iter().map(|(file, has_thumbnail)| {
            let token = self.inner.links.sign(&LinkClaims { file, until });
            let url = format!("{}/v1/files/{file}/{token}", self.inner.origin);
            let thumbnail_url = has_thumbnail.then(|| format!("{url}/small"));
            FileLink { file, url, thumbnail_url }
        });
        Ok(FileLinks { session, links: links.collect(), expires_in_ms: until - now })
    }

    /// Where a file can be read for a good while, by whoever has the address: for a client that keeps it in its history.
    pub(crate) fn lasting_link(&self, file: FileId, now: Millis) -> String {
        let token = self.inner.links.sign(&LinkClaims { file, until: now + LASTING });
        format!("{}/v1/files/{file}/{token}", self.inner.origin)
    }

    /// The bytes of a file, for a platform that keeps files itself. None: it is gone.
    ///
    /// # Errors
    /// When the store or the folder cannot be read.
    pub(crate) async fn bytes_of(&self, id: FileId) -> Result<Option<Vec<u8>>, FileError> {
        let row = self.inner.store.read(move |db| rows::find(db, id)).await?;
        let Some(stored) = row.and_then(|row| row.stored) else { return Ok(None) };
        match tokio::fs::read(self.path_of(&stored.stored_as)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The file behind a link, and for how long that holds still.
    ///
    /// # Errors
    /// When the link is not ours, is for another file, has expired, or the file is gone. The answer is the same.
    pub(crate) async fn open_link(
        &self,
        id: FileId,
        token: &str,
        is_small: bool,
        now: Millis,
    ) -> Result<(Readable, Millis), FileError> {
        let claims = self.inner.links.check(token, now).ok().filter(|claims| claims.file == id);
        let claims = claims.ok_or(FileError::NotFound)?;
        let row = self.inner.store.read(move |db| rows::find(db, id)).await?.ok_or(FileError::NotFound)?;
        let (Some(card), Some(stored)) = (row.card(), row.stored) else { return Err(FileError::NotFound) };
        if is_small && !stored.has_thumbnail {
            return Err(FileError::NotFound);
        }
        let (name, media_type) = if is_small {
            let path = self.path_of(&thumbnail_of(&stored.stored_as));
            let media_type = thumbnail_type(&path).await?;
            return Ok((Readable { path, card, media_type: media_type.to_owned() }, claims.until - now));
        } else {
            (stored.stored_as, stored.media_type)
        };
        Ok((Readable { path: self.path_of(&name), card, media_type }, claims.until - now))
    }
}

fn readable(
    db: &rusqlite::Connection,
    session: tieline_protocol::SessionId,
    party: PartyId,
    id: FileId,
) -> rusqlite::Result<Option<(FileId, bool)>> {
    let row = rows::find_readable(db, session, party, id)?;
    Ok(row.and_then(|row| Some((row.id, row.stored?.has_thumbnail))))
}

/// A thumbnail is a JPEG, or where one can see through it a PNG.
async fn thumbnail_type(path: &std::path::Path) -> Result<&'static str, FileError> {
    use tokio::io::AsyncReadExt;
    let mut first = [0];
    tokio::fs::File::open(path).await?.read_exact(&mut first).await?;
    Ok(if first == [0x89] { "image/png" } else { "image/jpeg" })
}

fn end_of(now: Millis) -> Millis {
    Millis((now.0 / HOUR.0 + 2) * HOUR.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_the_same_within_an_hour_and_holds_for_one_at_least() {
        let start = Millis(HOUR.0 * 490_000);
        assert_eq!(end_of(start), end_of(start + HOUR - Millis(1)));
        assert_eq!(end_of(start + HOUR - Millis(1)) - (start + HOUR - Millis(1)), HOUR + Millis(1));
        assert_eq!(end_of(start + HOUR), end_of(start) + HOUR);
    }
}
