//! The log, as `relay::log_model` defines it, in a form that can be compared and hashed.

use tieline_protocol::{Body, DraftId, Millis, PartyId, Seq, SessionId};
use tieline_relay::log_model::{Appended, Line, LogModel};

use crate::Flaw;

/// Something said. Its number is its name for life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Draft(pub u8);

/// One session's log: its lines in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Log(Vec<Draft>);

impl Log {
    /// The newest place.
    pub fn last(&self) -> Seq {
        Seq(self.0.len() as u64)
    }

    /// From the first.
    pub fn lines(&self) -> &[Draft] {
        &self.0
    }

    /// The line at a place.
    pub fn at(&self, seq: Seq) -> Option<Draft> {
        self.0.get(usize::try_from(seq.0).ok()?.checked_sub(1)?).copied()
    }

    /// Everything after a place, with its own.
    pub fn after(&self, seq: Seq, flaw: Option<Flaw>) -> Vec<(Seq, Draft)> {
        let skipped = seq.0 + u64::from(flaw == Some(Flaw::ReadsOnePlaceTooLate));
        (1..).map(Seq).zip(self.0.iter().copied()).filter(|(place, _)| place.0 > skipped).collect()
    }

    /// Takes a draft, or says where it stands. True if it is new.
    pub fn append(&mut self, draft: Draft, flaw: Option<Flaw>) -> (Seq, bool) {
        match self.meaning(draft) {
            Appended::Duplicate(seq) if flaw != Some(Flaw::NoUniqueIndex) => (seq, false),
            _ => {
                self.0.push(draft);
                (self.last(), true)
            }
        }
    }

    /// Where a draft is going to stand, or stands.
    pub fn place(&self, draft: Draft, flaw: Option<Flaw>) -> Seq {
        self.clone().append(draft, flaw).0
    }

    /// What the log's definition says of it. Three lines at most, so it is told them anew.
    fn meaning(&self, draft: Draft) -> Appended {
        let session = SessionId::at(Millis(1), [0; 10]);
        let mut model = LogModel::default();
        let mut said = Appended::NoSuchSession;
        model.open(party(), DraftId::at(Millis(1), [0; 10]), session);
        for draft in self.0.iter().copied().chain([draft]) {
            let draft_id = DraftId::at(Millis(1), [draft.0; 10]);
            let body = Body::Text { text: String::new() };
            said = model.append(session, Line { party: party(), draft_id, reply_to: None, body });
        }
        said
    }
}

/// Who says what makes no difference here: no two parties share a draft.
fn party() -> PartyId {
    PartyId::at(Millis(1), [0; 10])
}
