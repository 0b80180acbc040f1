//! Names for tests.

use tieline_protocol::{DraftId, Millis, PartyId, SessionId};

fn bytes(number: u64) -> [u8; 10] {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    [0, 0, a, b, c, d, e, f, g, h]
}

pub(crate) fn draft(number: u64) -> DraftId {
    DraftId::at(Millis(1), bytes(number))
}

pub(crate) fn session(number: u64) -> SessionId {
    SessionId::at(Millis(2), bytes(number))
}

pub(crate) fn party(number: u64) -> PartyId {
    PartyId::at(Millis(3), bytes(number))
}
