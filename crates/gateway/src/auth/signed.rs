//! Tokens that the gateway signs for itself: `base64url(JSON) "." base64url(HMAC-SHA256)`.
//!
//! Nothing in the token chooses how it is checked: the key comes from the [`Purpose`] that the caller names. What the token
//! says is read only after the signature held.

use std::marker::PhantomData;

use aws_lc_rs::hmac;
use serde::{Serialize, de::DeserializeOwned};
use tieline_protocol::Millis;

use super::{
    master_key::{MasterKey, Purpose},
    secret,
};

/// Longest token that is looked at: a resume token with the largest signed item, twice over.
const TOKEN_BYTES: usize = 12 * 1024;

/// What a signed token of ours says.
pub trait Claims: Serialize + DeserializeOwned {
    /// Which key signs it.
    const PURPOSE: Purpose;

    /// When it stops to hold. `None`: something else bounds it.
    fn expires_at(&self) -> Option<Millis>;
}

/// Why a token of ours was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Not ours, altered, or of another purpose.
    Forged,
    /// Ours, but past its time.
    Expired,
}

/// Signs and checks one kind of token.
pub struct Signer<C> {
    key: hmac::Key,
    claims: PhantomData<fn() -> C>,
}

impl<C: Claims> Signer<C> {
    /// The signer of these claims under that master key.
    pub fn new(master: &MasterKey) -> Self {
        Self { key: master.signing(C::PURPOSE), claims: PhantomData }
    }

    /// The token that says this.
    pub fn sign(&self, claims: &C) -> String {
        // Claims are plain structs of text and numbers: they always become JSON.
        let body = secret::encode(&serde_json::to_vec(claims).unwrap_or_default());
        let tag = hmac::sign(&self.key, body.as_bytes());
        format!("{body}.{}", secret::encode(tag.as_ref()))
    }

    /// What the token says, if it is ours and in time.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&self, token: &str, now: Millis) -> Result<C, Flaw> {
        let claims = self.read(token).ok_or(Flaw::Forged)?;
        match claims.expires_at() {
            Some(end) if end <= now => Err(Flaw::Expired),
            _ => Ok(claims),
        }
    }

    fn read(&self, token: &str) -> Option<C> {
        if token.len() > TOKEN_BYTES {
            return None;
        }
        let (body, tag) = token.split_once('.')?;
        hmac::verify(&self.key, body.as_bytes(), &secret::decode(tag)?).ok()?;
        serde_json::from_slice(&secret::decode(body)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Note {
        text: String,
        until: Millis,
    }

    impl Claims for Note {
        const PURPOSE: Purpose = Purpose::Embed;
        fn expires_at(&self) -> Option<Millis> {
            Some(self.until)
        }
    }

    #[derive(Serialize, Deserialize)]
    struct Other {
        text: String,
        until: Millis,
    }

    impl Claims for Other {
        const PURPOSE: Purpose = Purpose::Resume;
        fn expires_at(&self) -> Option<Millis> {
            None
        }
    }

    #[test]
    fn a_token_holds_until_its_time_and_unaltered_only() {
        let master = MasterKey::new([9; 32]);
        let signer = Signer::<Note>::new(&master);
        let token = signer.sign(&Note { text: "hello".into(), until: Millis(100) });
        assert_eq!(signer.check(&token, Millis(99)).unwrap().text, "hello");
        assert_eq!(signer.check(&token, Millis(100)), Err(Flaw::Expired));

        let (body, tag) = token.split_once('.').unwrap();
        let longer = secret::encode(br#"{"text":"hello","until":999}"#);
        let of_another_purpose =
            Signer::<Other>::new(&master).sign(&Other { text: "hello".into(), until: Millis(100) });
        let of_another_gateway = Signer::<Note>::new(&MasterKey::new([8; 32]))
            .sign(&Note { text: "hello".into(), until: Millis(100) });
        for forged in [
            String::new(),
            ".".into(),
            body.into(),
            format!("{body}."),
            format!(".{tag}"),
            format!("{longer}.{tag}"),
            format!("{body}.{}", secret::encode(&[0; 32])),
            format!("{body}.{tag}."),
            format!("{body}.{tag}="),
            of_another_purpose,
            of_another_gateway,
            "x".repeat(TOKEN_BYTES + 1),
        ] {
            assert_eq!(signer.check(&forged, Millis(0)), Err(Flaw::Forged), "{forged:.60}");
        }
    }
}
