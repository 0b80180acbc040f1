//! The contact against two servers with a client each and a small host, in one process, with a line that is cut wherever it hurts.

mod cuts;
mod features;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tieline_connector::{Assigned, Bridge, Due, Heard, Refused, Said, Taken};
use tieline_protocol::{Author, Body, DraftId, Entry, Millis, PartyId, Role, Seq, SessionId, server::Phase};
use uuid::Uuid;

use super::Contact;
use crate::{
    address::{Domains, Mode, bare},
    element::Element,
    ns,
    place::{Effect, Input},
    stanza,
};

const MIA: &str = "mia@shop.example";
const ANA: &str = "ana@other.example";
const VISITOR: PartyId = PartyId(Uuid::from_u128(1));
const ROBIN: PartyId = PartyId(Uuid::from_u128(2));

/// Contact, servers and host, with what is on its way between them.
struct Bench {
    contact: Option<Contact>,
    to_servers: VecDeque<Element>,
    to_contact: VecDeque<Element>,
    /// What each account's client was sent, in order.
    heard: BTreeMap<String, Vec<Element>>,
    /// Servers that cannot be reached.
    away: BTreeSet<String>,
    log: Vec<(Entry, Option<String>)>,
    assigned: Option<Assigned>,
    told: u32,
    /// As the host keeps it.
    handed: Seq,
    names: BTreeMap<String, Seq>,
    effects: Vec<Effect>,
    now: Millis,
    phase: Phase,
}

fn domains() -> Domains {
    Domains { component: "chat.shop.example".into(), mode: Mode::Direct }
}

fn session() -> SessionId {
    SessionId(Uuid::from_u128(9))
}

fn address() -> String {
    domains().address(session())
}

fn draft(number: u64) -> DraftId {
    DraftId(Uuid::from_u128(1_000 + u128::from(number)))
}

fn text(text: &str) -> Body {
    Body::Text { text: text.into() }
}

fn body_of(stanza: &Element) -> Option<String> {
    stanza.find("body", ns::COMPONENT).map(Element::text)
}

/// Something that a client writes to the contact.
fn chat(account: &str, id: &str) -> Element {
    stanza::message("chat", &format!("{account}/phone"), &address()).with("id", id)
}

fn words(account: &str, id: &str, text: &str) -> Element {
    chat(account, id)
        .child(Element::new("body", ns::COMPONENT).text_of(text))
        .child(Element::new("request", ns::RECEIPTS))
}

impl Bench {
    fn new() -> Self {
        Self {
            contact: None,
            to_servers: VecDeque::new(),
            to_contact: VecDeque::new(),
            heard: BTreeMap::new(),
            away: BTreeSet::new(),
            log: Vec::new(),
            assigned: None,
            told: 0,
            handed: Seq::ZERO,
            names: BTreeMap::new(),
            effects: Vec::new(),
            now: Millis(1_000),
            phase: Phase::Open,
        }
    }

