//! What a channel may do. Granted when the channel is registered, enforced by the gateway on every frame.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One function of the function set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Plain text.
    Text,
    /// Item cards: the product that the page speaks of.
    Item,
    /// Reading back what was said before.
    History,
    /// Delivered and read cursors.
    Receipts,
    /// A name this build does not know. It grants nothing.
    #[serde(other)]
    Unknown,
}

impl Capability {
    /// All that this build can grant, in the order in which help texts name them.
    pub const ALL: [Self; 4] = [Self::Text, Self::Item, Self::History, Self::Receipts];

    /// The name on the wire and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Item => "item",
            Self::History => "history",
            Self::Receipts => "receipts",
            Self::Unknown => "unknown",
        }
    }

    /// The capability of that name, if this build has it.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.name() == name)
    }
}

/// A set of capabilities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Capabilities(pub BTreeSet<Capability>);

impl Capabilities {
    /// Everything that this build can grant.
    pub fn all() -> Self {
        Self(Capability::ALL.into_iter().collect())
    }

    /// Whether the channel may do that.
    pub fn grants(&self, capability: Capability) -> bool {
        capability != Capability::Unknown && self.0.contains(&capability)
    }
}
