//! The middle: the relay's machines over a log in memory. Stands for the gateway, whose shell has tests of its own.

use std::collections::{BTreeMap, BTreeSet};

use tieline_protocol::{
    Auth, Author, Capabilities, ChannelId, CloseCode, Entry, Epoch, ErrorCode, Hello, Millis, PartyId,
    RequestId, Role, Seq, ServerFrame, SessionId, SessionState, Welcome,
    client::DEFAULT_RECIPIENT,
    limits,
    server::{ChannelFace, Head, Limits, Phase, PingPlan, ReaderCursor, Tokens},
};
use tieline_relay::{
    Desk, Facts, Peer, Principal, Scope, audience,
    log_model::LogModel,
    peer::{Input, Output},
};

use crate::Chance;

/// One socket, seen from the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Connection(pub u64);

/// One of the gateways over the one log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(pub u8);

/// Something on its way to an end.
#[derive(Clone, Debug)]
pub enum Parcel {
    /// An answer. A connection loses it only together with all that follows.
    Answer(Option<RequestId>, ServerFrame),
    /// A hint: may be lost, doubled or overtaken.
    Hint(ServerFrame),
    /// The socket is closed.
    Close(CloseCode),
}

/// The gateway.
pub struct Gateway {
    log: LogModel,
    sessions: BTreeMap<SessionId, Known>,
    parties: BTreeMap<PartyId, Author>,
    connections: BTreeMap<Connection, Joined>,
    epoch: u32,
    /// How many nodes there are.
    nodes: u8,
    draining: BTreeSet<Node>,
    /// Most entries that a `welcome` brings of one session.
    catch_up: usize,
    backup: Option<Backup>,
    /// Per mille of commands that the store cannot take just now.
    busy: u64,
    chance: Chance,
}

struct Joined {
    node: Node,
    peer: Peer,
    principal: Option<Principal>,
}

#[derive(Clone)]
struct Known {
    facts: Facts,
    item: Option<tieline_protocol::Item>,
    touched_at: Millis,
    taken_at: Vec<Millis>,
    cursors: BTreeMap<PartyId, ReaderCursor>,
}

mod commands;
mod nodes;

use nodes::Backup;

type Parcels = Vec<(Connection, Parcel)>;

fn channel() -> ChannelId {
    ChannelId("ch_sim".into())
}

fn desk() -> Desk {
    Desk { channel: channel(), recipient: DEFAULT_RECIPIENT.into() }
}

impl Gateway {
    /// With an empty log, and a store that is busy now and then.
    pub fn new(seed: u64, busy: u64) -> Self {
        Self {
            log: LogModel::default(),
            sessions: BTreeMap::new(),
            parties: BTreeMap::new(),
            connections: BTreeMap::new(),
            epoch: 1,
            nodes: 1,
            draining: BTreeSet::new(),
            // A short page, so that `more` is met even in a short run.
            catch_up: 8,
            backup: None,
            busy,
            chance: Chance::new(seed ^ 0x6a09),
        }
    }

    /// So many commands in a thousand find the store busy from now on.
    pub fn set_busy(&mut self, busy: u64) {
        self.busy = busy;
    }

    /// A session's log, as it stands.
    pub fn entries(&self, session: SessionId) -> Vec<Entry> {
        let known = &self.sessions[&session];
        let lines = self.log.lines(session).iter().zip(&known.taken_at).zip(1..);
        lines
            .map(|((line, at), seq)| Entry {
                session,
                seq: Seq(seq),
                draft_id: line.draft_id,
                from: self.parties[&line.party].clone(),
                reply_to: line.reply_to,
                at: *at,
                body: line.body.clone(),
            })
            .collect()
    }

