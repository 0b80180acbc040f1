//! What an embedder asks for, checked: a request becomes a channel and its keys, or the name of the field at fault.
//!
//! Shared by the HTTP API and the command line, so both take and refuse the same.

use serde::Deserialize;
use tieline_protocol::{Capabilities, ChannelId, Millis, limits};

use super::{
    channel::{self, Channel, Recipient},
    fields::{
        LIST_LENGTH, read_accent, read_capabilities, read_edit_secs, read_greeting, read_name, read_origins,
        read_recipients,
    },
    key::{self, Algorithm, ChannelKey, KeyState},
    master_key::MasterKey,
    secret::{self, Secret},
    settings::Settings,
};

/// A request to register a channel, or to change one: what is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// The shop's name.
    pub name: Option<String>,
    /// `open` or `closed`.
    pub state: Option<String>,
    /// Where the widget may stand.
    pub origins: Option<Vec<String>>,
    /// Who answers.
    pub recipients: Option<Vec<Recipient>>,
    /// What the channel may do. Absent at registration: everything.
    pub capabilities: Option<Vec<String>>,
    /// First words in an empty thread. An empty text takes them away.
    pub greeting: Option<String>,
    /// CSS colour. An empty text takes it away.
    pub accent: Option<String>,
    /// For how many seconds one's own words can be changed. 0: not at all. Absent at registration: 15 minutes.
    pub edit_secs: Option<u32>,
    /// What else the operator chose, by key (`settings.rs`). What is not named stays; null goes back to the default.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Public keys of the backend.
    pub keys: Vec<KeyWish>,
    /// Asks for a shared secret, made here and shown once.
    pub new_secret: bool,
}

/// A request to add a key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyWish {
    /// Its name. Absent: one is made.
    pub kid: Option<String>,
    /// `EdDSA` (default), `ES256` or `HS256`.
    pub alg: Option<String>,
    /// The public key; not for HS256, whose secret is made here.
    pub public_key_pem: Option<String>,
    /// From when it holds.
    pub not_before: Option<Millis>,
    /// Until when it holds.
    pub not_after: Option<Millis>,
    /// The same as `alg = HS256`.
    pub new_secret: bool,
}

/// What is wrong with a request, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct Invalid {
    /// The field, as a path.
    pub at: String,
    /// A sentence for a developer.
    pub why: String,
}

/// A key to be stored, and the secret to be shown once if we made one.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// As it goes into the store.
    pub key: ChannelKey,
    /// For the backend, once.
    pub secret: Option<Secret<String>>,
}

/// What this gateway allows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy {
    /// Plain HTTP origins beyond this machine. For tests in a closed network.
    pub allow_insecure_origins: bool,
}

pub(super) fn invalid<T>(at: impl Into<String>, why: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid { at: at.into(), why: why.into() })
}

impl Wish {
    /// A new channel.
    ///
    /// # Errors
    /// With the first field at fault.
    pub fn register(&self, policy: Policy, now: Millis) -> Result<Channel, Invalid> {
        for (at, is_absent) in [
            ("name", self.name.is_none()),
            ("origins", self.origins.is_none()),
            ("recipients", self.recipients.is_none()),
        ] {
            if is_absent {
                return invalid(at, "is missing");
            }
        }
        let blank = Channel {
            id: channel::new_id(),
            name: String::new(),
            is_open: true,
            origins: Vec::new(),
            capabilities: Capabilities::all(),
            greeting: None,
            accent: None,
            edit_secs: limits::EDIT_SECS,
            settings: Settings::default(),
            recipients: Vec::new(),
            created_at: now,
        };
        self.change(&blank, policy)
    }

    /// The channel as it is to be.
    ///
    /// # Errors
    /// With the first field at fault.
    pub fn change(&self, from: &Channel, policy: Policy) -> Result<Channel, Invalid> {
        let mut to = from.clone();
        if let Some(name) = &self.name {
            to.name = read_name("name", name)?;
        }
        if let Some(state) = &self.state {
            to.is_open = match state.as_str() {
                "open" => true,
                "closed" => false,
                other => return invalid("state", format!("`{other}` is not one of open, closed")),
            };
        }
        if let Some(origins) = &self.origins {
            to.origins = read_origins(origins, policy)?;
        }
        if let Some(recipients) = &self.recipients {
            to.recipients = read_recipients(recipients)?;
        }
        if let Some(capabilities) = &self.capabilities {
            to.capabilities = read_capabilities(capabilities)?;
        }
        if let Some(greeting) = &self.greeting {
            to.greeting = read_greeting(greeting)?;
        }
        if let Some(accent) = &self.accent {
            to.accent = read_accent(accent)?;
        }
        if let Some(edit_secs) = self.edit_secs {
            to.edit_secs = read_edit_secs(edit_secs)?;
        }
        to.settings = from.settings.change(&self.settings)?;
        Ok(to)
    }

