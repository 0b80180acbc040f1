use std::net::Ipv4Addr;

use tieline_protocol::{Capabilities, CloseCode, server::Drain};
use tieline_relay::Scope;

use super::*;
use crate::{
    config::{Config, Settings},
    fanout::Parcel,
};

fn limits() -> Limits {
    Config::check(Settings::default()).unwrap().limits
}

fn connections() -> Arc<Connections> {
    Connections::new(limits())
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

/// Every way out: asked to leave, closed, cut for slowness.
fn ways_out() -> [fn(&Outbox); 3] {
    [
        |outbox| outbox.ask_to_leave(Drain { by: Millis(9), spread_ms: Millis(1), why: "moving".into() }),
        |outbox| outbox.close(CloseCode::SIGN_IN),
        // Larger than its room.
        |outbox| outbox.push(Parcel { text: "x".repeat(2_000_000).into(), place: None, is_soft: false }),
    ]
}

#[test]
fn a_socket_on_its_way_out_has_no_place_of_its_address() {
    for leave in ways_out() {
        let connections = Connections::new(Limits { sockets_per_ip: 2, ..limits() });
        let come = || connections.admit(Ipv4Addr::LOCALHOST.into());
        let (first, _second) = (come().unwrap(), come().unwrap());
        assert!(come().is_err());
        leave(first.outbox());
        let successor = come().unwrap();
        assert!(come().is_err(), "it made room for one");
        drop(first);
        assert!(come().is_err(), "and for no other when it was gone");
        drop(successor);
        assert!(come().is_ok());
    }
}

#[test]
fn a_socket_on_its_way_out_has_no_place_of_its_channel() {
    for leave in ways_out() {
        let connections = Connections::new(Limits { sockets_per_channel: 2, ..limits() });
        let mut others = 0;
        let mut come = || {
            others += 1;
            let mut guest = admit(&connections);
            let somebody = Principal { party: PartyId::at(Millis(others), [9; 10]), ..ada() };
            guest.seat(&somebody, made("k1"), connections.looked_at()).map(|_| guest)
        };
        let (first, _second) = (come().unwrap(), come().unwrap());
        assert_eq!(come().err(), Some(NoSeat::Full));
        leave(first.outbox());
        let successor = come().unwrap();
        assert_eq!(come().err(), Some(NoSeat::Full), "it made room for one");
        drop(first);
        assert_eq!(come().err(), Some(NoSeat::Full), "and for no other when it was gone");
        drop(successor);
        assert!(come().is_ok());
    }
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
