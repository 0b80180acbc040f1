//! What the gateway does with an authorised wish.

use std::collections::{BTreeMap, BTreeSet};

use tieline_protocol::{
    Body, Capabilities, Entry, Epoch, ErrorBody, ErrorCode, Millis, RequestId, Seq, ServerFrame, SessionId,
    SessionState,
    client::DEFAULT_RECIPIENT,
    limits::EDIT_SECS,
    server::{Page, Phase, ReaderCursor, Receipt, Sessions},
};
use tieline_relay::{
    ChannelFacts, Command, Denial, Facts, Principal, Target, audience, authorise,
    command::Stretch,
    log_model::{Appended, Line},
};

use super::{Connection, Gateway, Known, Parcel, Parcels, channel, desk};

impl Gateway {
    pub(super) fn run(
        &mut self,
        now: Millis,
        connection: Connection,
        id: Option<RequestId>,
        command: Command,
        parcels: &mut Parcels,
    ) {
        let Some(principal) = self.principal(connection).cloned() else { return };
        let is_busy = self.chance.happens(self.busy);
        let busy =
            || (connection, Parcel::Answer(id, ServerFrame::Err(ErrorBody::new(ErrorCode::StorageBusy))));
        if is_busy && self.chance.happens(500) {
            return parcels.push(busy());
        }
        let outcome = match command {
            Command::Open(open) => self.open(now, &principal, open, parcels).map(Some),
            Command::Post(post) => self.post(now, connection, &principal, post, parcels).map(Some),
            Command::History(history) => self.history(now, &principal, history).map(Some),
            Command::List(list) => authorise(now, &principal, &(), list).map(|_| {
                let heard = self.sessions.values().filter(|known| audience::hears(&principal, &known.facts));
                let sessions = heard.map(|known| {
                    let mut entries = self.entries(known.facts.session);
                    let last_said = entries.iter().rposition(|entry| entry.body.target().is_none());
                    let entries = entries.split_off(last_said.unwrap_or(entries.len()));
                    let unread = Some(self.unread(&principal, known));
                    SessionState { unread, entries, ..self.head(known) }
                });
                Some(ServerFrame::Sessions(Sessions { sessions: sessions.collect(), more: false }))
            }),
            Command::MoveCursor(cursor) => self.move_cursor(now, &principal, cursor, parcels).map(|()| None),
            // Soft, and nobody in the simulation looks for it.
            Command::Type(_) => Ok(None),
            // It takes no files, and says so in its limits. Its one agent gives nothing to anybody.
            Command::Upload(_) | Command::ReadFiles(_) | Command::Assign(_) | Command::ListAgents(_) => {
                Err(Denial::NotGranted)
            }
        };
        match outcome {
            // Taken, but the answer says otherwise: nobody may conclude from an error that nothing happened.
            Ok(Some(_)) if is_busy => parcels.push(busy()),
            Ok(Some(frame)) => parcels.push((connection, Parcel::Answer(id, frame))),
            Ok(None) => {}
            Err(denial) => parcels.push((connection, Parcel::Answer(id, ServerFrame::Err(denial.body())))),
        }
    }

    fn open(
        &mut self,
        now: Millis,
        principal: &Principal,
        open: tieline_relay::Open,
        parcels: &mut Parcels,
    ) -> Result<ServerFrame, Denial> {
        let facts = ChannelFacts {
            channel: channel(),
            is_open: true,
            recipients: BTreeSet::from([DEFAULT_RECIPIENT.to_owned()]),
            capabilities: Capabilities::all(),
        };
        let (open, party) = authorise(now, principal, &facts, open)?.into_parts();
        let fresh = SessionId::at(now, self.chance.bytes());
        let session = self.log.open(party, open.draft_id, fresh);
        let duplicate = session != fresh;
        if !duplicate {
            let facts = Facts {
                session,
                desk: desk(),
                visitor: party,
                phase: Phase::Open,
                capabilities: Capabilities::all(),
                edit_window: Millis::secs(EDIT_SECS.into()),
                target: None,
            };
            let known = Known {
                facts,
                item: open.item,
                touched_at: now,
                taken_at: Vec::new(),
                cursors: BTreeMap::new(),
            };
            let push = ServerFrame::Session(Box::new(self.head(&known)));
            self.announce(&known.facts, None, &push, parcels);
            self.sessions.insert(session, known);
        }
        let epoch = Epoch(self.epoch.to_string());
        Ok(ServerFrame::Ok(Receipt {
            session,
            epoch,
            draft_id: open.draft_id,
            seq: Seq::ZERO,
            at: now,
            duplicate,
        }))
    }

