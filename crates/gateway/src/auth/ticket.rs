//! The embed ticket: proof that the frame document was fetched from us a short while ago.
//!
//! Inside an iframe the socket's `Origin` is ours and not the shop's, so an origin list alone would check nothing. The
//! document's `frame-ancestors` keeps strangers from framing it, and the ticket ties the socket to that document. A program
//! can fetch the document like a browser does: the ticket is no defence against programs, limits are.

use serde::{Deserialize, Serialize};
use tieline_protocol::{ChannelId, Millis};

use super::{
    master_key::Purpose,
    secret,
    signed::{Claims, Flaw, Signer},
};

/// Long enough to think before one presses the launcher again; a frame fetches a new one when it runs out.
pub const LIFE: Millis = Millis::minutes(10);

/// What a ticket says.
#[derive(Serialize, Deserialize)]
pub struct Ticket {
    channel: ChannelId,
    nonce: String,
    expires_at: Millis,
}

impl Claims for Ticket {
    const PURPOSE: Purpose = Purpose::Embed;

    fn expires_at(&self) -> Option<Millis> {
        Some(self.expires_at)
    }
}

impl Signer<Ticket> {
    /// A ticket for that channel, and when it runs out.
    pub fn issue(&self, channel: &ChannelId, now: Millis) -> (String, Millis) {
        let expires_at = now + LIFE;
        let nonce = secret::encode(&secret::random::<12>());
        (self.sign(&Ticket { channel: channel.clone(), nonce, expires_at }), expires_at)
    }

    /// Whether the ticket is for that channel and in time.
    ///
    /// # Errors
    /// When it is not.
    pub fn admit(&self, ticket: &str, channel: &ChannelId, now: Millis) -> Result<(), Flaw> {
        if self.check(ticket, now)?.channel == *channel { Ok(()) } else { Err(Flaw::Forged) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::master_key::MasterKey;

    #[test]
    fn a_ticket_admits_to_its_channel_for_ten_minutes() {
        let signer = Signer::<Ticket>::new(&MasterKey::new([3; 32]));
        let (mine, other) = (ChannelId("ch_mine".into()), ChannelId("ch_other".into()));
        let start = Millis::secs(1_000);
        let (ticket, expires_at) = signer.issue(&mine, start);
        assert_eq!(expires_at, start + Millis::minutes(10));
        assert_eq!(signer.admit(&ticket, &mine, start), Ok(()));
        assert_eq!(signer.admit(&ticket, &mine, expires_at - Millis(1)), Ok(()));
        assert_eq!(signer.admit(&ticket, &mine, expires_at), Err(Flaw::Expired));
        assert_eq!(signer.admit(&ticket, &other, start), Err(Flaw::Forged));
        assert!(signer.issue(&mine, start).0 != ticket, "each ticket is its own");
    }
}
