//! What a browser does around its tabs: loads and loses them, keeps their drafts, carries word from one to the other.

use tieline_protocol::{DraftId, Millis};
use tieline_session::{Input, Record};

use super::{Event, World};
use crate::person::{Door, Person};

/// From one tab to the next.
const CHANNEL_DELAY: Millis = Millis(2);

impl World {
    /// The tab is gone without a word, and comes back with what the disk has.
    pub(super) fn reload(&mut self, person: usize) {
        let (first, next) = (self.people[person].socket.take(), self.people[person].next.take());
        for connection in [first, next].into_iter().flatten() {
            self.kill(connection, false);
        }
        let seed = self.chance.number();
        let before = &self.people[person];
        let (disk, said, page) = (before.disk, before.said.clone(), before.page);
        let mut fresh = match (&before.door, before.token.clone()) {
            (Door::Agent(_), token) => Person::agent(disk, token.unwrap_or_default(), seed),
            (Door::Visitor(_), token) => Person::visitor(disk, token, &self.disks[disk], seed),
        };
        fresh.said = said;
        (fresh.page, fresh.notices) = (page + 1, before.notices.clone());
        self.people[person] = fresh;
        self.start(person);
    }

    /// What a shell does when its page is there.
    pub fn start(&mut self, person: usize) {
        let records = self.disks[self.people[person].disk].records.clone();
        self.feed(person, Input::Restored(records));
        self.feed(person, Input::Start);
        self.feed(person, Input::PanelShown);
    }

    /// The disk has it. A tab that crashed before takes its wish along: nobody was told that the words are safe.
    pub(super) fn stored(&mut self, person: usize, record: Record, page: u64) {
        if self.people[person].page != page {
            return;
        }
        let (disk, draft_id) = (self.people[person].disk, record.draft_id);
        if !self.is_said(draft_id) {
            self.people[person].said.push(draft_id);
        }
        self.disks[disk].save(record.clone());
        self.feed(person, Input::Saved(draft_id));
        self.tell_tabs(person, &Input::Overheard(Box::new(record)));
    }

    /// The disk has it no more.
    pub(super) fn forgotten(&mut self, person: usize, draft_id: DraftId) {
        self.disks[self.people[person].disk].records.retain(|record| record.draft_id != draft_id);
        self.tell_tabs(person, &Input::Unheard(draft_id));
    }

    /// The other tabs of the same browser hear of it, where tabs can talk.
    fn tell_tabs(&mut self, person: usize, input: &Input) {
        let disk = self.people[person].disk;
        if !self.disks[disk].has_channel {
            return;
        }
        for other in 0..self.people.len() {
            if other != person && self.people[other].disk == disk {
                let (page, input) = (self.people[other].page, Box::new(input.clone()));
                self.schedule(self.now + CHANNEL_DELAY, Event::Told { person: other, input, page });
            }
        }
    }

    fn is_said(&self, draft_id: DraftId) -> bool {
        self.people.iter().any(|person| person.said.contains(&draft_id))
    }
}
