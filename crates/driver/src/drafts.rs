//! What was typed and is not in the log yet, kept for as long as the page lives.
//!
//! It outlives the end that typed it: a page that changes its route takes the widget away and puts it back, an agent signs
//! in again, and nothing typed is lost.

use std::cell::RefCell;

use tieline_protocol::DraftId;
use tieline_session::Record;

/// The drafts of one owner on this page: of a channel's visitor, of an agent.
#[derive(Debug)]
pub(crate) struct Drafts {
    owner: String,
}

thread_local! {
    // A list, not a map: it holds a handful, and a map's code is more to download than it could ever save.
    static SHELF: RefCell<Vec<(String, Record)>> = const { RefCell::new(Vec::new()) };
}

impl Drafts {
    pub(crate) fn of(owner: String) -> Self {
        Self { owner }
    }

    /// What an earlier end left, in the order in which it was typed.
    pub(crate) fn load(&self) -> Vec<Record> {
        SHELF.with_borrow(|shelf| {
            let own = shelf.iter().filter(|(owner, _)| *owner == self.owner);
            own.map(|(_, record)| record.clone()).collect()
        })
    }

    pub(crate) fn save(&self, record: Record) {
        self.forget(record.draft_id);
        SHELF.with_borrow_mut(|shelf| shelf.push((self.owner.clone(), record)));
    }

    pub(crate) fn forget(&self, draft_id: DraftId) {
        SHELF.with_borrow_mut(|shelf| {
            shelf.retain(|(owner, record)| *owner != self.owner || record.draft_id != draft_id);
        });
    }
}

#[cfg(test)]
mod tests {
    use tieline_protocol::{Body, Millis, SessionId};
    use tieline_session::effect::{Owner, Place};

    use super::*;

    fn record(number: u8) -> Record {
        Record {
            draft_id: DraftId::at(Millis(u64::from(number)), [number; 10]),
            place: Place::Session(SessionId::at(Millis(0), [0; 10])),
            body: Body::Text { text: number.to_string() },
            made_at: Millis(u64::from(number)),
            owner: Owner::Agent,
        }
    }

    #[test]
    fn drafts_outlive_their_end_and_stay_with_their_owner() {
        let mia = Drafts::of("mia".into());
        mia.save(record(1));
        mia.save(record(2));
        mia.save(record(2));
        Drafts::of("ben".into()).save(record(3));
        drop(mia);

        let mia = Drafts::of("mia".into());
        assert_eq!(mia.load(), [record(1), record(2)], "in the order of typing");
        mia.forget(record(1).draft_id);
        assert_eq!(mia.load(), [record(2)]);
        assert_eq!(Drafts::of("ben".into()).load(), [record(3)]);
    }
}