    fn post(
        &mut self,
        now: Millis,
        connection: Connection,
        principal: &Principal,
        post: tieline_relay::Post,
        parcels: &mut Parcels,
    ) -> Result<ServerFrame, Denial> {
        let known = self.sessions.get(&post.session).ok_or(Denial::NoSuchSession)?;
        let facts = Facts { target: self.find_target(now, principal, &post), ..known.facts.clone() };
        let (post, party) = authorise(now, principal, &facts, post)?.into_parts();
        let line = Line { party, draft_id: post.draft_id, reply_to: post.reply_to, body: post.body };
        let (seq, duplicate) = match self.log.append(post.session, line) {
            Appended::New(seq) => (seq, false),
            Appended::Duplicate(seq) => (seq, true),
            Appended::Conflict => {
                return Ok(ServerFrame::Err(ErrorBody::new(ErrorCode::Conflict)));
            }
            Appended::NoSuchSession => return Err(Denial::NoSuchSession),
            Appended::NoSuchWords => return Err(Denial::NoSuchWords),
        };
        if let Some(known) = self.sessions.get_mut(&post.session).filter(|_| !duplicate) {
            known.taken_at.push(now);
            known.touched_at = now;
        }
        let entry = self.entries(post.session).swap_remove(seq.0 as usize - 1);
        let at = entry.at;
        if !duplicate {
            let facts = self.sessions[&post.session].facts.clone();
            self.announce(&facts, Some(connection), &ServerFrame::Entry(Box::new(entry)), parcels);
        }
        let epoch = Epoch(self.epoch.to_string());
        Ok(ServerFrame::Ok(Receipt {
            session: post.session,
            epoch,
            draft_id: post.draft_id,
            seq,
            at,
            duplicate,
        }))
    }

    /// The words that a draft wants to change, as its sender stands to them.
    fn find_target(&self, now: Millis, principal: &Principal, post: &tieline_relay::Post) -> Option<Target> {
        let target = post.body.target()?;
        let entries = self.entries(post.session);
        let is_own = |entry: &&Entry| entry.from.id == principal.party;
        let is_repeat = entries.iter().filter(is_own).any(|entry| entry.draft_id == post.draft_id);
        let mut named =
            entries.iter().filter(|entry| entry.draft_id == target && entry.body.target().is_none());
        let said = named.clone().find(is_own).or(named.next())?;
        let is_text = matches!(said.body, Body::Text { .. } | Body::Retracted);
        Some(Target { author: said.from.id, age: now - said.at, is_text, is_repeat })
    }

    fn history(
        &self,
        now: Millis,
        principal: &Principal,
        history: tieline_relay::History,
    ) -> Result<ServerFrame, Denial> {
        let known = self.sessions.get(&history.session).ok_or(Denial::NoSuchSession)?;
        let (history, _) = authorise(now, principal, &known.facts, history)?.into_parts();
        let (all, limit) = (self.entries(history.session), history.limit as usize);
        let last_of = |entries: Vec<Entry>| entries.into_iter().rev().take(limit).rev().collect();
        let entries = match history.stretch {
            Stretch::Newest => last_of(all),
            Stretch::Before(before) => last_of(all.into_iter().filter(|entry| entry.seq < before).collect()),
            Stretch::After(after) => all.into_iter().filter(|entry| entry.seq > after).take(limit).collect(),
        };
        let SessionState { session, epoch, last, .. } = self.head(known);
        Ok(ServerFrame::Page(Page { session, epoch, last, entries }))
    }

    fn move_cursor(
        &mut self,
        now: Millis,
        principal: &Principal,
        wish: tieline_relay::MoveCursor,
        parcels: &mut Parcels,
    ) -> Result<(), Denial> {
        let session = wish.0.session;
        let known = self.sessions.get(&session).ok_or(Denial::NoSuchSession)?;
        let (wish, party) = authorise(now, principal, &known.facts, wish)?.into_parts();
        let last = self.head(known).last;
        let Some(known) = self.sessions.get_mut(&session) else { return Err(Denial::NoSuchSession) };
        let nowhere =
            ReaderCursor { party, role: principal.role, session, delivered: Seq::ZERO, read: Seq::ZERO };
        let cursor = known.cursors.entry(party).or_insert(nowhere);
        cursor.delivered = cursor.delivered.max(wish.0.delivered.min(last));
        cursor.read = cursor.read.max(wish.0.read.min(last));
        let (cursor, facts) = (cursor.clone(), known.facts.clone());
        self.announce(&facts, None, &ServerFrame::Cursor(cursor), parcels);
        Ok(())
    }

    fn announce(
        &self,
        facts: &Facts,
        except: Option<Connection>,
        frame: &ServerFrame,
        parcels: &mut Parcels,
    ) {
        for (connection, joined) in &self.connections {
            let hears = joined.principal.as_ref().is_some_and(|principal| audience::hears(principal, facts));
            if hears && Some(*connection) != except {
                parcels.push((*connection, Parcel::Hint(frame.clone())));
            }
        }
    }
}
