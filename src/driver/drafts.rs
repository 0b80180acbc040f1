//! What was typed and is not in the log yet, kept for as long as the page lives.
//!
//! It outlives a mount: a page that changes its route takes the widget away and puts it back, and nothing typed is lost.

use std::cell::RefCell;

use tieline_protocol::{ChannelId, DraftId};
use tieline_session::Record;

/// The drafts of one channel on this page.
#[derive(Debug)]
pub(super) struct Drafts {
    channel: ChannelId,
}

thread_local! {
    // A list, not a map: it holds a handful, and a map's code is more to download than it could ever save.
    static SHELF: RefCell<Vec<(ChannelId, Record)>> = const { RefCell::new(Vec::new()) };
}

impl Drafts {
    pub(super) fn of(channel: ChannelId) -> Self {
        Self { channel }
    }

    /// What an earlier mount left, in the order in which it was typed.
    pub(super) fn load(&self) -> Vec<Record> {
        SHELF.with_borrow(|shelf| {
            let own = shelf.iter().filter(|(channel, _)| *channel == self.channel);
            own.map(|(_, record)| record.clone()).collect()
        })
    }

    pub(super) fn save(&self, record: Record) {
        self.forget(record.draft_id);
        SHELF.with_borrow_mut(|shelf| shelf.push((self.channel.clone(), record)));
    }

    pub(super) fn forget(&self, draft_id: DraftId) {
        SHELF.with_borrow_mut(|shelf| {
            shelf.retain(|(channel, record)| *channel != self.channel || record.draft_id != draft_id);
        });
    }
}
