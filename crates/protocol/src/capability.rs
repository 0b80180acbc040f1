//! What a channel may do. Granted when the channel is registered, enforced by the gateway on every frame.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    /// Telling and hearing who is typing.
    Typing,
    /// Words that answer certain other words of the session.
    Reply,
    /// Saying one's own words otherwise, or taking them back.
    Edit,
    /// Words of the answering side that bring answers to choose from.
    QuickReply,
    /// Forms: asking for a few fields, and filling them in.
    Form,
    /// Saying how it was, once a session is closed.
    Rating,
    /// Pictures: PNG, JPEG, WebP, GIF.
    Image,
    /// Files for reading: PDF, plain text.
    File,
    /// Recorded words.
    Voice,
    /// A name this build does not know. It grants nothing.
    #[serde(other)]
    Unknown,
}

impl Capability {
    /// All that this build can grant, in the order in which help texts name them.
    pub const ALL: [Self; 13] = [
        Self::Text,
        Self::Item,
        Self::History,
        Self::Receipts,
        Self::Typing,
        Self::Reply,
        Self::Edit,
        Self::QuickReply,
        Self::Form,
        Self::Rating,
        Self::Image,
        Self::File,
        Self::Voice,
    ];

    /// The name on the wire and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Item => "item",
            Self::History => "history",
            Self::Receipts => "receipts",
            Self::Typing => "typing",
            Self::Reply => "reply",
            Self::Edit => "edit",
            Self::QuickReply => "quick_reply",
            Self::Form => "form",
            Self::Rating => "rating",
            Self::Image => "image",
            Self::File => "file",
            Self::Voice => "voice",
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
pub struct Capabilities(pub CapabilitySet);

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

/// Some capabilities, each at most once. Bits: a tree of four is six kilobytes of code in every visitor's download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CapabilitySet(u32);

impl CapabilitySet {
    /// Adds one. False if it was in already.
    pub fn insert(&mut self, capability: Capability) -> bool {
        let before = self.0;
        self.0 |= bit(capability);
        self.0 != before
    }

    /// Takes one out. False if it was not in.
    pub fn remove(&mut self, capability: &Capability) -> bool {
        let before = self.0;
        self.0 &= !bit(*capability);
        self.0 != before
    }

    /// Whether it is in.
    pub fn contains(&self, capability: &Capability) -> bool {
        self.0 & bit(*capability) != 0
    }

    /// All that are in, in the order of [`Capability::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = Capability> + use<> {
        let set = *self;
        let named = Capability::ALL.into_iter().chain([Capability::Unknown]);
        named.filter(move |capability| set.contains(capability))
    }
}

fn bit(capability: Capability) -> u32 {
    1 << capability as u8
}

impl FromIterator<Capability> for CapabilitySet {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        let mut set = Self::default();
        for capability in capabilities {
            set.insert(capability);
        }
        set
    }
}

impl Serialize for CapabilitySet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for CapabilitySet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Capability>::deserialize(deserializer).map(Self::from_iter)
    }
}
