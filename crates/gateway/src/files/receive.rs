//! Bytes become a file.
//!
//! They stream into a file of another name, counted and hashed on the way; only what is whole, of the announced digest, and of
//! the kind that it says gets its final name, and then its row. Whatever goes wrong before leaves nothing: the half file goes
//! with its guard, or after a crash with the next sweep.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use aws_lc_rs::digest;
use axum::body::{Body, Bytes};
use futures_util::StreamExt;
use tieline_protocol::{FileCard, FileId, Millis};
use tieline_relay::file_name;
use tokio::io::AsyncWriteExt;

use super::{
    FileError, Files, kind,
    offer::TICKET_LIFE,
    picture::{self, Picture},
    rows::{self, FileRow, Stored},
    thumbnail_of,
};
use crate::auth::{secret, signed::Flaw};

/// A connection that sends nothing for so long has gone.
const SILENCE: Duration = Duration::from_secs(30);
/// How the name of a file begins that is not whole yet.
pub(super) const PARTIAL: &str = "partial-";

/// Why a ticket does not open the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoTicket {
    /// None, or not ours, or for another file.
    Forged,
    /// Past its time.
    Expired,
}

impl Files {
    /// Whether the ticket is for that file.
    pub(crate) fn admit(&self, id: FileId, token: &str, now: Millis) -> Result<(), NoTicket> {
        match self.inner.tickets.check(token, now) {
            Ok(claims) if claims.file == id => Ok(()),
            Ok(_) | Err(Flaw::Forged) => Err(NoTicket::Forged),
            Err(Flaw::Expired) => Err(NoTicket::Expired),
        }
    }

    /// Takes the bytes of an announced file, and says whether it is new. The same bytes again are the same file.
    ///
    /// # Errors
    /// When they are not what was announced, or cannot be kept.
    pub(crate) async fn receive(
        &self,
        id: FileId,
        content_type: Option<&str>,
        content_length: Option<u64>,
        body: Body,
    ) -> Result<(FileCard, bool), FileError> {
        let row = self.inner.store.read(move |db| rows::find(db, id)).await?.ok_or(FileError::NotFound)?;
        if let Some(card) = row.card() {
            return Ok((card, false));
        }
        let essence = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
        if essence.is_some_and(|essence| !essence.eq_ignore_ascii_case(&row.media_type)) {
            return Err(FileError::Other("type"));
        }
        if content_length.is_some_and(|length| length != row.size) {
            return Err(FileError::Other("size"));
        }
        let _seat = self.inner.uploads.try_acquire().map_err(|_| FileError::Busy)?;
        let partial = Partial::new(&self.inner.folder);
        let life = Duration::from_millis(TICKET_LIFE.0);
        tokio::time::timeout(life, write_to(&partial.path, &row, body))
            .await
            .map_err(|_| FileError::Cut)??;
        let kept = self.look_at(&row, partial).await?;
        let stored = kept.stored.clone();
        if self.inner.store.write(move |db| rows::store(db, id, &stored)).await? {
            kept.keep();
            let row = FileRow { stored: Some(kept.stored.clone()), ..row };
            return Ok((row.card().ok_or(FileError::NotFound)?, true));
        }
        // Somebody was faster with the same bytes, or the announcement was swept meanwhile.
        let row = self.inner.store.read(move |db| rows::find(db, id)).await?.ok_or(FileError::NotFound)?;
        Ok((row.card().ok_or(FileError::NotFound)?, false))
    }

    /// Looks at the bytes, and gives them the name under which they stay.
    async fn look_at(&self, row: &FileRow, partial: Partial) -> Result<Kept, FileError> {
        let _seat = self.inner.decoders.acquire().await.map_err(|_| FileError::Busy)?;
        let (folder, media_type, name) =
            (self.inner.folder.clone(), row.media_type.clone(), row.name.clone());
        let looking = tokio::task::spawn_blocking(move || settle(&folder, &media_type, &name, partial));
        looking.await.map_err(|error| io::Error::other(error.to_string()))?
    }
}

/// A file that is not whole. Goes with this.
struct Partial {
    path: PathBuf,
}

