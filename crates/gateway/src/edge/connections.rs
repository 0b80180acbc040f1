//! Who is connected, and how many each may be.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tieline_protocol::{ChannelId, Millis, PartyId, Role};
use tieline_relay::{Bucket, Denial, Principal, Rate};
use tokio::sync::Notify;

use super::counting::{Full, Places, block_of};
use crate::{
    auth::{resume::Made, revocation::Revocation},
    clock,
    config::Limits,
    fanout::{ConnectionId, Outbox, Room},
};

/// Parties whose bucket is remembered after they left, before the full ones are forgotten.
const REMEMBERED: usize = 4096;

/// Whoever finds all places of an address taken may try again then: some are of connections that are dead already.
const PLACES_FREE: Millis = Millis::secs(5);
/// A gateway that stops has a successor soon.
const SUCCESSOR: Millis = Millis::secs(1);

/// No socket for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// When it is worth trying again, from now.
    pub retry_after: Millis,
}

/// No place for this principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSeat {
    /// The party or the channel has enough sockets.
    Full,
    /// Something was taken back since the proof was looked at. Look again.
    Outdated,
}

impl From<Full> for NoSeat {
    fn from(_: Full) -> Self {
        Self::Full
    }
}

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
    /// How many times something was taken back.
    revocations: u64,
    open: HashMap<ConnectionId, Arc<Outbox>>,
    addresses: Places<IpAddr>,
    channels: Places<ChannelId>,
    parties: HashMap<PartyId, Party>,
}

#[derive(Debug)]
struct Party {
    seats: Vec<Seat>,
    messages: Arc<Mutex<Bucket>>,
}

/// A socket, and what its principal rests on.
#[derive(Debug)]
struct Seat {
    outbox: Arc<Outbox>,
    origin: Made,
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
            accepts: Mutex::new(Bucket::full(limits.accepts, clock::steady())),
            all: Mutex::default(),
            left: Notify::new(),
        })
    }

    /// A socket of that address wants in.
    ///
    /// # Errors
    /// When the address has enough, too many come at once, or the gateway is about to stop.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Guest, TurnedAway> {
        let address = block_of(address);
        let mut all = self.lock();
        if all.is_draining {
            return Err(TurnedAway { retry_after: SUCCESSOR });
        }
        let id = ConnectionId(self.next.fetch_add(1, Ordering::Relaxed));
        let outbox = Arc::new(Outbox::new(
            id,
            Room { frames: self.limits.queue_frames, bytes: self.limits.queue_bytes },
        ));
        // The address first: one that has enough must not use up what is there for all.
        all.addresses
            .take(&address, &outbox, self.limits.sockets_per_ip)
            .map_err(|Full| TurnedAway { retry_after: PLACES_FREE })?;
        let mut accepts = self.accepts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(retry_after) = accepts.take(clock::steady()) {
            all.addresses.leave(&address, id);
            return Err(TurnedAway { retry_after });
        }
        drop(accepts);
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

    /// To be asked before a proof is looked at, and given to [`Guest::seat`] with what came of it.
    pub fn looked_at(&self) -> u64 {
        self.lock().revocations
    }

    /// Closes all sockets that rest on something that was taken back. A proof that was looked at before finds no seat any more.
    pub fn heed(&self, revocations: &[Revocation]) {
        let mut all = self.lock();
        all.revocations += 1;
        for (party, Party { seats, .. }) in &all.parties {
            for Seat { outbox, origin } in seats {
                let ends = |revocation: &Revocation| revocation.ends(*party, origin);
                if let Some(code) = revocations.iter().find_map(ends) {
                    outbox.close(code);
                }
            }
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

    /// They turned out to be this principal. Gives the bucket that all their sockets share. A socket that was asked to leave
    /// does not count any more: its successor is opened before it goes.
    ///
    /// # Errors
    /// When the party or the channel has enough sockets, or something was taken back since `looked_at`.
    pub fn seat(
        &mut self,
        principal: &Principal,
        origin: Made,
        looked_at: u64,
    ) -> Result<Arc<Mutex<Bucket>>, NoSeat> {
        let limits = self.connections.limits;
        let mut all = self.connections.lock();
        if all.revocations != looked_at {
            return Err(NoSeat::Outdated);
        }
        let rate = message_rate(limits, principal.role);
        let party = all.parties.entry(principal.party).or_insert_with(|| Party::new(rate, clock::steady()));
        let messages = Arc::clone(&party.messages);
        if party.staying() >= limits.sockets_per_party as usize {
            return Err(NoSeat::Full);
        }
        party.seats.push(Seat { outbox: Arc::clone(&self.outbox), origin });
        self.party = Some(principal.party);
        if let Some(channel) = principal.channel() {
            all.channels.take(channel, &self.outbox, limits.sockets_per_channel)?;
            self.channel = Some(channel.clone());
        }
        Ok(messages)
    }

    /// Their place rests on another proof from now on.
    ///
    /// # Errors
    /// When something was taken back since `looked_at`.
    pub fn rest_on(&mut self, origin: Made, looked_at: u64) -> Result<(), NoSeat> {
        let mut all = self.connections.lock();
        if all.revocations != looked_at {
            return Err(NoSeat::Outdated);
        }
        let party = self.party.and_then(|party| all.parties.get_mut(&party));
        let seat =
            party.and_then(|party| party.seats.iter_mut().find(|seat| seat.outbox.id() == self.outbox.id()));
        if let Some(seat) = seat {
            seat.origin = origin;
        }
        Ok(())
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut all = self.connections.lock();
        let all = &mut *all;
        all.open.remove(&self.outbox.id());
        all.addresses.leave(&self.address, self.outbox.id());
        if let Some(channel) = &self.channel {
            all.channels.leave(channel, self.outbox.id());
        }
        if let Some(party) = self.party.and_then(|party| all.parties.get_mut(&party)) {
            party.seats.retain(|seat| seat.outbox.id() != self.outbox.id());
        }
        if all.parties.len() > all.open.len() + REMEMBERED {
            let now = clock::steady();
            all.parties.retain(|_, party| !party.seats.is_empty() || !party.has_full_bucket(now));
        }
        if all.open.is_empty() {
            self.connections.left.notify_waiters();
        }
    }
}

impl Party {
    fn new(rate: Rate, now: Millis) -> Self {
        Self { seats: Vec::new(), messages: Arc::new(Mutex::new(Bucket::full(rate, now))) }
    }

    fn staying(&self) -> usize {
        self.seats.iter().filter(|seat| !seat.outbox.is_leaving()).count()
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

#[cfg(test)]
mod tests;
