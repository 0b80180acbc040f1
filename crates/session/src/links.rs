//! Where the files of one chat can be read, for as long as the addresses hold.
//!
//! Asked for once a file is on screen, and again shortly before they expire. What is shown meanwhile stays shown: a browser
//! has it by then.

use tieline_protocol::{
    Body, Entry, FileId, Millis,
    file::{FileLink, FileLinks, LINKS},
};

use crate::alarm::Alarm;

/// An address is asked for anew so long before it expires: somebody may be about to press it.
const BEFORE_END: Millis = Millis::minutes(5);
/// Not asked again more often than that, whatever the gateway says of their lives.
const SHORTEST_LIFE: Millis = Millis::minutes(1);

/// The addresses of one chat.
#[derive(Debug, Default)]
pub(crate) struct Links {
    known: Vec<(FileLink, Alarm)>,
    /// Asked for on this connection and not answered yet, or refused.
    asked: Vec<FileId>,
    /// Asked for, and not there.
    gone: Vec<FileId>,
    /// Grows whenever an answer may be another than before.
    revision: u32,
}

impl Links {
    pub(crate) fn find(&self, file: FileId) -> Option<&FileLink> {
        self.known.iter().map(|(link, _)| link).find(|link| link.file == file)
    }

    /// See the field.
    pub(crate) fn revision(&self) -> u32 {
        self.revision
    }

    pub(crate) fn is_gone(&self, file: FileId) -> bool {
        self.gone.contains(&file)
    }

    /// What to ask for: the newest files that have no address, or one that is about to expire.
    pub(crate) fn ask<'a>(&mut self, entries: impl Iterator<Item = &'a Entry>, now: Millis) -> Vec<FileId> {
        let files = entries.filter_map(|entry| match &entry.body {
            Body::File { file } => Some(file.id),
            _ => None,
        });
        let is_wanted = |file: &FileId| {
            !self.asked.contains(file)
                && !self.gone.contains(file)
                && !self.known.iter().any(|(link, end)| link.file == *file && !end.is_due(now))
        };
        let files: Vec<FileId> = files.filter(is_wanted).take(LINKS).collect();
        self.asked.extend(&files);
        files
    }

    /// The answer: all that was asked for, but for what is gone.
    pub(crate) fn take(&mut self, links: FileLinks, now: Millis) {
        self.revision = self.revision.wrapping_add(1);
        let life = (links.expires_in_ms - BEFORE_END).max(SHORTEST_LIFE);
        let end = Alarm::after(now, life);
        let asked = std::mem::take(&mut self.asked);
        self.known.retain(|(link, _)| !asked.contains(&link.file));
        self.known.extend(
            links.links.into_iter().filter(|link| asked.contains(&link.file)).map(|link| (link, end)),
        );
        let missing = asked.into_iter().filter(|file| !self.known.iter().any(|(link, _)| link.file == *file));
        self.gone.extend(missing.collect::<Vec<_>>());
    }

    /// Another connection may answer what this one did not.
    pub(crate) fn lose_link(&mut self) {
        self.revision = self.revision.wrapping_add(1);
        self.asked.clear();
        self.gone.clear();
    }

    /// When the first of them is about to expire.
    pub(crate) fn next_wake(&self) -> Option<Millis> {
        self.known.iter().map(|(_, end)| end.due_at()).min()
    }
}
