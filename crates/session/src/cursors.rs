//! How far each reader of one session has got. Cursors only move forward.

use tieline_protocol::{Millis, PartyId, Seq, SessionId, client::Cursor, server::ReaderCursor};

use crate::screen::Delivery;

/// The readers of one session, this end among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cursors {
    readers: Vec<ReaderCursor>,
    /// Everything up to here was on this end's screen.
    read: Seq,
    /// What the gateway knows of this end.
    told: (Seq, Seq),
}

impl Cursors {
    /// Another reader, or this one from elsewhere, got so far.
    pub(crate) fn merge(&mut self, cursor: ReaderCursor) {
        match self.readers.iter_mut().find(|known| known.party == cursor.party) {
            Some(known) => {
                known.delivered = known.delivered.max(cursor.delivered);
                known.read = known.read.max(cursor.read);
            }
            None => self.readers.push(cursor),
        }
    }

    pub(crate) fn mark_read(&mut self, seq: Seq) {
        self.read = self.read.max(seq);
    }

    /// How far this side has read: this end, or anybody else on it.
    pub(crate) fn read_by_side(&self, is_visiting: bool) -> Seq {
        self.side(is_visiting).map(|reader| reader.read).fold(self.read, Seq::max)
    }

    /// How far a message of this side at `seq` has got.
    pub(crate) fn delivery_of(&self, seq: Seq, is_visiting: bool) -> Delivery {
        let others = || self.side(!is_visiting);
        if others().any(|reader| reader.read >= seq) {
            Delivery::Read
        } else if others().any(|reader| reader.delivered >= seq) {
            Delivery::Delivered
        } else {
            Delivery::Sent
        }
    }

    /// How far the other side has received, and read. What [`Self::delivery_of`] says follows from these two.
    pub(crate) fn reach(&self, is_visiting: bool) -> (Seq, Seq) {
        self.side(!is_visiting).fold((Seq::ZERO, Seq::ZERO), |(delivered, read), reader| {
            (delivered.max(reader.delivered), read.max(reader.read))
        })
    }

    /// A connection is gone: nobody knows whether the last cursor arrived.
    pub(crate) fn forget_told(&mut self, me: Option<PartyId>) {
        let known = self.readers.iter().find(|reader| Some(reader.party) == me);
        self.told = known.map_or((Seq::ZERO, Seq::ZERO), |reader| (reader.delivered, reader.read));
    }

    /// The log was replaced by another generation: places in the old one mean nothing now.
    pub(crate) fn void(&mut self) {
        *self = Self::default();
    }

    /// What the gateway should hear, if there is anything new.
    pub(crate) fn tell(&mut self, session: SessionId, settled: Seq) -> Option<Cursor> {
        let reach = (settled, self.read.min(settled));
        let is_news = reach.0 > self.told.0 || reach.1 > self.told.1;
        is_news.then(|| {
            self.told = reach;
            Cursor { session, delivered: reach.0, read: reach.1 }
        })
    }

    /// Whether [`Self::tell`] has something to say.
    pub(crate) fn has_news(&self, settled: Seq) -> bool {
        settled > self.told.0 || self.read.min(settled) > self.told.1
    }

    fn side(&self, is_visiting: bool) -> impl Iterator<Item = &ReaderCursor> {
        self.readers.iter().filter(move |reader| reader.role.is_visiting() == is_visiting)
    }
}

/// Between two volleys of cursors, so that reading a busy thread does not cost a frame per line.
pub(crate) const CURSOR_PAUSE: Millis = Millis(400);
/// Cursors in one volley: below the gateway's frames a second, with room for words.
pub(crate) const CURSOR_VOLLEY: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{party, session};
    use tieline_protocol::Role;

    fn reader(who: u64, role: Role, delivered: u64, read: u64) -> ReaderCursor {
        ReaderCursor {
            party: party(who),
            role,
            session: session(1),
            delivered: Seq(delivered),
            read: Seq(read),
        }
    }

    #[test]
    fn states_follow_the_other_side_and_never_go_back() {
        let mut cursors = Cursors::default();
        for (cursor, expected) in [
            (reader(1, Role::Visitor, 9, 9), Delivery::Sent),
            (reader(2, Role::Agent, 5, 3), Delivery::Delivered),
            (reader(2, Role::Agent, 2, 5), Delivery::Read),
            (reader(2, Role::Agent, 0, 0), Delivery::Read),
        ] {
            cursors.merge(cursor);
            assert_eq!(cursors.delivery_of(Seq(5), true), expected);
        }
        assert_eq!(cursors.delivery_of(Seq(6), true), Delivery::Sent);
    }

    #[test]
    fn the_gateway_hears_news_only_and_again_after_a_cut() {
        let mut cursors = Cursors::default();
        cursors.mark_read(Seq(9));
        let told = cursors.tell(session(1), Seq(4)).unwrap();
        assert_eq!((told.delivered, told.read), (Seq(4), Seq(4)), "never read beyond what is here");
        assert_eq!(cursors.tell(session(1), Seq(4)), None);
        cursors.forget_told(None);
        assert!(cursors.tell(session(1), Seq(4)).is_some());
    }
}
