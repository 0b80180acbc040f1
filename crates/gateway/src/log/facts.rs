//! What permission needs to know of a session, remembered for a moment.
//!
//! A channel's grants can be changed by another process, so nothing is believed longer than [`BELIEVED_FOR`].

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::OptionalExtension;
use tieline_protocol::{ChannelId, Millis, PartyId, SessionId};
use tieline_relay::{ChannelFacts, Desk, Facts};

use super::{
    Log,
    columns::{from_json, phase, uuid},
};
use crate::store::StoreError;

/// How soon a change of a channel or session holds on every connection.
const BELIEVED_FOR: Millis = Millis::secs(10);
/// Sessions remembered at once. One more, and all are forgotten.
const REMEMBERED: usize = 65_536;

/// Facts, and when they were read.
#[derive(Debug, Default)]
pub(super) struct FactsCache {
    known: Mutex<HashMap<SessionId, (Arc<Facts>, Millis)>>,
}

impl FactsCache {
    fn find(&self, session: SessionId, now: Millis) -> Option<Arc<Facts>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (facts, read_at) = known.get(&session)?;
        // A clock that stepped back makes them old as well.
        (*read_at <= now && now - *read_at < BELIEVED_FOR).then(|| Arc::clone(facts))
    }

    fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn forget_one(&self, session: SessionId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&session);
    }

    fn keep(&self, facts: &Arc<Facts>, now: Millis) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(facts.session, (Arc::clone(facts), now));
    }
}

impl Log {
    /// What is known of a session, perhaps from a moment ago.
    pub fn find_remembered_facts(&self, session: SessionId, now: Millis) -> Option<Arc<Facts>> {
        self.facts.find(session, now)
    }

    /// A channel was changed by this process: what is remembered may be wrong.
    pub fn forget_facts(&self) {
        self.facts.forget();
    }

    /// A session was changed by this process.
    pub fn forget_facts_of(&self, session: SessionId) {
        self.facts.forget_one(session);
    }

    /// What the store says of a session just now. None if there is none.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn load_facts(
        &self,
        session: SessionId,
        now: Millis,
    ) -> Result<Option<Arc<Facts>>, StoreError> {
        let found = self.store.read(move |db| find_facts(db, session)).await?.map(Arc::new);
        if let Some(facts) = &found {
            self.facts.keep(facts, now);
        }
        Ok(found)
    }

    /// What the store says of a channel just now. None if there is none.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn load_channel_facts(&self, channel: ChannelId) -> Result<Option<ChannelFacts>, StoreError> {
        self.store.read(move |db| find_channel_facts(db, channel)).await
    }
}

pub(super) fn find_facts(db: &rusqlite::Connection, session: SessionId) -> rusqlite::Result<Option<Facts>> {
    db.prepare_cached(
        "select s.channel_id, s.recipient, s.visitor_id, c.capabilities, c.edit_secs,
         case c.state when 'open' then s.phase else 'closed' end as phase
         from session s join channel c on c.id = s.channel_id where s.id = ?1",
    )?
    .query_row([session.0.as_bytes()], |row| {
        Ok(Facts {
            session,
            desk: Desk { channel: ChannelId(row.get("channel_id")?), recipient: row.get("recipient")? },
            visitor: PartyId(uuid(row, "visitor_id")?),
            phase: phase(row, "phase")?,
            capabilities: from_json(row, "capabilities")?,
            edit_window: Millis::secs(row.get::<_, u32>("edit_secs")?.into()),
            target: None,
        })
    })
    .optional()
}

fn find_channel_facts(
    db: &rusqlite::Connection,
    channel: ChannelId,
) -> rusqlite::Result<Option<ChannelFacts>> {
    let found = db
        .prepare_cached("select state, capabilities from channel where id = ?1")?
        .query_row([&channel.0], |row| Ok((row.get::<_, String>("state")?, from_json(row, "capabilities")?)))
        .optional()?;
    let Some((state, capabilities)) = found else { return Ok(None) };
    let recipients = db
        .prepare_cached("select distinct name from recipient where channel_id = ?1")?
        .query_map([&channel.0], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(ChannelFacts { channel, is_open: state == "open", recipients, capabilities }))
}
