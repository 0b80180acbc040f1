//! How many sockets of a kind there are, and whether there may be one more.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use crate::fanout::{ConnectionId, Outbox};

/// There is no room for one more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// The sockets of each key. One that is on its way out has no place any more: its successor comes before it goes.
#[derive(Debug)]
pub(super) struct Places<K>(HashMap<K, HashMap<ConnectionId, Arc<Outbox>>>);

impl<K> Default for Places<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq + Clone> Places<K> {
    /// One more of the key.
    ///
    /// # Errors
    /// When there are enough that stay.
    pub(super) fn take(&mut self, key: &K, outbox: &Arc<Outbox>, most: u32) -> Result<(), Full> {
        let taken = self.0.entry(key.clone()).or_default();
        if taken.len() >= most as usize {
            // Whoever leaves says so to nobody here. Looked for only now, as there is room nearly always.
            taken.retain(|_, outbox| !outbox.is_leaving());
        }
        if taken.len() >= most as usize {
            return Err(Full);
        }
        taken.insert(outbox.id(), Arc::clone(outbox));
        Ok(())
    }

    /// One less, if it had a place still.
    pub(super) fn leave(&mut self, key: &K, id: ConnectionId) {
        if let Some(taken) = self.0.get_mut(key) {
            taken.remove(&id);
            if taken.is_empty() {
                self.0.remove(key);
            }
        }
    }
}

/// Whoever has one IPv6 address has a /64 of them.
pub(super) fn block_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}
