//! A user's JWT (RFC 7519, RFC 8725): the channel's backend vouches for somebody.
//!
//! The key is looked up by channel and `kid`; the algorithm stands with the key. The token's own `alg` must equal it and
//! selects nothing, so neither `none` nor a public key used as an HMAC secret gets anywhere. URLs in the header (`jku`, `x5u`)
//! are not followed. Time is an argument: the library's clock is switched off.

use jsonwebtoken::{Validation, decode, decode_header};
use serde::Deserialize;
use tieline_protocol::{ChannelId, ErrorCode, Item, Millis, limits};

use super::{key::ChannelKey, master_key::MasterKey, plain};

/// How far the clocks of gateway and backend may differ.
pub const LEEWAY: Millis = Millis::secs(30);
/// Longest life of a token. Fifteen minutes are better.
pub const LONGEST_LIFE: Millis = Millis::minutes(24 * 60);
/// Longest `sub`.
pub const SUBJECT_BYTES: usize = 255;
/// Longest token that is looked at: a hello has no room for more.
const TOKEN_BYTES: usize = 12 * 1024;

/// Whom the backend vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The backend's own id for them.
    pub subject: String,
    /// The name to show.
    pub name: Option<String>,
    /// The product as the backend signed it.
    pub item: Option<Item>,
    /// When the backend issued it.
    pub issued_at: Millis,
    /// When the proof runs out. The leeway is not in it.
    pub expires_at: Millis,
}

/// Why a JWT does not hold. Goes to the traces; the client hears a code only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtFlaw {
    /// Not three parts of base64url JSON, or without a claim that must be there.
    #[error("it cannot be read or lacks one of iss, aud, sub, iat, exp")]
    Malformed,
    /// No `kid`, one that the channel does not have, or a key that does not hold now.
    #[error("its key is unknown, revoked, or not valid at this time")]
    Key,
    /// Its `alg` is not the key's.
    #[error("its alg is not the one that its key was registered with")]
    Algorithm,
    /// The signature is not the key's.
    #[error("its signature does not match")]
    Signature,
    /// `iss` is not the channel.
    #[error("its iss is not this channel")]
    Issuer,
    /// `aud` does not name this gateway.
    #[error("its aud does not name this gateway")]
    Audience,
    /// `sub` is empty or longer than 255 bytes.
    #[error("its sub is empty or too long")]
    Subject,
    /// Past `exp` and leeway.
    #[error("it has expired")]
    Expired,
    /// Issued before the operator took back what this user has.
    #[error("it was issued before the user's tokens were taken back")]
    TakenBack,
    /// `iat` or `nbf` lies in the future.
    #[error("its iat or nbf lies in the future")]
    Early,
    /// Lives longer than a day.
    #[error("it lives longer than 24 hours")]
    Lifetime,
    /// The signed item is over its limit.
    #[error("its item is larger than 4 KiB")]
    Item,
}

impl JwtFlaw {
    /// What the client hears.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Key => ErrorCode::KeyUnknown,
            Self::Expired | Self::TakenBack => ErrorCode::TokenExpired,
            _ => ErrorCode::Unauthorized,
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    iat: f64,
    exp: f64,
    nbf: Option<f64>,
    name: Option<String>,
    item: Option<Item>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, gateway: &str) -> bool {
        match self {
            Self::One(one) => one == gateway,
            Self::Many(many) => many.iter().any(|one| one == gateway),
        }
    }
}

/// The key that a token names. Nothing else of the token is believed here.
///
/// # Errors
/// When it cannot be read or names none.
pub fn kid_of(token: &str) -> Result<String, JwtFlaw> {
    if token.len() > TOKEN_BYTES {
        return Err(JwtFlaw::Malformed);
    }
    // `alg: none` and unknown algorithms already fail to read.
    let header = decode_header(token).map_err(|_| JwtFlaw::Malformed)?;
    // RFC 7515, 4.1.11: whoever does not know a critical extension must refuse, and we know none.
    if header.crit.is_some() {
        return Err(JwtFlaw::Malformed);
    }
    header.kid.filter(|kid| super::key::is_kid(kid)).ok_or(JwtFlaw::Key)
}

/// What a token has to match.
pub struct Expected<'a> {
    /// The channel of the hello: the issuer.
    pub channel: &'a ChannelId,
    /// This gateway: the audience.
    pub gateway_id: &'a str,
    /// Opens sealed keys.
    pub master: &'a MasterKey,
}

/// Whom the token vouches for, if everything about it holds. `key` is the channel's key of the token's `kid`.
///
/// # Errors
/// With the first thing that does not hold.
pub fn verify(
    token: &str,
    key: &ChannelKey,
    expected: &Expected<'_>,
    now: Millis,
) -> Result<Vouched, JwtFlaw> {
    if kid_of(token)? != key.kid || !key.holds(now) {
        return Err(JwtFlaw::Key);
    }
    let verifier = key.verifier(expected.channel, expected.master).ok_or(JwtFlaw::Key)?;
    let mut validation = Validation::new(key.algorithm.jwt());
    // Claims are checked below, against our clock and exactly; the library checks algorithm and signature.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &verifier, &validation).map_err(|error| {
        use jsonwebtoken::errors::ErrorKind;
        match error.kind() {
            ErrorKind::InvalidAlgorithm => JwtFlaw::Algorithm,
            ErrorKind::Json(_) | ErrorKind::Base64(_) | ErrorKind::InvalidToken => JwtFlaw::Malformed,
            _ => JwtFlaw::Signature,
        }
    })?;
    check(claims.claims, expected, now)
}

fn check(claims: Claims, expected: &Expected<'_>, now: Millis) -> Result<Vouched, JwtFlaw> {
    if claims.iss != expected.channel.0 {
        return Err(JwtFlaw::Issuer);
    }
    if !claims.aud.names(expected.gateway_id) {
        return Err(JwtFlaw::Audience);
    }
    if claims.sub.is_empty() || claims.sub.len() > SUBJECT_BYTES {
        return Err(JwtFlaw::Subject);
    }
    let (issued_at, expires_at) = (millis(claims.iat), millis(claims.exp));
    let starts_at = claims.nbf.map_or(issued_at, |nbf| millis(nbf).max(issued_at));
    if starts_at > now + LEEWAY {
        return Err(JwtFlaw::Early);
    }
    if expires_at + LEEWAY <= now {
        return Err(JwtFlaw::Expired);
    }
    if expires_at - issued_at > LONGEST_LIFE {
        return Err(JwtFlaw::Lifetime);
    }
    let item_bytes =
        claims.item.as_ref().map_or(0, |item| serde_json::to_vec(item).map_or(usize::MAX, |json| json.len()));
    if item_bytes > limits::ITEM_BYTES {
        return Err(JwtFlaw::Item);
    }
    Ok(Vouched {
        subject: claims.sub,
        name: claims.name.as_deref().and_then(plain::name),
        item: claims.item,
        issued_at,
        expires_at,
    })
}

/// RFC 7519's NumericDate: seconds, perhaps with a fraction. Negative and absurd values saturate and then fail as times.
fn millis(secs: f64) -> Millis {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
    Millis((secs * 1000.0) as u64)
}
