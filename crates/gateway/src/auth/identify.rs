//! The door of the socket: a `hello` becomes a principal, or a refusal.
//!
//! Two questions, in this order. May the widget stand where it stands (origin, embed ticket, channel open)? Who is it (new,
//! visitor, user, agent, or one of them resumed)? Reads once; writes only when a visitor's token is adopted or extended, or
//! a visitor becomes a user.

use tieline_protocol::{
    Auth, Capabilities, ChannelId, CloseCode, ErrorCode, Hello, Millis, PartyId, Role,
    server::{ChannelFace, Tokens},
};
use tieline_relay::{Principal, Provisional, Scope};

use super::{
    AuthContext,
    channel::{self, Channel},
    desk, jwt, key_rows, merge,
    origin::{self, Place},
    resume::{self, Made, ResumeToken},
    resumed, secret,
    signed::Flaw,
    visitor::{self, Recognised, VisitorFlaw},
};
use crate::store::StoreError;

/// Somebody whose proof holds.
#[derive(Clone, Debug)]
pub struct Identified {
    /// Who, and where they may act.
    pub principal: Principal,
    /// What they keep for the next time.
    pub tokens: Tokens,
    /// What they see of the channel. None for an agent.
    pub face: Option<ChannelFace>,
}

/// Why nobody came of it, and the code to close with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub ErrorCode, pub CloseCode);

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        let close = match code {
            ErrorCode::OriginDenied => CloseCode::ORIGIN,
            ErrorCode::ChannelUnknown | ErrorCode::ChannelClosed => CloseCode::CHANNEL,
            ErrorCode::BadFrame => CloseCode::BAD_HELLO,
            ErrorCode::Unauthorized | ErrorCode::TokenExpired | ErrorCode::KeyUnknown => CloseCode::SIGN_IN,
            _ => CloseCode::INTERNAL,
        };
        Self(code, close)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(error.what = %error, "a hello could not be checked");
        error.code().into()
    }
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Forged => ErrorCode::Unauthorized.into(),
            Flaw::Expired => ErrorCode::TokenExpired.into(),
        }
    }
}

/// Checks a hello. `origin` is the socket's `Origin` header.
///
/// # Errors
/// With the code for the client.
pub async fn identify(
    context: &AuthContext,
    hello: &Hello,
    origin: Option<&str>,
    now: Millis,
) -> Result<Identified, Refusal> {
    match &hello.auth {
        Auth::New => {
            let channel = admit(context, hello, origin, now).await?;
            let (token, recognised) = context.visitors.provisional(&channel.id, now);
            Ok(as_visitor(context, &channel, &recognised, Some(token), now))
        }
        Auth::Visitor { token } => {
            let channel = admit(context, hello, origin, now).await?;
            let recognised = recognise(context, &channel.id, token, now).await??;
            let next =
                recognised.next.map(|next| context.visitors.token(&channel.id, recognised.party, next));
            Ok(as_visitor(context, &channel, &recognised, next, now))
        }
        Auth::User { jwt, visitor } => {
            let channel = admit(context, hello, origin, now).await?;
            as_user(context, &channel, jwt, visitor.as_deref(), now).await
        }
        Auth::Resume { token } => resumed::resume(context, hello, token, origin, now).await,
        Auth::Agent { token } => as_agent(context, token, origin, now).await,
    }
}

/// Whether the widget may stand where it stands. Gives the channel that it speaks for.
async fn admit(
    context: &AuthContext,
    hello: &Hello,
    header: Option<&str>,
    now: Millis,
) -> Result<Channel, Refusal> {
    let channel = load_channel(context, hello.channel.as_ref().ok_or(ErrorCode::BadFrame)?).await?;
    if admit_place(context, &channel, hello, header)? != Place::Inline {
        let ticket = hello.embed.as_deref().ok_or(ErrorCode::Unauthorized)?;
        context.tickets.admit(ticket, &channel.id, now)?;
    }
    Ok(channel)
}