    /// The keys that the request brings or asks for.
    ///
    /// # Errors
    /// With the first field at fault.
    pub fn new_keys(&self, id: &ChannelId, master: &MasterKey) -> Result<Vec<NewKey>, Invalid> {
        if self.keys.len() > LIST_LENGTH {
            return invalid("keys", format!("has more than {LIST_LENGTH} members"));
        }
        let mut keys = Vec::new();
        for (index, wish) in self.keys.iter().enumerate() {
            let new = wish.new_key(id, master).map_err(|flaw| flaw.within(&format!("keys[{index}]")))?;
            if new.secret.is_some() {
                return invalid(
                    format!("keys[{index}]"),
                    "asks for a secret: say \"new_secret\": true beside keys",
                );
            }
            if keys.iter().any(|other: &NewKey| other.key.kid == new.key.kid) {
                return invalid(format!("keys[{index}].kid"), "stands there twice");
            }
            keys.push(new);
        }
        if self.new_secret {
            let wish = KeyWish { new_secret: true, ..KeyWish::default() };
            keys.push(wish.new_key(id, master)?);
        }
        Ok(keys)
    }
}

impl Invalid {
    fn within(self, outer: &str) -> Self {
        Self { at: format!("{outer}.{}", self.at), why: self.why }
    }
}

impl KeyWish {
    /// The key as it goes into the store.
    ///
    /// # Errors
    /// With the first field at fault.
    pub fn new_key(&self, id: &ChannelId, master: &MasterKey) -> Result<NewKey, Invalid> {
        let kid = match &self.kid {
            None => format!("k-{}", secret::encode(&secret::random::<6>())),
            Some(kid) if key::is_kid(kid) => kid.clone(),
            Some(_) => return invalid("kid", "must be 1 to 64 letters, digits, '-', '_' or '.'"),
        };
        let alg = match (&self.alg, self.new_secret) {
            (Some(alg), false) => alg,
            (None, true) => "HS256",
            (None, false) => "EdDSA",
            (Some(_), true) => return invalid("new_secret", "excludes alg: a secret is always for HS256"),
        };
        let Some(algorithm) = Algorithm::find(alg) else {
            return invalid("alg", format!("`{alg}` is not one of EdDSA, ES256, HS256"));
        };
        if let (Some(start), Some(end)) = (self.not_before, self.not_after)
            && end <= start
        {
            return invalid("not_after", "must come after not_before");
        }
        let (material, secret) = match (algorithm, &self.public_key_pem) {
            (Algorithm::HS256, Some(_)) => {
                return invalid("public_key_pem", "HS256 has no public key; its secret is made here");
            }
            (Algorithm::HS256, None) => make_secret(id, &kid, master)?,
            (_, None) => return invalid("public_key_pem", "is missing"),
            (_, Some(pem)) => match key::check_public_key(algorithm, pem) {
                Ok(()) => (pem.as_bytes().to_vec(), None),
                Err(flaw) => return invalid("public_key_pem", flaw.to_string()),
            },
        };
        let key = ChannelKey {
            kid,
            algorithm,
            material: Secret::new(material),
            state: KeyState::Active,
            not_before: self.not_before,
            not_after: self.not_after,
        };
        Ok(NewKey { key, secret })
    }
}

fn make_secret(
    id: &ChannelId,
    kid: &str,
    master: &MasterKey,
) -> Result<(Vec<u8>, Option<Secret<String>>), Invalid> {
    // The text itself is the HMAC key: no library then has to agree with ours on how to decode it.
    let secret = secret::mint("tls_");
    match master.seal(&key::seal_context(id, kid), secret.expose().as_bytes()) {
        Some(sealed) => Ok((sealed, Some(secret))),
        None => invalid("alg", "the secret could not be sealed"),
    }
}
