//! Coming in, setting up a new room, letting the agents in.

use tieline_connector::words;
use tieline_protocol::Millis;

use super::{Effect, Occupant, PATIENCE, Room, Stage};
use crate::{address::bare, element::Element, heard::Presence, ns, settings, stanza};

/// Longest name in a room, in characters.
const NICK_CHARS: usize = 40;
/// How often another number is put behind a name that is taken.
const CLASHES: u32 = 20;
/// A name that every server can have in an address.
const PLAIN_NAME: &str = "Tieline";
/// When a room that refused is asked again.
const AGAIN_AFTER: Millis = Millis::secs(60);

/// A name that may stand behind the slash.
pub(super) fn nick_of(name: &str, otherwise: &str) -> String {
    let kept: String = name
        .chars()
        .filter(|letter| !letter.is_control() && !is_invisible(*letter))
        .take(NICK_CHARS)
        .collect();
    let kept = kept.trim();
    if kept.is_empty() { otherwise.to_owned() } else { kept.to_owned() }
}

/// Letters that show nothing or turn the line: a server refuses them in an address, and nobody should be fooled by them.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
}

impl Room {
    pub(super) fn come_in(&mut self, now: Millis, out: &mut Vec<Effect>) {
        self.stage = Stage::Joining;
        self.deadline = Some(now + PATIENCE);
        out.push(Effect::Send(stanza::join(&self.service.address, &self.address, &self.service.nick())));
    }

    pub(super) fn note_presence(&mut self, now: Millis, presence: Presence, out: &mut Vec<Effect>) {
        if presence.to != self.service.address {
            self.note_speaker(presence, out);
            return;
        }
        if let Some(why) = presence.error {
            if self.stage == Stage::Joining {
                self.not_let_in(now, &why, out);
            }
            return;
        }
        self.note_occupant(&presence, out);
        if !presence.is_self {
            return;
        }
        self.service.is_in = presence.is_in;
        match (presence.is_in, &self.stage) {
            (true, Stage::Joining) if presence.is_new_room => self.ask_form(now, out),
            (true, Stage::Joining) => self.admit(now, out),
            // Thrown out: by a restart of the server's rooms, or by somebody.
            (false, stage) if !matches!(stage, Stage::Out | Stage::Left) => {
                self.forget_sending();
                self.come_in(now, out);
            }
            _ => {}
        }
    }

    fn not_let_in(&mut self, now: Millis, why: &str, out: &mut Vec<Effect>) {
        match why {
            "conflict" if self.service.clashes < CLASHES => {
                self.service.clashes += 1;
                self.come_in(now, out);
            }
            // A name that this server cannot have in an address.
            "jid-malformed" | "not-acceptable" if self.service.name != PLAIN_NAME => {
                self.service.name = PLAIN_NAME.to_owned();
                self.come_in(now, out);
            }
            why => {
                out.push(Effect::Trouble(format!("{} does not let the gateway in: {why}", self.address)));
                self.wait_outside(now);
            }
        }
    }

    /// Leaves it for a while.
    pub(super) fn wait_outside(&mut self, now: Millis) {
        self.stage = Stage::Refused;
        self.deadline = Some(now + AGAIN_AFTER);
    }

    fn note_occupant(&mut self, presence: &Presence, out: &mut Vec<Effect>) {
        let nick = &presence.nick;
        let was_here = self.occupants.get(nick).is_some_and(|occupant| occupant.is_here);
        if presence.is_in {
            let occupant = Occupant { account: presence.account.clone(), is_here: presence.is_here };
            self.occupants.insert(nick.clone(), occupant);
        }
        if was_here != presence.is_here
            && let Some(account) = self.account_of(nick).map(str::to_owned)
        {
            out.push(Effect::Attend { account, is_here: presence.is_here });
        }
        if !presence.is_in {
            self.occupants.remove(nick);
        }
    }

