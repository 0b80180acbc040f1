use std::net::Ipv4Addr;

use tieline_protocol::{Capabilities, CloseCode, server::Drain};
use tieline_relay::Scope;

use super::*;
use crate::config::{Config, Settings};

fn connections() -> Arc<Connections> {
    Connections::new(Config::check(Settings::default()).unwrap().limits)
}

fn channel() -> ChannelId {
    ChannelId("ch_1".into())
}

fn made(kid: &str) -> Made {
    Made::User {
        channel: channel(),
        subject: "ada".into(),
        kid: kid.into(),
        issued_at: Millis(1),
        proof_until: Millis(2),
        item: None,
    }
}

fn ada() -> Principal {
    Principal {
        party: PartyId::at(Millis(1), [7; 10]),
        role: Role::User,
        name: None,
        scope: Scope::One(channel()),
        capabilities: Capabilities::all(),
        expires_at: None,
        provisional: None,
        signed_item: None,
    }
}

fn admit(connections: &Arc<Connections>) -> Guest {
    connections.admit(Ipv4Addr::LOCALHOST.into()).unwrap()
}

fn sit(connections: &Arc<Connections>) -> Result<Guest, NoSeat> {
    let mut guest = admit(connections);
    guest.seat(&ada(), made("k1"), connections.looked_at()).map(|_| guest)
}

/// The successor is opened before its predecessor goes: that must not be one too many.
#[test]
fn a_socket_that_was_asked_to_leave_counts_no_more() {
    let connections = connections();
    let full: Vec<_> = (0..8).map(|_| sit(&connections).unwrap()).collect();
    assert_eq!(sit(&connections).err(), Some(NoSeat::Full));
    let drain = Drain { by: Millis(9), spread_ms: Millis(1), why: "moving".into() };
    full[0].outbox().ask_to_leave(drain);
    let successor = sit(&connections).unwrap();
    assert_eq!(sit(&connections).err(), Some(NoSeat::Full), "it made room for one");
    drop((successor, full));
    assert!(sit(&connections).is_ok());
    assert!(connections.is_empty());
}

/// A key is revoked while a proof that it signed is being checked.
#[test]
fn a_proof_that_was_looked_at_before_finds_no_seat_after() {
    let connections = connections();
    let mut slow = admit(&connections);
    let looked_at = connections.looked_at();
    let mut seated = sit(&connections).unwrap();
    connections.heed(&[Revocation::Key { channel: channel(), kid: "k1".into() }]);
    assert!(seated.outbox().is_leaving(), "closed");
    assert_eq!(slow.seat(&ada(), made("k1"), looked_at).err(), Some(NoSeat::Outdated));
    assert_eq!(seated.rest_on(made("k2"), looked_at), Err(NoSeat::Outdated));
    assert!(slow.seat(&ada(), made("k2"), connections.looked_at()).is_ok());
}

/// Each kind of revocation against each kind of proof.
#[test]
fn what_is_taken_back_ends_what_rests_on_it_and_nothing_else() {
    let party = ada().party;
    let visitor = || Made::Visitor { channel: channel(), provisional: None };
    let agent = || Made::Agent { session: "s1".into() };
    let of_channel = |id: &str, is_open| Revocation::Channel { channel: ChannelId(id.into()), is_open };
    let of_key = |id: &str, kid: &str| Revocation::Key { channel: ChannelId(id.into()), kid: kid.into() };
    let (gone, over) = (Some(CloseCode::CHANNEL), Some(CloseCode::SIGN_IN));
    for (revocation, of_visitor, of_user, of_agent) in [
        (of_channel("ch_1", false), gone, gone, None),
        (of_channel("ch_1", true), None, None, None),
        (of_channel("ch_2", false), None, None, None),
        (of_key("ch_1", "k1"), None, over, None),
        (of_key("ch_1", "k2"), None, None, None),
        (of_key("ch_2", "k1"), None, None, None),
        (Revocation::Desk { session: "s1".into() }, None, None, over),
        (Revocation::Desk { session: "s2".into() }, None, None, None),
        (Revocation::Party(party), over, over, over),
        (Revocation::Party(PartyId::at(Millis(2), [8; 10])), None, None, None),
    ] {
        let found = [visitor(), made("k1"), agent()].map(|origin| revocation.ends(party, &origin));
        assert_eq!(found, [of_visitor, of_user, of_agent], "{revocation:?}");
    }
}
