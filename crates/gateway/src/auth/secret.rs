//! Values that must not be seen, and the random bytes and digests they are made of.
//!
//! Invariant: a [`Secret`] reaches text only through [`Secret::expose`], so that `grep expose` lists every place where one
//! leaves the program. It has no `Display`, and its `Debug` says nothing.

use std::fmt;

use aws_lc_rs::{constant_time, digest, rand};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// A value kept out of logs, errors and `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides it.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Shows it. Say at the call why it must be seen.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

/// SHA-256. What the store keeps of a token.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// Whether both are the same, in a time that does not tell where they differ.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// Whether two texts are the same, in a time that tells neither where they differ nor how long the expected one is.
pub fn same_text(left: &str, right: &str) -> bool {
    same(&sha256(left.as_bytes()), &sha256(right.as_bytes()))
}

/// Bytes from the operating system. Without them nothing may be minted: the process ends.
#[expect(clippy::expect_used, reason = "a gateway without randomness would hand out guessable tokens")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    rand::fill(&mut out).expect("the operating system gives random bytes");
    out
}

/// Base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The inverse of [`encode`]; `None` for anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

/// A fresh 256-bit token as text, with a prefix that tells a leak scanner and a person what it is.
pub fn mint(prefix: &str) -> Secret<String> {
    Secret::new(format!("{prefix}{}", encode(&random::<32>())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_nothing_in_debug() {
        assert_eq!(format!("{:?}", Secret::new("canary")), "Secret(..)");
        assert_eq!(format!("{:#?}", Some(Secret::new(vec![1, 2]))), "Some(\n    Secret(..),\n)");
    }

    #[test]
    fn texts_compare_by_value() {
        assert!(same_text("abc", "abc"));
        for other in ["", "ab", "abd", "abcd"] {
            assert!(!same_text("abc", other), "{other:?}");
        }
    }

    #[test]
    fn minted_tokens_differ() {
        let (one, two) = (mint("tl_"), mint("tl_"));
        assert!(one.expose().starts_with("tl_"));
        assert_eq!(one.expose().len(), 3 + 43);
        assert!(one != two);
    }
}
