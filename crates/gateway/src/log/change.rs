//! Words that are changed after they were said: which ones, and what becomes of those that are taken back.
//!
//! An edit is a line like any other; readers put it in the place of the words. To take words back is a line too, and in the same
//! commit the words go out of every line that held them: the lines stay, the words are nowhere.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use tieline_protocol::{Body, DraftId, Millis, PartyId, SessionId};
use tieline_relay::{Facts, Post, Target};

use super::{
    Log,
    columns::{json, millis, uuid},
    facts::find_facts,
};
use crate::store::StoreError;

/// Ids under which somebody has spoken: their own, and those of the visitor that they were before they signed in.
const OWN: &str = "(select id from party where id = ?3 or merged_into = ?3)";

impl Log {
    /// What the store says just now of a session, and of the words in it that `party` wants to change by `post`.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn load_facts_for_change(
        &self,
        post: &Post,
        party: PartyId,
        now: Millis,
    ) -> Result<Option<Arc<Facts>>, StoreError> {
        let (session, draft_id, target) = (post.session, post.draft_id, post.body.target());
        let found = self.store.read(move |db| {
            let Some(mut facts) = find_facts(db, session)? else { return Ok(None) };
            if let Some(target) = target {
                facts.target = find_target(db, session, party, target, draft_id, now)?;
            }
            Ok(Some(facts))
        });
        Ok(found.await?.map(Arc::new))
    }
}

/// The words of that name, one's own before a stranger's: draft ids are unique to their sender only.
fn find_target(
    db: &Connection,
    session: SessionId,
    party: PartyId,
    target: DraftId,
    draft_id: DraftId,
    now: Millis,
) -> rusqlite::Result<Option<Target>> {
    let is_repeat = is_standing(db, session, draft_id, party)?;
    db.prepare_cached(
        "select coalesce(p.merged_into, p.id) as author, e.body, e.at
         from entry e join party p on p.id = e.sender_id
         where e.session_id = ?1 and e.draft_id = ?2 and e.target is null
         order by coalesce(p.merged_into, p.id) <> ?3 limit 1",
    )?
    .query_row(params![session.0.as_bytes(), target.0.as_bytes(), party.0.as_bytes()], |row| {
        Ok(Target {
            author: PartyId(uuid(row, "author")?),
            age: now - millis(row, "at")?,
            // What was taken back was perhaps a text: the log knows better, under its lock.
            is_text: matches!(body(row)?, Body::Text { .. } | Body::Retracted),
            is_repeat,
        })
    })
    .optional()
}

fn is_standing(
    db: &Connection,
    session: SessionId,
    draft_id: DraftId,
    party: PartyId,
) -> rusqlite::Result<bool> {
    let sql = format!(
        "select exists (select 1 from entry where session_id = ?1 and draft_id = ?2 and sender_id in {OWN})"
    );
    db.prepare_cached(&sql)?
        .query_row(params![session.0.as_bytes(), draft_id.0.as_bytes(), party.0.as_bytes()], |row| row.get(0))
}

/// Whether that change can still be made. Asked inside the transaction that makes it.
pub(super) fn can_change(
    db: &Connection,
    session: SessionId,
    party: PartyId,
    change: &Body,
) -> rusqlite::Result<bool> {
    let Some(target) = change.target() else { return Ok(true) };
    let sql = format!(
        "select body from entry where session_id = ?1 and draft_id = ?2 and target is null and sender_id in {OWN}"
    );
    let said = db
        .prepare_cached(&sql)?
        .query_row(params![session.0.as_bytes(), target.0.as_bytes(), party.0.as_bytes()], body)
        .optional()?;
    Ok(match change {
        Body::Edit { .. } => matches!(said, Some(Body::Text { .. })),
        _ => said.is_some(),
    })
}

/// Takes the words out of every line that holds them: the one that said them, and those that said them otherwise.
pub(super) fn take_back(
    db: &Connection,
    session: SessionId,
    party: PartyId,
    target: DraftId,
) -> rusqlite::Result<()> {
    let key = [session.0.as_bytes(), target.0.as_bytes(), party.0.as_bytes()];
    for (place, body) in
        [("draft_id = ?2 and target is null", Body::Retracted), ("target = ?2", Body::Retract { target })]
    {
        let sql =
            format!("update entry set body = ?4 where session_id = ?1 and {place} and sender_id in {OWN}");
        db.prepare_cached(&sql)?.execute(params![key[0], key[1], key[2], json(&body)])?;
    }
    Ok(())
}

fn body(row: &rusqlite::Row<'_>) -> rusqlite::Result<Body> {
    Ok(serde_json::from_str(row.get_ref("body")?.as_str()?).unwrap_or(Body::Unknown))
}
