//! The room against a small server and a small host, in one process, with a line that is cut wherever it hurts.

mod cuts;
mod features;
mod server;

use std::collections::{BTreeMap, VecDeque};

use tieline_connector::{Assigned, Bridge, Due, Heard, Said, Taken};
use tieline_protocol::{Author, Body, DraftId, Entry, Millis, PartyId, Role, Seq, SessionId, server::Phase};
use uuid::Uuid;

use self::server::{AGENT, Server};
use super::Room;
use crate::{
    address::{Domains, Mode},
    element::Element,
    ns,
    place::{Effect, Input},
};

const VISITOR: PartyId = PartyId(Uuid::from_u128(1));
const COLLEAGUE: PartyId = PartyId(Uuid::from_u128(2));

/// Room, server and host, with what is on its way between them.
struct Bench {
    room: Option<Room>,
    server: Server,
    to_server: VecDeque<Element>,
    to_room: VecDeque<Element>,
    log: Vec<Entry>,
    /// As the host keeps it.
    handed: Seq,
    cursor: Option<String>,
    names: BTreeMap<String, Seq>,
    takes: Vec<Heard>,
    effects: Vec<Effect>,
    now: Millis,
    phase: Phase,
    assigned: Option<Assigned>,
    told: u32,
}

fn domains() -> Domains {
    let mode = Mode::Rooms("rooms.shop.example".into());
    Domains { component: "chat.shop.example".into(), mode }
}

fn session() -> SessionId {
    SessionId(Uuid::from_u128(9))
}

fn room() -> String {
    domains().address(session())
}

fn draft(number: u64) -> DraftId {
    DraftId(Uuid::from_u128(1_000 + u128::from(number)))
}

fn text(text: &str) -> Body {
    Body::Text { text: text.into() }
}

fn words(id: &str, text: &str) -> Element {
    Element::new("message", ns::COMPONENT)
        .with("id", id)
        .child(Element::new("body", ns::COMPONENT).text_of(text))
}

impl Bench {
    fn new() -> Self {
        Self {
            room: None,
            server: Server::default(),
            to_server: VecDeque::new(),
            to_room: VecDeque::new(),
            log: Vec::new(),
            handed: Seq::ZERO,
            cursor: None,
            names: BTreeMap::new(),
            takes: Vec::new(),
            effects: Vec::new(),
            now: Millis(1_000),
            phase: Phase::Open,
            assigned: None,
            told: 0,
        }
    }

    /// With the line up and everything settled, and the agent in the room once it was asked.
    fn live() -> Self {
        let mut bench = Self::new();
        bench.say(VISITOR, text("hello"));
        bench.tell(Input::Up);
        bench.settle();
        let told = bench.server.agent_joins(&room(), "Mia");
        bench.to_room.extend(told);
        bench.settle();
        bench
    }

    fn bridge(&self) -> Bridge {
        Bridge {
            session: session(),
            channel_name: "Alpine Shop".into(),
            recipient: "default".into(),
            visitor: Author { id: VISITOR, role: Role::Visitor, name: Some("Ada".into()) },
            item: None,
            agents: vec![AGENT.into()],
            phase: self.phase,
            last: Seq(self.log.len() as u64),
            handed: self.handed,
            cursor: self.cursor.clone(),
            place: None,
            assigned: self.assigned.clone(),
            told: self.told,
        }
    }

    /// Somebody says something at the gateway.
    fn say(&mut self, who: PartyId, body: Body) -> Seq {
        let seq = Seq(self.log.len() as u64 + 1);
        let (role, name) = if who == VISITOR { (Role::Visitor, "Ada") } else { (Role::Agent, "Robin") };
        self.log.push(Entry {
            session: session(),
            seq,
            draft_id: draft(seq.0),
            from: Author { id: who, role, name: Some(name.into()) },
            reply_to: None,
            at: self.now,
            body,
        });
        seq
    }

