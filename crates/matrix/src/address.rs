//! Names on the homeserver: of the rooms' aliases, and of those who speak in the rooms for the gateway.

use tieline_connector::base32;
use tieline_protocol::{PartyId, SessionId};

/// What all of ours begin with. The registration claims it for the gateway alone, so nobody else on the server can have one.
pub const PREFIX: &str = "chat_";
/// Who the gateway itself is: says what is for the merchant alone.
pub const SERVICE: &str = "chat_tieline";
/// Whom the registration names as the service's own. Nobody in any room: Synapse lets that one hold no line (`/sync`).
pub const SENDER: &str = "chat_gateway";
/// Who the trial of a homeserver is. No session's: its name is none of an id.
pub const TRIAL: &str = "chat_check";
/// The device of all of ours. One name for all: a homeserver keeps devices by user.
pub const DEVICE: &str = "TIELINE";

/// The homeserver's name, behind the colon of every account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server(pub String);

impl Server {
    /// A user of this server.
    pub fn user(&self, local: &str) -> String {
        format!("@{local}:{}", self.0)
    }

    /// The gateway itself.
    pub fn service(&self) -> String {
        self.user(SERVICE)
    }

    /// The visitor of a session. One for each session: nobody can tell that two visitors are one.
    pub fn visitor(&self, session: SessionId) -> String {
        self.user(&format!("{PREFIX}{}", base32::encode(session.0)))
    }

    /// Somebody who answers elsewhere.
    pub fn colleague(&self, party: PartyId) -> String {
        self.user(&format!("{PREFIX}a_{}", base32::encode(party.0)))
    }

    /// The local part of the alias of a session's room. It is what makes a room made twice one room.
    pub fn alias_local(session: SessionId) -> String {
        format!("{PREFIX}{}", base32::encode(session.0))
    }

    /// The whole alias.
    pub fn alias(&self, session: SessionId) -> String {
        format!("#{}:{}", Self::alias_local(session), self.0)
    }

    /// The session whose visitor a user is.
    pub fn session_of(&self, user: &str) -> Option<SessionId> {
        let (local, server) = user.strip_prefix('@')?.split_once(':')?;
        let id = base32::decode(local.strip_prefix(PREFIX)?)?;
        (server == self.0).then_some(SessionId(id))
    }

    /// Whether a user or an alias is the gateway's own.
    pub fn is_ours(&self, name: &str) -> bool {
        let rest = name.strip_prefix(['@', '#']).and_then(|rest| rest.strip_prefix(PREFIX));
        rest.and_then(|rest| rest.split_once(':')).is_some_and(|(_, server)| server == self.0)
    }
}

/// The part of a user before the colon.
pub fn local_of(user: &str) -> &str {
    user.trim_start_matches('@').split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #[test]
        fn a_visitor_names_one_session_and_no_other(id in any::<u128>()) {
            let (server, session) = (Server("shop.example".into()), SessionId(Uuid::from_u128(id)));
            let visitor = server.visitor(session);
            prop_assert!(server.is_ours(&visitor) && server.is_ours(&server.alias(session)));
            prop_assert_eq!(server.session_of(&visitor), Some(session));
            prop_assert_eq!(Server("other.example".into()).session_of(&visitor), None);
            prop_assert_eq!(server.session_of(&server.colleague(PartyId(session.0))), None);
        }

        #[test]
        fn strange_names_are_nobodys(name in "\\PC*") {
            prop_assert_eq!(Server("shop.example".into()).session_of(&name), None);
        }
    }

    #[test]
    fn our_own_are_told_from_others() {
        let server = Server("shop.example".into());
        let trial = server.user(TRIAL);
        assert!(server.is_ours(&server.service()) && server.is_ours(&trial));
        assert_eq!(server.session_of(&trial), None);
        for other in [
            "@mia:shop.example",
            "@chat_x:shop.example.evil.example",
            "@chat_x:evil.example:shop.example",
            "@chatx:shop.example",
            "chat_x:shop.example",
            "@chat_x",
            "",
        ] {
            assert!(!server.is_ours(other), "{other}");
        }
        // More than 128 bits.
        assert_eq!(server.session_of(&format!("@chat_{}:shop.example", "7".repeat(26))), None);
        assert_eq!(local_of("@mia:shop.example"), "mia");
    }
}
