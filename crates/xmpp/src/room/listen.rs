//! What is said in the room.

use tieline_connector::{
    Handed, Heard, Said, Taken,
    command::{HELP, Line},
    words,
};
use tieline_protocol::{DraftId, Millis};

use super::{Effect, Room, Stage, enter};
use crate::{
    address::bare,
    element::Element,
    heard::{self, Kind, Message},
    stanza::{self, client_name, room_name},
};

impl Room {
    pub(super) fn hear(&mut self, now: Millis, stanza: &Element, out: &mut Vec<Effect>) {
        // Whoever dispatches has looked; a stanza of another room here would be taken for this one's.
        if stanza.attribute("from").map(bare) != Some(self.address.as_str()) {
            return;
        }
        // Everybody of ours in the room hears everything: the gateway itself is the ear.
        let is_for_ear = stanza.attribute("to") == Some(self.service.address.as_str());
        match heard::read(stanza) {
            Some(heard::Heard::Presence(presence)) => self.note_presence(now, presence, out),
            Some(heard::Heard::Refused { id, condition }) => self.take_refusal(now, &id, &condition, out),
            Some(heard::Heard::Whispered { nick }) => {
                self.whisper(
                    &nick,
                    "Nobody sees what is written to one person here. Write in the room.",
                    out,
                );
            }
            Some(heard::Heard::Message(message)) if is_for_ear => self.take_live(message, out),
            Some(heard::Heard::Archived { query, message }) if is_for_ear => {
                self.take_archived(&query, message, out);
            }
            Some(heard::Heard::Answer { id, outcome }) if is_for_ear => {
                self.take_answer(now, &id, outcome, out);
            }
            _ => {}
        }
    }

    /// A message, live or from the archive.
    pub(super) fn take_message(&mut self, message: Message, out: &mut Vec<Effect>) {
        let account = match &message.account {
            Some(account) => Some(account.clone()),
            None => self.occupants.get(&message.nick).and_then(|occupant| occupant.account.clone()),
        };
        let is_ours = match &account {
            Some(account) => self.domains.is_ours(account),
            None => self.is_name_of_ours(&message.nick),
        };
        if is_ours {
            return self.take_echo(&message, out);
        }
        let Some(account) = account.or_else(|| self.only_agent()) else {
            out.push(Effect::Trouble(format!(
                "{}: nobody knows the account of `{}`; the room must show addresses to all",
                self.address, message.nick
            )));
            return;
        };
        self.take_words(account, message, out);
    }

    /// Where the room does not say whose a name is: one of those that are given to ours.
    fn is_name_of_ours(&self, nick: &str) -> bool {
        let visitor = words::name_of(&self.bridge.visitor);
        self.speakers.values().any(|speaker| speaker.nick() == nick)
            || nick == enter::nick_of(&visitor, "Visitor")
    }

    /// Where one account only may be in the room, it is that one.
    fn only_agent(&self) -> Option<String> {
        match self.bridge.agents.as_slice() {
            [account] => Some(account.clone()),
            _ => None,
        }
    }

    /// One of ours came back: the room has it.
    fn take_echo(&mut self, message: &Message, out: &mut Vec<Effect>) {
        let draft = message.id.as_deref().and_then(|id| id.parse::<DraftId>().ok());
        let (Some(draft), Some(stanza_id)) = (draft, &message.stanza_id) else { return };
        let sent = self.sending.take_if(|sending| sending.draft == draft);
        if let Some(sent) = &sent {
            self.handed = self.handed.max(sent.seq);
            self.deadline = None;
        }
        self.cursor = Some(stanza_id.clone());
        out.push(Effect::Handed(Handed {
            draft,
            seq: sent.map(|sent| sent.seq),
            names: vec![room_name(stanza_id)],
            cursor: self.cursor.clone(),
        }));
    }

    fn take_words(&mut self, account: String, message: Message, out: &mut Vec<Effect>) {
        let Message { nick, id, stanza_id, kind, .. } = message;
        let said = match kind {
            Kind::Typing(is_typing) => {
                if self.stage == Stage::Live {
                    out.push(Effect::Typing { account, is_typing });
                }
                return;
            }
            Kind::Displayed { of } => {
                out.push(Effect::Read { account, names: vec![room_name(&of), of] });
                return;
            }
            Kind::Other => return,
            Kind::Words { text, answers } => match Line::read(&text) {
                Line::Words(text) => {
                    let answers = answers
                        .map(|of| vec![room_name(&of), client_name(&account, &of), of])
                        .unwrap_or_default();
                    Said::Text { text, answers }
                }
                Line::Close => Said::Close,
                Line::Assign(whom) => Said::Assign(whom),
                Line::Card(card) => Said::Card(card),
                Line::Wrong(usage) => {
                    self.whisper(&nick, usage, out);
                    Said::Nothing
                }
                Line::Note => Said::Nothing,
                Line::Help => {
                    self.whisper(&nick, HELP, out);
                    Said::Nothing
                }
                Line::Unknown(word) => {
                    self.whisper(&nick, &format!("There is no /{word}, and it was not sent. {HELP}"), out);
                    Said::Nothing
                }
            },
            Kind::Edit { of, text } => {
                Said::Edit { of: vec![client_name(&account, &of), room_name(&of)], text }
            }
            Kind::Retract { of } => Said::Retract { of: vec![room_name(&of), client_name(&account, &of)] },
            Kind::File { url, name } => Said::File { url, name },
        };
        let mut names = Vec::new();
        names.extend(stanza_id.as_deref().map(room_name));
        names.extend(id.as_deref().map(|id| client_name(&account, id)));
        if names.is_empty() {
            out.push(Effect::Trouble(format!("{}: a message without any id was not taken", self.address)));
            return;
        }
        if stanza_id.is_some() {
            self.cursor.clone_from(&stanza_id);
        }
        let heard = Heard { session: self.session, account, names, cursor: stanza_id, said };
        out.push(Effect::Take { nick, heard });
    }

    pub(super) fn answer(&mut self, nick: &str, taken: &Taken, out: &mut Vec<Effect>) {
        if let Taken::Refused(refused) = taken {
            self.whisper(nick, &refused.0, out);
        }
    }

    fn whisper(&self, nick: &str, text: &str, out: &mut Vec<Effect>) {
        // Not for somebody who has left: what is said to a nick that is gone comes back as an error.
        if self.occupants.contains_key(nick) {
            out.push(Effect::Send(stanza::whisper(&self.service.address, &self.address, nick, text)));
        }
    }
}
