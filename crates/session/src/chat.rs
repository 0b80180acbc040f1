//! One session as this end has it: what is said, what is still to be said, how far everybody has read.
//!
//! Pairs an outbox with a timeline. A draft row turns into an entry row here, and never back.

use std::cell::RefCell;

use tieline_protocol::{
    Author, Body, Capabilities, DraftId, Entry, Epoch, Form, Item, Millis, Seq, SessionId,
    client::DEFAULT_RECIPIENT,
    limits,
    server::{Page, Phase, ReaderCursor, Receipt, SessionState},
};

use crate::{
    aim::Aiming,
    alarm::Alarm,
    changes::Standing,
    cursors::Cursors,
    effect::{Place, Record},
    links::Links,
    outbox::Outbox,
    taken::Taken,
    tally::Tally,
    thread::Derived,
    timeline::{Applied, Stretch, Timeline},
    typing::Typing,
};

/// Names a chat on this end. Not the session's id: a chat may wait for its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ChatKey(pub(crate) u32);

/// A session that is still to be opened.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub(crate) draft_id: DraftId,
    /// The wish was on the wire, now or on an earlier page: the session may exist.
    pub(crate) is_asked: bool,
    /// Not before then, because the gateway said so.
    pub(crate) not_before: Option<Alarm>,
    pub(crate) tries: u32,
}

/// What came of something that the gateway said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Entries of the other side, new since this end last looked.
    pub(crate) received: u32,
    /// This copy is not that log's: leave the connection and begin again.
    pub(crate) is_wrong: bool,
}

/// One session.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) key: ChatKey,
    pub(crate) session: Option<SessionId>,
    pub(crate) opening: Option<Opening>,
    pub(crate) to: Option<String>,
    pub(crate) item: Option<Item>,
    pub(crate) channel_name: Option<String>,
    pub(crate) visitor: Option<Author>,
    pub(crate) phase: Phase,
    pub(crate) touched_at: Millis,
    /// Its place among those that wait for a first answer.
    pub(crate) place: Option<u32>,
    pub(crate) timeline: Timeline,
    pub(crate) outbox: Outbox,
    pub(crate) cursors: Cursors,
    pub(crate) typing: Typing,
    /// Where its files can be read.
    pub(crate) links: Links,
    /// While it is looked at: what was read when the look began.
    pub(crate) new_after: Option<Seq>,
    /// What the words to come are about.
    pub(crate) aim: Option<Aiming>,
    /// What its channel grants, and for how long words can be changed, where that is not the same for all chats.
    pub(crate) grants: Option<(Capabilities, Millis)>,
    /// Somebody scrolled to the top.
    pub(crate) wants_older: bool,
    /// The gateway refused to read back; not asked again before then.
    pub(crate) history_rests: Option<Alarm>,
    taken: Taken,
    /// How much is unread by the gateway's count.
    tally: Tally,
    /// On which side this end is.
    is_visiting: bool,
    /// Rows that a screen of before was made of. Behind a cell because it is no state: all of it follows from the rest.
    pub(crate) derived: RefCell<Derived>,
}

impl Chat {
    pub(crate) fn new(key: ChatKey, is_visiting: bool) -> Self {
        Self {
            key,
            session: None,
            opening: None,
            to: None,
            item: None,
            channel_name: None,
            visitor: None,
            phase: Phase::Open,
            touched_at: Millis(0),
            place: None,
            timeline: Timeline::default(),
            outbox: Outbox::default(),
            cursors: Cursors::default(),
            typing: Typing::default(),
            links: Links::default(),
            new_after: None,
            aim: None,
            grants: None,
            wants_older: false,
            history_rests: None,
            taken: Taken::default(),
            tally: Tally::default(),
            is_visiting,
            derived: RefCell::default(),
        }
    }

    /// Where a draft of this chat belongs, as the store keeps it.
    pub(crate) fn place(&self) -> Option<Place> {
        match (self.session, &self.opening) {
            (Some(session), _) => Some(Place::Session(session)),
            (None, Some(Opening { draft_id, is_asked, .. })) => Some(Place::Opening {
                draft_id: *draft_id,
                to: self.to.clone(),
                item: self.item.clone(),
                is_asked: *is_asked,
            }),
            (None, None) => None,
        }
    }

