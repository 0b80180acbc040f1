//! A room of a server, as small as it can be: members, reflections with names, an archive. Written after XEP-0045 and XEP-0313.

use crate::{
    address::{bare, resource},
    element::Element,
    ns,
};

pub(super) const AGENT: &str = "mia@shop.example";

/// Who is in it.
#[derive(Clone, Debug)]
struct Seat {
    address: String,
    nick: String,
}

/// The room.
#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    exists: bool,
    members: Vec<String>,
    seats: Vec<Seat>,
    /// Name, nick, real address, stanza.
    pub(super) archive: Vec<(String, String, String, Element)>,
    pub(super) invited: Vec<String>,
    pub(super) whispers: Vec<String>,
    /// Refuses so many messages.
    pub(super) refusals: u32,
    pub(super) has_no_archive: bool,
}

impl Server {
    /// The line of the component is gone, and with it all that are in the room by it.
    pub(super) fn cut(&mut self) {
        self.seats.retain(|seat| seat.address.starts_with(AGENT));
    }

    /// The agent comes in.
    pub(super) fn agent_joins(&mut self, room: &str, nick: &str) -> Vec<Element> {
        self.join(&format!("{AGENT}/phone"), room, nick)
    }

    /// The agent says something. Gives what others are sent.
    pub(super) fn agent_says(&mut self, room: &str, stanza: Element) -> Vec<Element> {
        self.groupchat(&format!("{AGENT}/phone"), room, &stanza)
    }

    /// What the texts of the room are, in order, with who said them.
    pub(super) fn texts(&self) -> Vec<(String, String)> {
        let body = |stanza: &Element| stanza.find("body", ns::COMPONENT).map(Element::text);
        self.archive.iter().filter_map(|(_, nick, _, stanza)| Some((nick.clone(), body(stanza)?))).collect()
    }

    /// Takes a stanza of the component; gives those that come of it.
    pub(super) fn take(&mut self, stanza: &Element) -> Vec<Element> {
        let (Some(from), Some(to)) = (stanza.attribute("from"), stanza.attribute("to")) else {
            return Vec::new();
        };
        let room = bare(to).to_owned();
        match stanza.name.as_str() {
            "presence" if stanza.attribute("type") == Some("unavailable") => self.part(from, &room),
            "presence" => self.join(from, &room, resource(to).unwrap_or_default()),
            "iq" => self.answer(stanza, from, &room),
            "message" => match stanza.attribute("type") {
                Some("groupchat") => self.groupchat(from, &room, stanza),
                Some("chat") => {
                    self.whispers.extend(stanza.find("body", ns::COMPONENT).map(Element::text));
                    Vec::new()
                }
                _ => {
                    if stanza.find("x", ns::CONFERENCE).is_some() {
                        self.invited.push(to.to_owned());
                    }
                    Vec::new()
                }
            },
            _ => Vec::new(),
        }
    }

    fn join(&mut self, address: &str, room: &str, nick: &str) -> Vec<Element> {
        let is_new = !self.exists;
        self.exists = true;
        if is_new {
            self.members.push(bare(address).to_owned());
        }
        if !self.members.iter().any(|member| member == bare(address)) {
            return vec![error("presence", room, address, None, "registration-required")];
        }
        if self.seats.iter().any(|seat| seat.nick == nick && seat.address != address) {
            return vec![error("presence", room, address, None, "conflict")];
        }
        self.seats.retain(|seat| seat.address != address);
        let others = self.seats.clone();
        self.seats.push(Seat { address: address.to_owned(), nick: nick.to_owned() });
        let mut out: Vec<Element> = others.iter().map(|other| presence(room, other, address, &[])).collect();
        let own = Seat { address: address.to_owned(), nick: nick.to_owned() };
        out.extend(others.iter().map(|other| presence(room, &own, &other.address, &[])));
        let codes: &[&str] = if is_new { &["110", "201"] } else { &["110"] };
        out.push(presence(room, &own, address, codes));
        out
    }

    fn part(&mut self, address: &str, room: &str) -> Vec<Element> {
        let Some(place) = self.seats.iter().position(|seat| seat.address == address) else {
            return Vec::new();
        };
        let gone = self.seats.remove(place);
        let told = self.seats.iter().map(|other| presence(room, &gone, &other.address, &[]));
        let told = told.chain([presence(room, &gone, address, &["110"])]);
        told.map(|presence| presence.with("type", "unavailable")).collect()
    }

    /// Who is in it, by address.
    pub(super) fn inside(&self) -> Vec<&str> {
        self.seats.iter().map(|seat| bare(&seat.address)).collect()
    }

