//! What the log means, in a hundred lines. Every store must agree with it on generated lists of operations.

use std::collections::BTreeMap;

use tieline_protocol::{Body, DraftId, PartyId, Seq, SessionId};

/// The log of every session, in memory.
#[derive(Clone, Debug, Default)]
pub struct LogModel {
    sessions: BTreeMap<SessionId, Vec<Line>>,
    opened: BTreeMap<(PartyId, DraftId), SessionId>,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who said it.
    pub party: PartyId,
    /// Under which name.
    pub draft_id: DraftId,
    /// What.
    pub body: Body,
}

/// What became of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It has this place now.
    New(Seq),
    /// It had this place already.
    Duplicate(Seq),
    /// The same name stands for other words.
    Conflict,
    /// There is no such session.
    NoSuchSession,
}

impl LogModel {
    /// Begins a session. The same draft of the same party gives the session that it gave before.
    pub fn open(&mut self, party: PartyId, draft_id: DraftId, fresh: SessionId) -> SessionId {
        let session = *self.opened.entry((party, draft_id)).or_insert(fresh);
        self.sessions.entry(session).or_default();
        session
    }

    /// Says something. Places are 1, 2, 3 without holes; the same draft of the same party stands once.
    pub fn append(&mut self, session: SessionId, line: Line) -> Appended {
        let Some(lines) = self.sessions.get_mut(&session) else { return Appended::NoSuchSession };
        let same = |old: &&Line| old.party == line.party && old.draft_id == line.draft_id;
        if let Some((seq, old)) = (1..).map(Seq).zip(lines.iter()).find(|(_, old)| same(old)) {
            return if old.body == line.body { Appended::Duplicate(seq) } else { Appended::Conflict };
        }
        lines.push(line);
        Appended::New(Seq(lines.len() as u64))
    }

    /// Whether a party has ever opened a session. Before that the store does not know them.
    pub fn is_known(&self, party: PartyId) -> bool {
        self.opened.keys().any(|(known, _)| *known == party)
    }

    /// A session's lines, from the first.
    pub fn lines(&self, session: SessionId) -> &[Line] {
        self.sessions.get(&session).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> uuid::Uuid {
        uuid::Uuid::from_bytes([n; 16])
    }

    #[test]
    fn a_draft_stands_once_and_places_have_no_holes() {
        let mut log = LogModel::default();
        let session = log.open(PartyId(id(1)), DraftId(id(2)), SessionId(id(3)));
        assert_eq!(log.open(PartyId(id(1)), DraftId(id(2)), SessionId(id(9))), session);
        let line = |party: u8, draft: u8, text: &str| Line {
            party: PartyId(id(party)),
            draft_id: DraftId(id(draft)),
            body: Body::Text { text: text.into() },
        };
        assert_eq!(log.append(session, line(1, 10, "a")), Appended::New(Seq(1)));
        assert_eq!(log.append(session, line(1, 10, "a")), Appended::Duplicate(Seq(1)));
        assert_eq!(log.append(session, line(1, 10, "b")), Appended::Conflict);
        assert_eq!(log.append(session, line(4, 10, "b")), Appended::New(Seq(2)));
        assert_eq!(log.append(SessionId(id(7)), line(1, 11, "c")), Appended::NoSuchSession);
        assert_eq!(log.lines(session).len(), 2);
    }
}