    /// The wish to open a session.
    pub(crate) fn open_as(&mut self, draft_id: DraftId, is_asked: bool) {
        if self.session.is_none() && self.opening.is_none() {
            self.opening = Some(Opening { draft_id, is_asked, not_before: None, tries: 0 });
        }
    }

    /// The wish to open a session goes on the wire, by that name if it never went before. That one lasts until it is granted.
    /// Gives the records whose place changed, to be kept before that.
    pub(crate) fn ask_to_open(&mut self, name: DraftId) -> Vec<Record> {
        match &mut self.opening {
            Some(opening) if !opening.is_asked => {
                (opening.draft_id, opening.is_asked) = (name, true);
                self.move_records()
            }
            _ => Vec::new(),
        }
    }

    /// The session that this chat waited for. Gives the records whose place changed.
    pub(crate) fn settle_in(&mut self, session: SessionId) -> Vec<Record> {
        self.session = Some(session);
        self.opening = None;
        self.move_records()
    }

    fn move_records(&mut self) -> Vec<Record> {
        if let Some(place) = self.place() {
            self.outbox.records_mut().for_each(|record| record.place = place.clone());
        }
        self.outbox.records().cloned().collect()
    }

    /// Its session is out of reach: what is still to be said opens another.
    pub(crate) fn leave(&mut self, opening: DraftId) -> Vec<Record> {
        self.session = None;
        self.timeline.void();
        self.cursors.void();
        self.outbox.drop_accepted();
        self.taken = Taken::default();
        self.tally = Tally::default();
        self.open_as(opening, false);
        self.move_records()
    }

    /// Whether the page means this chat's recipient. To name none is to name the default.
    pub(crate) fn is_with(&self, to: Option<&str>) -> bool {
        self.to.as_deref().unwrap_or(DEFAULT_RECIPIENT) == to.unwrap_or(DEFAULT_RECIPIENT)
    }

    /// The session takes no more words.
    pub(crate) fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// A message of this chat's own side.
    pub(crate) fn is_mine(&self, entry: &Entry) -> bool {
        entry.from.role.is_visiting() == self.is_visiting
    }

    /// Which side this end is on.
    pub(crate) fn is_visiting(&self) -> bool {
        self.is_visiting
    }

    /// The copy has the line of that name.
    pub(crate) fn has_entry(&self, draft_id: DraftId) -> bool {
        self.timeline.since(Seq::ZERO).any(|entry| entry.draft_id == draft_id)
    }

    /// Entries of the other side that nobody on this side has read: those that are here, and those that the gateway knows of.
    pub(crate) fn unread(&self) -> u32 {
        let read = self.cursors.read_by_side(self.is_visiting);
        let unread = self.timeline.entries().rev().take_while(|entry| entry.seq > read);
        let here = unread.filter(|entry| self.is_theirs(entry, Seq(u64::MAX))).fold(0, |count, _| count + 1);
        self.unread_elsewhere(read).saturating_add(here)
    }

    /// What is unread and not here.
    fn unread_elsewhere(&self, read: Seq) -> u32 {
        let last = self.tally.last();
        let copy = self.timeline.entries().rev().map(|entry| (entry.seq, self.is_theirs(entry, last)));
        self.tally.elsewhere(read, copy)
    }

    /// The other side said something there, as the log stood when it ended at `last`.
    fn is_theirs(&self, entry: &Entry, last: Seq) -> bool {
        !self.is_mine(entry) && self.timeline.was_said(entry, last)
    }

    /// It is on screen now: what is new from here on is marked until it leaves the screen.
    pub(crate) fn begin_look(&mut self) {
        if self.unread() > 0 {
            self.new_after = Some(self.cursors.read_by_side(self.is_visiting));
        }
    }

    pub(crate) fn end_look(&mut self) {
        self.new_after = None;
        // Whoever has many sessions looks at one of them.
        self.derived.take();
    }

