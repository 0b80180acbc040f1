//! One end of the session: a tab of the visitor's, or the agent's desk. Behaves as `session` does.
//!
//! Invariants, each broken by one [`Flaw`]: one draft at a time is on the wire; a draft leaves only when the log is known to
//! have it; nothing is shown before everything below it.

use std::collections::BTreeMap;

use tieline_protocol::Seq;

use crate::{
    Flaw,
    gateway::{Down, Link, Up},
    log::Draft,
};

/// How far a draft has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Another tab typed it. It is sent from here only if that tab takes too long.
    Held,
    /// Waits for its turn.
    Queued,
    /// On the wire.
    Sending,
}

/// A draft that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// Which.
    pub draft: Draft,
    /// How far it has got.
    pub stage: Stage,
}

/// One end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct End {
    /// In the order of typing.
    pub outbox: Vec<Row>,
    /// On the screen, from the first line.
    pub shown: Vec<Draft>,
    /// Above a gap.
    pub early: BTreeMap<Seq, Draft>,
    /// The highest place that the log is known to have.
    pub head: Seq,
    /// What the last `history` was asked for, and for a log of which length: the same is not asked twice of one connection.
    pub asked: Option<(Seq, Seq)>,
    /// The answer to it is underway.
    pub is_asking: bool,
    /// The connection.
    pub link: Option<Link>,
    /// The tab is gone, and with it all but what was saved.
    pub is_dead: bool,
}

impl End {
    /// Everything up to here is shown.
    pub fn settled(&self) -> Seq {
        Seq(self.shown.len() as u64)
    }

    /// Takes a frame, if it still arrives.
    pub fn hear(&mut self, frame: Down, flaw: Option<Flaw>) {
        let Some(link) = self.link.as_mut().filter(|link| !link.is_broken) else { return };
        match frame {
            Down::Welcome(entries) => self.take_all(entries, flaw),
            Down::Page(entries) => {
                self.is_asking = false;
                self.take_all(entries, flaw);
            }
            Down::Ok(seq, draft) | Down::Entry(seq, draft) => self.take(seq, draft, flaw),
            Down::Busy(draft) => self.requeue(|row| row.draft == draft),
            Down::Head(last) => self.head = self.head.max(last),
            Down::Drain => link.is_draining = true,
        }
        self.flush(flaw);
    }

    /// Leaves its connection for another, or for none. Whatever was to be answered there is open again.
    pub fn change_link(&mut self, link: Option<Link>, flaw: Option<Flaw>) -> Option<Link> {
        (self.asked, self.is_asking) = (None, false);
        if flaw == Some(Flaw::ForgetsWhatWasOnTheWire) {
            self.outbox.retain(|row| row.stage != Stage::Sending);
        }
        self.requeue(|_| true);
        std::mem::replace(&mut self.link, link)
    }

    /// Says whatever may be said now.
    pub fn flush(&mut self, flaw: Option<Flaw>) {
        let settled = self.settled();
        let Some(link) = &mut self.link else { return };
        let is_free = !self.outbox.iter().any(|row| row.stage == Stage::Sending);
        if is_free || flaw == Some(Flaw::SendsWithoutWaiting) {
            // What was typed after a held draft waits with it.
            let next = self.outbox.iter_mut().find(|row| row.stage != Stage::Sending);
            if let Some(row) = next.filter(|row| row.stage == Stage::Queued) {
                row.stage = Stage::Sending;
                link.up.push_back(Up::Send(row.draft));
            }
        }
        if settled < self.head && !self.is_asking && self.asked != Some((settled, self.head)) {
            self.asked = Some((settled, self.head));
            self.is_asking = true;
            link.up.push_back(Up::History(settled));
        }
    }

    /// Nobody knows whether the log has them, or it has not: they are said again under the same id.
    fn requeue(&mut self, which: impl Fn(&Row) -> bool) {
        for row in &mut self.outbox {
            if row.stage == Stage::Sending && which(row) {
                row.stage = Stage::Queued;
            }
        }
    }

    fn take_all(&mut self, entries: Vec<(Seq, Draft)>, flaw: Option<Flaw>) {
        for (seq, draft) in entries {
            self.take(seq, draft, flaw);
        }
    }

    fn take(&mut self, seq: Seq, draft: Draft, flaw: Option<Flaw>) {
        self.outbox.retain(|row| row.draft != draft);
        self.head = self.head.max(seq);
        if seq <= self.settled() {
            return;
        }
        if flaw == Some(Flaw::ShowsWhateverComes) {
            self.shown.push(draft);
            return;
        }
        self.early.insert(seq, draft);
        while let Some(draft) = self.early.remove(&self.settled().next()) {
            self.shown.push(draft);
        }
    }
}
