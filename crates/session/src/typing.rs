//! Who types in one chat: the others, as far as they are heard, and this end, as far as it was told.
//!
//! Soft. It runs out by itself, goes with the link, and ends with the words that were typed.

use tieline_protocol::{Author, Millis, PartyId};

use crate::alarm::{Alarm, earlier};

/// Whoever was not heard of for so long has stopped, or lost the line.
const RUNS_OUT: Millis = Millis::secs(6);
/// Whoever types on says so this often.
const SAID_EVERY: Millis = Millis::secs(3);

/// Who types in a chat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typing {
    /// The latest last.
    others: Vec<(Author, Alarm)>,
    /// The gateway was told that this end types, and is told again from then on.
    told: Option<Alarm>,
}

impl Typing {
    /// Somebody else types, or has stopped.
    pub(crate) fn hear(&mut self, now: Millis, from: Author, on: bool) {
        self.stopped(from.id);
        if on {
            self.others.push((from, Alarm::after(now, RUNS_OUT)));
        }
    }

    /// Somebody has stopped, or has said it.
    pub(crate) fn stopped(&mut self, party: PartyId) {
        self.others.retain(|(author, _)| author.id != party);
    }

    /// The link is gone, and all that it told.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Who typed last and has not stopped.
    pub(crate) fn latest(&self, now: Millis) -> Option<&Author> {
        self.others.iter().rev().find(|(_, until)| !until.is_due(now)).map(|(author, _)| author)
    }

    /// The composer changed. Some: tell the gateway so.
    pub(crate) fn changed(&mut self, now: Millis, has_text: bool) -> Option<bool> {
        if !has_text {
            return self.told.take().map(|_| false);
        }
        if self.told.is_some_and(|again| !again.is_due(now)) {
            return None;
        }
        self.told = Some(Alarm::after(now, SAID_EVERY));
        Some(true)
    }

    /// What was typed is on its way, and says by itself that nobody types it any more.
    pub(crate) fn sent(&mut self) {
        self.told = None;
    }

    /// When somebody's typing runs out.
    pub(crate) fn next_wake(&self) -> Option<Millis> {
        self.others.iter().map(|(_, until)| Some(until.due_at())).fold(None, earlier)
    }

    /// Lets time pass.
    pub(crate) fn tick(&mut self, now: Millis) {
        self.others.retain(|(_, until)| !until.is_due(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::author;

    const NOW: Millis = Millis(1_000_000);

    #[test]
    fn others_run_out_stop_and_take_turns() {
        let mut typing = Typing::default();
        typing.hear(NOW, author(1), true);
        typing.hear(NOW + Millis::secs(1), author(2), true);
        let latest = |typing: &Typing, secs| typing.latest(NOW + Millis::secs(secs)).map(|author| author.id);
        assert_eq!(latest(&typing, 1), Some(author(2).id));
        typing.hear(NOW + Millis::secs(2), author(1), true);
        assert_eq!(latest(&typing, 2), Some(author(1).id));
        assert_eq!(typing.next_wake(), Some(NOW + Millis::secs(7)));
        typing.hear(NOW + Millis::secs(3), author(1), false);
        assert_eq!(latest(&typing, 6), Some(author(2).id));
        assert_eq!(latest(&typing, 7), None);
        typing.tick(NOW + Millis::secs(7));
        assert_eq!(typing.next_wake(), None);
    }

    #[test]
    fn the_gateway_is_told_every_three_seconds_and_once_at_the_end() {
        let mut typing = Typing::default();
        assert_eq!(typing.changed(NOW, false), None, "an empty field was empty before");
        assert_eq!(typing.changed(NOW, true), Some(true));
        assert_eq!(typing.changed(NOW + Millis(2_999), true), None);
        assert_eq!(typing.changed(NOW + Millis(3_000), true), Some(true));
        assert_eq!(typing.changed(NOW + Millis(3_100), false), Some(false));
        assert_eq!(typing.changed(NOW + Millis(3_200), false), None);
        typing.changed(NOW + Millis(3_300), true);
        typing.sent();
        assert_eq!(typing.changed(NOW + Millis(3_400), false), None, "the words said it");
    }
}