    /// Takes the session's head and stretch. `accepted` collects own drafts that it settles.
    pub(crate) fn install(&mut self, state: SessionState, accepted: &mut Vec<DraftId>) -> Change {
        self.to = state.to.clone().or(self.to.take());
        self.session = Some(state.session);
        self.opening = None;
        self.item = state.item.clone().or(self.item.take());
        self.channel_name = state.channel_name.clone().or(self.channel_name.take());
        self.visitor = Some(state.visitor.clone());
        self.phase = state.phase;
        self.touched_at = self.touched_at.max(state.touched_at);
        if let Some(capabilities) = &state.capabilities {
            let edit_window = Millis::secs(state.edit_secs.unwrap_or_default().into());
            self.grants = Some((capabilities.clone(), edit_window));
        }
        self.place = state.place;
        self.beware(&state.epoch, state.reset);
        state.cursors.iter().cloned().for_each(|cursor| self.cursors.merge(cursor));
        self.tally = Tally::of(&state, self.is_visiting).unwrap_or(self.tally);
        self.follow(accepted, |timeline| !timeline.install(state))
    }

    /// Takes the answer to `history`.
    pub(crate) fn turn_page(&mut self, page: Page, stretch: Stretch, accepted: &mut Vec<DraftId>) -> Change {
        self.beware(&page.epoch, false);
        self.follow(accepted, |timeline| !timeline.turn_page(page, stretch))
    }

    /// Takes one entry.
    pub(crate) fn apply(&mut self, entry: Entry, accepted: &mut Vec<DraftId>) -> Change {
        self.touched_at = self.touched_at.max(entry.at);
        self.typing.stopped(entry.from.id);
        if !self.is_mine(&entry) {
            self.place = None;
        }
        if entry.body == Body::Closed {
            self.phase = Phase::Closed;
        }
        self.follow(accepted, |timeline| timeline.apply(entry) == Applied::Wrong)
    }

    /// The log took an own draft. The entry is made here from the draft: the gateway need not send the words back.
    pub(crate) fn accept(&mut self, receipt: Receipt, me: Author, accepted: &mut Vec<DraftId>) -> Change {
        self.beware(&receipt.epoch, false);
        self.timeline.begin(receipt.epoch);
        let Receipt { session, draft_id, seq, at, .. } = receipt;
        match self.outbox.accept(draft_id, seq) {
            Some(record) => {
                accepted.push(draft_id);
                let (reply_to, body) = (record.reply_to, record.body.clone());
                self.taken.remember(seq, record);
                self.apply(Entry { session, seq, draft_id, from: me, reply_to, at, body }, accepted)
            }
            None => {
                // Said by another tab, whose answer passed by: the line itself is read from the log.
                self.timeline.note_head(seq);
                Change::default()
            }
        }
    }

    pub(crate) fn merge_cursor(&mut self, cursor: ReaderCursor) {
        self.cursors.merge(cursor);
    }

    /// The connection is gone.
    pub(crate) fn lose_link(&mut self) {
        self.outbox.requeue_all();
        self.typing.forget();
        self.place = None;
        self.links.lose_link();
        self.history_rests = None;
        if let Some(opening) = &mut self.opening {
            opening.not_before = None;
        }
    }

    /// The gateway may take now what it refused.
    pub(crate) fn hurry(&mut self) {
        self.outbox.hurry();
        if let Some(opening) = &mut self.opening {
            opening.not_before = None;
        }
    }

    /// Wants older lines, if there are too few for a screen.
    pub(crate) fn fill_screen(&mut self) {
        if self.timeline.len() < limits::TAIL_ENTRIES as usize {
            self.wants_older = self.timeline.has_older();
        }
    }

    /// The newest item that the asking side said, or the one that it was opened about. What an agent shows is no other question.
    pub(crate) fn newest_item(&self) -> Option<&Item> {
        let asked = self.timeline.entries().rev().filter(|entry| entry.from.role.is_visiting());
        let said = asked.filter_map(|entry| match self.timeline.standing(entry) {
            Standing::AsSaid(body) => Some(body),
            Standing::Otherwise(_) | Standing::Gone => None,
        });
        let waiting = self.outbox.rows().rev().map(|row| &row.record.body);
        waiting.chain(said).find_map(item_of).or(self.item.as_ref())
    }

