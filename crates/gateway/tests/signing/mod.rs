//! A shop's backend: keys, and tokens signed with them, right or wrong.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its part")]

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// One of a backend's keys.
pub(crate) struct BackendKey {
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    /// What is registered with the gateway; empty for a shared secret.
    pub(crate) public_pem: String,
    signer: EncodingKey,
}

impl BackendKey {
    pub(crate) fn ed25519(kid: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        // SubjectPublicKeyInfo of RFC 8410: a fixed head, then the 32 bytes.
        let head = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        Self {
            kid: kid.into(),
            algorithm: Algorithm::EdDSA,
            public_pem: pem(&[&head, pair.public_key().as_ref()].concat()),
            signer: EncodingKey::from_ed_der(pkcs8.as_ref()),
        }
    }

    pub(crate) fn p256(kid: &str) -> Self {
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        // SubjectPublicKeyInfo of RFC 5480 for P-256: a fixed head, then the uncompressed point.
        let head = [
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
            0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ];
        Self {
            kid: kid.into(),
            algorithm: Algorithm::ES256,
            public_pem: pem(&[&head, pair.public_key().as_ref()].concat()),
            signer: EncodingKey::from_ec_der(pkcs8.as_ref()),
        }
    }

    pub(crate) fn shared(kid: &str, secret: &str) -> Self {
        Self {
            kid: kid.into(),
            algorithm: Algorithm::HS256,
            public_pem: String::new(),
            signer: EncodingKey::from_secret(secret.as_bytes()),
        }
    }

    /// Signs as a sound backend would.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(self.algorithm) };
        self.sign_as(&header, claims)
    }

    pub(crate) fn sign_as(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.signer).unwrap()
    }
}

/// What a sound backend says of Ada for a quarter of an hour, from that second on.
pub(crate) fn claims(channel: &str, gateway: &str, now_secs: u64) -> Value {
    json!({ "iss": channel, "aud": gateway, "sub": "ada", "name": "Ada", "iat": now_secs, "exp": now_secs + 900 })
}

/// A token put together by hand: header and claims as given, and any bytes for a signature.
pub(crate) fn by_hand(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(header), part(claims), BASE64_URL_SAFE_NO_PAD.encode(signature))
}

fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}
