//! Signs a short statement "this is our customer so-and-so" for the gateway. This is all that a backend has to do.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;

/// Short: the widget asks for a fresh one when it needs it.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// The channel's key in the shop's hands.
pub(crate) struct Signer {
    header: Header,
    key: EncodingKey,
    issuer: String,
    audience: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    /// The channel that vouches.
    iss: &'a str,
    /// The gateway it vouches to.
    aud: &'a str,
    /// The customer's id in this shop. Stable: the sessions hang on it.
    sub: &'a str,
    /// The name that the seller sees.
    name: &'a str,
    iat: u64,
    exp: u64,
}

impl Signer {
    pub(crate) fn new(channel: &str, gateway: &str, kid: String, secret: &str) -> Self {
        // The key is the text as registration gave it, prefix and all.
        let key = EncodingKey::from_secret(secret.as_bytes());
        let header = Header { kid: Some(kid), ..Header::new(Algorithm::HS256) };
        Self { header, key, issuer: channel.to_owned(), audience: gateway.to_owned() }
    }

    pub(crate) fn sign(&self, user: &str) -> Result<String> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let claims = Claims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: user,
            name: user,
            iat: now.as_secs(),
            exp: (now + LIFE).as_secs(),
        };
        encode(&self.header, &claims, &self.key).context("encoding the token")
    }
}

#[cfg(test)]
mod tests {
    use super::Signer;

    #[test]
    fn a_token_names_the_key_the_shop_and_the_customer() {
        let signer = Signer::new("ch_1", "http://localhost:7070", "k1".into(), "secret");
        let token = signer.sign("ada").unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.kid.as_deref(), Some("k1"));
        let key = jsonwebtoken::DecodingKey::from_secret(b"secret");
        let mut expected = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
        expected.set_audience(&["http://localhost:7070"]);
        expected.set_issuer(&["ch_1"]);
        let claims = jsonwebtoken::decode::<serde_json::Value>(&token, &key, &expected).unwrap().claims;
        assert_eq!(claims["sub"], "ada");
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 900);
    }
}
