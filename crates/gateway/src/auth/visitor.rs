//! Anonymous visitors: a token per browser, without a row until there is something to keep.
//!
//! Token `n` of a browser is signed over (channel, party, n): it can be made again at any time, and any older one is known for
//! what it is. The store keeps the SHA-256 of the current one. Invariants:
//! - A page view writes nothing. Token 0 is signed for a day; the first `open` writes the device row.
//! - Once a day the next token is offered with `welcome`. It becomes current when it is first *used*: a `welcome` that never
//!   arrived costs nobody their history (docs/decisions/0001). The one before lives a minute longer, for tabs on their way.
//! - A token older than that is a copy in strange hands, or a restored browser: the device is revoked and the operator told.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tieline_protocol::{ChannelId, ErrorCode, Millis, PartyId};

use super::{
    device::{Device, DeviceWrite, find_device, party_exists},
    master_key::Purpose,
    secret,
    signed::{Claims, Flaw, Signer},
};

/// How long token 0 holds without a row.
pub const PROVISIONAL_LIFE: Millis = Millis::minutes(24 * 60);
/// How long a device is remembered after it was last seen.
pub const DEVICE_LIFE: Millis = Millis::minutes(30 * 24 * 60);
/// How often a token is replaced.
pub const ROTATE_AFTER: Millis = Millis::minutes(24 * 60);
/// How long a replaced token still holds: other tabs may be on their way with it.
pub const OVERLAP: Millis = Millis::minutes(1);

/// What a visitor's token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorToken {
    channel: ChannelId,
    party: PartyId,
    generation: u64,
    /// For token 0 only: the row bounds the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Millis>,
}

impl Claims for VisitorToken {
    const PURPOSE: Purpose = Purpose::Visitor;

    /// Checked against the row instead: once there is one, token 0 lives by it too.
    fn expires_at(&self) -> Option<Millis> {
        None
    }
}

/// A visitor's token that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// Who.
    pub party: PartyId,
    /// SHA-256 of the token, and when it runs out, if the store does not know this browser yet.
    pub provisional: Option<([u8; 32], Millis)>,
    /// The token to use from now on, if it is another.
    pub next: Option<u64>,
    /// What has to be written for this visit, if anything.
    pub write: Option<DeviceWrite>,
}

/// Why a visitor's token does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitorFlaw {
    /// Not ours, of another channel, or of a browser that was forgotten.
    Unknown,
    /// Past its time.
    Expired,
    /// Replaced long ago. [`revoke`](super::device::revoke) the device of that party.
    Retired(PartyId),
}

impl VisitorFlaw {
    /// What the client hears.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Expired => ErrorCode::TokenExpired,
            Self::Unknown | Self::Retired(_) => ErrorCode::Unauthorized,
        }
    }
}

impl Signer<VisitorToken> {
    /// Token 0 of somebody new.
    pub fn provisional(&self, channel: &ChannelId, now: Millis) -> (String, Recognised) {
        let party = PartyId::at(now, secret::random());
        let expires_at = now + PROVISIONAL_LIFE;
        let token = self.sign(&VisitorToken {
            channel: channel.clone(),
            party,
            generation: 0,
            expires_at: Some(expires_at),
        });
        let provisional = Some((secret::sha256(token.as_bytes()), expires_at));
        (token, Recognised { party, provisional, next: None, write: None })
    }

    /// Token `generation` of that party, for all generations but 0.
    pub fn token(&self, channel: &ChannelId, party: PartyId, generation: u64) -> String {
        self.sign(&VisitorToken { channel: channel.clone(), party, generation, expires_at: None })
    }

    /// What the token says, if it is ours and of that channel.
    ///
    /// # Errors
    /// When it is not.
    pub fn read_token(
        &self,
        token: &str,
        channel: &ChannelId,
        now: Millis,
    ) -> Result<VisitorToken, VisitorFlaw> {
        let claims = self.check(token, now).map_err(|flaw| match flaw {
            Flaw::Forged => VisitorFlaw::Unknown,
            Flaw::Expired => VisitorFlaw::Expired,
        })?;
        if claims.channel == *channel { Ok(claims) } else { Err(VisitorFlaw::Unknown) }
    }
}

/// Whether the token holds, and what follows. Reads only.
///
/// # Errors
/// When the store fails.
pub fn recognise(
    db: &Connection,
    claims: &VisitorToken,
    token: &str,
    now: Millis,
) -> rusqlite::Result<Result<Recognised, VisitorFlaw>> {
    let hash = secret::sha256(token.as_bytes());
    let party = claims.party;
    let Some(device) = find_device(db, party)? else {
        return Ok(match claims.expires_at {
            // A party without a device was merged into a user: that browser starts anew.
            Some(_) if party_exists(db, party)? => Err(VisitorFlaw::Unknown),
            Some(end) if end <= now => Err(VisitorFlaw::Expired),
            Some(end) => Ok(Recognised { party, provisional: Some((hash, end)), next: None, write: None }),
            None => Err(VisitorFlaw::Unknown),
        });
    };
    Ok(judge(&device, claims, hash, now))
}

fn judge(
    device: &Device,
    claims: &VisitorToken,
    hash: [u8; 32],
    now: Millis,
) -> Result<Recognised, VisitorFlaw> {
    check_life(device, now)?;
    if secret::same(&device.token, &hash) {
        return Ok(current(device, claims.party, now));
    }
    let recognised = |next, write| Ok(Recognised { party: claims.party, provisional: None, next, write });
    if claims.generation == device.generation + 1 {
        return recognised(None, Some(DeviceWrite::Adopt { from: device.token, to: hash }));
    }
    let is_previous = device.previous.is_some_and(|previous| secret::same(&previous, &hash));
    if is_previous && device.previous_until.is_some_and(|until| now < until) {
        return recognised(Some(device.generation), None);
    }
    Err(VisitorFlaw::Retired(claims.party))
}

/// A visitor whose connection resumes: the browser is remembered longer, and offered its next token, as at any visit. The
/// inner `None`: the store does not know the browser yet.
///
/// # Errors
/// When the store fails.
pub fn recall(
    db: &Connection,
    party: PartyId,
    now: Millis,
) -> rusqlite::Result<Result<Option<Recognised>, VisitorFlaw>> {
    let Some(device) = find_device(db, party)? else {
        return Ok(if party_exists(db, party)? { Err(VisitorFlaw::Unknown) } else { Ok(None) });
    };
    Ok(check_life(&device, now).map(|()| Some(current(&device, party, now))))
}

fn check_life(device: &Device, now: Millis) -> Result<(), VisitorFlaw> {
    match device {
        Device { is_revoked: true, .. } => Err(VisitorFlaw::Unknown),
        Device { expires_at, .. } if *expires_at <= now => Err(VisitorFlaw::Expired),
        _ => Ok(()),
    }
}

/// What follows from a visit with the current token.
fn current(device: &Device, party: PartyId, now: Millis) -> Recognised {
    let next = (device.issued_at + ROTATE_AFTER <= now).then_some(device.generation + 1);
    // Sliding by whole days: a visit an hour after the last one is not worth a write.
    let is_stale = device.expires_at - now < DEVICE_LIFE - ROTATE_AFTER;
    let write = is_stale.then_some(DeviceWrite::Keep { token: device.token });
    Recognised { party, provisional: None, next, write }
}
