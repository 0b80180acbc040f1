//! The name under which a session is asked for.
//!
//! Tabs that speak for one person give the same wish the same name, without a word between them. So where two say the very first
//! words at once, the gateway sees one wish twice, and there is one session.

use tieline_protocol::{DraftId, PartyId, SessionId, client::DEFAULT_RECIPIENT};

/// The wish of `me` to reach `to`. `ended`: the newest session of the two that has ended; after it there may be another.
pub(crate) fn name_of(me: PartyId, to: Option<&str>, ended: Option<SessionId>) -> DraftId {
    let to = to.unwrap_or(DEFAULT_RECIPIENT).bytes();
    // No recipient's name has a zero in it.
    let wish = me.0.into_bytes().into_iter().chain(to).chain([0]);
    let wish = wish.chain(ended.into_iter().flat_map(|session| session.0.into_bytes()));
    let [a, b, c, d, e, f, g, h] = hash(wish.clone().chain([0])).to_be_bytes();
    let [i, j, ..] = hash(wish.chain([1])).to_be_bytes();
    // It is told apart from the person's other wishes only. The moment is the person's: none is the same in all tabs.
    DraftId::at(me.minted_at().unwrap_or_default(), [a, b, c, d, e, f, g, h, i, j])
}

/// FNV-1a.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::name_of;
    use crate::testing::{party, session};

    #[test]
    fn each_wish_has_one_name() {
        let wishes = [
            (1, None, None),
            (2, None, None),
            (1, Some("returns"), None),
            (1, Some("return"), None),
            (1, None, Some(1)),
            (1, None, Some(2)),
            (1, Some("returns"), Some(1)),
        ];
        let names: BTreeSet<_> =
            wishes.iter().map(|(me, to, ended)| name_of(party(*me), *to, ended.map(session))).collect();
        assert_eq!(names.len(), wishes.len());
        assert_eq!(name_of(party(1), Some("default"), None), name_of(party(1), None, None));
    }
}
