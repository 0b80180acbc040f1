//! How much of a log one side has not read.

use rusqlite::{Connection, params};
use tieline_protocol::{Body, Seq, limits::UNREAD_ENTRIES, server::SessionState};

use super::columns::{json, signed};

/// What the other side said above this side's farthest cursor. The state has its cursors and entries already.
pub(super) fn count(db: &Connection, is_visiting: bool, state: &SessionState) -> rusqlite::Result<u32> {
    let own = state.cursors.iter().filter(|cursor| cursor.role.is_visiting() == is_visiting);
    let read = own.map(|cursor| cursor.read).fold(Seq::ZERO, Seq::max);
    // A log that nobody ever reads is not counted from its beginning each time.
    let floor = read.max(Seq(state.last.0.saturating_sub(u64::from(UNREAD_ENTRIES))));
    if floor >= state.last {
        return Ok(0);
    }
    let ends = (state.entries.first().map(|entry| entry.seq), state.entries.last().map(|entry| entry.seq));
    if let (Some(first), Some(last)) = ends
        && first <= floor.next()
        && last == state.last
    {
        let unread = state.entries.iter().filter(|entry| entry.seq > floor && entry.body.is_said());
        return Ok(unread
            .filter(|entry| entry.from.role.is_visiting() != is_visiting)
            .fold(0, |sum, _| sum + 1));
    }
    db.prepare_cached(
        "select count(*) from entry e join party p on p.id = e.sender_id
         where e.session_id = ?1 and e.seq > ?2 and e.seq <= ?3 and (p.role in ('visitor', 'user')) <> ?4
         and e.target is null and e.body <> ?5",
    )?
    .query_row(
        params![
            state.session.0.as_bytes(),
            signed(floor.0),
            signed(state.last.0),
            is_visiting,
            json(&Body::Retracted)
        ],
        |row| row.get(0),
    )
}