impl Partial {
    fn new(folder: &Path) -> Self {
        Self { path: folder.join(format!("{PARTIAL}{}", random_name())) }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // It was renamed, or is not wanted.
        let _ = fs::remove_file(&self.path);
    }
}

/// A whole file under its final name that no row knows yet. Goes with this, unless kept.
struct Kept {
    folder: PathBuf,
    stored: Stored,
    is_kept: std::cell::Cell<bool>,
}

impl Kept {
    fn keep(&self) {
        self.is_kept.set(true);
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if !self.is_kept.get() {
            let _ = fs::remove_file(self.folder.join(&self.stored.stored_as));
            let _ = fs::remove_file(self.folder.join(thumbnail_of(&self.stored.stored_as)));
        }
    }
}

fn random_name() -> String {
    secret::random::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn write_to(path: &Path, row: &FileRow, body: Body) -> Result<(), FileError> {
    let mut file = tokio::fs::File::from_std(create_private(path)?);
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut size = 0_u64;
    let mut stream = body.into_data_stream();
    loop {
        let chunk = tokio::time::timeout(SILENCE, stream.next()).await.map_err(|_| FileError::Cut)?;
        let Some(chunk) = chunk else { break };
        let chunk: Bytes = chunk.map_err(|_| FileError::Cut)?;
        size = size.saturating_add(chunk.len() as u64);
        if size > row.size {
            return Err(FileError::Other("size"));
        }
        hash.update(&chunk);
        file.write_all(&chunk).await?;
    }
    if size != row.size {
        return Err(FileError::Other("size"));
    }
    if hash.finish().as_ref() != row.sha256 {
        return Err(FileError::Other("sha256"));
    }
    file.flush().await?;
    file.sync_all().await?;
    Ok(())
}

fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

/// Checks the kind, writes pictures anew, and gives the final name. Blocks.
fn settle(folder: &Path, media_type: &str, name: &str, partial: Partial) -> Result<Kept, FileError> {
    let head = read_head(&partial.path)?;
    if !kind::agrees(media_type, &head) {
        return Err(FileError::Kind);
    }
    let stored_as = random_name();
    let (final_path, size) = (folder.join(&stored_as), fs::metadata(&partial.path)?.len());
    let kept = |stored| Kept { folder: folder.to_owned(), stored, is_kept: std::cell::Cell::new(false) };
    let plain = Stored {
        stored_as: stored_as.clone(),
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes: size,
        width: None,
        height: None,
        has_thumbnail: false,
    };
    if !media_type.starts_with("image/") {
        fs::rename(&partial.path, &final_path)?;
        let kept = kept(plain);
        sync_folder(folder)?;
        return Ok(kept);
    }
    let Picture { media_type: made_type, bytes, width, height, thumbnail } =
        picture::remake(media_type, &fs::read(&partial.path)?)?;
    let kept = kept(Stored {
        name: renamed(name, media_type, made_type),
        media_type: made_type.to_owned(),
        bytes: bytes.len() as u64,
        width: Some(width),
        height: Some(height),
        has_thumbnail: thumbnail.is_some(),
        ..plain
    });
    if let Some(thumbnail) = thumbnail {
        write_whole(folder, &folder.join(thumbnail_of(&stored_as)), &thumbnail.bytes)?;
    }
    write_whole(folder, &final_path, &bytes)?;
    sync_folder(folder)?;
    Ok(kept)
}

fn read_head(path: &Path) -> io::Result<Vec<u8>> {
    use io::Read;
    let mut head = Vec::new();
    File::open(path)?.take(kind::HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn write_whole(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write;
    let partial = Partial::new(folder);
    let mut file = create_private(&partial.path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial.path, path)
}

/// What is referred to must be there after a loss of power.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The name of a picture that changed its type ends as the new type does.
fn renamed(name: &str, before: &str, now: &str) -> String {
    if before == now {
        return name.to_owned();
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    file_name::clean(stem, now)
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_picture_of_another_type_gets_its_ending() {
        assert_eq!(renamed("mug.webp", "image/webp", "image/jpeg"), "mug.jpg");
        assert_eq!(renamed("mug.webp", "image/webp", "image/webp"), "mug.webp");
        assert_eq!(renamed("a.b.webp", "image/webp", "image/jpeg"), "a.b.jpg");
    }
}