    /// With the line up, and the visitor's first words at everybody.
    fn live() -> Self {
        let mut bench = Self::new();
        bench.say(VISITOR, text("hello"));
        bench.tell(Input::Up);
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
            agents: vec![ANA.into(), MIA.into()],
            phase: self.phase,
            last: Seq(self.log.len() as u64),
            handed: self.handed,
            cursor: None,
            place: None,
            assigned: self.assigned.clone(),
            told: self.told,
        }
    }

    /// Somebody says something at the gateway.
    fn say(&mut self, who: PartyId, body: Body) -> Seq {
        let (role, name) = if who == VISITOR { (Role::Visitor, "Ada") } else { (Role::Agent, "Robin") };
        self.append(Author { id: who, role, name: Some(name.into()) }, body, None)
    }

    fn append(&mut self, from: Author, body: Body, account: Option<String>) -> Seq {
        let seq = Seq(self.log.len() as u64 + 1);
        let (draft_id, at) = (draft(seq.0), self.now);
        self.log.push((Entry { session: session(), seq, draft_id, from, reply_to: None, at, body }, account));
        seq
    }

    fn tell(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let bridge = self.bridge();
            let contact = self.contact.get_or_insert_with(|| Contact::new(domains(), bridge));
            for effect in contact.handle(self.now, input) {
                self.effects.push(effect.clone());
                inputs.extend(self.carry_out(effect));
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Send(stanza) => self.to_servers.push_back(stanza),
            Effect::ReadLog(after) => return Some(Input::Due(self.due(after))),
            Effect::Take { who, heard } => return Some(Input::Taken { who, taken: self.take(&heard) }),
            Effect::Handed(handed) => {
                let seq = handed.seq.unwrap();
                self.names.extend(handed.names.into_iter().map(|name| (name, seq)));
                self.handed = self.handed.max(seq);
            }
            Effect::Told(turn) => self.told = turn,
            _ => {}
        }
        None
    }

    fn due(&self, after: Seq) -> Vec<Due> {
        let name_of = |seq: Seq| {
            self.names.iter().rev().find(|(_, known)| **known == seq).map(|(name, _)| name.clone())
        };
        let about = |entry: &Entry| {
            let target = entry.body.target().or(entry.reply_to)?;
            name_of(self.log.iter().find(|(other, _)| other.draft_id == target)?.0.seq)
        };
        let page = self.log.iter().filter(|(entry, _)| entry.seq > after).take(2);
        page.map(|(entry, account)| Due {
            entry: entry.clone(),
            is_echo: name_of(entry.seq).is_some(),
            account: account.clone(),
            about: about(entry),
            quote: None,
            file_url: None,
        })
        .collect()
    }

    /// As the log does it: heard under the same name twice is one entry.
    fn take(&mut self, heard: &Heard) -> Taken {
        let Said::Text { text: said, .. } = &heard.said else { return Taken::Nothing };
        if self.phase == Phase::Closed {
            return Taken::Refused(Refused("over".into()));
        }
        if let Some(seq) = self.names.get(&heard.names[0]) {
            return Taken::Entry(*seq);
        }
        let id = PartyId(Uuid::from_u128(if heard.account == MIA { 3 } else { 4 }));
        let name = heard.account.split('@').next().map(str::to_owned);
        let seq =
            self.append(Author { id, role: Role::Agent, name }, text(said), Some(heard.account.clone()));
        for name in &heard.names {
            self.names.entry(name.clone()).or_insert(seq);
        }
        Taken::Entry(seq)
    }

    /// One stanza on either way.
    fn step(&mut self) -> bool {
        if let Some(stanza) = self.to_servers.pop_front() {
            let answer = self.deliver(&stanza);
            self.to_contact.extend(answer);
            return true;
        }
        if let Some(stanza) = self.to_contact.pop_front() {
            self.tell(Input::Stanza(stanza));
            return true;
        }
        false
    }

    /// A server takes a stanza of the component; gives what comes back.
    fn deliver(&mut self, stanza: &Element) -> Option<Element> {
        let (from, to) = (stanza.attribute("from")?, stanza.attribute("to")?);
        let server = bare(to).rsplit('@').next()?.to_owned();
        let is_away = self.away.contains(&server);
        let back = |kind: &str| {
            let back = Element::new(&stanza.name, ns::COMPONENT)
                .with("type", kind)
                .with("from", to)
                .with("to", from);
            stanza.attribute("id").map_or(back.clone(), |id| back.with("id", id))
        };
        let unreachable = || {
            let why = Element::new("remote-server-not-found", ns::STANZA_ERROR);
            back("error").child(Element::new("error", ns::COMPONENT).child(why))
        };
        match stanza.name.as_str() {
            "iq" if is_away => Some(unreachable()),
            "iq" => Some(back("result")),
            "message" if is_away => Some(unreachable()),
            _ => {
                self.heard.entry(bare(to).to_owned()).or_default().push(stanza.clone());
                None
            }
        }
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            if !self.step() {
                self.tell(Input::Stirred);
                if self.to_servers.is_empty() && self.to_contact.is_empty() {
                    return;
                }
            }
        }
        panic!("never settles: {:?}", self.effects.iter().rev().take(8).collect::<Vec<_>>());
    }

    /// Time passes until the contact wants to be woken.
    fn wait(&mut self) {
        self.wait_for(Millis::secs(61));
    }

    fn wait_for(&mut self, time: Millis) {
        self.now = self.now + time;
        self.tell(Input::Wake);
        self.settle();
    }

    /// Somebody's client says something, and all that comes of it happens.
    fn write(&mut self, stanza: Element) {
        self.to_contact.push_back(stanza);
        self.settle();
    }

    /// What an account's client shows, in order.
    fn texts_of(&self, account: &str) -> Vec<String> {
        self.heard.get(account).into_iter().flatten().filter_map(body_of).collect()
    }

    /// The stanzas with some element that an account's client was sent.
    fn with<'a>(&'a self, account: &str, name: &'a str, ns: &'a str) -> impl Iterator<Item = &'a Element> {
        self.heard.get(account).into_iter().flatten().filter(move |stanza| stanza.find(name, ns).is_some())
    }

    /// The texts of the log, with who said them.
    fn log_texts(&self) -> Vec<(String, String)> {
        let of = |entry: &Entry| match &entry.body {
            Body::Text { text } => Some((entry.from.name.clone().unwrap_or_default(), text.clone())),
            _ => None,
        };
        self.log.iter().filter_map(|(entry, _)| of(entry)).collect()
    }
}
