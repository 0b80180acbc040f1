//! Somebody proves anew who they are, without coming in again.

use std::sync::Arc;

use tieline_protocol::{Auth, Millis, server::Tokens};

use super::Caller;
use crate::{
    auth::{self, Identified, Refusal},
    clock,
    edge::{Guest, NoSeat},
};

/// Somebody who stays.
pub(crate) struct Renewal {
    /// The same caller, with the fresh proof's word.
    pub(crate) caller: Caller,
    /// What they keep from now on.
    pub(crate) tokens: Tokens,
    /// When the fresh proof runs out, if it does.
    pub(crate) expires_at: Option<Millis>,
}

/// Checks the fresh proof, and lets the guest's place rest on it.
pub(crate) async fn renew(
    caller: Arc<Caller>,
    guest: Arc<tokio::sync::Mutex<Guest>>,
    proof: Auth,
) -> Result<Box<Renewal>, Refusal> {
    let state = &caller.state;
    loop {
        let looked_at = state.connections.looked_at();
        let Identified { principal, origin, tokens, .. } =
            auth::renew(&state.auth, &caller.principal, &proof, clock::now()).await?;
        match guest.lock().await.rest_on(origin, looked_at) {
            // Something was taken back while the proof was being checked: perhaps what it rests on.
            Err(NoSeat::Outdated) => continue,
            Err(NoSeat::Full) | Ok(()) => {}
        }
        let expires_at = principal.expires_at;
        let caller = Caller { principal: Arc::new(principal), ..caller.as_ref().clone() };
        return Ok(Box::new(Renewal { caller, tokens, expires_at }));
    }
}
