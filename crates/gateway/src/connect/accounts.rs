//! Accounts of other platforms as principals. Their platform vouches for them, within the desks that name them and nowhere else.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::OptionalExtension;
use tieline_connector::Platform;
use tieline_protocol::{Capabilities, Millis, PartyId, Role, SessionId};
use tieline_relay::{Principal, Scope};
use uuid::Uuid;

use crate::{
    app::AppState,
    auth::{account, desk},
    clock,
    presence::Attending,
    store::StoreError,
};

/// How soon a change of who answers holds.
const BELIEVED_FOR: Millis = Millis::secs(10);

/// Those who were heard of lately.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    known: Mutex<HashMap<String, Known>>,
    here: Mutex<HashMap<String, Here>>,
}

/// What the store said of an account, and when.
#[derive(Clone, Debug)]
struct Known {
    principal: Option<Arc<Principal>>,
    read_at: Millis,
}

/// In which rooms somebody is at their client.
#[derive(Debug)]
struct Here {
    sessions: HashSet<SessionId>,
    _attending: Attending,
}

impl Accounts {
    /// The principal behind an account. None: no desk names it.
    pub(super) async fn find(
        &self,
        state: &AppState,
        platform: Platform,
        address: &str,
    ) -> Result<Option<Arc<Principal>>, StoreError> {
        let now = clock::steady();
        if let Some(known) = lock(&self.known).get(address)
            && now < known.read_at + BELIEVED_FOR
        {
            return Ok(known.principal.clone());
        }
        let agent = account::join(platform.name(), address);
        let found = state.store.read(move |db| load(db, &agent)).await?.map(Arc::new);
        let known = Known { principal: found.clone(), read_at: now };
        lock(&self.known).insert(address.to_owned(), known);
        Ok(found)
    }

    /// Somebody is at their client in a session's room.
    pub(super) fn came(&self, state: &AppState, principal: &Principal, address: &str, session: SessionId) {
        let mut here = lock(&self.here);
        let place = here
            .entry(address.to_owned())
            .or_insert_with(|| Here { sessions: HashSet::new(), _attending: state.board.attend(principal) });
        place.sessions.insert(session);
    }

    /// Or is not any more. With the last room they have left.
    pub(super) fn left(&self, address: &str, session: SessionId) {
        let mut here = lock(&self.here);
        if let Some(place) = here.get_mut(address) {
            place.sessions.remove(&session);
            if place.sessions.is_empty() {
                here.remove(address);
            }
        }
    }
}

fn load(db: &rusqlite::Connection, agent: &str) -> rusqlite::Result<Option<Principal>> {
    let found = db
        .prepare_cached("select id, name from party where role = 'agent' and external_id = ?1")?
        .query_row([agent], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, Option<String>>(1)?)))
        .optional()?;
    let Some((id, name)) = found else { return Ok(None) };
    let party = PartyId(Uuid::from_bytes(id));
    let desks = desk::desks_of(db, party)?;
    if desks.is_empty() {
        return Ok(None);
    }
    Ok(Some(Principal {
        party,
        role: Role::Agent,
        name,
        scope: Scope::Desks(desks),
        capabilities: Capabilities::all(),
        expires_at: None,
        provisional: None,
        signed_item: None,
    }))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
