//! Where other platforms stand in the sessions: what they have of the log, and up to where they were read.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use tieline_connector::{Assigned, Assignee, Bridge, Due, Handed, Platform, Quote, words};
use tieline_protocol::{Author, ChannelId, DraftId, Entry, PartyId, Role, Seq, SessionId};
use tieline_relay::Desk;

use super::{
    Log, assign,
    columns::{ENTRY, entry, phase, role, seq, signed, uuid},
    names,
};
use crate::{auth::account, store::StoreError};

/// Entries that a connector is given at once.
const PAGE: u32 = 100;

impl Log {
    /// The desks that are also answered on a platform.
    pub(crate) async fn bridged_desks(&self, platform: Platform) -> Result<Vec<Desk>, StoreError> {
        let read = move |db: &Connection| {
            db.prepare_cached("select distinct channel_id, name from recipient where connector = ?1")?
                .query_map([platform.name()], |row| {
                    Ok(Desk { channel: ChannelId(row.get("channel_id")?), recipient: row.get("name")? })
                })?
                .collect()
        };
        self.store.read(read).await
    }

    /// The sessions of a platform that take words, and those of which it lacks some. None that nothing was said in.
    pub(crate) async fn bridged_sessions(&self, platform: Platform) -> Result<Vec<SessionId>, StoreError> {
        let read = move |db: &Connection| {
            db.prepare_cached(
                "with bridged as (
                   select s.id, s.phase = 'open' and c.state = 'open' as is_open, s.touched_at,
                     (select max(seq) from entry e where e.session_id = s.id) as last,
                     coalesce((select handed from bridge b where b.connector = ?1 and b.session_id = s.id), 0) as handed
                   from session s join channel c on c.id = s.channel_id
                   where exists (select 1 from recipient r
                     where r.channel_id = s.channel_id and r.name = s.recipient and r.connector = ?1))
                 select id from bridged where last is not null and (is_open or handed < last)
                 order by touched_at desc",
            )?
            .query_map([platform.name()], |row| uuid(row, "id").map(SessionId))?
            .collect()
        };
        self.store.read(read).await
    }

    /// A session, if the platform takes part in it.
    pub(crate) async fn find_bridge(
        &self,
        platform: Platform,
        session: SessionId,
    ) -> Result<Option<Bridge>, StoreError> {
        self.store.read(move |db| find(db, platform, session)).await
    }

    /// What stands after a place, and what the platform needs to know to tell it.
    pub(crate) async fn due(
        &self,
        platform: Platform,
        session: SessionId,
        after: Seq,
    ) -> Result<Vec<Due>, StoreError> {
        self.store.read(move |db| due(db, platform, session, after)).await
    }

    /// The platform has an entry.
    pub(crate) async fn note_handed(
        &self,
        platform: Platform,
        session: SessionId,
        handed: Handed,
    ) -> Result<(), StoreError> {
        self.store.write(move |db| note_handed(db, platform, session, &handed)).await
    }

    /// The platform calls the session's place so from now on.
    pub(crate) async fn note_place(
        &self,
        platform: Platform,
        session: SessionId,
        place: String,
    ) -> Result<(), StoreError> {
        let write = move |db: &Transaction<'_>| {
            db.prepare_cached(
                "insert into bridge (connector, session_id, place) values (?1, ?2, ?3)
                 on conflict (connector, session_id) do update set place = excluded.place",
            )?
            .execute(params![platform.name(), session.0.as_bytes(), place])
            .map(drop)
        };
        self.store.write(write).await
    }

    /// The platform's room was told who answers, up to that turn.
    pub(crate) async fn note_told(
        &self,
        platform: Platform,
        session: SessionId,
        turn: u32,
    ) -> Result<(), StoreError> {
        let write = move |db: &Transaction<'_>| {
            db.prepare_cached(
                "insert into bridge (connector, session_id, told) values (?1, ?2, ?3)
                 on conflict (connector, session_id) do update set told = max(told, excluded.told)",
            )?
            .execute(params![platform.name(), session.0.as_bytes(), turn])
            .map(drop)
        };
        self.store.write(write).await
    }

    /// The session whose place the platform calls so.
    pub(crate) async fn find_placed(
        &self,
        platform: Platform,
        place: String,
    ) -> Result<Option<SessionId>, StoreError> {
        let read = move |db: &Connection| {
            db.prepare_cached("select session_id from bridge where connector = ?1 and place = ?2")?
                .query_row(params![platform.name(), place], |row| uuid(row, "session_id").map(SessionId))
                .optional()
        };
        self.store.read(read).await
    }

    /// The platform was read up to there.
    pub(crate) async fn note_cursor(
        &self,
        platform: Platform,
        session: SessionId,
        cursor: String,
    ) -> Result<(), StoreError> {
        self.store.write(move |db| note_cursor(db, platform, session, &cursor)).await
    }
}

