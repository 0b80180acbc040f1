//! Signing in at the desk: invite (a link, once) -> desk session (a cookie) -> socket token (five minutes).
//!
//! The cookie never opens a socket: a page elsewhere could make the browser send it. The desk asks for a socket token with it,
//! same-origin only, and says that in its first frame. All three are 256 random bits or signed; the store keeps SHA-256.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use tieline_protocol::{ChannelId, Millis, PartyId};
use tieline_relay::Desk;

use super::{
    channel,
    columns::{read_millis, read_uuid, stamp},
    master_key::Purpose,
    revocation::{self, Revocation},
    secret::{self, Secret},
    signed::Claims,
};

/// How long an invite waits to be used.
pub const INVITE_LIFE: Millis = Millis::minutes(24 * 60);
/// How long a desk session lives after it was last used.
pub const SESSION_LIFE: Millis = Millis::minutes(30 * 24 * 60);
/// How long a socket token lives: long enough to open a socket, no longer.
pub const SOCKET_LIFE: Millis = Millis::minutes(5);
/// A session that was extended less than this ago is not written again.
const SLIDE_AFTER: Millis = Millis::minutes(60);

/// An agent who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub agent: PartyId,
    /// The name to show.
    pub name: String,
    /// SHA-256 of the cookie.
    pub session: [u8; 32],
    /// When the session ends if it is not used.
    pub expires_at: Millis,
}

/// What a socket token says.
#[derive(Serialize, Deserialize)]
pub struct SocketToken {
    /// SHA-256 of the cookie that it was given for, in base64url. Signing out voids it.
    pub session: String,
    /// When it runs out.
    pub expires_at: Millis,
}

impl Claims for SocketToken {
    const PURPOSE: Purpose = Purpose::Socket;

    fn expires_at(&self) -> Option<Millis> {
        Some(self.expires_at)
    }
}

/// Invites an agent, who is made if there is none of that sign-in name. The token goes into a link, behind the `#`.
///
/// # Errors
/// When the store fails, as for every function here.
pub fn invite(
    db: &Connection,
    login: &str,
    name: Option<&str>,
    now: Millis,
) -> rusqlite::Result<(Secret<String>, Millis)> {
    let agent = channel::find_or_add_agent(db, login, name, now)?;
    let (token, expires_at) = (secret::mint("ti_"), now + INVITE_LIFE);
    db.execute(
        "insert into desk_invite (token_hash, agent_id, expires_at) values (?1, ?2, ?3)",
        params![hash(token.expose()), agent.0.as_bytes(), stamp(expires_at)],
    )?;
    Ok((token, expires_at))
}

/// Uses an invite: gives the cookie's token. `None`: unknown, used, or too late; which of them is nobody's business.
///
/// # Errors
/// When the store fails.
pub fn redeem(db: &Connection, invite: &str, now: Millis) -> rusqlite::Result<Option<Secret<String>>> {
    let agent = db
        .query_row(
            "update desk_invite set used_at = ?2 where token_hash = ?1 and used_at is null and expires_at > ?2
             returning agent_id",
            params![hash(invite), stamp(now)],
            |row| read_uuid(row, 0),
        )
        .optional()?;
    let Some(agent) = agent else { return Ok(None) };
    let token = secret::mint("td_");
    db.execute(
        "insert into desk_session (token_hash, agent_id, created_at, expires_at) values (?1, ?2, ?3, ?4)",
        params![hash(token.expose()), agent.as_bytes(), stamp(now), stamp(now + SESSION_LIFE)],
    )?;
    Ok(Some(token))
}

/// Who has that cookie.
///
/// # Errors
/// When the store fails.
pub fn find_session(db: &Connection, session: [u8; 32], now: Millis) -> rusqlite::Result<Option<SignedIn>> {
    db.prepare_cached(
        "select party.id, coalesce(party.name, party.external_id), desk_session.expires_at
         from desk_session join party on party.id = desk_session.agent_id
         where desk_session.token_hash = ?1 and desk_session.expires_at > ?2 and party.role = 'agent'",
    )?
    .query_row(params![session, stamp(now)], |row| {
        Ok(SignedIn {
            agent: PartyId(read_uuid(row, 0)?),
            name: row.get(1)?,
            session,
            expires_at: read_millis(row, 2)?,
        })
    })
    .optional()
}

/// Whether a use at that moment should move the session's end.
pub fn is_due_to_slide(session: &SignedIn, now: Millis) -> bool {
    session.expires_at - now < SESSION_LIFE - SLIDE_AFTER
}

/// Moves the session's end thirty days ahead.
///
/// # Errors
/// When the store fails.
pub fn slide(db: &Connection, session: [u8; 32], now: Millis) -> rusqlite::Result<()> {
    db.execute(
        "update desk_session set expires_at = ?2 where token_hash = ?1",
        params![session, stamp(now + SESSION_LIFE)],
    )?;
    Ok(())
}

/// Signs out: the session, and the sockets that were opened with it.
///
/// # Errors
/// When the store fails.
pub fn sign_out(db: &Connection, session: [u8; 32], now: Millis) -> rusqlite::Result<()> {
    db.execute("delete from desk_session where token_hash = ?1", [session])?;
    revocation::record(db, &Revocation::of_desk(&session), now)
}

/// The desks at which an agent sits.
///
/// # Errors
/// When the store fails.
pub fn desks_of(db: &Connection, agent: PartyId) -> rusqlite::Result<BTreeSet<Desk>> {
    db.prepare_cached(
        "select recipient.channel_id, recipient.name from recipient join party on party.external_id =
           case recipient.connector when 'desk' then recipient.target else recipient.connector || ':' || recipient.target end
         where party.id = ?1 and party.role = 'agent'",
    )?
    .query_map([agent.0.as_bytes()], |row| Ok(Desk { channel: ChannelId(row.get(0)?), recipient: row.get(1)? }))?
    .collect()
}

/// What the store keeps of a token.
pub fn hash(token: &str) -> [u8; 32] {
    secret::sha256(token.as_bytes())
}

/// Whether a text may be an agent's sign-in name.
pub fn is_login(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.@".contains(&byte))
}
