//! The asking side: visitors by their browser's token, users by their backend's.

use tieline_protocol::{ChannelId, Millis, PartyId, Role};
use tieline_relay::{Principal, Provisional, Scope};

use super::{
    AuthContext,
    channel::Channel,
    device,
    identify::{Identified, Refusal, welcome},
    jwt, key_rows, merge,
    resume::Made,
    revocation, secret,
    visitor::{self, Recognised, VisitorFlaw},
};

/// The outer error is the store's, the inner one the visitor's.
pub(super) async fn recognise(
    context: &AuthContext,
    channel: &ChannelId,
    token: &str,
    now: Millis,
) -> Result<Result<Recognised, Refusal>, Refusal> {
    let claims = match context.visitors.read_token(token, channel, now) {
        Ok(claims) => claims,
        Err(flaw) => return Ok(Err(flaw.code().into())),
    };
    let token = token.to_owned();
    let recognised = context.store.read(move |db| visitor::recognise(db, &claims, &token, now)).await?;
    match recognised {
        Ok(recognised) => {
            renew(context, &recognised, now).await;
            Ok(Ok(recognised))
        }
        Err(flaw) => {
            if let VisitorFlaw::Retired(party) = flaw {
                tracing::error!(
                    alarm = "retired_visitor_token",
                    channel.id = %channel,
                    party.id = %party,
                    "a replaced visitor token was used again: copied or restored; the device is revoked",
                );
                context.store.write(move |db| device::revoke(db, party, now)).await?;
            }
            Ok(Err(flaw.code().into()))
        }
    }
}

/// Writes what the visit asks for. A store that cannot write must not lock out those who only read: the next visit tries again.
pub(super) async fn renew(context: &AuthContext, recognised: &Recognised, now: Millis) {
    let Some(change) = recognised.write.clone() else { return };
    if let Err(error) = context.store.write(move |db| device::write(db, &change, now)).await {
        tracing::warn!(error.what = %error, "a visitor's token was not renewed");
    }
}

/// The principal of a visitor, with the tokens to keep. `token` is a fresh one; else the next is given when it is due.
pub(super) fn as_visitor(
    context: &AuthContext,
    channel: &Channel,
    recognised: &Recognised,
    token: Option<String>,
    now: Millis,
) -> Identified {
    let made = Made::Visitor {
        channel: channel.id.clone(),
        provisional: recognised.provisional.map(|(hash, until)| (secret::encode(&hash), until)),
    };
    let principal = Principal {
        party: recognised.party,
        role: Role::Visitor,
        name: None,
        scope: Scope::One(channel.id.clone()),
        capabilities: channel.capabilities.clone(),
        expires_at: None,
        // From the first `open` on the browser is remembered for thirty days, however short-lived token 0 was.
        provisional: recognised.provisional.map(|(token_hash, _)| Provisional::Visitor {
            token_hash,
            expires_at: now + visitor::DEVICE_LIFE,
        }),
        signed_item: None,
    };
    let next = || recognised.next.map(|next| context.visitors.token(&channel.id, recognised.party, next));
    welcome(context, principal, made, token.or_else(next), Some(channel), now)
}

pub(super) async fn as_user(
    context: &AuthContext,
    channel: &Channel,
    token: &str,
    visitor: Option<&str>,
    now: Millis,
) -> Result<Identified, Refusal> {
    let refuse = |flaw: jwt::JwtFlaw| {
        tracing::info!(channel.id = %channel.id, flaw = %flaw, "a user's token was refused");
        Refusal::from(flaw.code())
    };
    let kid = jwt::kid_of(token).map_err(refuse)?;
    let id = channel.id.clone();
    let key = context.store.read(move |db| key_rows::find_key(db, &id, &kid)).await?;
    let key = key.ok_or_else(|| refuse(jwt::JwtFlaw::Key))?;
    let expected =
        jwt::Expected { channel: &channel.id, gateway_id: &context.gateway_id, master: &context.master };
    let vouched = jwt::verify(token, &key, &expected, now).map_err(refuse)?;
    if is_taken_back(context, channel, &vouched.subject, vouched.issued_at).await? {
        return Err(refuse(jwt::JwtFlaw::TakenBack));
    }
    let party = user_id(&channel.id, &vouched.subject);
    if let Some(visitor) = visitor {
        claim(context, channel, visitor, party, &vouched, now).await?;
    }
    let made = Made::User {
        channel: channel.id.clone(),
        subject: vouched.subject,
        kid: key.kid,
        issued_at: vouched.issued_at,
        proof_until: vouched.expires_at + jwt::LEEWAY,
        item: vouched.item,
    };
    Ok(as_made_user(context, channel, party, vouched.name, made, now))
}

/// Whether a token of that moment is older than what the user's tokens must be.
pub(super) async fn is_taken_back(
    context: &AuthContext,
    channel: &Channel,
    subject: &str,
    issued_at: Millis,
) -> Result<bool, Refusal> {
    let (channel, subject) = (channel.id.clone(), subject.to_owned());
    let floor = context.store.read(move |db| revocation::find_floor(db, &channel, &subject)).await?;
    Ok(floor.is_some_and(|floor| issued_at < floor))
}

/// The principal of a user, from a fresh proof or a resumed one.
pub(super) fn as_made_user(
    context: &AuthContext,
    channel: &Channel,
    party: PartyId,
    name: Option<String>,
    made: Made,
    now: Millis,
) -> Identified {
    let (subject, until, item) = match &made {
        Made::User { subject, proof_until, item, .. } => (subject.clone(), Some(*proof_until), item.clone()),
        Made::Visitor { .. } | Made::Agent { .. } => (String::new(), None, None),
    };
    let principal = Principal {
        party,
        role: Role::User,
        name,
        scope: Scope::One(channel.id.clone()),
        capabilities: channel.capabilities.clone(),
        expires_at: until,
        // Written again by the first `open` and ignored if it is there: cheaper than asking at every hello.
        provisional: Some(Provisional::User { external_id: subject }),
        signed_item: item.map(Box::new),
    };
    welcome(context, principal, made, None, Some(channel), now)
}

/// Moves the visitor's sessions to the user. A visitor token that does not hold claims nothing, and keeps nobody out: after
/// a `welcome` that never arrived, the same hello comes again with a token that is spent.
async fn claim(
    context: &AuthContext,
    channel: &Channel,
    visitor: &str,
    user: PartyId,
    vouched: &jwt::Vouched,
    now: Millis,
) -> Result<(), Refusal> {
    let Ok(recognised) = recognise(context, &channel.id, visitor, now).await? else { return Ok(()) };
    if recognised.provisional.is_some() {
        return Ok(()); // Never said a word.
    }
    let (channel, subject, name) = (channel.id.clone(), vouched.subject.clone(), vouched.name.clone());
    let party = recognised.party;
    let write = context.store.write(move |db| {
        let into = merge::Into { user, subject: &subject, name: name.as_deref(), channel: &channel };
        merge::merge(db, party, &into, now)
    });
    Ok(write.await?)
}

/// A user's id: the same for the same subject of the same channel, so that no row is needed to know it.
pub fn user_id(channel: &ChannelId, subject: &str) -> PartyId {
    let digest = secret::sha256(format!("user\0{channel}\0{subject}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    PartyId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
