//! A fresh proof of somebody who is connected: the same party, for longer.
//!
//! Where they stand (origin, ticket) was checked when they came and cannot have changed on an open socket. Only proofs that
//! end can be renewed: a visitor's does not, and a resume token proves nothing that was not proven before.

use tieline_protocol::{Auth, ErrorCode, Millis};
use tieline_relay::Principal;

use super::{
    AuthContext,
    identify::{Identified, Refusal, load_channel},
    resumed, visiting,
};

/// Checks a fresh proof of that principal.
///
/// # Errors
/// `forbidden` for a proof of somebody else, or of another kind; else why it does not hold.
pub async fn renew(
    context: &AuthContext,
    principal: &Principal,
    auth: &Auth,
    now: Millis,
) -> Result<Identified, Refusal> {
    let mut fresh = match (auth, principal.channel()) {
        (Auth::User { jwt, .. }, Some(channel)) => {
            let channel = load_channel(context, channel).await?;
            if !channel.is_open {
                return Err(ErrorCode::ChannelClosed.into());
            }
            // Sessions are claimed by a hello, before anything is shown: not in the middle of a conversation.
            visiting::as_user(context, &channel, jwt, None, now).await?
        }
        (Auth::Agent { token }, None) => {
            let session = context.sockets.check(token, now)?.session;
            resumed::as_signed_in(context, session, now).await?
        }
        _ => return Err(ErrorCode::Forbidden.into()),
    };
    if fresh.principal.party != principal.party {
        return Err(ErrorCode::Forbidden.into());
    }
    // What they listen to was settled by the hello. Where an agent sits cannot have changed since: that closes their sockets.
    fresh.principal.scope = principal.scope.clone();
    Ok(fresh)
}
