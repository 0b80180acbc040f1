//! Addresses: of the sessions, and of those who speak in them for the gateway.

use tieline_connector::base32;
use tieline_protocol::{PartyId, SessionId};

use crate::element::Element;

/// What a session is for those who answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A room of the server, whose rooms have this domain. Nothing is lost in it.
    Rooms(String),
    /// A contact: an address of the component's own. What is written to it while the line breaks is lost.
    Direct,
}

/// The connector's own domain, and where its sessions are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domains {
    /// The component's own.
    pub component: String,
    /// What the sessions are.
    pub mode: Mode,
}

impl Domains {
    /// The domain of the sessions' addresses.
    pub fn sessions(&self) -> &str {
        match &self.mode {
            Mode::Rooms(rooms) => rooms,
            Mode::Direct => &self.component,
        }
    }

    /// A session's address.
    pub fn address(&self, session: SessionId) -> String {
        format!("s-{}@{}", base32::encode(session.0), self.sessions())
    }

    /// The session of such an address, with or without a resource or nick behind it.
    pub fn session_of(&self, address: &str) -> Option<SessionId> {
        let (local, domain) = bare(address).split_once('@')?;
        let id = base32::decode(local.strip_prefix("s-")?)?;
        (domain == self.sessions()).then_some(SessionId(id))
    }

    /// The session that a stanza is about: from a room everything is the room's; to a contact it is whoever writes.
    pub fn session_in(&self, stanza: &Element) -> Option<SessionId> {
        let end = match self.mode {
            Mode::Rooms(_) => "from",
            Mode::Direct => "to",
        };
        self.session_of(stanza.attribute(end)?)
    }

    /// Under which address the gateway itself is in every room: it makes them, and hears what is said. A server can let exactly
    /// this one make rooms.
    pub fn service(&self) -> String {
        format!("gateway@{}/rooms", self.component)
    }

    /// Under which address the visitor of a session is in its room. One for each session: nobody can tell that two visitors
    /// are one.
    pub fn visitor(&self, session: SessionId) -> String {
        format!("v-{}@{}/tieline", base32::encode(session.0), self.component)
    }

    /// Under which address somebody who answers elsewhere is in the room of a session.
    pub fn colleague(&self, party: PartyId, session: SessionId) -> String {
        format!("a-{}@{}/{}", base32::encode(party.0), self.component, base32::encode(session.0))
    }

    /// Whether an address is the gateway's own.
    pub fn is_ours(&self, address: &str) -> bool {
        let domain = bare(address).rsplit('@').next().unwrap_or_default();
        domain == self.component
    }
}

/// An address without what comes behind the slash.
pub fn bare(address: &str) -> &str {
    address.split('/').next().unwrap_or_default()
}

/// What comes behind the slash: in a room, the nick.
pub fn resource(address: &str) -> Option<&str> {
    address.split_once('/').map(|(_, resource)| resource)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn domains() -> Domains {
        let mode = Mode::Rooms("rooms.shop.example".into());
        Domains { component: "chat.shop.example".into(), mode }
    }

    proptest! {
        #[test]
        fn a_room_names_its_session_and_no_other(id in any::<u128>(), nick in "\\PC*") {
            let session = SessionId(Uuid::from_u128(id));
            let room = domains().address(session);
            prop_assert_eq!(room.split('@').next().map(str::len), Some(28));
            prop_assert_eq!(domains().session_of(&format!("{room}/{nick}")), Some(session));
            let elsewhere = Domains { mode: Mode::Rooms("rooms.other.example".into()), ..domains() };
            prop_assert_eq!(elsewhere.session_of(&room), None);
            let direct = Domains { mode: Mode::Direct, ..domains() };
            prop_assert_eq!(direct.session_of(&room), None);
            prop_assert_eq!(direct.session_of(&direct.address(session)), Some(session));
        }

        #[test]
        fn strange_addresses_are_nobodys(address in "\\PC*") {
            prop_assert_eq!(domains().session_of(&address), None);
        }
    }

    #[test]
    fn our_own_are_told_from_others() {
        let session = SessionId(Uuid::from_u128(7));
        assert!(domains().is_ours(&domains().visitor(session)));
        assert!(!domains().is_ours("mia@shop.example/phone"));
        assert!(!domains().is_ours("mia@chat.shop.example.evil.example"));
        // More than 128 bits.
        assert_eq!(domains().session_of(&format!("s-{}@rooms.shop.example", "7".repeat(26))), None);
    }
}
