//! What was taken back in the store reaches the sockets that are open here.
//!
//! Follows the list of `auth::revocation`: at once when this gateway's own API wrote it, within half a second when the command
//! line did, or another gateway. A row that is seen twice does no harm.

use std::time::Duration;

use tieline_protocol::CloseCode;
use tieline_relay::Topic;
use tokio::time::MissedTickBehavior;

use crate::{
    app::AppState,
    auth::revocation::{self, Revocation},
};

/// Half of what is promised: a change closes sockets within a second. One seek in an index each time.
const EVERY: Duration = Duration::from_millis(500);

/// The row up to which this gateway has looked. Locked while it looks, so that rows are heeded in their order.
pub(crate) type Seen = tokio::sync::Mutex<i64>;

impl AppState {
    /// Heeds everything that was taken back until now.
    pub(crate) async fn heed_revocations(&self) {
        let mut seen = self.seen_revocations.lock().await;
        let from = *seen;
        match self.store.read(move |db| revocation::after(db, from)).await {
            Ok((revocations, last)) => {
                *seen = last;
                if !revocations.is_empty() {
                    self.heed(&revocations);
                }
            }
            // Not lost: the next look begins at the same row.
            Err(error) => tracing::warn!(error.what = %error, "what was taken back could not be read"),
        }
    }

    /// Looks again and again, for as long as it is polled.
    pub(crate) async fn watch_revocations(self) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.heed_revocations().await;
        }
    }

    fn heed(&self, revocations: &[Revocation]) {
        self.log.forget_facts();
        self.connections.heed(revocations);
        for revocation in revocations {
            if let Revocation::Channel { channel, .. } = revocation {
                // Who answers may have changed: the desk comes back at once, with what it may see now.
                self.fanout.close_where(
                    CloseCode::DRAIN,
                    |topic| matches!(topic, Topic::Desk(desk) if desk.channel == *channel),
                );
            }
        }
        tracing::info!(revocations = revocations.len(), "heeded what was taken back");
    }
}
