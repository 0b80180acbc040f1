//! What was taken back, as a short list in the store that every running gateway follows.
//!
//! Whoever takes something back writes a row in the same transaction, so the command line closes sockets as surely as the API
//! does. Decides which sockets a row ends; closing them is `watch`'s. New connections never ask here: they meet the changed
//! channel, key or browser itself.

use rusqlite::{Connection, OptionalExtension, params};
use tieline_protocol::{ChannelId, CloseCode, Millis, PartyId};

use super::{
    columns::{read_millis, read_uuid, stamp},
    resume::Made,
    secret,
};

/// Longer than any gateway looks away.
const KEPT: Millis = Millis::minutes(24 * 60);

/// Something that held and does not any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// A registration was made or changed, and perhaps switched off.
    Channel {
        /// Which.
        channel: ChannelId,
        /// Whether it is open now.
        is_open: bool,
    },
    /// A key was revoked.
    Key {
        /// Whose.
        channel: ChannelId,
        /// Which.
        kid: String,
    },
    /// A visitor's browser was shut out, or a user's tokens were taken back.
    Party(PartyId),
    /// An agent signed out of the desk.
    Desk {
        /// SHA-256 of the cookie, in base64url.
        session: String,
    },
}

impl Revocation {
    /// An agent's sign-out.
    pub fn of_desk(session: &[u8; 32]) -> Self {
        Self::Desk { session: secret::encode(session) }
    }

    /// The code with which the socket of that party closes, if what it rests on is gone.
    pub fn ends(&self, party: PartyId, origin: &Made) -> Option<CloseCode> {
        let (is_gone, code) = match (self, origin) {
            (
                Self::Channel { channel, is_open },
                Made::Visitor { channel: theirs, .. } | Made::User { channel: theirs, .. },
            ) => (!is_open && channel == theirs, CloseCode::CHANNEL),
            (Self::Key { channel, kid }, Made::User { channel: theirs, kid: signed, .. }) => {
                (channel == theirs && kid == signed, CloseCode::SIGN_IN)
            }
            (Self::Desk { session }, Made::Agent { session: theirs }) => {
                (session == theirs, CloseCode::SIGN_IN)
            }
            (Self::Party(gone), _) => (*gone == party, CloseCode::SIGN_IN),
            (Self::Channel { .. } | Self::Key { .. } | Self::Desk { .. }, _) => (false, CloseCode::SIGN_IN),
        };
        is_gone.then_some(code)
    }
}

/// Tells every gateway on this store.
///
/// # Errors
/// When the store fails, as for every function here.
pub fn record(db: &Connection, revocation: &Revocation, now: Millis) -> rusqlite::Result<()> {
    let (kind, channel, name, party) = match revocation {
        Revocation::Channel { channel, .. } => ("channel", Some(&channel.0), None, None),
        Revocation::Key { channel, kid } => ("key", Some(&channel.0), Some(kid), None),
        Revocation::Party(party) => ("party", None, None, Some(party.0.as_bytes())),
        Revocation::Desk { session } => ("desk", None, Some(session), None),
    };
    db.execute("delete from revocation where at < ?1", [stamp(now - KEPT)])?;
    db.execute(
        "insert into revocation (kind, channel_id, name, party_id, at) values (?1, ?2, ?3, ?4, ?5)",
        params![kind, channel, name, party, stamp(now)],
    )?;
    Ok(())
}

/// What was taken back after that row, oldest first, and the row to go on from.
///
/// # Errors
/// When the store fails.
pub fn after(db: &Connection, seen: i64) -> rusqlite::Result<(Vec<Revocation>, i64)> {
    let mut select = db.prepare_cached(
        "select r.id, r.kind, r.channel_id, r.name, r.party_id, c.state
         from revocation r left join channel c on c.id = r.channel_id where r.id > ?1 order by r.id",
    )?;
    let mut rows = select.query([seen])?;
    let (mut found, mut last) = (Vec::new(), seen);
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
        let channel = || row.get(2).map(ChannelId);
        found.push(match row.get::<_, String>(1)?.as_str() {
            "channel" => {
                let is_open = row.get::<_, Option<String>>(5)?.is_some_and(|state| state == "open");
                Revocation::Channel { channel: channel()?, is_open }
            }
            "key" => Revocation::Key { channel: channel()?, kid: row.get(3)? },
            "party" => Revocation::Party(PartyId(read_uuid(row, 4)?)),
            _ => Revocation::Desk { session: row.get(3)? },
        });
    }
    Ok((found, last))
}

/// Takes back what the backend issued for that user before `not_before`. Never moves backwards.
///
/// # Errors
/// When the store fails.
pub fn raise_floor(
    db: &Connection,
    channel: &ChannelId,
    subject: &str,
    not_before: Millis,
) -> rusqlite::Result<()> {
    db.execute(
        "insert into user_floor (channel_id, subject, not_before) values (?1, ?2, ?3)
         on conflict (channel_id, subject) do update set not_before = max(not_before, excluded.not_before)",
        params![channel.0, subject, stamp(not_before)],
    )?;
    Ok(())
}

/// From when on a user's tokens hold. None: nobody has taken any back.
///
/// # Errors
/// When the store fails.
pub fn find_floor(db: &Connection, channel: &ChannelId, subject: &str) -> rusqlite::Result<Option<Millis>> {
    db.prepare_cached("select not_before from user_floor where channel_id = ?1 and subject = ?2")?
        .query_row(params![channel.0, subject], |row| read_millis(row, 0))
        .optional()
}
