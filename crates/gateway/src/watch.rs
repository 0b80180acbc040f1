//! What was taken back in the store reaches the sockets that are open here.
//!
//! Follows the list of `auth::revocation`: at once when this gateway's own API wrote it, within half a second when the command
//! line did, or another gateway. A row that is seen twice does no harm.

use std::{collections::BTreeSet, time::Duration};

use tieline_protocol::{CloseCode, ServerFrame, envelope::json};
use tieline_relay::Topic;
use tokio::time::MissedTickBehavior;

use crate::{
    app::AppState,
    auth::{
        channel,
        revocation::{self, Revocation},
    },
    fanout::{Announcement, Fanout},
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
                    self.tell_channels(&revocations).await;
                    self.load_bridged_desks().await;
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

    /// Shows the visitors of a channel that was changed how it is now.
    async fn tell_channels(&self, revocations: &[Revocation]) {
        let mut told = BTreeSet::new();
        for revocation in revocations {
            let Revocation::Channel { channel, is_open: true } = revocation else { continue };
            if !told.insert(channel.clone()) {
                continue;
            }
            self.board.forget(channel);
            let wanted = channel.clone();
            match self.store.read(move |db| channel::find(db, &wanted)).await {
                Ok(Some(found)) => {
                    let frame = ServerFrame::Channel(Box::new(found.face()));
                    let text = json::encode(None, frame).into();
                    let announcement = Announcement { text, place: None, is_soft: false };
                    self.fanout.announce(&[Topic::Channel(channel.clone())], &announcement, None);
                }
                Ok(None) => {}
                // Who comes anew reads it in the `welcome`.
                Err(error) => tracing::warn!(error.what = %error, "a changed channel could not be read"),
            }
        }
    }
}
