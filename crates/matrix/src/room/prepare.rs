//! What must be there before something can be said: those who speak, the room, and those who listen.

use tieline_connector::words;
use tieline_protocol::Author;

use super::{Effect, Puppet, Room};
use crate::{
    address::Server,
    ask::{Answer, Ask, Failure, Member},
};

/// Longer names are cut: a homeserver takes 256 bytes.
const NAME_CHARS: usize = 60;

impl Room {
    /// The user of somebody who speaks through the gateway. A visitor who has signed in since is one with who they were.
    pub(super) fn user_of(&self, author: &Author) -> String {
        if author.role.is_visiting() { self.visitor() } else { self.server.colleague(author.id) }
    }

    /// The first thing that is missing for words of that author. With news of a visitor's, those who answer are to be there too.
    pub(super) fn missing(&self, author: &Author, is_news: bool) -> Option<Ask> {
        let (visitor, service, speaker) = (self.visitor(), self.server.service(), self.user_of(author));
        let visitor_name = shown(&words::name_of(&self.bridge.visitor));
        let makes = |user: &str, name: String| self.make(user, name);
        if let Some(ask) = makes(&visitor, visitor_name.clone())
            .or_else(|| makes(&service, shown(&self.bridge.channel_name)))
        {
            return Some(ask);
        }
        let Some(room) = self.room.clone() else {
            if self.is_alias_taken {
                return Some(Ask::Resolve { alias: self.server.alias(self.session) });
            }
            let invite = self.bridge.agents.iter().cloned().chain([service]).collect();
            return Some(Ask::Create {
                user: visitor,
                alias: Server::alias_local(self.session),
                name: shown(&format!("{visitor_name} · {}", self.bridge.channel_name)),
                invite,
            });
        };
        let Some(members) = &self.members else { return Some(Ask::Members { room, user: visitor }) };
        // Whoever has left is asked in again when there is somebody to answer.
        if is_news && author.role.is_visiting() {
            let mut absent = self.bridge.wanted();
            let absent =
                absent.find(|agent| !members.contains_key(*agent) && !self.unreachable.contains(*agent));
            if let Some(whom) = absent {
                return Some(Ask::Invite { room, user: visitor, whom: whom.clone() });
            }
        }
        if !author.role.is_visiting()
            && let Some(ask) = makes(&speaker, shown(&words::name_of(author)))
        {
            return Some(ask);
        }
        [service, speaker].into_iter().find_map(|user| match members.get(&user) {
            None => Some(Ask::Invite { room: room.clone(), user: visitor.clone(), whom: user }),
            Some(member) if !member.is_in => Some(Ask::Join { room: room.clone(), user }),
            Some(_) => None,
        })
    }

    /// The first thing that is missing of one of ours.
    fn make(&self, user: &str, name: String) -> Option<Ask> {
        let user = user.to_owned();
        let Some(puppet) = self.puppets.get(&user).filter(|puppet| puppet.is_registered) else {
            return Some(Ask::Register { user });
        };
        if puppet.has_device.is_none() {
            return Some(Ask::Device { user });
        }
        (puppet.name.as_ref() != Some(&name)).then_some(Ask::Name { user, name })
    }

    pub(super) fn has_device(&self, user: &str) -> bool {
        self.puppets.get(user).and_then(|puppet| puppet.has_device).unwrap_or_default()
    }

    fn puppet(&mut self, user: &str) -> &mut Puppet {
        self.puppets.entry(user.to_owned()).or_default()
    }

    /// The room is that one.
    pub(super) fn settle(&mut self, room: String, out: &mut Vec<Effect>) {
        if self.room.as_ref() != Some(&room) {
            self.room = Some(room.clone());
            self.members = None;
            out.push(Effect::Placed(room));
            // It may be an old one, of which nobody here knew any more.
            self.begin_reading();
        }
    }

    /// What was missing is there.
    pub(super) fn take_prepared(&mut self, ask: Ask, answer: Answer, out: &mut Vec<Effect>) {
        match (ask, answer) {
            (Ask::Register { user }, _) => self.puppet(&user).is_registered = true,
            (Ask::Name { user, name }, _) => self.puppet(&user).name = Some(name),
            (Ask::Device { user }, _) => self.puppet(&user).has_device = Some(true),
            (Ask::Create { .. } | Ask::Resolve { .. }, Answer::Room(room)) => self.settle(room, out),
            (Ask::Members { .. }, Answer::Members(members)) => {
                self.members =
                    Some(members.into_iter().map(|member| (member.user.clone(), member)).collect());
            }
            (Ask::Invite { whom, .. }, _) => self.note_member(whom, false),
            (Ask::Join { user, .. }, _) => self.note_member(user, true),
            _ => {}
        }
    }

    fn note_member(&mut self, user: String, is_in: bool) {
        if let Some(members) = &mut self.members {
            members.insert(user.clone(), Member { user, is_in, name: None });
        }
    }

    /// What was missing is not to be had. Gives whether to go on all the same.
    pub(super) fn take_unprepared(&mut self, ask: Ask, failure: &Failure, out: &mut Vec<Effect>) -> bool {
        let Failure::Refused { code, .. } = failure else { return false };
        match ask {
            Ask::Register { user } if code == "M_USER_IN_USE" => self.puppet(&user).is_registered = true,
            // Without it, what was sent is looked for in the room before it is sent again.
            Ask::Device { user } => self.puppet(&user).has_device = Some(false),
            Ask::Name { user, name } => {
                out.push(Effect::Trouble(format!("{user} has no name: {failure}")));
                self.puppet(&user).name = Some(name);
            }
            // Its maker may have been killed before it could note the room, or somebody could not be asked in.
            Ask::Create { .. } => {
                if code != "M_ROOM_IN_USE" {
                    out.push(Effect::Trouble(format!("the session's room was not made whole: {failure}")));
                }
                self.is_alias_taken = true;
            }
            Ask::Resolve { .. } => {
                self.is_alias_taken = false;
                out.push(Effect::Trouble(format!("the session has no room: {failure}")));
                return false;
            }
            Ask::Invite { whom, .. } if self.bridge.agents.contains(&whom) => {
                out.push(Effect::Trouble(format!("{whom} cannot be asked in: {failure}")));
                self.unreachable.insert(whom);
            }
            _ => {
                // Somebody may have been put out, or come in past us.
                self.members = None;
                out.push(Effect::Trouble(format!("the session's room: {failure}")));
                return false;
            }
        }
        true
    }
}

/// A name as it is shown: no line of it, and not too long.
fn shown(name: &str) -> String {
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(NAME_CHARS).collect();
    name.trim().to_owned()
}
