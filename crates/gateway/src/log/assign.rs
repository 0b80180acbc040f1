//! Who answers a session, and who could.
//!
//! No line of the log: the visitor has no part in it. A wish is kept under its draft's name as an entry is, so that it counts once.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use tieline_protocol::{Author, Millis, PartyId, Role, SessionId, desk::Assignment};
use tieline_relay::{Assign, Desk, Permit};
use uuid::Uuid;

use super::{
    Log, LogError,
    columns::{signed, uuid},
};
use crate::store::StoreError;

/// The outer name of an agent who sits at one of a recipient's places: `r` to the party's `external_id`.
const OUTER_NAME: &str = "case r.connector when 'desk' then r.target else r.connector || ':' || r.target end";

/// Somebody who can answer at a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: PartyId,
    /// The name that visitors see.
    pub name: String,
    /// As a registration names them: `mia`, `xmpp:mia@shop.example`.
    pub outer_name: String,
}

/// What became of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It holds from now on.
    Changed,
    /// It held already.
    AsBefore,
    /// It was heard before, whatever was wished since.
    Duplicate,
}

/// What else is written in the wish's transaction.
pub(crate) type Beside = Box<dyn FnOnce(&Transaction<'_>) -> rusqlite::Result<()> + Send>;

impl Log {
    /// Says who answers a session from now on. Gives what holds then.
    ///
    /// # Errors
    /// When there is no such session, or the store fails.
    pub async fn assign(
        &self,
        permit: Permit<Assign>,
        at: Millis,
    ) -> Result<(Assignment, Settled), LogError> {
        self.assign_with(permit, at, Box::new(|_| Ok(()))).await
    }

    /// [`Self::assign`], with rows of somebody else's that stand or fall with it.
    pub(crate) async fn assign_with(
        &self,
        permit: Permit<Assign>,
        at: Millis,
        beside: Beside,
    ) -> Result<(Assignment, Settled), LogError> {
        let (wish, party) = permit.into_parts();
        let settled = self.store.write(move |db| {
            let settled = assign(db, &wish, party, at)?;
            beside(db)?;
            Ok(settled)
        });
        settled.await?.ok_or(LogError::NoSuchSession)
    }

    /// Who answers a session now.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn assigned(&self, session: SessionId) -> Result<Option<Assignment>, StoreError> {
        self.store.read(move |db| find(db, session)).await
    }

    /// All who answer at a desk, wherever they do, by name.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn colleagues(&self, desk: Desk) -> Result<Vec<Colleague>, StoreError> {
        let sql = format!(
            "select p.id, coalesce(p.name, p.external_id) as name, p.external_id from recipient r
             join party p on p.role = 'agent' and p.external_id = {OUTER_NAME}
             where r.channel_id = ?1 and r.name = ?2 order by lower(coalesce(p.name, p.external_id)), p.external_id"
        );
        let read = move |db: &Connection| {
            db.prepare_cached(&sql)?
                .query_map(params![desk.channel.0, desk.recipient], |row| {
                    Ok(Colleague {
                        id: PartyId(uuid(row, "id")?),
                        name: row.get("name")?,
                        outer_name: row.get("external_id")?,
                    })
                })?
                .collect()
        };
        self.store.read(read).await
    }
}

fn assign(
    db: &Transaction<'_>,
    wish: &Assign,
    by: PartyId,
    at: Millis,
) -> rusqlite::Result<Option<(Assignment, Settled)>> {
    let session = wish.session.0.as_bytes();
    let is_there: bool = db
        .prepare_cached("select exists (select 1 from session where id = ?1)")?
        .query_row([session], |row| row.get(0))?;
    if !is_there {
        return Ok(None);
    }
    let heard = db
        .prepare_cached(
            "select exists (select 1 from assignment where session_id = ?1 and by_id = ?2 and draft_id = ?3)",
        )?
        .query_row(params![session, by.0.as_bytes(), wish.draft_id.0.as_bytes()], |row| {
            row.get::<_, bool>(0)
        })?;
    let before = newest(db, wish.session)?;
    let (turn, to) = before.unwrap_or((0, None));
    let settled = match (heard, to == wish.to) {
        (true, _) => Settled::Duplicate,
        (false, true) => Settled::AsBefore,
        (false, false) => Settled::Changed,
    };
    if !heard {
        let turn = if settled == Settled::Changed { turn.saturating_add(1) } else { turn };
        db.prepare_cached(
            "insert into assignment (session_id, by_id, draft_id, turn, party_id, at) values (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            session,
            by.0.as_bytes(),
            wish.draft_id.0.as_bytes(),
            turn,
            wish.to.as_ref().map(|to| to.0.as_bytes()),
            signed(at.0)
        ])?;
    }
    Ok(Some((find(db, wish.session)?.unwrap_or_default(), settled)))
}

/// As it was last said, whoever answers at the desk today.
fn newest(db: &Connection, session: SessionId) -> rusqlite::Result<Option<(u32, Option<PartyId>)>> {
    db.prepare_cached(
        "select turn, party_id from assignment where session_id = ?1 order by turn desc limit 1",
    )?
    .query_row([session.0.as_bytes()], |row| {
        let party = row.get::<_, Option<[u8; 16]>>("party_id")?;
        Ok((row.get("turn")?, party.map(|party| PartyId(Uuid::from_bytes(party)))))
    })
    .optional()
}

/// Who answers a session. Somebody who does not answer at its desk any more does not answer it either.
pub(super) fn find(db: &Connection, session: SessionId) -> rusqlite::Result<Option<Assignment>> {
    Ok(find_with_outer_name(db, session)?.map(|(assignment, _)| assignment))
}

/// The same, and how a registration names them.
pub(super) fn find_with_outer_name(
    db: &Connection,
    session: SessionId,
) -> rusqlite::Result<Option<(Assignment, Option<String>)>> {
    let sql = format!(
        "select a.turn, p.id, coalesce(p.name, p.external_id) as name, p.external_id from assignment a
         join session s on s.id = a.session_id
         left join party p on p.id = a.party_id and exists (select 1 from recipient r
           where r.channel_id = s.channel_id and r.name = s.recipient and p.external_id = {OUTER_NAME})
         where a.session_id = ?1 order by a.turn desc limit 1"
    );
    db.prepare_cached(&sql)?.query_row([session.0.as_bytes()], of_row).optional()
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<(Assignment, Option<String>)> {
    let id = row.get::<_, Option<[u8; 16]>>("id")?;
    let name = row.get("name")?;
    let to = id.map(|id| Author { id: PartyId(Uuid::from_bytes(id)), role: Role::Agent, name });
    Ok((Assignment { turn: row.get("turn")?, to }, row.get("external_id")?))
}
