//! One session as a reader sees it: from its beginning, in its order, nothing left out.

use anyhow::Result;
use tieline_protocol::{
    ClientFrame, Entry, Epoch, RequestId, Seq, ServerFrame, SessionId,
    client::{History, Position},
    server::{Head, SessionState},
};
use tokio::sync::watch;

use crate::{
    client::Client,
    history::{Fact, Record},
};

/// Entries asked for at once.
const PAGE: u32 = 100;

/// A reader's copy; only its end is kept.
pub(super) struct View {
    client: u32,
    pub(super) session: watch::Sender<Option<SessionId>>,
    epoch: Option<Epoch>,
    shown: Seq,
    /// The log goes at least so far.
    known: Seq,
    asked: Option<RequestId>,
    /// Asks even though nothing seems to be missing.
    is_doubtful: bool,
}

impl View {
    pub(super) fn new(client: u32, session: Option<SessionId>) -> Self {
        let session = watch::Sender::new(session);
        Self {
            client,
            session,
            epoch: None,
            shown: Seq::ZERO,
            known: Seq::ZERO,
            asked: None,
            is_doubtful: false,
        }
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        *self.session.borrow()
    }

    pub(super) fn shown(&self) -> Seq {
        self.shown
    }

    /// Whether it shows all that it knows of.
    pub(super) fn is_complete(&self) -> bool {
        self.shown >= self.known && self.asked.is_none() && !self.is_doubtful
    }

    /// What it still wants to read, in words.
    pub(super) fn missing(&self) -> Option<String> {
        let Self { shown, known, asked, is_doubtful, .. } = self;
        let words = || format!("shown {shown:?} of {known:?}, asked {asked:?}, doubtful {is_doubtful}");
        (!self.is_complete()).then(words)
    }

    /// There may be more than it knows of.
    pub(super) fn look_again(&mut self) {
        self.is_doubtful = true;
    }

    /// Where it is, for the next hello.
    pub(super) fn position(&self) -> Option<Position> {
        Some(Position { session: self.session()?, epoch: self.epoch.clone()?, seq: self.shown })
    }

    /// A new connection begins with what was missed.
    pub(super) fn welcome(&mut self, sessions: &[SessionState], record: &Record) {
        // What was asked on the connection before is not answered on this one.
        self.is_doubtful |= self.asked.take().is_some();
        let Some(state) = sessions.iter().find(|state| Some(state.session) == self.session()) else { return };
        if state.reset {
            (self.shown, self.known) = (Seq::ZERO, Seq::ZERO);
            record.note(self.client, Fact::Forgot { session: state.session });
        }
        self.epoch = Some(state.epoch.clone());
        self.known = self.known.max(state.last);
        state.entries.iter().for_each(|entry| self.show(entry, record));
    }

    pub(super) fn frame(&mut self, frame: &ServerFrame, id: Option<RequestId>, record: &Record) {
        match frame {
            ServerFrame::Entry(entry) => self.show(entry, record),
            ServerFrame::Page(page) if Some(page.session) == self.session() => {
                if self.asked == id {
                    self.asked = None;
                }
                self.epoch = Some(page.epoch.clone());
                self.known = self.known.max(page.last);
                page.entries.iter().for_each(|entry| self.show(entry, record));
            }
            _ => {}
        }
    }

    /// A question was refused for now.
    pub(super) fn refused(&mut self, id: Option<RequestId>) {
        if self.asked == id && self.asked.take().is_some() {
            self.is_doubtful = true;
        }
    }

    pub(super) fn heads(&mut self, heads: &[Head]) {
        let mine = heads.iter().filter(|head| Some(head.session) == self.session());
        self.known = mine.map(|head| head.last).fold(self.known, Ord::max);
    }

    /// Shows what follows; drops what it has; what lies above a gap is asked for again.
    fn show(&mut self, entry: &Entry, record: &Record) {
        if Some(entry.session) != self.session() {
            return;
        }
        self.known = self.known.max(entry.seq);
        if entry.seq == self.shown.next() {
            self.shown = entry.seq;
            let (session, seq, draft_id) = (entry.session, entry.seq, entry.draft_id);
            record.note(self.client, Fact::Shown { session, seq, draft_id });
        }
    }

    /// Asks for what is missing, unless that was asked already.
    pub(super) async fn ask(&mut self, client: &mut Client) -> Result<()> {
        let Some(session) = self.session() else { return Ok(()) };
        if self.asked.is_none() && (self.shown < self.known || self.is_doubtful) {
            let history = History { session, before: None, after: Some(self.shown), limit: PAGE };
            self.asked = Some(client.send(ClientFrame::History(history)).await?);
            self.is_doubtful = false;
        }
        Ok(())
    }
}
