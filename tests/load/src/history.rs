//! What clients saw, in the order in which they saw it.
//!
//! A [`Record`] gathers the facts of many clients of one process under one clock, so that "before" means before, whoever is
//! speaking; it writes them as JSON, one line a fact, to be checked again or read by a person. A [`History`] is the shorter
//! form for a single client.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tieline_protocol::{DraftId, ErrorCode, Millis, Seq, SessionId};

use crate::client::now;

/// One fact. There may be any number of `Sent` for a draft, and of `Acknowledged`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Fact {
    /// It goes out. Whether it arrives is not known.
    #[serde(rename = "invoke")]
    Sent {
        /// Where.
        session: SessionId,
        /// What.
        draft_id: DraftId,
    },
    /// The gateway says that it is in the log, there.
    #[serde(rename = "ok")]
    Acknowledged {
        /// Where.
        session: SessionId,
        /// What.
        draft_id: DraftId,
        /// At which place.
        seq: Seq,
    },
    /// The gateway will not have it, for good.
    #[serde(rename = "fail")]
    Refused {
        /// Where.
        session: SessionId,
        /// What.
        draft_id: DraftId,
        /// Why.
        code: ErrorCode,
    },
    /// No answer came, or "later": it may stand in the log, or not.
    #[serde(rename = "info")]
    Unanswered {
        /// Where.
        session: SessionId,
        /// What.
        draft_id: DraftId,
    },
    /// The client showed this line to its reader.
    #[serde(rename = "shown")]
    Shown {
        /// Where.
        session: SessionId,
        /// At which place.
        seq: Seq,
        /// What.
        draft_id: DraftId,
    },
    /// The client was told that its copy is void, and shows it from the beginning again.
    #[serde(rename = "forgot")]
    Forgot {
        /// Which.
        session: SessionId,
    },
    /// This stood in the log when all was over.
    #[serde(rename = "logged")]
    Logged {
        /// Where.
        session: SessionId,
        /// At which place.
        seq: Seq,
        /// What.
        draft_id: DraftId,
    },
}

/// A client's facts, oldest first.
pub type History = Vec<Fact>;

/// A fact with its place in a record: one line of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Counted from 1 over all clients.
    pub n: u64,
    /// The time of day. For people; only `n` orders.
    pub at: Millis,
    /// Who saw it. 0 is whoever read the log in the end.
    pub client: u32,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

impl Fact {
    /// The session that it is about.
    pub fn session(&self) -> SessionId {
        match *self {
            Self::Sent { session, .. }
            | Self::Acknowledged { session, .. }
            | Self::Refused { session, .. }
            | Self::Unanswered { session, .. }
            | Self::Shown { session, .. }
            | Self::Forgot { session }
            | Self::Logged { session, .. } => session,
        }
    }

    /// The draft that it is about.
    pub fn draft_id(&self) -> Option<DraftId> {
        match *self {
            Self::Sent { draft_id, .. }
            | Self::Acknowledged { draft_id, .. }
            | Self::Refused { draft_id, .. }
            | Self::Unanswered { draft_id, .. }
            | Self::Shown { draft_id, .. }
            | Self::Logged { draft_id, .. } => Some(draft_id),
            Self::Forgot { .. } => None,
        }
    }
}

/// What all clients of one process saw, under one clock.
#[derive(Debug, Default)]
pub struct Record {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: Vec<Line>,
    file: Option<BufWriter<File>>,
    failed: Option<std::io::Error>,
}

impl Record {
    /// Kept in memory, and written to a file as it grows.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn to_file(path: &Path) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
        let kept = Kept { file: Some(BufWriter::new(file)), ..Kept::default() };
        Ok(Self { kept: Mutex::new(kept) })
    }

    /// Notes a fact.
    pub fn note(&self, client: u32, fact: Fact) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let line = Line { n: kept.lines.len() as u64 + 1, at: now(), client, fact };
        kept.lines.push(line);
        if let Some(file) = &mut kept.file
            && let Err(error) = write_line(file, &line)
        {
            kept.failed.get_or_insert(error);
        }
    }

    /// Everything so far.
    ///
    /// # Errors
    /// When a line could not be written to the file.
    pub fn lines(&self) -> Result<Vec<Line>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let flushed = kept.file.as_mut().map_or(Ok(()), Write::flush);
        if let Some(error) = kept.failed.take().or(flushed.err()) {
            return Err(error).context("writing the history");
        }
        Ok(kept.lines.clone())
    }
}

fn write_line(file: &mut impl Write, line: &Line) -> std::io::Result<()> {
    serde_json::to_writer(&mut *file, line)?;
    file.write_all(b"\n")
}

/// Reads a record's file.
///
/// # Errors
/// When a line is none of ours; the error names it.
pub fn read_file(path: &Path) -> Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let parse = |(index, line)| {
        serde_json::from_str(line).with_context(|| format!("{}, line {}", path.display(), index + 1))
    };
    text.lines().enumerate().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_back_as_it_was_noted() {
        let session = SessionId(uuid::Uuid::from_bytes([1; 16]));
        let draft_id = DraftId(uuid::Uuid::from_bytes([2; 16]));
        let facts = [
            Fact::Sent { session, draft_id },
            Fact::Unanswered { session, draft_id },
            Fact::Acknowledged { session, draft_id, seq: Seq(1) },
            Fact::Refused { session, draft_id, code: ErrorCode::Conflict },
            Fact::Shown { session, draft_id, seq: Seq(1) },
            Fact::Forgot { session },
            Fact::Logged { session, draft_id, seq: Seq(1) },
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        let record = Record::to_file(&path).unwrap();
        facts.into_iter().for_each(|fact| record.note(3, fact));
        let lines = record.lines().unwrap();
        assert_eq!(lines.iter().map(|line| line.fact).collect::<Vec<_>>(), facts);
        assert_eq!(read_file(&path).unwrap(), lines);
        let text = std::fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap();
        assert!(
            first.starts_with(r#"{"n":1,"at":"#) && first.contains(r#""client":3,"type":"invoke""#),
            "{first}"
        );
    }
}
