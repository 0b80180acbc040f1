//! A channel's keys: who may vouch for its users, under which algorithm, and for how long.
//!
//! Invariant: the algorithm stands with the key and comes from whoever registered it. A token names a key by its `kid` and has
//! no say in how it is checked.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey, VerificationAlgorithm};
use jsonwebtoken::DecodingKey;
use tieline_protocol::{ChannelId, Millis};

use super::{master_key::MasterKey, secret::Secret};

/// How tokens of a key are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037). The default.
    EdDSA,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// HMAC-SHA256 with a secret that we share, for backends that cannot do better. Sealed at rest.
    HS256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::EdDSA, Self::ES256, Self::HS256];

    /// Its name in a token's header and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDSA => "EdDSA",
            Self::ES256 => "ES256",
            Self::HS256 => "HS256",
        }
    }

    /// The algorithm of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The same in the words of the JWT library.
    pub const fn jwt(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::EdDSA => jsonwebtoken::Algorithm::EdDSA,
            Self::ES256 => jsonwebtoken::Algorithm::ES256,
            Self::HS256 => jsonwebtoken::Algorithm::HS256,
        }
    }
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Signs and verifies.
    Active,
    /// Its signer has moved on; tokens already out there still hold, until `not_after`.
    Retiring,
    /// Nothing that it signed holds any more.
    Revoked,
}

impl KeyState {
    /// Its name in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Revoked => "revoked",
        }
    }

    /// The state of that name.
    pub fn find(name: &str) -> Option<Self> {
        [Self::Active, Self::Retiring, Self::Revoked].into_iter().find(|state| state.name() == name)
    }
}

/// One key of a channel.
#[derive(Clone, Debug)]
pub struct ChannelKey {
    /// Its name in a token's header, unique within the channel.
    pub kid: String,
    /// How its tokens are signed.
    pub algorithm: Algorithm,
    /// The public key in PEM, or the sealed secret.
    pub material: Secret<Vec<u8>>,
    /// Where it is in its life.
    pub state: KeyState,
    /// Before this nothing that it signed holds.
    pub not_before: Option<Millis>,
    /// From then on nothing that it signed holds.
    pub not_after: Option<Millis>,
}

impl ChannelKey {
    /// Whether tokens of this key hold at that moment.
    pub fn holds(&self, now: Millis) -> bool {
        self.state != KeyState::Revoked
            && self.not_before.is_none_or(|start| start <= now)
            && self.not_after.is_none_or(|end| now < end)
    }

    /// The key, ready to verify. `None` if the store's copy cannot be read.
    pub fn verifier(&self, channel: &ChannelId, master: &MasterKey) -> Option<DecodingKey> {
        let material = self.material.expose();
        match self.algorithm {
            Algorithm::EdDSA => DecodingKey::from_ed_pem(material).ok(),
            Algorithm::ES256 => DecodingKey::from_ec_pem(material).ok(),
            Algorithm::HS256 => {
                let secret = master.unseal(&seal_context(channel, &self.kid), material)?;
                Some(DecodingKey::from_secret(secret.expose()))
            }
        }
    }
}

/// What a seal is bound to: the row it lies in.
pub fn seal_context(channel: &ChannelId, kid: &str) -> String {
    format!("{channel}/{kid}")
}

/// Why a public key was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFlaw {
    /// It must not leave the shop's backend.
    #[error("is a private key; keep it secret and give the public one (openssl pkey -in key.pem -pubout)")]
    Private,
    /// Not PEM, or of another kind or curve.
    #[error("is not a public key of {0} in PEM (-----BEGIN PUBLIC KEY-----)")]
    Unreadable(&'static str),
}

/// Whether a PEM text is a public key of that algorithm.
///
/// # Errors
/// When it is not.
pub fn check_public_key(algorithm: Algorithm, pem: &str) -> Result<(), KeyFlaw> {
    if pem.contains("PRIVATE KEY") {
        return Err(KeyFlaw::Private);
    }
    let (key, with): (_, &'static dyn VerificationAlgorithm) = match algorithm {
        Algorithm::EdDSA => (DecodingKey::from_ed_pem(pem.as_bytes()), &ED25519),
        Algorithm::ES256 => (DecodingKey::from_ec_pem(pem.as_bytes()), &ECDSA_P256_SHA256_FIXED),
        Algorithm::HS256 => return Err(KeyFlaw::Unreadable("EdDSA or ES256")),
    };
    let unreadable = KeyFlaw::Unreadable(algorithm.name());
    let key = key.map_err(|_| unreadable)?;
    // The library's PEM reader takes any curve; the point itself tells whether it lies on ours.
    let point = key.try_get_as_bytes().map_err(|_| unreadable)?;
    UnparsedPublicKey::new(with, point).parse().map(drop).map_err(|_| unreadable)
}

/// Whether a `kid` is one that we would have taken: it is looked up as given, so it may be anything in a token.
pub fn is_kid(kid: &str) -> bool {
    (1..=64).contains(&kid.len())
        && kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
