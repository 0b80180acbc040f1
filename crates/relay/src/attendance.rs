//! Which desks somebody sits at. Soft: counted from the sockets that are open, kept nowhere.
//!
//! A desk that is left stays attended for a moment, so that a reload of its page, or a socket that is replaced, is not seen.

use std::collections::BTreeMap;

use tieline_protocol::Millis;

use crate::Desk;

/// Longer than a page takes to load again and to dial, also on a slow line.
pub const GRACE: Millis = Millis::secs(8);

/// Who sits where.
#[derive(Clone, Debug, Default)]
pub struct Attendance {
    desks: BTreeMap<Desk, Seats>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Seats {
    taken: u32,
    /// When the last one left. None while somebody sits there.
    left_at: Option<Millis>,
}

impl Attendance {
    /// A socket of somebody who answers there was opened.
    pub fn came(&mut self, desk: &Desk) {
        let seats = self.desks.entry(desk.clone()).or_default();
        *seats = Seats { taken: seats.taken.saturating_add(1), left_at: None };
    }

    /// It was closed.
    pub fn left(&mut self, now: Millis, desk: &Desk) {
        if let Some(seats) = self.desks.get_mut(desk) {
            seats.taken = seats.taken.saturating_sub(1);
            if seats.taken == 0 {
                seats.left_at.get_or_insert(now);
            }
        }
    }

    /// Whether somebody sits there, or did a moment ago.
    pub fn is_attended(&self, now: Millis, desk: &Desk) -> bool {
        self.desks.get(desk).is_some_and(|seats| seats.is_attended(now))
    }

    /// Forgets desks that nobody sits at any more.
    pub fn tidy(&mut self, now: Millis) {
        self.desks.retain(|_, seats| seats.is_attended(now));
    }
}

impl Seats {
    fn is_attended(self, now: Millis) -> bool {
        self.taken > 0 || self.left_at.is_some_and(|left_at| now < left_at + GRACE)
    }
}

#[cfg(test)]
mod tests {
    use tieline_protocol::ChannelId;

    use super::*;

    const NOW: Millis = Millis(1_000_000);

    fn desk(name: &str) -> Desk {
        Desk { channel: ChannelId("ch_1".into()), recipient: name.into() }
    }

    #[test]
    fn a_reload_is_not_seen_and_a_farewell_is() {
        let (sales, other) = (desk("sales"), desk("other"));
        let mut attendance = Attendance::default();
        assert!(!attendance.is_attended(NOW, &sales));
        attendance.came(&sales);
        attendance.came(&sales);
        attendance.left(NOW, &sales);
        assert!(attendance.is_attended(NOW + Millis::minutes(60), &sales), "one of two is still there");
        attendance.left(NOW, &sales);
        assert!(attendance.is_attended(NOW + GRACE - Millis(1), &sales));
        attendance.came(&sales);
        assert!(attendance.is_attended(NOW + GRACE, &sales), "came back in time");
        attendance.left(NOW + GRACE, &sales);
        // Heard twice, a farewell does not last longer.
        attendance.left(NOW + GRACE + Millis(5), &sales);
        assert!(!attendance.is_attended(NOW + GRACE + GRACE, &sales));
        assert!(!attendance.is_attended(NOW, &other));
        attendance.tidy(NOW + GRACE + GRACE);
        assert!(attendance.desks.is_empty());
    }
}
