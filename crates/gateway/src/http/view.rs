//! Channels and keys as JSON.

use serde::Serialize;
use tieline_protocol::{ChannelId, Millis};

use crate::auth::{
    channel::{Channel, Recipient},
    key::{Algorithm, ChannelKey, KeyState},
    registration::NewKey,
};

/// A channel as the API shows it.
#[derive(Serialize)]
pub(crate) struct ChannelView<'a> {
    id: &'a ChannelId,
    name: &'a str,
    state: &'static str,
    origins: Vec<&'a str>,
    recipients: &'a [Recipient],
    capabilities: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    greeting: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accent: Option<&'a str>,
    edit_secs: u32,
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    settings: serde_json::Map<String, serde_json::Value>,
    created_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<Vec<KeyView<'a>>>,
}

/// A key as the API shows it: never its material if that is secret.
#[derive(Serialize)]
pub(crate) struct KeyView<'a> {
    kid: &'a str,
    alg: Algorithm,
    state: KeyState,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<Millis>,
}

/// A secret, the one time that it is shown.
#[derive(Serialize)]
pub(crate) struct SecretView<'a> {
    kid: &'a str,
    alg: Algorithm,
    secret: &'a str,
}

impl<'a> ChannelView<'a> {
    /// Shows a channel, with its keys if they are given.
    pub(crate) fn new(channel: &'a Channel, keys: Option<&'a [ChannelKey]>) -> Self {
        Self {
            id: &channel.id,
            name: &channel.name,
            state: if channel.is_open { "open" } else { "closed" },
            origins: channel.origins.iter().map(crate::auth::Origin::as_str).collect(),
            recipients: &channel.recipients,
            capabilities: channel.capabilities.0.iter().map(|capability| capability.name()).collect(),
            greeting: channel.greeting.as_deref(),
            accent: channel.accent.as_deref(),
            edit_secs: channel.edit_secs,
            settings: channel.settings.to_map(),
            created_at: channel.created_at,
            keys: keys.map(|keys| keys.iter().map(KeyView::new).collect()),
        }
    }
}

impl<'a> KeyView<'a> {
    /// Shows a key.
    pub(crate) fn new(key: &'a ChannelKey) -> Self {
        Self {
            kid: &key.kid,
            alg: key.algorithm,
            state: key.state,
            not_before: key.not_before,
            not_after: key.not_after,
        }
    }
}

impl<'a> SecretView<'a> {
    /// Shows the secret of a key that was just made. This is the one time that it leaves.
    pub(crate) fn new(made: &'a NewKey) -> Option<Self> {
        let secret = made.secret.as_ref()?.expose();
        Some(Self { kid: &made.key.kid, alg: made.key.algorithm, secret })
    }
}

/// The tag that an embedder pastes.
pub(crate) fn script_tag(public_url: &crate::auth::Origin, channel: &ChannelId) -> String {
    format!("<script src=\"{public_url}/loader.js\" data-channel=\"{channel}\" async></script>")
}
