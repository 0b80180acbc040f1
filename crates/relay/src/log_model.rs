//! What the log means, in a hundred lines. Every store must agree with it on generated lists of operations.

use std::collections::{BTreeMap, BTreeSet};

use tieline_protocol::{Body, DraftId, PartyId, Seq, SessionId};

/// The log of every session, in memory.
#[derive(Clone, Debug, Default)]
pub struct LogModel {
    sessions: BTreeMap<SessionId, Vec<Line>>,
    opened: BTreeMap<(PartyId, DraftId), SessionId>,
    assignments: BTreeMap<SessionId, Assignments>,
}

/// Who has answered a session, and by which wishes.
#[derive(Clone, Debug, Default)]
struct Assignments {
    turn: u32,
    to: Option<PartyId>,
    wishes: BTreeSet<(PartyId, DraftId)>,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who said it.
    pub party: PartyId,
    /// Under which name.
    pub draft_id: DraftId,
    /// What it answers.
    pub reply_to: Option<DraftId>,
    /// What.
    pub body: Body,
}

/// What became of the wish that somebody answers a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// They do from now on.
    Changed,
    /// They did already, or nobody in particular was to.
    AsBefore,
    /// The wish was heard before, whatever was wished since.
    Duplicate,
    /// There is no such session.
    NoSuchSession,
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
    /// An edit of words that have been taken back, or that the party never said.
    NoSuchWords,
}

impl LogModel {
    /// Begins a session. The same draft of the same party gives the session that it gave before.
    pub fn open(&mut self, party: PartyId, draft_id: DraftId, fresh: SessionId) -> SessionId {
        let session = *self.opened.entry((party, draft_id)).or_insert(fresh);
        self.sessions.entry(session).or_default();
        session
    }

    /// Says something. Places are 1, 2, 3 without holes; the same draft of the same party stands once. To take words back takes
    /// them out of every line that holds them; the lines stay.
    pub fn append(&mut self, session: SessionId, line: Line) -> Appended {
        let Some(lines) = self.sessions.get_mut(&session) else { return Appended::NoSuchSession };
        let same = |old: &&Line| old.party == line.party && old.draft_id == line.draft_id;
        if let Some((seq, old)) = (1..).map(Seq).zip(lines.iter()).find(|(_, old)| same(old)) {
            // Of what was taken back nobody knows any more what it said.
            let is_same = (&old.body, old.reply_to) == (&line.body, line.reply_to);
            let is_back = old.body == line.body.taken_back();
            return if is_same || is_back { Appended::Duplicate(seq) } else { Appended::Conflict };
        }
        if let Some(target) = line.body.target() {
            let said = lines.iter().find(|old| old.party == line.party && old.draft_id == target);
            let can_change = match (said.map(|said| &said.body), &line.body) {
                (Some(Body::Text { .. }), _) => true,
                (Some(said), Body::Retract { .. }) => said.target().is_none(),
                _ => false,
            };
            if !can_change {
                return Appended::NoSuchWords;
            }
        }
        if let Body::Retract { target } = line.body {
            let is_of = |old: &&mut Line| {
                old.party == line.party && (old.draft_id == target || old.body.target() == Some(target))
            };
            lines.iter_mut().filter(is_of).for_each(|old| old.body = old.body.taken_back());
        }
        lines.push(line);
        Appended::New(Seq(lines.len() as u64))
    }

    /// Says who answers a session. Each change has the next turn; the same wish of the same party counts once, so that an old
    /// one that is heard again undoes nothing.
    pub fn assign(&mut self, session: SessionId, wish: (PartyId, DraftId), to: Option<PartyId>) -> Settled {
        if !self.sessions.contains_key(&session) {
            return Settled::NoSuchSession;
        }
        let known = self.assignments.entry(session).or_default();
        if !known.wishes.insert(wish) {
            return Settled::Duplicate;
        }
        if known.to == to {
            return Settled::AsBefore;
        }
        (known.turn, known.to) = (known.turn + 1, to);
        Settled::Changed
    }

