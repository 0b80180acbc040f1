//! A visitor signs in: their anonymous sessions become the user's.
//!
//! Only with both proofs in one hello. Sessions move; entries keep their sender, as the log is immutable. The browser's
//! visitor token dies with it, so that whoever uses the browser after sign-out starts anew and sees nothing of the user's.

use rusqlite::{Connection, params};
use tieline_protocol::{ChannelId, Millis, PartyId};

use super::columns::stamp;

/// The user that sessions move to.
pub struct Into<'a> {
    /// The user's id.
    pub user: PartyId,
    /// The JWT's subject.
    pub subject: &'a str,
    /// The name to show.
    pub name: Option<&'a str>,
    /// The embedding.
    pub channel: &'a ChannelId,
}

/// Moves the visitor's sessions on that channel, and forgets the browser. Done twice, it does nothing more.
///
/// # Errors
/// When the store fails.
pub fn merge(db: &Connection, visitor: PartyId, into: &Into<'_>, now: Millis) -> rusqlite::Result<()> {
    let (visitor, user) = (visitor.0.as_bytes(), into.user.0.as_bytes());
    db.execute(
        "insert into party (id, channel_id, role, external_id, name, created_at) values (?1, ?2, 'user', ?3, ?4, ?5)
         on conflict do nothing",
        params![user, into.channel.0, into.subject, into.name, stamp(now)],
    )?;
    db.execute(
        "insert into reader (session_id, party_id, delivered, read)
         select session_id, ?2, delivered, read from reader
         where party_id = ?1 and session_id in (select id from session where visitor_id = ?1 and channel_id = ?3)
         on conflict (session_id, party_id) do update
         set delivered = max(delivered, excluded.delivered), read = max(read, excluded.read)",
        params![visitor, user, into.channel.0],
    )?;
    // The same wish under both names is one session already: then the older stays where it is.
    db.execute(
        "update or ignore session set visitor_id = ?2 where visitor_id = ?1 and channel_id = ?3",
        params![visitor, user, into.channel.0],
    )?;
    db.execute("update party set merged_into = ?2 where id = ?1", params![visitor, user])?;
    db.execute("delete from device where party_id = ?1", [visitor])?;
    Ok(())
}
