//! The room against a small homeserver and a small host, in one process; answers get lost, and either of the two is killed.

mod cuts;
mod features;
mod server;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tieline_connector::{Assigned, Bridge, Due, Heard, Refused, Said, Taken};
use tieline_protocol::{Author, Body, DraftId, Entry, Millis, PartyId, Role, Seq, SessionId, server::Phase};
use uuid::Uuid;

use self::server::{AGENT, ROOM, Server};
use super::{Effect, Input, Room};
use crate::{
    address,
    ask::{Ask, Failure},
    heard,
};

const VISITOR: PartyId = PartyId(Uuid::from_u128(1));
const COLLEAGUE: PartyId = PartyId(Uuid::from_u128(2));

/// Room, server and host, with the question that is on its way.
struct Bench {
    room: Option<Room>,
    server: Server,
    asking: Option<Ask>,
    log: Vec<Entry>,
    /// As the host keeps it.
    handed: Seq,
    place: Option<String>,
    cursor: Option<String>,
    names: BTreeMap<String, Seq>,
    takes: Vec<Heard>,
    effects: Vec<Effect>,
    now: Millis,
    phase: Phase,
    agents: Vec<String>,
    assigned: Option<Assigned>,
    told: u32,
}

fn names() -> address::Server {
    address::Server("shop.example".into())
}

fn session() -> SessionId {
    SessionId(Uuid::from_u128(9))
}

fn draft(number: u64) -> DraftId {
    DraftId(Uuid::from_u128(1_000 + u128::from(number)))
}

fn text(text: &str) -> Body {
    Body::Text { text: text.into() }
}

fn words(text: &str) -> Value {
    json!({ "msgtype": "m.text", "body": text })
}

impl Bench {
    fn new() -> Self {
        Self {
            room: None,
            server: Server::default(),
            asking: None,
            log: Vec::new(),
            handed: Seq::ZERO,
            place: None,
            cursor: None,
            names: BTreeMap::new(),
            takes: Vec::new(),
            effects: Vec::new(),
            now: Millis(1_000),
            phase: Phase::Open,
            agents: vec![AGENT.into()],
            assigned: None,
            told: 0,
        }
    }

    /// With everything settled, and the agent in the room.
    fn live() -> Self {
        let mut bench = Self::new();
        bench.say(VISITOR, text("hello"));
        bench.settle();
        bench.server.agent_joins();
        bench.settle();
        bench.effects.clear();
        bench
    }

    fn bridge(&self) -> Bridge {
        Bridge {
            session: session(),
            channel_name: "Alpine Shop".into(),
            recipient: "default".into(),
            visitor: Author { id: VISITOR, role: Role::Visitor, name: Some("Ada".into()) },
            item: None,
            agents: self.agents.clone(),
            phase: self.phase,
            last: Seq(self.log.len() as u64),
            handed: self.handed,
            cursor: self.cursor.clone(),
            place: self.place.clone(),
            assigned: self.assigned.clone(),
            told: self.told,
        }
    }

    /// Somebody says something at the gateway.
    fn say(&mut self, who: PartyId, body: Body) -> Seq {
        let seq = Seq(self.log.len() as u64 + 1);
        let (role, name) = if who == VISITOR { (Role::Visitor, "Ada") } else { (Role::Agent, "Robin") };
        let from = Author { id: who, role, name: Some(name.into()) };
        let (session, draft_id) = (session(), draft(seq.0));
        self.log.push(Entry { session, seq, draft_id, from, reply_to: None, at: self.now, body });
        self.tell(Input::Stirred);
        seq
    }

