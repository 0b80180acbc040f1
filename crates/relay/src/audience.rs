//! Who sees a session. The one way out: live or on catch-up, everything passes here.
//!
//! A topic is what a connection listens to; a session is announced on its audience's topics. That a connection hears
//! exactly the sessions whose history it might read is a property, and tested as one.

use tieline_protocol::{ChannelId, PartyId};

use crate::{
    Desk, Facts, Principal, Scope,
    authz::{is_answering, is_party_to},
};

/// Something that connections listen to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// All sessions of one visitor or user: all their tabs.
    Party(PartyId),
    /// All sessions of one desk: all its agents.
    Desk(Desk),
    /// A channel itself, never a session of it: what its visitors and users see of it.
    Channel(ChannelId),
}

/// What a principal listens to.
pub fn topics_of(principal: &Principal) -> Vec<Topic> {
    match &principal.scope {
        Scope::One(channel) if principal.role.is_visiting() => {
            vec![Topic::Party(principal.party), Topic::Channel(channel.clone())]
        }
        Scope::Desks(desks) if is_answering(principal.role) => {
            desks.iter().cloned().map(Topic::Desk).collect()
        }
        Scope::One(_) | Scope::Desks(_) => Vec::new(),
    }
}

/// Whether a principal is among a session's audience.
pub fn hears(principal: &Principal, facts: &Facts) -> bool {
    is_party_to(principal, facts)
}

/// Where what only those who answer a session may know of it is announced.
pub fn answering_audience_of(facts: &Facts) -> [Topic; 1] {
    [Topic::Desk(facts.desk.clone())]
}

/// Where a session is announced.
pub fn audience_of(facts: &Facts) -> [Topic; 2] {
    [Topic::Party(facts.visitor), Topic::Desk(facts.desk.clone())]
}