    /// The newest form that the other side asks and nobody has filled in.
    pub(crate) fn asked_form(&self) -> Option<(Seq, &Form)> {
        let asked = self.timeline.entries().rev().filter(|entry| !self.is_mine(entry));
        let (seq, form) = asked.into_iter().find_map(|entry| match &entry.body {
            Body::Ask { form } => Some((entry.seq, form)),
            _ => None,
        })?;
        let is_answer = |body: &Body| matches!(body, Body::Form { asked, .. } if *asked == Some(seq));
        (!self.bodies().any(is_answer)).then_some((seq, form))
    }

    /// How the visitor said last that it was.
    pub(crate) fn rated(&self) -> Option<u8> {
        self.bodies().find_map(|body| match body {
            Body::Rating { stars, .. } => Some(*stars),
            _ => None,
        })
    }

    /// All that was said and is being said, newest first.
    fn bodies(&self) -> impl Iterator<Item = &Body> {
        let waiting = self.outbox.rows().rev().map(|row| &row.record.body);
        waiting.chain(self.timeline.entries().rev().map(|entry| &entry.body))
    }

    /// Finds own drafts among the entries above a place.
    pub(crate) fn recognise(&mut self, after: Seq, accepted: &mut Vec<DraftId>) {
        let mut taken = Vec::new();
        for entry in self.timeline.since(after) {
            if entry.from.role.is_visiting() == self.is_visiting
                && let Some(record) = self.outbox.accept(entry.draft_id, entry.seq)
            {
                accepted.push(entry.draft_id);
                taken.push((entry.seq, record));
            }
        }
        taken.into_iter().for_each(|(seq, record)| self.taken.remember(seq, record));
        self.outbox.settle(self.timeline.settled());
    }

    /// Before the timeline hears of another generation of the log: nothing that pointed into the old one holds.
    fn beware(&mut self, epoch: &Epoch, is_void: bool) {
        let known = self.timeline.position();
        if is_void || known.is_some_and(|(known, _)| known != *epoch) {
            self.timeline.void();
            self.cursors.void();
            self.outbox.drop_accepted();
            self.new_after = None;
            self.aim = None;
            self.tally = Tally::default();
            self.taken.doubt();
        }
    }

    /// Own words that an older generation of the log had taken and this one has not.
    pub(crate) fn take_lost(&mut self) -> Vec<Record> {
        self.taken.take_lost(&self.timeline, &self.outbox)
    }

    /// Lets the timeline take something, then settles the drafts that it brought.
    fn follow(&mut self, accepted: &mut Vec<DraftId>, take: impl FnOnce(&mut Timeline) -> bool) -> Change {
        let (was_blank, before) = (self.timeline.is_blank(), self.timeline.settled());
        let is_wrong = take(&mut self.timeline);
        if is_wrong {
            self.timeline.void();
            self.outbox.drop_accepted();
        }
        self.recognise(if was_blank { Seq::ZERO } else { before }, accepted);
        let mut fresh = self.timeline.entries().rev().take_while(|entry| entry.seq > before && !was_blank);
        let received = fresh.clone().filter(|entry| self.is_theirs(entry, Seq(u64::MAX)));
        let received = received.fold(0, |count, _| count + 1);
        let is_hidden = |entry: &Entry| match entry.body {
            Body::Retract { target } => self.timeline.find_words(target).is_none(),
            _ => false,
        };
        // What was taken back may be among what is unread and not here: whoever counts has to see it. And nothing but changes
        // shows nothing.
        let wants_older = fresh.any(is_hidden)
            && self.unread_elsewhere(self.cursors.read_by_side(self.is_visiting)) > 0
            || self.timeline.entries().all(|entry| entry.body.target().is_some());
        self.wants_older |= wants_older && self.timeline.has_older();
        Change { received, is_wrong }
    }
}

fn item_of(body: &Body) -> Option<&Item> {
    match body {
        Body::Item { item } => Some(item),
        _ => None,
    }
}
