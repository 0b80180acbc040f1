//! Places of those who wait for a first answer, desk by desk, in the order in which they asked.

use std::collections::{HashMap, HashSet};

use tieline_protocol::{
    ChannelId, Millis, PartyId, ServerFrame, SessionId,
    client::DEFAULT_RECIPIENT,
    envelope::json,
    server::{Place, SessionState},
};
use tieline_relay::{Desk, Topic};

use crate::{
    app::AppState,
    clock,
    fanout::{Announcement, Fanout},
    log::Waiting,
};

/// Whoever asked longer ago has left, and is answered all the same.
const COUNTED_FOR: Millis = Millis::minutes(12 * 60);

/// What was told, and what may have changed since.
#[derive(Debug, Default)]
pub(super) struct Queue {
    stirred: HashSet<Desk>,
    told: HashMap<Desk, Told>,
}

/// The places of one desk, as they were told. Empty where nobody answers: a queue without an end is no comfort.
#[derive(Debug, Default)]
struct Told {
    is_attended: bool,
    places: HashMap<SessionId, (u32, PartyId)>,
}

impl Queue {
    /// Somebody asked there, was answered, or came to answer.
    pub(super) fn stir(&mut self, desk: &Desk) {
        self.stirred.insert(desk.clone());
    }

    /// Takes the places as they are now; gives those that changed. 0: waits no more.
    fn settle(&mut self, desk: &Desk, is_attended: bool, waiting: &[Waiting]) -> Vec<(PartyId, Place)> {
        let counted = if is_attended { waiting } else { &[] };
        let places: HashMap<_, _> =
            (1..).zip(counted).map(|(place, waiting)| (waiting.session, (place, waiting.visitor))).collect();
        let before = std::mem::take(&mut self.told.entry(desk.clone()).or_default().places);
        let mut news: Vec<_> = before
            .iter()
            .filter(|(session, _)| !places.contains_key(session))
            .map(|(session, (_, visitor))| (*visitor, Place { session: *session, place: 0 }))
            .collect();
        for (session, (place, visitor)) in &places {
            if before.get(session).is_none_or(|(told, _)| told != place) {
                news.push((*visitor, Place { session: *session, place: *place }));
            }
        }
        if !is_attended && waiting.is_empty() {
            self.told.remove(desk);
        } else {
            self.told.insert(desk.clone(), Told { is_attended, places });
        }
        news
    }
}

impl AppState {
    /// Something happened that may move the places at a desk.
    pub(crate) fn stir_queue(&self, desk: &Desk) {
        self.board.lock().queue.stir(desk);
    }

    /// Writes into the heads of somebody's sessions on a channel which place each was told.
    pub(crate) fn fill_places(&self, channel: Option<&ChannelId>, sessions: &mut [SessionState]) {
        let Some(channel) = channel else { return };
        let state = self.board.lock();
        for session in sessions {
            let recipient = session.to.clone().unwrap_or_else(|| DEFAULT_RECIPIENT.to_owned());
            let told = state.queue.told.get(&Desk { channel: channel.clone(), recipient });
            session.place = told.and_then(|told| told.places.get(&session.session)).map(|(place, _)| *place);
        }
    }

    /// One round: tells those who wait what has changed.
    pub(super) async fn tell_places(&self) {
        for (desk, is_attended) in self.restless_desks() {
            let waiting = match self.log.waiting(desk.clone(), clock::now() - COUNTED_FOR).await {
                Ok(waiting) => waiting,
                Err(error) => {
                    tracing::warn!(error.what = %error, "who waits could not be read");
                    self.stir_queue(&desk);
                    continue;
                }
            };
            let news = self.board.lock().queue.settle(&desk, is_attended, &waiting);
            for (visitor, place) in news {
                let text = json::encode(None, ServerFrame::Queue(place)).into();
                let announcement = Announcement { text, place: None, is_soft: true };
                self.fanout.announce(&[Topic::Party(visitor)], &announcement, None);
            }
        }
    }

    /// Desks at which something happened, or to which somebody came, or which were left.
    fn restless_desks(&self) -> Vec<(Desk, bool)> {
        let mut guard = self.board.lock();
        let state = &mut *guard;
        let now = clock::steady();
        let mut restless = std::mem::take(&mut state.queue.stirred);
        let turned = state
            .queue
            .told
            .iter()
            .filter(|(desk, told)| told.is_attended != state.attendance.is_attended(now, desk));
        restless.extend(turned.map(|(desk, _)| desk.clone()));
        restless
            .into_iter()
            .map(|desk| {
                let is_attended = state.attendance.is_attended(now, &desk);
                (desk, is_attended)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use tieline_protocol::ChannelId;
    use uuid::Uuid;

    use super::*;

    fn waiting(number: u128) -> Waiting {
        Waiting {
            session: SessionId(Uuid::from_u128(number)),
            visitor: PartyId(Uuid::from_u128(number + 100)),
        }
    }

    fn told(news: Vec<(PartyId, Place)>) -> Vec<(u128, u32)> {
        let mut told: Vec<_> =
            news.iter().map(|(_, place)| (place.session.0.as_u128(), place.place)).collect();
        told.sort_unstable();
        told
    }

    #[test]
    fn each_is_told_what_changed_for_them_and_nothing_else() {
        let desk = Desk { channel: ChannelId("ch_1".into()), recipient: "default".into() };
        let mut queue = Queue::default();
        let all = [waiting(1), waiting(2), waiting(3)];
        assert_eq!(told(queue.settle(&desk, false, &all)), [], "nobody is there: no place is told");
        assert_eq!(told(queue.settle(&desk, true, &all)), [(1, 1), (2, 2), (3, 3)]);
        assert_eq!(told(queue.settle(&desk, true, &all)), []);
        assert_eq!(told(queue.settle(&desk, true, &[waiting(1), waiting(3)])), [(2, 0), (3, 2)]);
        assert_eq!(told(queue.settle(&desk, false, &[waiting(1), waiting(3)])), [(1, 0), (3, 0)]);
        assert_eq!(told(queue.settle(&desk, false, &[])), []);
        assert!(queue.told.is_empty());
    }
}
