//! Fan-out within one process: a table from topic to queues.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use tieline_protocol::{ChannelId, CloseCode};
use tieline_relay::Topic;

use super::{Announcement, ConnectionId, Fanout, Outbox, Parcel};

/// The table. Every connection that said a valid hello is in it, under each of its topics.
#[derive(Debug, Default)]
pub struct Local {
    listeners: RwLock<HashMap<Topic, Vec<Arc<Outbox>>>>,
}

/// A connection's place in the table. Leaves it when dropped.
#[derive(Debug)]
pub struct Subscription {
    table: Arc<Local>,
    topics: Vec<Topic>,
    connection: ConnectionId,
}

impl Local {
    /// Puts a connection under its topics. What is announced from now on waits in its outbox.
    pub fn subscribe(self: &Arc<Self>, topics: Vec<Topic>, outbox: &Arc<Outbox>) -> Subscription {
        let mut listeners = self.listeners.write().unwrap_or_else(PoisonError::into_inner);
        for topic in &topics {
            listeners.entry(topic.clone()).or_default().push(Arc::clone(outbox));
        }
        drop(listeners);
        Subscription { table: Arc::clone(self), topics, connection: outbox.id() }
    }

    /// Channels that somebody on them listens to.
    pub fn heard_channels(&self) -> HashSet<ChannelId> {
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        let channel_of = |topic: &Topic| match topic {
            Topic::Channel(channel) => Some(channel.clone()),
            Topic::Party(_) | Topic::Desk(_) => None,
        };
        listeners.keys().filter_map(channel_of).collect()
    }

    /// Closes every connection that listens to a topic for which `concerns` holds.
    pub fn close_where(&self, code: CloseCode, concerns: impl Fn(&Topic) -> bool) {
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        let concerned = listeners.iter().filter(|(topic, _)| concerns(topic));
        concerned.flat_map(|(_, outboxes)| outboxes).for_each(|outbox| outbox.close(code));
    }
}

impl Fanout for Local {
    fn announce(&self, topics: &[Topic], announcement: &Announcement, except: Option<ConnectionId>) {
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        for (place, topic) in topics.iter().enumerate() {
            for outbox in listeners.get(topic).into_iter().flatten() {
                // A connection is a visitor's or an agent's, so it is under one of an audience's topics only.
                debug_assert!(topics.iter().take(place).all(|earlier| {
                    listeners.get(earlier).into_iter().flatten().all(|other| other.id() != outbox.id())
                }));
                if Some(outbox.id()) != except {
                    outbox.push(Parcel {
                        text: announcement.text.clone(),
                        place: announcement.place,
                        is_soft: announcement.is_soft,
                    });
                }
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut listeners = self.table.listeners.write().unwrap_or_else(PoisonError::into_inner);
        for topic in &self.topics {
            if let Some(outboxes) = listeners.get_mut(topic) {
                outboxes.retain(|outbox| outbox.id() != self.connection);
                if outboxes.is_empty() {
                    listeners.remove(topic);
                }
            }
        }
    }
}