    fn tell(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let bridge = self.bridge();
            let room = self.room.get_or_insert_with(|| Room::new(domains(), bridge));
            for effect in room.handle(self.now, input) {
                self.effects.push(effect.clone());
                inputs.extend(self.carry_out(effect));
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Send(stanza) => self.to_server.push_back(stanza),
            Effect::ReadLog(after) => return Some(Input::Due(self.due(after))),
            Effect::Take { who, heard } => {
                self.cursor.clone_from(&heard.cursor);
                let taken = self.take(heard);
                return Some(Input::Taken { who, taken });
            }
            Effect::Handed(handed) => {
                let found =
                    self.log.iter().find(|entry| entry.draft_id == handed.draft).map(|entry| entry.seq);
                if let Some(seq) = handed.seq.or(found) {
                    self.names.extend(handed.names.into_iter().map(|name| (name, seq)));
                    self.handed = self.handed.max(seq);
                    self.cursor = handed.cursor.or(self.cursor.take());
                }
            }
            Effect::Told(turn) => self.told = turn,
            _ => {}
        }
        None
    }

    fn due(&self, after: Seq) -> Vec<Due> {
        let is_echo = |entry: &Entry| self.names.values().any(|seq| *seq == entry.seq);
        let about = |entry: &Entry| {
            let target = self.log.iter().find(|other| Some(other.draft_id) == entry.body.target())?;
            self.names.iter().find(|(_, seq)| **seq == target.seq).map(|(name, _)| name.clone())
        };
        let page = self.log.iter().filter(|entry| entry.seq > after).take(2);
        page.map(|entry| Due {
            entry: entry.clone(),
            is_echo: is_echo(entry),
            account: None,
            about: about(entry),
            quote: None,
            file_url: None,
        })
        .collect()
    }

    /// As the log does it: heard under the same name twice is one entry.
    fn take(&mut self, heard: Heard) -> Taken {
        let Said::Text { text: said, .. } = &heard.said else {
            self.takes.push(heard);
            return Taken::Nothing;
        };
        if let Some(seq) = heard.names.iter().find_map(|name| self.names.get(name)) {
            return Taken::Entry(*seq);
        }
        let seq = self.say(PartyId(Uuid::from_u128(3)), text(said));
        self.names.extend(heard.names.iter().map(|name| (name.clone(), seq)));
        self.takes.push(heard);
        Taken::Entry(seq)
    }

    /// One stanza on either way.
    fn step(&mut self) -> bool {
        if let Some(stanza) = self.to_server.pop_front() {
            let told = self.server.take(&stanza);
            // The agent's client is not on this line.
            let ours = |stanza: &Element| stanza.attribute("to").is_some_and(|to| !to.starts_with(AGENT));
            self.to_room.extend(told.into_iter().filter(ours));
            return true;
        }
        if let Some(stanza) = self.to_room.pop_front() {
            self.tell(Input::Stanza(stanza));
            return true;
        }
        false
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            if !self.step() {
                self.tell(Input::Stirred);
                if self.to_server.is_empty() && self.to_room.is_empty() {
                    return;
                }
            }
        }
        panic!("never settles: {:?}", self.effects.iter().rev().take(8).collect::<Vec<_>>());
    }

    /// Time passes until the room wants to be woken.
    fn wait(&mut self) {
        self.wait_for(Millis::secs(61));
    }

    fn wait_for(&mut self, time: Millis) {
        self.now = self.now + time;
        self.tell(Input::Wake);
        self.settle();
    }

    fn agent(&mut self, stanza: Element) {
        let told = self.server.agent_says(&room(), stanza);
        self.to_room.extend(
            told.into_iter().filter(|stanza| stanza.attribute("to").is_some_and(|to| !to.starts_with(AGENT))),
        );
    }

    /// What stands in the log of the agent's words.
    fn answers(&self) -> Vec<&str> {
        let answers = self.log.iter().filter(|entry| entry.from.id != VISITOR && entry.from.id != COLLEAGUE);
        answers
            .filter_map(
                |entry| if let Body::Text { text } = &entry.body { Some(text.as_str()) } else { None },
            )
            .collect()
    }
}