    fn groupchat(&mut self, from: &str, room: &str, stanza: &Element) -> Vec<Element> {
        let Some(seat) = self.seats.iter().find(|seat| seat.address == from).cloned() else {
            return vec![error("message", room, from, stanza.attribute("id"), "not-acceptable")];
        };
        if self.refusals > 0 {
            self.refusals -= 1;
            return vec![error("message", room, from, stanza.attribute("id"), "policy-violation")];
        }
        let name = format!("n{}", self.archive.len());
        if stanza
            .elements()
            .any(|child| child.name == "body" || child.ns == ns::MARKERS || child.ns == ns::RETRACT)
        {
            self.archive.push((name.clone(), seat.nick.clone(), from.to_owned(), stanza.clone()));
        }
        let reflect = |to: &str| {
            let mut copy = Element::new("message", ns::COMPONENT)
                .with("type", "groupchat")
                .with("from", format!("{room}/{}", seat.nick))
                .with("to", to);
            if let Some(id) = stanza.attribute("id") {
                copy = copy.with("id", id);
            }
            copy.children_of(stanza.elements().cloned())
                .child(Element::new("stanza-id", ns::SID).with("by", room).with("id", &name))
        };
        self.seats.iter().map(|other| reflect(&other.address)).collect()
    }

    fn answer(&mut self, stanza: &Element, from: &str, room: &str) -> Vec<Element> {
        let id = stanza.attribute("id").unwrap_or_default();
        let result = || {
            let iq = Element::new("iq", ns::COMPONENT).with("type", "result").with("from", room);
            iq.with("to", from).with("id", id)
        };
        let Some(payload) = stanza.elements().next() else { return Vec::new() };
        if payload.is("query", ns::MUC_ADMIN) {
            self.members
                .extend(payload.elements().filter_map(|item| item.attribute("jid")).map(str::to_owned));
            return vec![result()];
        }
        if payload.is("query", ns::MUC_OWNER) && stanza.attribute("type") == Some("get") {
            let field = |name: &str| Element::new("field", ns::FORM).with("var", name);
            let form = Element::new("x", ns::FORM).child(field("muc#roomconfig_membersonly"));
            return vec![result().child(Element::new("query", ns::MUC_OWNER).child(form))];
        }
        if payload.is("query", ns::MAM) {
            return self.page(payload, from, room, result());
        }
        vec![result()]
    }

    fn page(&self, query: &Element, from: &str, room: &str, result: Element) -> Vec<Element> {
        if self.has_no_archive {
            let id = result.attribute("id").map(str::to_owned);
            return vec![error("iq", room, from, id.as_deref(), "service-unavailable")];
        }
        let after = query.find("set", ns::RSM).and_then(|set| set.find("after", ns::RSM)).map(Element::text);
        let start = match after {
            None => 0,
            Some(name) => match self.archive.iter().position(|(own, ..)| *own == name) {
                Some(place) => place + 1,
                None => {
                    let id = result.attribute("id").map(str::to_owned);
                    return vec![error("iq", room, from, id.as_deref(), "item-not-found")];
                }
            },
        };
        // Smaller pages than are asked for: a server may.
        let page: Vec<_> = self.archive.iter().skip(start).take(3).collect();
        let mut out: Vec<Element> = page
            .iter()
            .map(|(name, nick, address, stanza)| {
                let item = Element::new("item", ns::MUC_USER).with("jid", address);
                let inner = Element::new("message", ns::COMPONENT)
                    .with("type", "groupchat")
                    .with("from", format!("{room}/{nick}"))
                    .with("id", stanza.attribute("id").unwrap_or_default())
                    .children_of(stanza.elements().cloned())
                    .child(Element::new("x", ns::MUC_USER).child(item));
                let forwarded = Element::new("forwarded", ns::FORWARD).child(inner);
                let result = Element::new("result", ns::MAM)
                    .with("id", name)
                    .with("queryid", query.attribute("queryid").unwrap_or_default())
                    .child(forwarded);
                Element::new("message", ns::COMPONENT).with("from", room).with("to", from).child(result)
            })
            .collect();
        let is_whole = start + page.len() >= self.archive.len();
        let mut set = Element::new("set", ns::RSM);
        if let Some((name, ..)) = page.last() {
            set = set.child(Element::new("last", ns::RSM).text_of(name));
        }
        let fin = Element::new("fin", ns::MAM).with("complete", is_whole.to_string()).child(set);
        out.push(result.child(fin));
        out
    }
}

fn presence(room: &str, who: &Seat, to: &str, codes: &[&str]) -> Element {
    let user = Element::new("x", ns::MUC_USER)
        .child(Element::new("item", ns::MUC_USER).with("jid", &who.address))
        .children_of(codes.iter().map(|code| Element::new("status", ns::MUC_USER).with("code", *code)));
    Element::new("presence", ns::COMPONENT)
        .with("from", format!("{room}/{}", who.nick))
        .with("to", to)
        .child(user)
}

fn error(name: &str, from: &str, to: &str, id: Option<&str>, condition: &str) -> Element {
    let error = Element::new("error", ns::COMPONENT).child(Element::new(condition, ns::STANZA_ERROR));
    let mut out = Element::new(name, ns::COMPONENT).with("type", "error").with("from", from).with("to", to);
    if let Some(id) = id {
        out = out.with("id", id);
    }
    out.child(error)
}
