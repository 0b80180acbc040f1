//! Who waits for a first answer, and how long others waited for theirs.

use rusqlite::params;
use tieline_protocol::{Millis, PartyId, SessionId};
use tieline_relay::Desk;

use super::{
    Log,
    columns::{millis, signed, uuid},
};
use crate::store::StoreError;

/// Most that are counted: nobody reads a place beyond it.
const COUNTED: u32 = 200;
/// Sessions that a median is made of: lately, not ever.
const MEASURED: u32 = 100;

/// A session that nobody has answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub session: SessionId,
    /// Who asks.
    pub visitor: PartyId,
}

/// A session's first question, and the first answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    /// When it was asked.
    pub asked_at: Millis,
    /// When it was answered.
    pub answered_at: Millis,
}

impl FirstAnswer {
    /// How long it took.
    pub fn wait(&self) -> Millis {
        Millis(self.answered_at.0.saturating_sub(self.asked_at.0))
    }
}

impl Log {
    /// Who waits at a desk, longest first; not those who asked before `since`.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn waiting(&self, desk: Desk, since: Millis) -> Result<Vec<Waiting>, StoreError> {
        self.store
            .read(move |db| {
                db.prepare_cached(
                    "select id, visitor_id from session
                     where channel_id = ?1 and recipient = ?2 and waits_since >= ?3
                     order by waits_since, id limit ?4",
                )?
                .query_map(params![desk.channel.0, desk.recipient, signed(since.0), COUNTED], |row| {
                    let (session, visitor) = (uuid(row, "id")?, uuid(row, "visitor_id")?);
                    Ok(Waiting { session: SessionId(session), visitor: PartyId(visitor) })
                })?
                .collect()
            })
            .await
    }

    /// The first answers of a desk's newest sessions. Those without an answer are passed over.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn first_answers(&self, desk: Desk) -> Result<Vec<FirstAnswer>, StoreError> {
        self.store
            .read(move |db| {
                db.prepare_cached(
                    "select asked_at, answered_at from (
                       select first.at as asked_at,
                         (select e.at from entry e join party p on p.id = e.sender_id
                          where e.session_id = s.id and p.role in ('agent', 'bot')
                          order by e.seq limit 1) as answered_at
                       from session s join entry first on first.session_id = s.id and first.seq = 1
                       where s.channel_id = ?1 and s.recipient = ?2
                       order by s.touched_at desc limit ?3)
                     where answered_at is not null",
                )?
                .query_map(params![desk.channel.0, desk.recipient, MEASURED], |row| {
                    Ok(FirstAnswer {
                        asked_at: millis(row, "asked_at")?,
                        answered_at: millis(row, "answered_at")?,
                    })
                })?
                .collect()
            })
            .await
    }
}
