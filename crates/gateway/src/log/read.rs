//! A principal's sessions: as a list, and as the catch-up of a `welcome`.
//!
//! Whose they are is decided by `relay::authz` on each session's facts, as everywhere; the queries here only narrow down.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use tieline_protocol::{
    Author, Capabilities, Capability, ChannelId, DeskOnly, Entry, Epoch, Millis, PartyId, SessionId,
    client::Position,
    limits::{CATCH_UP_BYTES, CATCH_UP_ENTRIES, LIST_SESSIONS, TAIL_ENTRIES},
    server::{Head, ReaderCursor, SessionState, Sessions},
};
use tieline_relay::{Desk, Facts, List, Permit, Principal, Scope, audience};

use super::{
    Log, LogError, assign,
    columns::{from_json, millis, phase, role, seq, signed, uuid},
    stretch, unread,
};

/// Rooms in a frame for what is not an entry: heads, cursors, an item card.
const HEAD_BYTES: usize = 450;

impl Log {
    /// What a principal missed: their sessions, newest activity first, each with the entries that they lack.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn catch_up(
        &self,
        principal: Principal,
        positions: Vec<Position>,
    ) -> Result<Vec<SessionState>, LogError> {
        Ok(self.store.read(move |db| catch_up(db, &principal, &positions)).await?)
    }

    /// A page of the list, each session with its last entry.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn list(&self, permit: Permit<List>, principal: Principal) -> Result<Sessions, LogError> {
        let after = permit.wish().after;
        Ok(self.store.read(move |db| list(db, &principal, after)).await?)
    }

    /// One session's head, as those see it who may.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn head_of(&self, session: SessionId) -> Result<Option<SessionState>, LogError> {
        Ok(self.store.read(move |db| Ok(find(db, session)?.map(|found| found.state))).await?)
    }

    /// Where the principal's logs end.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn heads(&self, principal: Principal) -> Result<Vec<Head>, LogError> {
        Ok(self
            .store
            .read(move |db| {
                let (found, _) = newest(db, &principal, None)?;
                Ok(found
                    .iter()
                    .map(|found| Head { session: found.state.session, last: found.state.last })
                    .collect())
            })
            .await?)
    }
}

/// A session with what permission needs.
struct Found {
    state: SessionState,
    facts: Facts,
}

fn catch_up(
    db: &Connection,
    principal: &Principal,
    positions: &[Position],
) -> rusqlite::Result<Vec<SessionState>> {
    let positions: HashMap<_, _> = positions.iter().map(|position| (position.session, position)).collect();
    let (mut found, _) = newest(db, principal, None)?;
    // A copy that the client holds is brought up to date however old the session is.
    for session in positions.keys().take(LIST_SESSIONS as usize) {
        if !found.iter().any(|known| known.state.session == *session)
            && let Some(older) = find(db, *session)?.filter(|older| audience::hears(principal, &older.facts))
        {
            found.push(older);
        }
    }
    let tail = if principal.role.is_visiting() { TAIL_ENTRIES } else { 1 };
    let mut room = CATCH_UP_BYTES;
    for found in &mut found {
        let position = positions.get(&found.state.session).copied();
        fill(db, principal, found, position, tail, &mut room)?;
    }
    Ok(found.into_iter().map(|found| found.state).collect())
}

/// Gives a session the entries that the client lacks, and how far its readers have got.
fn fill(
    db: &Connection,
    principal: &Principal,
    found: &mut Found,
    position: Option<&Position>,
    tail: u32,
    room: &mut usize,
) -> rusqlite::Result<()> {
    if principal.role.is_visiting() {
        // Their `welcome` says so for all of them.
        (found.state.edit_secs, found.state.capabilities) = (None, None);
    } else {
        found.state.assigned = assign::find(db, found.state.session)?.map(DeskOnly::new);
    }
    fill_entries(db, principal, found, position, tail, room)?;
    if may_see_cursors(principal, &found.facts) {
        found.state.cursors = cursors(db, found.state.session)?;
        found.state.unread = Some(unread::count(db, principal.role.is_visiting(), &found.state)?);
    }
    Ok(())
}

/// All the entries, or as many as fit and `more`, or the tail and `reset`.
fn fill_entries(
    db: &Connection,
    principal: &Principal,
    found: &mut Found,
    position: Option<&Position>,
    tail: u32,
    room: &mut usize,
) -> rusqlite::Result<()> {
    let state = &mut found.state;
    *room = room.saturating_sub(HEAD_BYTES);
    let held = position.filter(|held| held.epoch == state.epoch && held.seq <= state.last);
    if let Some(held) = held {
        state.entries = stretch::after(db, state.session, held.seq, CATCH_UP_ENTRIES)?;
        let fitting = fitting(state.entries.iter(), room);
        state.entries.truncate(fitting);
        state.more = state.entries.last().map_or(held.seq, |entry| entry.seq) < state.last;
        return Ok(());
    }
    state.reset = position.is_some();
    if may_read_back(principal, &found.facts) {
        state.entries = stretch::tail(db, state.session, state.last, tail)?;
        // Of a tail the newest matter: cut at its front.
        let fitting = fitting(state.entries.iter().rev(), room);
        state.entries.drain(..state.entries.len().saturating_sub(fitting));
    }
    Ok(())
}

/// How many of the entries fit into what room is left, which they take.
fn fitting<'a>(entries: impl Iterator<Item = &'a Entry>, room: &mut usize) -> usize {
    entries
        .take_while(|entry| {
            let bytes = HEAD_BYTES + serde_json::to_string(&entry.body).map_or(0, |body| body.len());
            let fits = bytes <= *room;
            *room = room.saturating_sub(bytes);
            fits
        })
        .count()
}