fn find(db: &Connection, platform: Platform, session: SessionId) -> rusqlite::Result<Option<Bridge>> {
    let found = db
        .prepare_cached(
            "select s.recipient, s.channel_id, s.visitor_id, s.item, c.name as channel_name, p.role, p.name as visitor_name,
               case c.state when 'open' then s.phase else 'closed' end as phase,
               (select max(seq) from entry e where e.session_id = s.id) as last, b.handed, b.cursor, b.place,
               coalesce(b.told, 0) as told
             from session s join channel c on c.id = s.channel_id join party p on p.id = s.visitor_id
             left join bridge b on b.connector = ?1 and b.session_id = s.id
             where s.id = ?2",
        )?
        .query_row(params![platform.name(), session.0.as_bytes()], |row| {
            Ok((of_row(row, session)?, row.get::<_, String>("channel_id")?))
        })
        .optional()?;
    let Some((mut bridge, channel)) = found else { return Ok(None) };
    bridge.agents = db
        .prepare_cached(
            "select target from recipient where channel_id = ?1 and name = ?2 and connector = ?3 order by target",
        )?
        .query_map(params![channel, bridge.recipient, platform.name()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if bridge.agents.is_empty() {
        return Ok(None);
    }
    bridge.assigned = assign::find_with_outer_name(db, session)?.map(|(assignment, outer_name)| {
        let account = account_on(platform, Role::Agent, outer_name);
        let assignee = |to: Author| Assignee { name: words::name_of(&to), account };
        Assigned { turn: assignment.turn, to: assignment.to.map(assignee) }
    });
    Ok(Some(bridge))
}

fn of_row(row: &Row<'_>, session: SessionId) -> rusqlite::Result<Bridge> {
    let item: Option<String> = row.get("item")?;
    Ok(Bridge {
        session,
        channel_name: row.get("channel_name")?,
        recipient: row.get("recipient")?,
        visitor: Author {
            id: PartyId(uuid(row, "visitor_id")?),
            role: role(row, "role")?,
            name: row.get("visitor_name")?,
        },
        item: item.and_then(|text| serde_json::from_str(&text).ok()),
        agents: Vec::new(),
        phase: phase(row, "phase")?,
        last: seq(row, "last")?,
        handed: seq(row, "handed")?,
        cursor: row.get("cursor")?,
        place: row.get("place")?,
        assigned: None,
        told: row.get("told")?,
    })
}

fn due(db: &Connection, platform: Platform, session: SessionId, after: Seq) -> rusqlite::Result<Vec<Due>> {
    let sql = format!(
        "select {ENTRY}, p.external_id as account, exists (select 1 from foreign_name f
           where f.connector = ?1 and f.session_id = ?2 and f.seq = e.seq) as is_echo
         from entry e join party p on p.id = e.sender_id
         where e.session_id = ?2 and e.seq > ?3 order by e.seq limit ?4"
    );
    let mut due = db
        .prepare_cached(&sql)?
        .query_map(params![platform.name(), session.0.as_bytes(), signed(after.0), PAGE], |row| {
            let (entry, is_echo) = (entry(row, session)?, row.get("is_echo")?);
            let account = account_on(platform, entry.from.role, row.get("account")?);
            Ok(Due { entry, is_echo, account, about: None, quote: None, file_url: None })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for due in due.iter_mut().filter(|due| !due.is_echo) {
        let Some(words) = due.entry.body.target().or(due.entry.reply_to) else { continue };
        let Some(said) = find_said(db, session, words)? else { continue };
        due.about = names::best(db, platform, session, said.seq)?;
        if due.entry.reply_to.is_some() {
            due.quote = words::of(&said.body, None).map(|text| Quote { from: said.from, text });
        }
    }
    Ok(due)
}

/// An agent's account, if it is one of the platform's.
fn account_on(platform: Platform, role: Role, external: Option<String>) -> Option<String> {
    let external = external.filter(|_| role == Role::Agent)?;
    let (connector, account) = account::split(&external);
    (connector == platform.name()).then(|| account.to_owned())
}

/// The words of that name in a session, whoever said them.
fn find_said(db: &Connection, session: SessionId, words: DraftId) -> rusqlite::Result<Option<Entry>> {
    let sql = format!(
        "select {ENTRY} from entry e join party p on p.id = e.sender_id
         where e.session_id = ?1 and e.draft_id = ?2 and e.target is null order by e.seq limit 1"
    );
    db.prepare_cached(&sql)?
        .query_row(params![session.0.as_bytes(), words.0.as_bytes()], |row| entry(row, session))
        .optional()
}

fn note_handed(
    db: &Transaction<'_>,
    platform: Platform,
    session: SessionId,
    handed: &Handed,
) -> rusqlite::Result<()> {
    // A connector that comes back from a crash knows the draft, as the platform shows it, and not its place.
    let place = match handed.seq {
        Some(seq) => Some(seq),
        None => db
            .prepare_cached(
                "select seq from entry where session_id = ?1 and draft_id = ?2 order by seq limit 1",
            )?
            .query_row(params![session.0.as_bytes(), handed.draft.0.as_bytes()], |row| seq(row, "seq"))
            .optional()?,
    };
    let Some(place) = place else { return Ok(()) };
    names::add(db, platform, session, place, &handed.names)?;
    db.prepare_cached(
        "insert into bridge (connector, session_id, handed, cursor) values (?1, ?2, ?3, ?4)
         on conflict (connector, session_id) do update
         set handed = max(handed, excluded.handed), cursor = coalesce(excluded.cursor, cursor)",
    )?
    .execute(params![platform.name(), session.0.as_bytes(), signed(place.0), handed.cursor])
    .map(drop)
}

/// Within a transaction that may be an entry's.
pub(crate) fn note_cursor(
    db: &Transaction<'_>,
    platform: Platform,
    session: SessionId,
    cursor: &str,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "insert into bridge (connector, session_id, cursor) values (?1, ?2, ?3)
         on conflict (connector, session_id) do update set cursor = excluded.cursor",
    )?
    .execute(params![platform.name(), session.0.as_bytes(), cursor])
    .map(drop)
}
