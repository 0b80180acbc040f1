//! Entries of the log go into the room, one after the other.

use tieline_connector::{Due, Handed, words};
use tieline_protocol::{Body, Millis, PartyId};

use super::{Effect, PATIENCE, Room, Sending, Speaker, Stage, enter};
use crate::{address::bare, element::Element, stanza};

/// An agent who has not come is asked again after so long, if there is something new.
const INVITED_FOR: Millis = Millis::minutes(15);
/// How often an entry is said again that the room refuses.
const REFUSALS: u32 = 3;

impl Room {
    /// Says the next entry, if nothing is on its way.
    pub(super) fn hand_over(&mut self, now: Millis, out: &mut Vec<Effect>) {
        if self.stage != Stage::Live || self.sending.is_some() {
            return;
        }
        while let Some(due) = self.due.pop_front() {
            let (draft, seq) = (due.entry.draft_id, due.entry.seq);
            if seq <= self.handed {
                continue;
            }
            if !due.is_echo && !self.is_speaker_in(&due, now, out) {
                self.due.push_front(due);
                return;
            }
            let from = self.speaker_of(&due).unwrap_or(&self.service).address.clone();
            let said = if due.is_echo { None } else { self.said(&due, &from) };
            let Some(said) = said else {
                self.handed = seq;
                out.push(Effect::Handed(Handed { draft, seq: Some(seq), names: Vec::new(), cursor: None }));
                continue;
            };
            if due.entry.from.role.is_visiting() {
                self.invite(now, &due, out);
            }
            out.push(Effect::Send(said));
            self.is_typing = false;
            self.sending = Some(Sending { draft, seq });
            self.deadline = Some(now + PATIENCE);
            return;
        }
        if self.is_stirred && !self.is_reading_log {
            (self.is_stirred, self.is_reading_log) = (false, true);
            out.push(Effect::ReadLog(self.handed));
        }
    }

    fn said(&self, due: &Due, from: &str) -> Option<Element> {
        let about = due.about.as_deref().and_then(|name| name.strip_prefix("sid:"));
        let frame = stanza::Frame { kind: "groupchat", from, to: &self.address, before: "", about };
        stanza::said(due, frame)
    }

    /// The name under which somebody speaks here. A visitor who has signed in since is one with who they were.
    fn party_of(&self, due: &Due) -> PartyId {
        let from = &due.entry.from;
        if from.role.is_visiting() { self.bridge.visitor.id } else { from.id }
    }

    fn speaker_of(&self, due: &Due) -> Option<&Speaker> {
        self.speakers.get(&self.party_of(due))
    }

    /// Whether whoever said it can speak in the room; asks to let them in if not.
    fn is_speaker_in(&mut self, due: &Due, now: Millis, out: &mut Vec<Effect>) -> bool {
        let (party, from) = (self.party_of(due), &due.entry.from);
        let (address, name) = if from.role.is_visiting() {
            let name = enter::nick_of(&words::name_of(&self.bridge.visitor), "Visitor");
            (self.domains.visitor(self.session), name)
        } else {
            (self.domains.colleague(party, self.session), enter::nick_of(&words::name_of(from), "Agent"))
        };
        if !self.speakers.contains_key(&party) && !from.role.is_visiting() {
            // A member, as everybody who comes in must be.
            self.make_member(bare(&address), out);
        }
        let speaker = self.speakers.entry(party).or_insert_with(|| Speaker::new(address, name));
        if !speaker.is_in && !speaker.is_asking {
            speaker.is_asking = true;
            out.push(Effect::Send(stanza::join(&speaker.address, &self.address, &speaker.nick())));
            self.deadline = Some(now + PATIENCE);
        }
        speaker.is_in
    }

    /// Says who answers from now on, to all in the room and from nobody among them. The visitor's own widget never hears it.
    pub(super) fn tell_assigned(&mut self, out: &mut Vec<Effect>) {
        if self.stage != Stage::Live {
            return;
        }
        let Some(news) = self.bridge.news_of_assignment() else { return };
        let (turn, text) = (news.turn, words::assigned(news.to.as_ref().map(|to| to.name.as_str())));
        let id = format!("assigned-{turn}");
        out.push(Effect::Send(stanza::plain(&self.service.address, &self.address, &id, &text)));
        out.push(Effect::Told(turn));
        self.bridge.told = turn;
    }

    /// Asks those in who are not there.
    fn invite(&mut self, now: Millis, due: &Due, out: &mut Vec<Effect>) {
        for account in self.bridge.wanted() {
            let is_in = self.occupants.values().any(|occupant| occupant.account.as_ref() == Some(account));
            let is_asked = self.invited.get(account).is_some_and(|at| now < *at + INVITED_FOR);
            if is_in || is_asked {
                continue;
            }
            let shop = &self.bridge.channel_name;
            let why = match &due.entry.body {
                Body::Text { text } => format!("{shop}: {}", excerpt(text)),
                _ => format!("{shop}: {} asks", words::name_of(&self.bridge.visitor)),
            };
            let invitations = stanza::invitations(&self.service.address, &self.address, account, &why);
            out.extend(invitations.map(Effect::Send));
            self.invited.insert(account.clone(), now);
        }
    }

    /// The room did not take it: another time, and if it never does, it is told what is missing.
    pub(super) fn take_refusal(&mut self, now: Millis, id: &str, condition: &str, out: &mut Vec<Effect>) {
        let sending = self.sending.as_ref().filter(|sending| sending.draft.to_string() == id);
        let Some(&Sending { draft, seq }) = sending else { return };
        let before = self.refused.filter(|(refused, _)| *refused == draft).map_or(0, |(_, times)| times);
        self.refused = Some((draft, before + 1));
        if before + 1 < REFUSALS {
            // Most often one is not in the room any more.
            self.forget_sending();
            return self.come_in(now, out);
        }
        out.push(Effect::Trouble(format!("{} refuses entry {}: {condition}", self.address, seq.0)));
        if before + 1 > REFUSALS {
            // Not even a word about it.
            self.refused = None;
            self.forget_sending();
            return self.wait_outside(now);
        }
        let text = "(a message that this server refused: it can be read at the desk)";
        let stand_in = stanza::plain(&self.service.address, &self.address, &draft.to_string(), text);
        out.push(Effect::Send(stand_in));
        self.deadline = Some(now + PATIENCE);
    }

    pub(super) fn tell_typing(&mut self, is_typing: bool, out: &mut Vec<Effect>) {
        let is_heard = self.occupants.keys().any(|nick| self.account_of(nick).is_some());
        if self.stage == Stage::Live && is_heard && self.is_typing != is_typing {
            let Some(from) = self.visitors_address() else { return };
            out.push(Effect::Send(stanza::typing("groupchat", &from, &self.address, is_typing)));
            self.is_typing = is_typing;
        }
    }

    pub(super) fn tell_seen(&self, name: &str, out: &mut Vec<Effect>) {
        if let (Stage::Live, Some(stanza_id)) = (&self.stage, name.strip_prefix("sid:"))
            && let Some(from) = self.visitors_address()
        {
            out.push(Effect::Send(stanza::displayed("groupchat", &from, &self.address, stanza_id)));
        }
    }

    /// Where the visitor is in the room.
    fn visitors_address(&self) -> Option<String> {
        let visitor = self.speakers.get(&self.bridge.visitor.id).filter(|visitor| visitor.is_in)?;
        Some(visitor.address.clone())
    }
}

/// The first words, for a line.
fn excerpt(text: &str) -> String {
    const CHARS: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= CHARS {
        return line.to_owned();
    }
    line.chars().take(CHARS).chain(['…']).collect()
}
