//! What was typed and is not in the log yet, kept for as long as the page lives.
//!
//! It outlives a mount: a page that changes its route takes the widget away and puts it back, and nothing typed is lost.

use std::{cell::RefCell, collections::BTreeMap};

use tieline_protocol::{ChannelId, DraftId};
use tieline_session::Record;

/// The drafts of one channel on this page.
#[derive(Debug)]
pub(super) struct Drafts {
    channel: ChannelId,
}

type Shelf = BTreeMap<(ChannelId, DraftId), Record>;

thread_local! {
    static SHELF: RefCell<Shelf> = const { RefCell::new(Shelf::new()) };
}

impl Drafts {
    pub(super) fn of(channel: ChannelId) -> Self {
        Self { channel }
    }

    /// What an earlier mount left, in the order in which it was typed: ids are by time.
    pub(super) fn load(&self) -> Vec<Record> {
        SHELF.with_borrow(|shelf| {
            let own = shelf.iter().filter(|((channel, _), _)| *channel == self.channel);
            own.map(|(_, record)| record.clone()).collect()
        })
    }

    pub(super) fn save(&self, record: Record) {
        let key = (self.channel.clone(), record.draft_id);
        SHELF.with_borrow_mut(|shelf| shelf.insert(key, record));
    }

    pub(super) fn forget(&self, draft_id: DraftId) {
        let key = (self.channel.clone(), draft_id);
        SHELF.with_borrow_mut(|shelf| shelf.remove(&key));
    }
}
