//! Resume tokens: the same principal again after a cut, without the proof that made it one.
//!
//! A token lives a day or as long as the proof behind it, whichever ends first. What may have changed meanwhile is looked up
//! again: the channel's state, the key's revocation, the browser's, the agent's.

use serde::{Deserialize, Serialize};
use tieline_protocol::{ChannelId, Item, Millis, PartyId};

use super::{master_key::Purpose, signed::Claims};

/// Longest life.
pub const LIFE: Millis = Millis::minutes(24 * 60);

/// What a resume token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumeToken {
    /// Who.
    pub party: PartyId,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When the token runs out.
    pub expires_at: Millis,
    /// What the principal was made from.
    #[serde(flatten)]
    pub origin: Made,
}

/// What a principal was made from, and so what must still hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "made", rename_all = "snake_case")]
pub enum Made {
    /// A visitor's token.
    Visitor {
        /// The embedding.
        channel: ChannelId,
        /// The token, as SHA-256 in base64url, and its end, for a browser without a row.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provisional: Option<(String, Millis)>,
    },
    /// A user's JWT.
    User {
        /// The embedding.
        channel: ChannelId,
        /// The JWT's subject.
        subject: String,
        /// The key that signed it.
        kid: String,
        /// When the backend issued it. Absent in tokens of before: then it was never late enough.
        #[serde(default)]
        issued_at: Millis,
        /// When the proof runs out, leeway included.
        proof_until: Millis,
        /// The item that it carried.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<Item>,
    },
    /// A session of the desk.
    Agent {
        /// SHA-256 of the desk session's cookie, in base64url.
        session: String,
    },
}

impl Claims for ResumeToken {
    const PURPOSE: Purpose = Purpose::Resume;

    fn expires_at(&self) -> Option<Millis> {
        Some(self.expires_at)
    }
}
