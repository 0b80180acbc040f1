//! What visitors are told of those who answer: whether somebody is there, when somebody is back, how soon one answers, and the
//! place in the queue.
//!
//! Soft state of this process, made anew from sockets and store; never in the log. One round a second tells what has changed
//! since the last, so however often agents come and go, a visitor hears of it once a second at most. Read next: [`board`] for
//! presence, [`queue`] for places, `relay::attendance` for who sits where.

mod board;
mod median;
mod queue;

use std::time::Duration;

use tokio::time::MissedTickBehavior;

pub(crate) use self::board::{Attending, Board};
use crate::app::AppState;

/// How soon a change is told, and how often at most.
const EVERY: Duration = Duration::from_secs(1);

impl AppState {
    /// Tells what has changed again and again, for as long as it is polled.
    pub(crate) async fn watch_presence(self) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.tell_presence().await;
            self.tell_places().await;
        }
    }
}