    /// Who answers a session, and how often that was changed.
    pub fn assigned(&self, session: SessionId) -> (u32, Option<PartyId>) {
        self.assignments.get(&session).map_or((0, None), |known| (known.turn, known.to))
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
            reply_to: None,
            body: Body::Text { text: text.into() },
        };
        assert_eq!(log.append(session, line(1, 10, "a")), Appended::New(Seq(1)));
        assert_eq!(log.append(session, line(1, 10, "a")), Appended::Duplicate(Seq(1)));
        assert_eq!(log.append(session, line(1, 10, "b")), Appended::Conflict);
        assert_eq!(log.append(session, line(4, 10, "b")), Appended::New(Seq(2)));
        assert_eq!(log.append(SessionId(id(7)), line(1, 11, "c")), Appended::NoSuchSession);
        assert_eq!(log.lines(session).len(), 2);
    }

    #[test]
    fn an_old_wish_undoes_no_newer_one() {
        let mut log = LogModel::default();
        let session = log.open(PartyId(id(1)), DraftId(id(2)), SessionId(id(3)));
        let (mia, robin) = (PartyId(id(4)), PartyId(id(5)));
        let mut assign = |draft: u8, to| log.assign(session, (mia, DraftId(id(draft))), to);
        assert_eq!(assign(10, Some(mia)), Settled::Changed);
        assert_eq!(assign(11, Some(mia)), Settled::AsBefore);
        assert_eq!(assign(12, Some(robin)), Settled::Changed);
        assert_eq!(assign(11, Some(mia)), Settled::Duplicate);
        assert_eq!(assign(10, Some(mia)), Settled::Duplicate);
        assert_eq!(assign(13, None), Settled::Changed);
        assert_eq!(log.assigned(session), (3, None));
        let other = SessionId(id(9));
        assert_eq!(log.assign(other, (mia, DraftId(id(14))), None), Settled::NoSuchSession);
        assert_eq!(log.assigned(other), (0, None));
    }

    #[test]
    fn what_is_taken_back_is_nowhere_in_the_log() {
        let mut log = LogModel::default();
        let session = log.open(PartyId(id(1)), DraftId(id(2)), SessionId(id(3)));
        let line = |party: u8, draft: u8, body| Line {
            party: PartyId(id(party)),
            draft_id: DraftId(id(draft)),
            reply_to: None,
            body,
        };
        let (target, text) = (DraftId(id(10)), |text: &str| text.to_owned());
        let words = line(1, 10, Body::Text { text: text("a") });
        let edit = line(1, 11, Body::Edit { target, text: text("b") });
        let back = line(1, 12, Body::Retract { target });
        assert_eq!(log.append(session, edit.clone()), Appended::NoSuchWords);
        assert_eq!(log.append(session, words.clone()), Appended::New(Seq(1)));
        assert_eq!(log.append(session, line(4, 10, Body::Text { text: text("c") })), Appended::New(Seq(2)));
        assert_eq!(log.append(session, edit.clone()), Appended::New(Seq(3)));
        assert_eq!(
            log.append(session, line(4, 13, Body::Edit { target: DraftId(id(11)), text: text("d") })),
            Appended::NoSuchWords
        );
        assert_eq!(log.append(session, back.clone()), Appended::New(Seq(4)));
        let bodies: Vec<_> = log.lines(session).iter().map(|line| line.body.clone()).collect();
        let retract = Body::Retract { target };
        assert_eq!(bodies, [Body::Retracted, Body::Text { text: text("c") }, retract.clone(), retract]);
        // Said again, they are where they were; an edit that comes late is not heard.
        for (line, seq) in [(words, 1), (edit, 3), (back, 4)] {
            assert_eq!(log.append(session, line), Appended::Duplicate(Seq(seq)));
        }
        assert_eq!(
            log.append(session, line(1, 14, Body::Edit { target, text: text("e") })),
            Appended::NoSuchWords
        );
        assert_eq!(log.append(session, line(1, 15, Body::Retract { target })), Appended::New(Seq(5)));
    }
}
