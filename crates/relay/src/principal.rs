//! Who acts. Made by the gateway's `auth` from a proof, and from then on the only thing that `authz` knows of a peer.

use std::collections::BTreeSet;

use tieline_protocol::{Author, Capabilities, ChannelId, Item, Millis, PartyId, Role};

/// Past its end a proof still reads for so long: time to renew it without being cut off.
pub const READ_ONLY_FOR: Millis = Millis::secs(60);

/// Somebody whose proof was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Who, for ever.
    pub party: PartyId,
    /// The part they play.
    pub role: Role,
    /// The name to show, if one is known.
    pub name: Option<String>,
    /// Where they may act.
    pub scope: Scope,
    /// What they may do at most. A session's channel may grant less.
    pub capabilities: Capabilities,
    /// When the proof runs out, if it does.
    pub expires_at: Option<Millis>,
    /// What the store does not know of them yet. A page view writes nothing; the first `open` does.
    pub provisional: Option<Provisional>,
    /// The product that the proof itself carried: a card that says the same is verified.
    pub signed_item: Option<Box<Item>>,
}

/// Where a principal may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On one embedding, in their own sessions: visitors and users.
    One(ChannelId),
    /// In every session of these desks: agents and bots.
    Desks(BTreeSet<Desk>),
}

/// A recipient of a channel, as a place where agents sit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Desk {
    /// The embedding.
    pub channel: ChannelId,
    /// The recipient's name within it.
    pub recipient: String,
}

/// The rows that the first `open` has to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provisional {
    /// An anonymous visitor, and the browser that holds this token.
    Visitor {
        /// SHA-256 of the token.
        token_hash: [u8; 32],
        /// When the browser is forgotten if it does not come back.
        expires_at: Millis,
    },
    /// A user whom the channel's backend vouches for.
    User {
        /// The JWT's subject.
        external_id: String,
    },
}

impl Principal {
    /// Whether the proof still holds, or held until a moment ago and is asked for no more than reading.
    pub fn holds(&self, now: Millis, is_writing: bool) -> bool {
        let grace = if is_writing { Millis(0) } else { READ_ONLY_FOR };
        self.expires_at.is_none_or(|end| now < end + grace)
    }

    /// As others see them.
    pub fn author(&self) -> Author {
        Author { id: self.party, role: self.role, name: self.name.clone() }
    }

    /// The card, marked as verified if the proof itself carried the same. Nobody else may mark it.
    #[must_use]
    pub fn vouch(&self, item: Item) -> Item {
        let says_the_same = |signed: &Item| {
            Item { verified: false, ..signed.clone() } == Item { verified: false, ..item.clone() }
        };
        let verified = self.signed_item.as_deref().is_some_and(says_the_same);
        Item { verified, ..item }
    }

    /// The embedding, for somebody who acts on one only.
    pub fn channel(&self) -> Option<&ChannelId> {
        match &self.scope {
            Scope::One(channel) => Some(channel),
            Scope::Desks(_) => None,
        }
    }
}