    /// Every session.
    pub fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.sessions.keys().copied()
    }

    /// A socket is gone.
    pub fn drop_connection(&mut self, connection: Connection) {
        self.connections.remove(&connection);
    }

    /// `kill -9`: every socket is gone, the log stays. Gives the sockets.
    pub fn restart(&mut self) -> Vec<Connection> {
        std::mem::take(&mut self.connections).into_keys().collect()
    }

    /// When a heartbeat is due.
    pub fn next_wake(&self) -> Option<Millis> {
        self.connections.values().filter_map(|joined| joined.peer.next_wake()).min()
    }

    /// Heartbeats.
    pub fn tick(&mut self, now: Millis) -> Parcels {
        let connections: Vec<_> = self.connections.keys().copied().collect();
        connections.into_iter().flat_map(|connection| self.handle(now, connection, Input::Tick)).collect()
    }

    /// A frame came in.
    pub fn handle(&mut self, now: Millis, connection: Connection, input: Input) -> Parcels {
        let Some(joined) = self.connections.get_mut(&connection) else { return Vec::new() };
        let outputs = joined.peer.handle(now, input);
        let mut parcels = Vec::new();
        for output in outputs {
            match output {
                Output::Identify(id, hello) => parcels.extend(self.identify(now, connection, id, &hello)),
                // Proofs do not end here.
                Output::Renew(id, _) => {
                    let refused = Input::NotRenewed { id, code: ErrorCode::Forbidden };
                    parcels.extend(self.handle(now, connection, refused));
                }
                Output::Run(id, command) => self.run(now, connection, id, command, &mut parcels),
                Output::Reply(id, frame) => parcels.push((connection, Parcel::Answer(id, frame))),
                Output::Heads => {
                    let heads = self.heads(connection);
                    parcels.extend(self.handle(now, connection, Input::Heads(heads)));
                }
                Output::Close(code) => {
                    self.connections.remove(&connection);
                    parcels.push((connection, Parcel::Close(code)));
                }
            }
        }
        parcels
    }

    /// Proofs are their owners' names here: `visitor:<party>` and `agent:<party>`; real ones are the gateway's matter.
    fn identify(
        &mut self,
        now: Millis,
        connection: Connection,
        id: Option<RequestId>,
        hello: &Hello,
    ) -> Parcels {
        let (token, fresh) = match &hello.auth {
            Auth::New => (format!("visitor:{}", PartyId::at(now, self.chance.bytes())), true),
            Auth::Visitor { token } | Auth::Resume { token } | Auth::Agent { token } => {
                (token.clone(), false)
            }
            Auth::User { jwt, .. } => (jwt.clone(), false),
        };
        let named =
            token.split_once(':').and_then(|(role, party)| Some((role, party.parse::<PartyId>().ok()?)));
        let Some((role, party)) = named else {
            let refused = Input::Refused { code: ErrorCode::Unauthorized, close: CloseCode::SIGN_IN };
            return self.handle(now, connection, refused);
        };
        let (role, scope) = match role {
            "agent" => (Role::Agent, Scope::Desks(BTreeSet::from([desk()]))),
            _ => (Role::Visitor, Scope::One(channel())),
        };
        let principal = Principal {
            party,
            role,
            name: (role == Role::Agent).then(|| "Mia".into()),
            scope,
            capabilities: Capabilities::all(),
            expires_at: None,
            provisional: None,
            signed_item: None,
        };
        self.parties.insert(party, principal.author());
        let welcome = self.welcome(now, &principal, hello, token, fresh);
        if let Some(joined) = self.connections.get_mut(&connection) {
            joined.principal = Some(principal);
        }
        let mut parcels = self.handle(now, connection, Input::Identified { expires_at: None });
        parcels.push((connection, Parcel::Answer(id, ServerFrame::Welcome(Box::new(welcome)))));
        parcels
    }

    fn welcome(
        &self,
        now: Millis,
        principal: &Principal,
        hello: &Hello,
        token: String,
        fresh: bool,
    ) -> Welcome {
        let mut sessions: Vec<_> = self
            .sessions
            .values()
            .filter(|known| audience::hears(principal, &known.facts))
            .map(|known| SessionState {
                unread: Some(self.unread(principal, known)),
                ..self.catch_up(known, hello)
            })
            .collect();
        sessions.sort_by_key(|state| std::cmp::Reverse(state.touched_at));
        Welcome {
            connection: "sim".into(),
            now,
            me: principal.author(),
            channel: principal.channel().map(|_| ChannelFace {
                name: "Shop".into(),
                edit_secs: limits::EDIT_SECS,
                ..ChannelFace::default()
            }),
            presence: Vec::new(),
            tokens: Tokens { resume: token.clone(), visitor: fresh.then_some(token), expires_at: None },
            ping: PingPlan { every_ms: Millis::secs(25), grace_ms: Millis::secs(10) },
            limits: Limits {
                file_bytes: 0,
                frame_bytes: limits::CLIENT_FRAME_BYTES as u32,
                text_chars: limits::TEXT_CHARS as u32,
                burst: 10,
                per_minute: 60,
            },
            capabilities: principal.capabilities.clone(),
            sessions,
        }
    }

    /// Whole, or with `more`, or after a reset.
    fn catch_up(&self, known: &Known, hello: &Hello) -> SessionState {
        let mut state = self.head(known);
        let entries = self.entries(known.facts.session);
        let position = hello.cursors.iter().find(|position| position.session == known.facts.session);
        let is_sound = |position: &&tieline_protocol::client::Position| {
            position.epoch == state.epoch && position.seq <= state.last
        };
        state.reset = position.is_some_and(|position| !is_sound(&position));
        state.entries = match position.filter(is_sound) {
            Some(position) => {
                let missed = entries.into_iter().filter(|entry| entry.seq > position.seq);
                missed.take(self.catch_up).collect()
            }
            None => entries.into_iter().rev().take(limits::TAIL_ENTRIES as usize).rev().collect(),
        };
        state.more = state.entries.last().is_some_and(|last| last.seq < state.last);
        state
    }

    fn head(&self, known: &Known) -> SessionState {
        SessionState {
            session: known.facts.session,
            epoch: Epoch(self.epoch.to_string()),
            last: Seq(self.log.lines(known.facts.session).len() as u64),
            phase: Phase::Open,
            touched_at: known.touched_at,
            visitor: self.parties[&known.facts.visitor].clone(),
            to: Some(known.facts.desk.recipient.clone()),
            channel_name: Some("Shop".into()),
            item: known.item.clone(),
            edit_secs: Some(limits::EDIT_SECS),
            capabilities: Some(known.facts.capabilities.clone()),
            cursors: known.cursors.values().cloned().collect(),
            unread: None,
            place: None,
            assigned: None,
            entries: Vec::new(),
            more: false,
            reset: false,
        }
    }

    /// What the other side said and nobody on the principal's side has read.
    fn unread(&self, principal: &Principal, known: &Known) -> u32 {
        let is_visiting = principal.role.is_visiting();
        let own = known.cursors.values().filter(|cursor| cursor.role.is_visiting() == is_visiting);
        let read = own.map(|cursor| cursor.read).fold(Seq::ZERO, Seq::max);
        let entries = self.entries(known.facts.session).into_iter().filter(|entry| entry.seq > read);
        entries
            .filter(|entry| entry.from.role.is_visiting() != is_visiting && entry.body.is_said())
            .map(|_| 1)
            .sum()
    }

    fn heads(&self, connection: Connection) -> Vec<Head> {
        let Some(principal) = self.principal(connection) else { return Vec::new() };
        let heard = self.sessions.values().filter(|known| audience::hears(principal, &known.facts));
        heard.map(|known| Head { session: known.facts.session, last: self.head(known).last }).collect()
    }

    fn principal(&self, connection: Connection) -> Option<&Principal> {
        self.connections.get(&connection)?.principal.as_ref()
    }
}