    /// Tells the room something, and does what it wants but for what it asks the server.
    fn tell(&mut self, input: Input) {
        let mut room = self.room.take().unwrap_or_else(|| Room::new(names(), self.bridge()));
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for effect in room.handle(self.now, input) {
                self.effects.push(effect.clone());
                match effect {
                    Effect::Ask(ask) => {
                        assert_eq!(self.asking.replace(ask), None, "one question at a time");
                    }
                    Effect::Tell(ask) => drop(self.server.take(&ask)),
                    Effect::Placed(place) => self.place = Some(place),
                    Effect::ReadLog(after) => inputs.push(Input::Due(self.due(after))),
                    Effect::Take { sender, event, heard } => {
                        let taken = self.take(heard);
                        inputs.push(Input::Taken { sender, event, taken });
                    }
                    Effect::Handed(handed) => {
                        let seq = handed.seq.or_else(|| self.seq_of(handed.draft));
                        let seq = seq.expect("a draft of the log");
                        assert!(seq.0 <= self.handed.0 + 1, "nothing is left out");
                        self.handed = self.handed.max(seq);
                        self.names.extend(handed.names.into_iter().map(|name| (name, seq)));
                    }
                    Effect::Told(turn) => self.told = turn,
                    _ => {}
                }
            }
        }
        self.room = Some(room);
    }

    fn seq_of(&self, draft: DraftId) -> Option<Seq> {
        self.log.iter().find(|entry| entry.draft_id == draft).map(|entry| entry.seq)
    }

    fn due(&self, after: Seq) -> Vec<Due> {
        let name_of =
            |seq: Seq| self.names.iter().find(|(_, named)| **named == seq).map(|(name, _)| name.clone());
        let due = |entry: &Entry| Due {
            entry: entry.clone(),
            is_echo: name_of(entry.seq).is_some(),
            account: None,
            about: entry.body.target().and_then(|target| name_of(self.seq_of(target)?)),
            quote: None,
            file_url: Some("https://chat.example/f".into()),
        };
        self.log.iter().filter(|entry| entry.seq > after).map(due).collect()
    }

    /// The host: the same name twice is one line.
    fn take(&mut self, heard: Heard) -> Taken {
        self.cursor.clone_from(&heard.cursor);
        if heard.said == Said::Nothing {
            return Taken::Nothing;
        }
        if !self.agents.contains(&heard.account) {
            return Taken::Refused(Refused("not an agent here".into()));
        }
        let name = heard.names[0].clone();
        if let Some(seq) = self.names.get(&name) {
            return Taken::Entry(*seq);
        }
        let body = match &heard.said {
            Said::Text { text, .. } => Body::Text { text: text.clone() },
            Said::Close => Body::Closed,
            _ => text("(something)"),
        };
        let seq = Seq(self.log.len() as u64 + 1);
        let from = Author { id: PartyId(Uuid::from_u128(3)), role: Role::Agent, name: Some("mia".into()) };
        let draft_id = DraftId(Uuid::from_u128(50_000 + u128::from(seq.0)));
        self.log.push(Entry { session: session(), seq, draft_id, from, reply_to: None, at: self.now, body });
        self.names.insert(name, seq);
        self.takes.push(heard);
        Taken::Entry(seq)
    }

    /// The server does what it was asked, and the answer comes.
    fn step(&mut self) -> bool {
        let Some(ask) = self.asking.take() else { return false };
        let answer = self.server.take(&ask);
        self.tell(Input::Answered(answer));
        true
    }

    /// The server brings the next event, and keeps it until it is kept here.
    fn bring(&mut self) -> bool {
        let Some(event) = self.server.to_bring.front().cloned() else { return false };
        self.tell(Input::Event(heard::read(&event).unwrap()));
        if self.room.as_ref().is_some_and(Room::is_holding) {
            return false;
        }
        self.server.to_bring.pop_front();
        true
    }

    /// Until nothing moves any more.
    fn settle(&mut self) {
        for _ in 0..1_000 {
            if self.step() || self.bring() || self.asking.is_some() {
                continue;
            }
            match self.room.as_ref().and_then(Room::next_wake) {
                // A pause is waited for, and not the end of somebody's stay.
                Some(at) if at < self.now + Millis::minutes(2) => {
                    self.now = self.now.max(at);
                    self.tell(Input::Wake);
                    if self.asking.is_none() {
                        return;
                    }
                }
                _ => return,
            }
        }
        panic!("it never settles");
    }

    fn later() -> Failure {
        Failure::Later { why: "the network".into(), after: None }
    }

    fn notices(&self) -> Vec<&str> {
        let notices = self.server.events.iter().filter(|(sender, ..)| *sender == names().service());
        notices.filter_map(|(.., content)| content["body"].as_str()).collect()
    }
}
