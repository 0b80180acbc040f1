//! A draft becomes an entry: the next place in its session's log, once and for ever.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{ErrorCode as Sqlite, OptionalExtension, Transaction, params};
use tieline_protocol::{Author, Body, Entry, Epoch, Millis, Role, Seq, SessionId};
use tieline_relay::{Permit, Post};

use super::{
    Log, LogError, change,
    columns::{draft_id, json, millis, seq, signed},
    heads::Heads,
    signed_item,
};
use crate::{
    crash::{self, Point},
    store::{Change, StoreError},
};

/// A session's row says when it was touched, give or take this. Its order in a list needs no better.
const TOUCH_EVERY: Millis = Millis::secs(10);

/// A draft that stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// As every reader sees it.
    pub entry: Entry,
    /// The log's generation.
    pub epoch: Epoch,
    /// It stood there already: everybody has been told.
    pub is_duplicate: bool,
}

impl Log {
    /// Appends. `done` hears the outcome once it is on disk, in the order of the log, on the writer's thread: it must not
    /// wait for anything.
    pub fn append<D>(&self, permit: Permit<Post>, author: Author, at: Millis, done: D)
    where
        D: FnOnce(Result<Appended, LogError>) + Send + 'static,
    {
        let heads = Arc::clone(&self.heads);
        self.store.submit(Append { permit, author, at, heads, also: None, outcome: None, done });
    }

    /// [`Self::append`], with rows of somebody else's that stand or fall with the entry.
    pub(crate) fn append_with<D>(&self, permit: Permit<Post>, author: Author, at: Millis, also: Also, done: D)
    where
        D: FnOnce(Result<Appended, LogError>) + Send + 'static,
    {
        let heads = Arc::clone(&self.heads);
        self.store.submit(Append { permit, author, at, heads, also: Some(also), outcome: None, done });
    }
}

type Outcome = Result<Appended, LogError>;

