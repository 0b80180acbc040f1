//! Who is connected, and how many each may be.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tieline_protocol::{ChannelId, CloseCode, Millis, PartyId, Role};
use tieline_relay::{Bucket, Denial, Principal, Rate};
use tokio::sync::Notify;

use crate::{
    config::Limits,
    fanout::{ConnectionId, Outbox, Room},
};

/// Parties whose bucket is remembered after they left, before the full ones are forgotten.
const REMEMBERED: usize = 4096;

/// There is no room for one more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// Every connection of this gateway.
#[derive(Debug)]
pub struct Connections {
    limits: Limits,
    next: AtomicU64,
    accepts: Mutex<Bucket>,
    all: Mutex<All>,
    left: Notify,
}

#[derive(Debug, Default)]
struct All {
    is_draining: bool,
    open: HashMap<ConnectionId, Arc<Outbox>>,
    addresses: HashMap<IpAddr, u32>,
    channels: HashMap<ChannelId, u32>,
    parties: HashMap<PartyId, Party>,
}

#[derive(Debug)]
struct Party {
    outboxes: Vec<Arc<Outbox>>,
    messages: Arc<Mutex<Bucket>>,
}

/// An open socket's place. Leaves it when dropped.
#[derive(Debug)]
pub struct Guest {
    connections: Arc<Connections>,
    address: IpAddr,
    party: Option<PartyId>,
    channel: Option<ChannelId>,
    outbox: Arc<Outbox>,
}

impl Connections {
    /// Nobody yet.
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            next: AtomicU64::new(1),
            accepts: Mutex::new(Bucket::full(limits.accepts, crate::clock::now())),
            all: Mutex::default(),
            left: Notify::new(),
        })
    }

    /// A socket of that address wants in.
    ///
    /// # Errors
    /// When the address has enough, too many come at once, or the gateway is about to stop.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Guest, Full> {
        let address = block_of(address);
        let mut accepts = self.accepts.lock().unwrap_or_else(PoisonError::into_inner);
        accepts.take(crate::clock::now()).map_err(|_| Full)?;
        drop(accepts);
        let mut all = self.lock();
        if all.is_draining {
            return Err(Full);
        }
        count(&mut all.addresses, &address, self.limits.sockets_per_ip)?;
        let id = ConnectionId(self.next.fetch_add(1, Ordering::Relaxed));
        let outbox = Arc::new(Outbox::new(
            id,
            Room { frames: self.limits.queue_frames, bytes: self.limits.queue_bytes },
        ));
        all.open.insert(id, Arc::clone(&outbox));
        Ok(Guest { connections: Arc::clone(self), address, party: None, channel: None, outbox })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().open.len()
    }

    /// Whether nobody is connected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether newcomers are turned away.
    pub fn is_draining(&self) -> bool {
        self.lock().is_draining
    }

    /// Closes all sockets of one party: they signed out, or were shut out.
    pub fn close_party(&self, party: PartyId, code: CloseCode) {
        if let Some(party) = self.lock().parties.get(&party) {
            party.outboxes.iter().for_each(|outbox| outbox.close(code));
        }
    }

    /// Turns newcomers away from now on, and gives everybody who is there.
    pub fn drain(&self) -> Vec<Arc<Outbox>> {
        let mut all = self.lock();
        all.is_draining = true;
        all.open.values().map(Arc::clone).collect()
    }

    /// Comes back once nobody is left.
    pub async fn emptied(&self) {
        loop {
            // Asked for before looking, or the last to leave could be missed.
            let left = self.left.notified();
            if self.is_empty() {
                return;
            }
            left.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guest {
    /// The queue of what goes out to them.
    pub fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// They turned out to be this principal. Gives the bucket that all their sockets share.
    ///
    /// # Errors
    /// When the party or the channel has enough sockets.
    pub fn seat(&mut self, principal: &Principal, now: Millis) -> Result<Arc<Mutex<Bucket>>, Full> {
        let limits = self.connections.limits;
        let mut all = self.connections.lock();
        let rate = message_rate(limits, principal.role);
        let party = all.parties.entry(principal.party).or_insert_with(|| Party::new(rate, now));
        let messages = Arc::clone(&party.messages);
        if party.outboxes.len() >= limits.sockets_per_party as usize {
            return Err(Full);
        }
        party.outboxes.push(Arc::clone(&self.outbox));
        self.party = Some(principal.party);
        if let Some(channel) = principal.channel() {
            count(&mut all.channels, channel, limits.sockets_per_channel)?;
            self.channel = Some(channel.clone());
        }
        Ok(messages)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut all = self.connections.lock();
        let all = &mut *all;
        all.open.remove(&self.outbox.id());
        uncount(&mut all.addresses, &self.address);
        if let Some(channel) = &self.channel {
            uncount(&mut all.channels, channel);
        }
        if let Some(party) = self.party.and_then(|party| all.parties.get_mut(&party)) {
            party.outboxes.retain(|outbox| outbox.id() != self.outbox.id());
        }
        if all.parties.len() > all.open.len() + REMEMBERED {
            let now = crate::clock::now();
            all.parties.retain(|_, party| !party.outboxes.is_empty() || !party.has_full_bucket(now));
        }
        if all.open.is_empty() {
            self.connections.left.notify_waiters();
        }
    }
}

impl Party {
    fn new(rate: Rate, now: Millis) -> Self {
        Self { outboxes: Vec::new(), messages: Arc::new(Mutex::new(Bucket::full(rate, now))) }
    }

    fn has_full_bucket(&self, now: Millis) -> bool {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).is_full(now)
    }
}

/// How fast one party may speak. Whoever answers, answers many at once.
fn message_rate(limits: Limits, role: Role) -> Rate {
    let Rate { burst, per_minute } = limits.messages;
    if role.is_visiting() {
        return limits.messages;
    }
    Rate { burst: burst.saturating_mul(4), per_minute: per_minute.saturating_mul(10) }
}

/// Takes one of a party's tokens.
///
/// # Errors
/// With the time until there is one.
pub(crate) fn take_token(messages: &Mutex<Bucket>, now: Millis) -> Result<(), Denial> {
    let mut bucket = messages.lock().unwrap_or_else(PoisonError::into_inner);
    bucket.take(now).map_err(|retry_after| Denial::TooFast { retry_after })
}

fn count<K: Hash + Eq + Clone>(counts: &mut HashMap<K, u32>, key: &K, most: u32) -> Result<(), Full> {
    let count = counts.entry(key.clone()).or_default();
    if *count >= most {
        return Err(Full);
    }
    *count += 1;
    Ok(())
}

fn uncount<K: Hash + Eq>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// Whoever has one IPv6 address has a /64 of them.
fn block_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}
