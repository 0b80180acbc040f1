//! The door of the socket: a `hello` becomes a principal, or a refusal.
//!
//! Two questions, in this order. May the widget stand where it stands (origin, embed ticket, channel open)? Who is it (new,
//! visitor, user, agent, or one of them resumed)? Reads once; writes only when a visitor's token is adopted or extended, or
//! a visitor becomes a user. Read next: [`visiting`](super::visiting) and [`resumed`](super::resumed).

use tieline_protocol::{
    Auth, ChannelId, CloseCode, ErrorCode, Hello, Millis,
    server::{ChannelFace, Tokens},
};
use tieline_relay::Principal;

use super::{
    AuthContext,
    channel::{self, Channel},
    origin::{self, Place},
    resume::{self, Made, ResumeToken},
    resumed,
    signed::Flaw,
    visiting,
};
use crate::store::StoreError;

/// Somebody whose proof holds.
#[derive(Clone, Debug)]
pub struct Identified {
    /// Who, and where they may act.
    pub principal: Principal,
    /// What the principal was made from, and so what must still hold.
    pub origin: Made,
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
            Ok(visiting::as_visitor(context, &channel, &recognised, Some(token), now))
        }
        Auth::Visitor { token } => {
            let channel = admit(context, hello, origin, now).await?;
            let recognised = visiting::recognise(context, &channel.id, token, now).await??;
            Ok(visiting::as_visitor(context, &channel, &recognised, None, now))
        }
        Auth::User { jwt, visitor } => {
            let channel = admit(context, hello, origin, now).await?;
            visiting::as_user(context, &channel, jwt, visitor.as_deref(), now).await
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
        origin: made.clone(),
    };
    let tokens = Tokens { resume: context.resumes.sign(&claims), visitor, expires_at: principal.expires_at };
    Identified { principal, origin: made, tokens, face: channel.map(Channel::face) }
}