/// What else is written in the entry's transaction.
pub(crate) type Also = Box<dyn FnMut(&Transaction<'_>, &Appended) -> rusqlite::Result<()> + Send>;

struct Append<D> {
    permit: Permit<Post>,
    author: Author,
    at: Millis,
    heads: Arc<Mutex<Heads>>,
    also: Option<Also>,
    outcome: Option<Outcome>,
    done: D,
}

impl<D: FnOnce(Outcome) + Send> Change for Append<D> {
    fn apply(&mut self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut heads = lock(&self.heads);
        let mut outcome = self.insert(transaction, &mut heads)?;
        if outcome.is_none() {
            // Another program wrote here: what was remembered of the log's end is out of date.
            heads.forget(self.permit.wish().session);
            outcome = self.insert(transaction, &mut heads)?;
        }
        drop(heads);
        if let (Some(also), Some(Ok(appended))) = (&mut self.also, &outcome) {
            also(transaction, appended)?;
        }
        crash::pass(Point::AfterInsert);
        self.outcome = outcome;
        Ok(())
    }

    // Of its statements the one that counts comes last, and SQLite takes back a failed one by itself. Words that are taken back
    // go out of several lines.
    fn is_one_statement(&self) -> bool {
        // What is said at the end also changes the session's row, behind the entry, and a signed product is noted by its number.
        self.also.is_none()
            && match &self.permit.wish().body {
                Body::Retract { .. } | Body::Closed | Body::Rating { .. } => false,
                Body::Item { item } => !item.verified,
                _ => true,
            }
    }

    fn settle(self: Box<Self>, settled: Result<(), StoreError>) {
        let Self { permit, heads, outcome, done, .. } = *self;
        if settled.is_err() {
            lock(&heads).forget(permit.wish().session);
        } else {
            crash::pass(Point::AfterCommit);
        }
        let unsettled =
            || Err(StoreError::Other { why: "the log's end could not be found".to_owned() }.into());
        done(settled.map_err(LogError::from).and_then(|()| outcome.unwrap_or_else(unsettled)));
    }
}

impl<D> Append<D> {
    /// None if the place is taken by somebody else's words.
    fn insert(&self, transaction: &Transaction<'_>, heads: &mut Heads) -> rusqlite::Result<Option<Outcome>> {
        let post = self.permit.wish();
        let Some(head) = heads.find(transaction, post.session)? else {
            return Ok(Some(Err(LogError::NoSuchSession)));
        };
        // Only a user can have been somebody else before.
        if self.author.role == Role::User
            && let Some(outcome) = self.find_before_sign_in(transaction, head.epoch.clone())?
        {
            return Ok(Some(outcome));
        }
        if !change::can_change(transaction, post.session, self.author.id, &post.body)? {
            // Taken back in the meantime. If this change had come before that, it is answered as it was then.
            let standing = self.find_standing(transaction, head.epoch.clone())?;
            return Ok(Some(standing.unwrap_or(Err(LogError::NoSuchWords))));
        }
        if self.at - head.touched_at >= TOUCH_EVERY {
            transaction
                .prepare_cached("update session set touched_at = ?2 where id = ?1")?
                .execute(params![post.session.0.as_bytes(), signed(self.at.0)])?;
            head.touched_at = self.at;
        }
        note_waiting(transaction, post.session, &self.author, head.last, self.at)?;
        let place = head.last.next();
        let inserted = transaction
            .prepare_cached(
                "insert into entry (session_id, seq, draft_id, sender_id, body, at, reply_to, target)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                post.session.0.as_bytes(),
                signed(place.0),
                post.draft_id.0.as_bytes(),
                self.author.id.0.as_bytes(),
                json(&post.body),
                signed(self.at.0),
                post.reply_to.as_ref().map(|words| words.0.as_bytes()),
                post.body.target().as_ref().map(|words| words.0.as_bytes()),
            ]);
        match inserted {
            Ok(_) => {
                note_end(transaction, post)?;
                // An agent only shows again what was signed before.
                if let Body::Item { item } = &post.body
                    && self.author.role.is_visiting()
                {
                    signed_item::note(transaction, post.session, item, self.at)?;
                }
                head.last = place;
                if let Body::Retract { target } = post.body {
                    change::take_back(transaction, post.session, self.author.id, target)?;
                }
                Ok(Some(Ok(self.appended(head.epoch.clone(), place, self.at, false))))
            }
            Err(error) if error.sqlite_error_code() == Some(Sqlite::ConstraintViolation) => {
                self.find_standing(transaction, head.epoch.clone())
            }
            Err(error) => Err(error),
        }
    }

    /// The entry that bears this draft's name already.
    fn find_standing(
        &self,
        transaction: &Transaction<'_>,
        epoch: Epoch,
    ) -> rusqlite::Result<Option<Outcome>> {
        let sql = "select seq, reply_to, body, at from entry where session_id = ?1 and sender_id = ?2 and draft_id = ?3";
        self.find_entry(transaction, epoch, sql)
    }

    /// The same draft, sent as the visitor who has signed in since: the answer to it was lost on the way.
    fn find_before_sign_in(
        &self,
        transaction: &Transaction<'_>,
        epoch: Epoch,
    ) -> rusqlite::Result<Option<Outcome>> {
        let sql = "select entry.seq, entry.reply_to, entry.body, entry.at from party
                   join entry on entry.session_id = ?1 and entry.sender_id = party.id and entry.draft_id = ?3
                   where party.merged_into = ?2";
        self.find_entry(transaction, epoch, sql)
    }

    fn find_entry(
        &self,
        transaction: &Transaction<'_>,
        epoch: Epoch,
        sql: &str,
    ) -> rusqlite::Result<Option<Outcome>> {
        let post = self.permit.wish();
        let key = params![post.session.0.as_bytes(), self.author.id.0.as_bytes(), post.draft_id.0.as_bytes()];
        let standing = transaction
            .prepare_cached(sql)?
            .query_row(key, |row| {
                let words = (row.get::<_, String>("body")?, draft_id(row, "reply_to")?);
                Ok((seq(row, "seq")?, words, millis(row, "at")?))
            })
            .optional()?;
        Ok(standing.map(|(place, words, at)| {
            // Of what was taken back nobody knows any more what it said.
            if words == (json(&post.body), post.reply_to) || words.0 == json(&post.body.taken_back()) {
                Ok(self.appended(epoch, place, at, true))
            } else {
                Err(LogError::Conflict)
            }
        }))
    }

    fn appended(&self, epoch: Epoch, seq: Seq, at: Millis, is_duplicate: bool) -> Appended {
        let post = self.permit.wish();
        let entry = Entry {
            session: post.session,
            seq,
            draft_id: post.draft_id,
            from: self.author.clone(),
            reply_to: post.reply_to,
            at,
            body: post.body.clone(),
        };
        Appended { entry, epoch, is_duplicate }
    }
}

/// The last words of a session stand in its row too.
fn note_end(transaction: &Transaction<'_>, post: &Post) -> rusqlite::Result<()> {
    match &post.body {
        Body::Closed => transaction
            .prepare_cached("update session set phase = 'closed' where id = ?1")?
            .execute([post.session.0.as_bytes()])
            .map(drop),
        Body::Rating { stars, .. } => transaction
            .prepare_cached("update session set rating = ?2 where id = ?1")?
            .execute(params![post.session.0.as_bytes(), stars])
            .map(drop),
        _ => Ok(()),
    }
}

/// A session waits from its first words until somebody answers.
fn note_waiting(
    transaction: &Transaction<'_>,
    session: SessionId,
    author: &Author,
    last: Seq,
    at: Millis,
) -> rusqlite::Result<()> {
    if matches!(author.role, Role::Agent | Role::Bot) {
        transaction
            .prepare_cached(
                "update session set waits_since = null where id = ?1 and waits_since is not null",
            )?
            .execute([session.0.as_bytes()])?;
    } else if last == Seq::ZERO {
        transaction
            .prepare_cached("update session set waits_since = ?2 where id = ?1")?
            .execute(params![session.0.as_bytes(), signed(at.0)])?;
    }
    Ok(())
}

fn lock(heads: &Mutex<Heads>) -> MutexGuard<'_, Heads> {
    heads.lock().unwrap_or_else(PoisonError::into_inner)
}
