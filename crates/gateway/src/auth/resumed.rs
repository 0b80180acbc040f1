//! A principal from a resume token or a desk session: what was proven before, checked against what has changed since.

use rusqlite::Connection;
use tieline_protocol::{Capabilities, ChannelId, ErrorCode, Hello, Millis, Role};
use tieline_relay::{Principal, Scope};

use super::{
    AuthContext,
    channel::Channel,
    desk,
    identify::{Identified, Refusal, admit_place, load_channel, welcome},
    key::KeyState,
    key_rows,
    origin::{self, Place},
    resume::Made,
    secret, visiting,
    visitor::{self, Recognised},
};

/// The same principal again.
///
/// # Errors
/// When the token does not hold, or what it was made from does not any more.
pub(super) async fn resume(
    context: &AuthContext,
    hello: &Hello,
    token: &str,
    header: Option<&str>,
    now: Millis,
) -> Result<Identified, Refusal> {
    let claims = context.resumes.check(token, now)?;
    let party = claims.party;
    match claims.origin {
        Made::Visitor { channel, provisional } => {
            let channel = resume_channel(context, hello, &channel, header).await?;
            let recalled = context.store.read(move |db| visitor::recall(db, party, now)).await?;
            let recognised = match recalled.map_err(|flaw| flaw.code())? {
                Some(recognised) => recognised,
                None => {
                    let fresh = provisional.and_then(read_provisional).ok_or(ErrorCode::Unauthorized)?;
                    Recognised { party, provisional: Some(fresh), next: None, write: None }
                }
            };
            visiting::renew(context, &recognised, now).await;
            Ok(visiting::as_visitor(context, &channel, &recognised, None, now))
        }
        Made::User { ref channel, ref subject, ref kid, issued_at, .. } => {
            let channel = resume_channel(context, hello, channel, header).await?;
            let (id, kid) = (channel.id.clone(), kid.clone());
            if context.store.read(move |db| is_revoked(db, &id, &kid)).await? {
                return Err(ErrorCode::KeyUnknown.into());
            }
            if visiting::is_taken_back(context, &channel, subject, issued_at).await? {
                return Err(ErrorCode::TokenExpired.into());
            }
            Ok(visiting::as_made_user(context, &channel, party, claims.name, claims.origin, now))
        }
        Made::Agent { session } => {
            if origin::place(header, &context.public_origin, &[]) == Place::Stranger {
                return Err(ErrorCode::OriginDenied.into());
            }
            as_signed_in(context, session, now).await
        }
    }
}

/// An agent whose desk session still stands.
///
/// # Errors
/// When it does not.
pub(super) async fn as_signed_in(
    context: &AuthContext,
    session: String,
    now: Millis,
) -> Result<Identified, Refusal> {
    let hash = read_hash(&session).ok_or(ErrorCode::Unauthorized)?;
    let found = context
        .store
        .read(move |db| {
            let Some(signed_in) = desk::find_session(db, hash, now)? else { return Ok(None) };
            let desks = desk::desks_of(db, signed_in.agent)?;
            Ok(Some((signed_in, desks)))
        })
        .await?;
    let (signed_in, desks) = found.ok_or(ErrorCode::Unauthorized)?;
    let principal = agent_principal(&signed_in, desks);
    Ok(welcome(context, principal, Made::Agent { session }, None, None, now))
}

/// The channel of the token, if the hello speaks for the same one and may still stand there.
async fn resume_channel(
    context: &AuthContext,
    hello: &Hello,
    id: &ChannelId,
    header: Option<&str>,
) -> Result<Channel, Refusal> {
    if hello.channel.as_ref() != Some(id) {
        return Err(ErrorCode::Unauthorized.into());
    }
    let channel = load_channel(context, id).await?;
    admit_place(context, &channel, hello, header)?;
    Ok(channel)
}

/// A key that is gone is as good as revoked. One that merely ran out is not: what it signed in time lives its time.
fn is_revoked(db: &Connection, channel: &ChannelId, kid: &str) -> rusqlite::Result<bool> {
    Ok(key_rows::find_key(db, channel, kid)?.is_none_or(|key| key.state == KeyState::Revoked))
}

fn read_provisional((hash, until): (String, Millis)) -> Option<([u8; 32], Millis)> {
    Some((read_hash(&hash)?, until))
}

fn read_hash(text: &str) -> Option<[u8; 32]> {
    secret::decode(text)?.try_into().ok()
}

/// An agent's principal, from the desk session behind a socket token or a resume token.
fn agent_principal(
    signed_in: &desk::SignedIn,
    desks: std::collections::BTreeSet<tieline_relay::Desk>,
) -> Principal {
    Principal {
        party: signed_in.agent,
        role: Role::Agent,
        name: Some(signed_in.name.clone()),
        scope: Scope::Desks(desks),
        // Each session's channel grants what it grants; the desk itself can do everything of this build.
        capabilities: Capabilities::all(),
        expires_at: Some(signed_in.expires_at),
        provisional: None,
        signed_item: None,
    }
}
