//! Files: what kinds there are, how one is given to the gateway, and where it can be read.
//!
//! Two steps: `upload` gets a ticket for exactly these bytes, which go to its address by HTTP; then `send` says the file by
//! its id, under the same draft id. Reading needs a link, which holds for a while and for one file.

use serde::{Deserialize, Serialize};

use crate::{Capability, DraftId, FileId, Millis, SessionId};

/// Most files in one `links`.
pub const LINKS: usize = 100;

/// A kind of file that can be taken.
struct Kind {
    media_type: &'static str,
    extensions: &'static [&'static str],
    capability: Capability,
}

const fn kind(media_type: &'static str, extensions: &'static [&'static str], capability: Capability) -> Kind {
    Kind { media_type, extensions, capability }
}

/// All of them. Nothing that a browser would run: no SVG, no HTML.
const KINDS: [Kind; 10] = [
    kind("image/png", &["png"], Capability::Image),
    kind("image/jpeg", &["jpg", "jpeg"], Capability::Image),
    kind("image/webp", &["webp"], Capability::Image),
    kind("image/gif", &["gif"], Capability::Image),
    kind("application/pdf", &["pdf"], Capability::File),
    kind("text/plain", &["txt"], Capability::File),
    kind("audio/webm", &["webm", "weba"], Capability::Voice),
    kind("audio/ogg", &["ogg", "oga", "opus"], Capability::Voice),
    kind("audio/mp4", &["m4a", "mp4"], Capability::Voice),
    kind("audio/mpeg", &["mp3"], Capability::Voice),
];

/// What a channel must grant for a file of that type. None: nobody takes such a file.
pub fn capability_of(media_type: &str) -> Option<Capability> {
    KINDS.iter().find(|kind| kind.media_type == media_type).map(|kind| kind.capability)
}

/// How the names of such files end, without the dot; the usual ending first. Nothing for a type that nobody takes.
pub fn extensions_of(media_type: &str) -> &'static [&'static str] {
    KINDS.iter().find(|kind| kind.media_type == media_type).map_or(&[], |kind| kind.extensions)
}

/// All types that somebody may take.
pub fn media_types() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.media_type)
}

/// The types that a capability stands for.
pub fn types_of(capability: Capability) -> impl Iterator<Item = &'static str> {
    KINDS.iter().filter(move |kind| kind.capability == capability).map(|kind| kind.media_type)
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCard {
    /// Which.
    pub id: FileId,
    /// Its name, without a path. Text from a stranger: never markup.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its media type, one of those of [`capability_of`].
    #[serde(default, rename = "type", skip_serializing_if = "String::is_empty")]
    pub media_type: String,
    /// Its size as it is read, in bytes.
    #[serde(default, skip_serializing_if = "is_blank")]
    pub size: u64,
    /// A picture's width, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// A picture's height, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

impl FileCard {
    /// A file of which only the id is said.
    pub fn named(id: FileId) -> Self {
        Self { id, name: String::new(), media_type: String::new(), size: 0, width: None, height: None }
    }
}

fn is_blank<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Body of `upload`. Said twice under one draft id, it is one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Where it will be said.
    pub session: SessionId,
    /// Under which name it will be said.
    pub draft_id: DraftId,
    /// The file's name, for whoever reads it.
    pub name: String,
    /// Its exact size, in bytes.
    pub size: u64,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// Body of `ticket`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// As in `upload`.
    pub session: SessionId,
    /// As in `upload`.
    pub draft_id: DraftId,
    /// The file is there already, as it is read: nothing is to be put, it can be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileCard>,
    /// Where the bytes go by HTTP `PUT`. The answer is a [`FileCard`].
    pub url: String,
    /// Goes along as `Authorization: Bearer`. Never logged, never in a URL.
    pub token: String,
    /// How long the ticket holds.
    pub expires_in_ms: Millis,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket")
            .field("draft_id", &self.draft_id)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// Body of a client's `links`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// The session.
    pub session: SessionId,
    /// Which files of it, at most [`LINKS`].
    pub files: Vec<FileId>,
}

/// Body of the gateway's `links`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLinks {
    /// The session.
    pub session: SessionId,
    /// Those that there are. One that was asked for and is missing is gone.
    pub links: Vec<FileLink>,
    /// How long they hold.
    pub expires_in_ms: Millis,
}

/// Where a file can be read. Whoever has the address can read that one file until it expires: it names nobody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLink {
    /// Which.
    pub file: FileId,
    /// All of it.
    pub url: String,
    /// A picture in small, if the gateway has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
}

impl std::fmt::Debug for FileLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileLink").field("file", &self.file).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_run_is_no_kind_of_file() {
        for media_type in ["image/svg+xml", "text/html", "application/xhtml+xml", "text/xml", "", "image/PNG"]
        {
            assert_eq!(capability_of(media_type), None, "{media_type}");
            assert!(extensions_of(media_type).is_empty());
        }
        assert_eq!(capability_of("image/webp"), Some(Capability::Image));
        assert_eq!(types_of(Capability::File).collect::<Vec<_>>(), ["application/pdf", "text/plain"]);
    }
}
