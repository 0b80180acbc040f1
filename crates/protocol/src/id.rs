//! The names of things. Each is a newtype, so that a draft's id never stands where a session's is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A UUIDv7 (RFC 9562, 5.7) of this moment. The caller brings the clock and the ten random bytes.
            pub fn at(now: crate::Millis, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(now.0, &random).into_uuid())
            }

            /// When it was minted, by its minter's clock; none if it is no UUIDv7. For showing only.
            pub fn minted_at(&self) -> Option<crate::Millis> {
                let [a, b, c, d, e, f, ..] = self.0.into_bytes();
                let is_v7 = self.0.get_version_num() == 7;
                is_v7.then(|| crate::Millis(u64::from_be_bytes([0, 0, a, b, c, d, e, f])))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

uuid_id! {
    /// One chat between a visitor and a recipient. Minted by the gateway.
    SessionId
}
uuid_id! {
    /// One thing said, from the moment it is typed. Minted by whoever says it; the log folds equal ids of one sender.
    DraftId
}
uuid_id! {
    /// A visitor, user, agent, bot or connector.
    PartyId
}
uuid_id! {
    /// A file that was given to the gateway for one session. Minted by the gateway.
    FileId
}

/// A registered embedding: `ch_` and 22 characters of base64url. Random, so that channels cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelId(pub String);

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The generation of a session's log. It changes when the log may have lost its tail; a copy of another epoch is void.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub String);

/// An entry's place in its session's log: 1, 2, 3 without holes. 0 stands before the first entry. Below 2^53.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The place before the first entry.
    pub const ZERO: Self = Self(0);

    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Ties an answer to its request on one connection. Chosen by the client, echoed by the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u32);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Millis;

    #[test]
    fn an_id_tells_when_it_was_minted() {
        let at = Millis(1_795_383_000_123);
        assert_eq!(SessionId::at(at, [7; 10]).minted_at(), Some(at));
        let other: SessionId = "8f14e45f-ceea-467f-a0e6-5c3b1f3d1c4b".parse().unwrap();
        assert_eq!(other.minted_at(), None, "a UUIDv4 tells nothing");
    }
}