    fn note_speaker(&mut self, presence: Presence, out: &mut Vec<Effect>) {
        let found = self.speakers.values_mut().find(|speaker| speaker.address == presence.to);
        let Some(speaker) = found else { return };
        if let Some(why) = presence.error {
            match why.as_str() {
                "conflict" if speaker.clashes < CLASHES => {
                    speaker.clashes += 1;
                    speaker.is_asking = false;
                }
                "jid-malformed" | "not-acceptable" if speaker.name != PLAIN_NAME => {
                    speaker.name = PLAIN_NAME.to_owned();
                    speaker.is_asking = false;
                }
                // Asked again at the deadline.
                why => {
                    out.push(Effect::Trouble(format!("{} does not let a speaker in: {why}", self.address)));
                }
            }
        } else if presence.is_self {
            (speaker.is_in, speaker.is_asking) = (presence.is_in, false);
        }
    }

    fn ask_form(&mut self, now: Millis, out: &mut Vec<Effect>) {
        let question = self.question("form");
        let query = Element::new("query", ns::MUC_OWNER);
        out.push(Effect::Send(stanza::iq("get", &question, &self.service.address, &self.address, query)));
        self.stage = Stage::SettingUp { question };
        self.deadline = Some(now + PATIENCE);
    }

    pub(super) fn take_answer(
        &mut self,
        now: Millis,
        id: &str,
        outcome: Result<Option<Element>, String>,
        out: &mut Vec<Effect>,
    ) {
        match &self.stage {
            Stage::SettingUp { question } if question == id => match outcome {
                Ok(Some(form)) if form.is("query", ns::MUC_OWNER) => self.fill_in(now, &form, out),
                Ok(_) => self.admit(now, out),
                Err(why) => {
                    out.push(Effect::Trouble(format!("{} cannot be set up: {why}", self.address)));
                    self.admit(now, out);
                }
            },
            Stage::Admitting { question } if question == id => {
                if let Err(why) = outcome {
                    out.push(Effect::Trouble(format!("{} does not let an agent in: {why}", self.address)));
                }
                self.catch_up(now, out);
            }
            Stage::CatchingUp { query } if query == id => self.take_page(now, outcome, out),
            _ => {}
        }
    }

    fn fill_in(&mut self, now: Millis, form: &Element, out: &mut Vec<Effect>) {
        let title = format!("{} - {}", self.bridge.channel_name, words::name_of(&self.bridge.visitor));
        let about = self.bridge.item.as_ref().map(|item| item.title.clone()).unwrap_or_default();
        let filled = settings::fill_in(form, &title, &about);
        let question = self.question("set");
        let query = Element::new("query", ns::MUC_OWNER).child(filled);
        out.push(Effect::Send(stanza::iq("set", &question, &self.service.address, &self.address, query)));
        self.stage = Stage::SettingUp { question };
        self.deadline = Some(now + PATIENCE);
    }

    /// Lets the agents in, one by one: some servers heed the first of a list only.
    pub(super) fn admit(&mut self, now: Millis, out: &mut Vec<Effect>) {
        self.admitted = self.bridge.agents.clone();
        for account in self.bridge.agents.clone() {
            self.make_member(&account, out);
        }
        let visitor = self.domains.visitor(self.session);
        let question = self.make_member(bare(&visitor), out);
        self.stage = Stage::Admitting { question };
        self.deadline = Some(now + PATIENCE);
    }

    /// Lets an account in. Gives the name of the question.
    pub(super) fn make_member(&mut self, account: &str, out: &mut Vec<Effect>) -> String {
        let question = self.question("admit");
        let item = Element::new("item", ns::MUC_ADMIN).with("affiliation", "member").with("jid", account);
        let query = Element::new("query", ns::MUC_ADMIN).child(item);
        out.push(Effect::Send(stanza::iq("set", &question, &self.service.address, &self.address, query)));
        question
    }
}
