//! How many of a kind there are, and whether there may be one more.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
};

/// There is no room for one more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// One more of the key.
///
/// # Errors
/// When there are enough.
pub(super) fn count<K: Hash + Eq + Clone>(
    counts: &mut HashMap<K, u32>,
    key: &K,
    most: u32,
) -> Result<(), Full> {
    let count = counts.entry(key.clone()).or_default();
    if *count >= most {
        return Err(Full);
    }
    *count += 1;
    Ok(())
}

/// One less.
pub(super) fn uncount<K: Hash + Eq>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
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