fn list(db: &Connection, principal: &Principal, after: Option<SessionId>) -> rusqlite::Result<Sessions> {
    let after = match after {
        None => None,
        Some(session) => match find(db, session)?.filter(|found| audience::hears(principal, &found.facts)) {
            Some(found) => Some((found.state.touched_at, session)),
            // A stranger's session, or none: nothing comes after it.
            None => return Ok(Sessions { sessions: Vec::new(), more: false }),
        },
    };
    let (mut found, more) = newest(db, principal, after)?;
    let mut room = CATCH_UP_BYTES;
    for found in &mut found {
        fill(db, principal, found, None, 1, &mut room)?;
    }
    Ok(Sessions { sessions: found.into_iter().map(|found| found.state).collect(), more })
}

const SESSION: &str = "select s.id, s.epoch, s.phase, s.touched_at, s.recipient, s.item, s.visitor_id, s.channel_id,
    (select max(seq) from entry e where e.session_id = s.id) as last, p.role as visitor_role, p.name as visitor_name,
    c.name as channel_name, c.capabilities, c.edit_secs
    from session s join party p on p.id = s.visitor_id join channel c on c.id = s.channel_id";

/// The newest of a principal's sessions, and whether there are older ones.
fn newest(
    db: &Connection,
    principal: &Principal,
    after: Option<(Millis, SessionId)>,
) -> rusqlite::Result<(Vec<Found>, bool)> {
    let (before, before_id) =
        after.map_or((i64::MAX, [0xff; 16]), |(at, id)| (signed(at.0), id.0.into_bytes()));
    let limit = LIST_SESSIONS + 1;
    let mut found = match &principal.scope {
        Scope::One(channel) => {
            let sql = format!(
                "{SESSION} where s.visitor_id = ?1 and s.channel_id = ?2 and (s.touched_at, s.id) < (?3, ?4)
                 order by s.touched_at desc, s.id desc limit ?5"
            );
            collect(db, &sql, params![principal.party.0.as_bytes(), channel.0, before, before_id, limit])?
        }
        Scope::Desks(desks) => {
            let sql = format!(
                "{SESSION} where s.channel_id = ?1 and s.recipient = ?2 and (s.touched_at, s.id) < (?3, ?4)
                 order by s.touched_at desc, s.id desc limit ?5"
            );
            let mut found = Vec::new();
            for Desk { channel, recipient } in desks {
                found.extend(collect(db, &sql, params![channel.0, recipient, before, before_id, limit])?);
            }
            found.sort_by_key(|found| std::cmp::Reverse((found.state.touched_at, found.state.session)));
            found
        }
    };
    found.retain(|found| audience::hears(principal, &found.facts));
    let more = found.len() > LIST_SESSIONS as usize;
    found.truncate(LIST_SESSIONS as usize);
    Ok((found, more))
}

fn find(db: &Connection, session: SessionId) -> rusqlite::Result<Option<Found>> {
    db.prepare_cached(&format!("{SESSION} where s.id = ?1"))?
        .query_row([session.0.as_bytes()], read)
        .optional()
}

fn collect(db: &Connection, sql: &str, key: impl Params) -> rusqlite::Result<Vec<Found>> {
    db.prepare_cached(sql)?.query_map(key, read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Found> {
    let session = SessionId(uuid(row, "id")?);
    let recipient: String = row.get("recipient")?;
    let visitor = PartyId(uuid(row, "visitor_id")?);
    let phase = phase(row, "phase")?;
    let item: Option<String> = row.get("item")?;
    let capabilities: Capabilities = from_json(row, "capabilities")?;
    let edit_secs: u32 = row.get("edit_secs")?;
    Ok(Found {
        facts: Facts {
            session,
            desk: Desk { channel: ChannelId(row.get("channel_id")?), recipient: recipient.clone() },
            visitor,
            phase,
            capabilities: capabilities.clone(),
            edit_window: Millis::secs(edit_secs.into()),
            target: None,
        },
        state: SessionState {
            session,
            epoch: Epoch(row.get("epoch")?),
            last: seq(row, "last")?,
            phase,
            touched_at: millis(row, "touched_at")?,
            visitor: Author { id: visitor, role: role(row, "visitor_role")?, name: row.get("visitor_name")? },
            to: Some(recipient),
            channel_name: row.get("channel_name")?,
            item: item.and_then(|text| serde_json::from_str(&text).ok()),
            edit_secs: Some(if capabilities.grants(Capability::Edit) { edit_secs } else { 0 }),
            capabilities: Some(capabilities),
            cursors: Vec::new(),
            unread: None,
            place: None,
            assigned: None,
            entries: Vec::new(),
            more: false,
            reset: false,
        },
    })
}

/// How far the session's readers have got.
fn cursors(db: &Connection, session: SessionId) -> rusqlite::Result<Vec<ReaderCursor>> {
    db.prepare_cached(
        "select r.party_id, p.role, r.delivered, r.read from reader r join party p on p.id = r.party_id
         where r.session_id = ?1",
    )?
    .query_map([session.0.as_bytes()], |row| {
        Ok(ReaderCursor {
            party: PartyId(uuid(row, "party_id")?),
            role: role(row, "role")?,
            session,
            delivered: seq(row, "delivered")?,
            read: seq(row, "read")?,
        })
    })?
    .collect()
}

fn may_see_cursors(principal: &Principal, facts: &Facts) -> bool {
    principal.capabilities.grants(Capability::Receipts) && facts.capabilities.grants(Capability::Receipts)
}

fn may_read_back(principal: &Principal, facts: &Facts) -> bool {
    principal.capabilities.grants(Capability::History) && facts.capabilities.grants(Capability::History)
}
