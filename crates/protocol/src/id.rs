//! The names of things. Each is a newtype, so that a draft's id never stands where a session's is meant.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};
use uuid::Uuid;

/// The text is no UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadId;

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UUID")
    }
}

impl std::error::Error for BadId {}

/// As RFC 9562 writes it. By hand, as is the reading: the crate's own ways, for four notations, are a kilobyte of every visitor's
/// download.
fn text_of(id: Uuid) -> String {
    let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' - 10 + half });
    let mut text = String::with_capacity(36);
    for (at, byte) in id.into_bytes().into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// Thirty-two digits, and hyphens nowhere but where they belong.
fn parse(text: &str) -> Option<Uuid> {
    let mut bytes = [0_u8; 16];
    let mut digits = 0;
    for (at, character) in text.chars().enumerate() {
        if character == '-' && matches!(at, 8 | 13 | 18 | 23) {
            continue;
        }
        let half = u8::try_from(character.to_digit(16)?).ok()?;
        let byte = bytes.get_mut(digits / 2)?;
        *byte = *byte << 4 | half;
        digits += 1;
    }
    (digits == 32).then(|| Uuid::from_bytes(bytes))
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Uuid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UUID")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Uuid, E> {
        parse(text).ok_or_else(|| E::custom(BadId))
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
                f.write_str(&text_of(self.0))
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse(text).map(Self).ok_or(BadId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&text_of(self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Reader).map(Self)
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
    fn an_id_is_read_as_it_is_written_and_nothing_else_is_one() {
        let text = "0199cf1e-5a3b-7c4d-8e9f-a0b1c2d3e4f5";
        let id: DraftId = text.parse().unwrap();
        assert_eq!((id.to_string(), id.0.to_string()), (text.to_owned(), text.to_owned()));
        assert_eq!(text.to_uppercase().parse(), Ok(id));
        assert_eq!(text.replace('-', "").parse(), Ok(id), "without hyphens");
        for bad in [
            "",
            "0199cf1e",
            &text[1..],
            &format!("{text}0"),
            &text.replace('f', "g"),
            "-",
            &format!(" {text}"),
            &format!("{{{text}}}"),
        ] {
            assert_eq!(bad.parse::<DraftId>(), Err(BadId), "{bad}");
        }
    }

    #[test]
    fn an_id_tells_when_it_was_minted() {
        let at = Millis(1_795_383_000_123);
        assert_eq!(SessionId::at(at, [7; 10]).minted_at(), Some(at));
        let other: SessionId = "8f14e45f-ceea-467f-a0e6-5c3b1f3d1c4b".parse().unwrap();
        assert_eq!(other.minted_at(), None, "a UUIDv4 tells nothing");
    }
}
