//! What an operator does: several nodes over one log, a drain, a backup and its return.

use std::collections::BTreeMap;

use tieline_protocol::{Author, Body, CloseCode, DraftId, Millis, ServerFrame, SessionId, server::Drain};
use tieline_relay::{
    Peer,
    log_model::{Appended, Line, LogModel},
    peer::Pace,
};

use super::{Connection, Gateway, Joined, Known, Node, Parcel, Parcels};

/// The store as it was.
pub(super) struct Backup {
    log: LogModel,
    sessions: BTreeMap<SessionId, Known>,
}

impl Gateway {
    /// So many nodes from now on.
    pub fn set_nodes(&mut self, nodes: u8) {
        self.nodes = nodes;
    }

    /// So many entries of a session at most in one `welcome`.
    pub fn set_catch_up(&mut self, entries: usize) {
        self.catch_up = entries;
    }

    /// A socket was accepted, by a node that takes new ones. False if none does.
    pub fn accept(&mut self, now: Millis, connection: Connection) -> bool {
        let open: Vec<_> = (0..self.nodes).map(Node).filter(|node| !self.draining.contains(node)).collect();
        let Some(node) = open.get(self.chance.below(open.len() as u64) as usize) else { return false };
        let joined = Joined { node: *node, peer: Peer::new(now, Pace::default()), principal: None };
        self.connections.insert(connection, joined);
        true
    }

    /// The gateway still holds that socket.
    pub fn holds(&self, connection: Connection) -> bool {
        self.connections.contains_key(&connection)
    }

    /// SIGTERM: no new sockets, and everybody is asked to be elsewhere soon.
    pub fn drain(&mut self, now: Millis, node: Node, spread: Millis) -> Parcels {
        self.draining.insert(node);
        let drain = Drain { by: now + spread, spread_ms: spread, why: "stopping".into() };
        let there = self.connections.iter().filter(|(_, joined)| joined.node == node);
        let greeted = there.filter(|(_, joined)| joined.principal.is_some());
        greeted.map(|(to, _)| (*to, Parcel::Answer(None, ServerFrame::Drain(drain.clone())))).collect()
    }

    /// The drain's end: whoever is still there is cut, and a new process takes sockets.
    pub fn finish_drain(&mut self, node: Node) -> Parcels {
        self.draining.remove(&node);
        let left: Vec<_> =
            self.connections.iter().filter(|(_, joined)| joined.node == node).map(|(to, _)| *to).collect();
        for connection in &left {
            self.connections.remove(connection);
        }
        left.into_iter().map(|connection| (connection, Parcel::Close(CloseCode::DRAIN))).collect()
    }

    /// Nobody may rely on an older copy, though the words are the same.
    pub fn bump_epoch(&mut self) {
        self.epoch += 1;
    }

    /// Keeps the store as it is now.
    pub fn back_up(&mut self) {
        self.backup = Some(Backup { log: self.log.clone(), sessions: self.sessions.clone() });
    }

    /// The store as it was kept: what came after is gone, and the epoch says so. Nothing happens without a backup.
    pub fn restore(&mut self) {
        if let Some(Backup { log, sessions }) = self.backup.take() {
            (self.log, self.sessions) = (log, sessions);
            self.epoch += 1;
        }
    }

    /// Somebody far away says a line; nobody here is told.
    ///
    /// # Panics
    /// When the log does not take it.
    pub fn say(&mut self, now: Millis, session: SessionId, author: Author, text: String) {
        let draft_id = DraftId::at(now, self.chance.bytes());
        let line = Line { party: author.id, draft_id, reply_to: None, body: Body::Text { text } };
        self.parties.insert(author.id, author);
        assert!(matches!(self.log.append(session, line), Appended::New(_)), "the log takes it");
        if let Some(known) = self.sessions.get_mut(&session) {
            known.taken_at.push(now);
            known.touched_at = now;
        }
    }
}
