//! What the gateway's file says, read past the gateway: the truth that everything else is held against.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, OpenFlags, Row};
use tieline_protocol::{DraftId, PartyId, Seq, SessionId};
use uuid::Uuid;

/// A session's log, and how far its readers have got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Whose session it is.
    pub asker: PartyId,
    /// Its lines, by `seq`.
    pub lines: Vec<Line>,
    /// How far the visitor has got, and the farthest of those who answer.
    pub visitor: Reader,
    /// The other side's farthest.
    pub agents: Reader,
}

impl Log {
    fn new(asker: PartyId) -> Self {
        Self { asker, lines: Vec::new(), visitor: Reader::default(), agents: Reader::default() }
    }

    /// Lines of the visitor that nobody who answers has seen.
    pub fn unread(&self) -> u32 {
        let is_unread = |line: &&Line| line.sender == self.asker && line.seq.0 > self.agents.read;
        u32::try_from(self.lines.iter().filter(is_unread).count()).unwrap_or(u32::MAX)
    }
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place.
    pub seq: Seq,
    /// Its name.
    pub draft_id: DraftId,
    /// Who said it.
    pub sender: PartyId,
}

/// A cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reader {
    /// Up to here it arrived.
    pub delivered: u64,
    /// Up to here it was seen.
    pub read: u64,
}

/// Every session's log.
pub type Logs = BTreeMap<SessionId, Log>;

/// Reads the file.
///
/// # Panics
/// When it is no store of ours.
pub fn read(file: &Path) -> Logs {
    try_read(file).expect("the store can be read")
}

fn try_read(file: &Path) -> rusqlite::Result<Logs> {
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut logs = Logs::new();
    let mut sessions = db.prepare("select id, visitor_id from session")?;
    for session in sessions.query_map([], |row| Ok((id(row, 0)?, id(row, 1)?)))? {
        let (session, visitor) = session?;
        let mut log = Log::new(PartyId(visitor));
        let mut lines = db.prepare_cached(
            "select seq, draft_id, sender_id from entry where session_id = ?1 order by seq",
        )?;
        let lines = lines.query_map([session.as_bytes()], |row| {
            let (draft_id, sender) = (DraftId(id(row, 1)?), PartyId(id(row, 2)?));
            Ok(Line { seq: Seq(row.get::<_, i64>(0)?.unsigned_abs()), draft_id, sender })
        })?;
        log.lines = lines.collect::<Result<_, _>>()?;
        let mut readers =
            db.prepare_cached("select party_id, delivered, read from reader where session_id = ?1")?;
        let readers = readers.query_map([session.as_bytes()], |row| {
            let at = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
            Ok((id(row, 0)?, at(1)?, at(2)?))
        })?;
        for reader in readers {
            let (party, delivered, read) = reader?;
            let side = if party == visitor { &mut log.visitor } else { &mut log.agents };
            side.delivered = side.delivered.max(delivered);
            side.read = side.read.max(read);
        }
        logs.insert(SessionId(session), log);
    }
    Ok(logs)
}

fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}