/// The part of [`admit`] that also holds for a resumed connection: origins, and the channel's state.
pub(super) fn admit_place(
    context: &AuthContext,
    channel: &Channel,
    hello: &Hello,
    header: Option<&str>,
) -> Result<Place, Refusal> {
    let place = origin::place(header, &context.public_origin, &channel.origins);
    // The frame reports the page that it stands in. `frame-ancestors` has checked that already, in the browser.
    let page = origin::place(hello.page_origin.as_deref(), &context.public_origin, &channel.origins);
    if place == Place::Stranger || page == Place::Stranger {
        return Err(ErrorCode::OriginDenied.into());
    }
    if !channel.is_open {
        return Err(ErrorCode::ChannelClosed.into());
    }
    Ok(place)
}

pub(super) async fn load_channel(context: &AuthContext, id: &ChannelId) -> Result<Channel, Refusal> {
    let id = id.clone();
    let channel = context.store.read(move |db| channel::find(db, &id)).await?;
    Ok(channel.ok_or(ErrorCode::ChannelUnknown)?)
}

/// The outer error is the store's, the inner one the visitor's.
async fn recognise(
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
            if let Some(change) = recognised.write.clone() {
                // A store that cannot write must not lock out those who only read: the next visit tries again.
                if let Err(error) = context.store.write(move |db| visitor::write(db, &change, now)).await {
                    tracing::warn!(error.what = %error, "a visitor's token was not renewed");
                }
            }
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
                context.store.write(move |db| visitor::revoke(db, party)).await?;
            }
            Ok(Err(flaw.code().into()))
        }
    }
}

/// The principal of a visitor, with the tokens to keep.
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
        provisional: recognised
            .provisional
            .map(|(token_hash, expires_at)| Provisional::Visitor { token_hash, expires_at }),
        signed_item: None,
    };
    welcome(context, principal, made, token, Some(channel), now)
}

async fn as_user(
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
    let party = user_id(&channel.id, &vouched.subject);
    if let Some(visitor) = visitor {
        claim(context, channel, visitor, party, &vouched, now).await?;
    }
    let made = Made::User {
        channel: channel.id.clone(),
        subject: vouched.subject,
        kid: key.kid,
        proof_until: vouched.expires_at + jwt::LEEWAY,
        item: vouched.item,
    };
    Ok(as_made_user(context, channel, party, vouched.name, made, now))
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

async fn as_agent(
    context: &AuthContext,
    token: &str,
    header: Option<&str>,
    now: Millis,
) -> Result<Identified, Refusal> {
    if origin::place(header, &context.public_origin, &[]) == Place::Stranger {
        return Err(ErrorCode::OriginDenied.into());
    }
    let session = context.sockets.check(token, now)?.session;
    resumed::as_signed_in(context, session, now).await
}

/// Adds the tokens. A resume token lives a day, or as long as the proof.
pub(super) fn welcome(
    context: &AuthContext,
    principal: Principal,
    made: Made,
    visitor: Option<String>,
    channel: Option<&Channel>,
    now: Millis,
) -> Identified {
    let day = now + resume::LIFE;
    let claims = ResumeToken {
        party: principal.party,
        name: principal.name.clone(),
        expires_at: principal.expires_at.map_or(day, |end| end.min(day)),
        origin: made,
    };
    let tokens = Tokens { resume: context.resumes.sign(&claims), visitor, expires_at: principal.expires_at };
    let face =
        channel.map(|channel| ChannelFace { name: channel.name.clone(), greeting: channel.greeting.clone() });
    Identified { principal, tokens, face }
}

/// A user's id: the same for the same subject of the same channel, so that no row is needed to know it.
pub fn user_id(channel: &ChannelId, subject: &str) -> PartyId {
    let digest = secret::sha256(format!("user\0{channel}\0{subject}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    PartyId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// An agent's principal, from the desk session behind a socket token or a resume token.
pub(super) fn agent_principal(
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
