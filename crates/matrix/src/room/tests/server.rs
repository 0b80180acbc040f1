//! A homeserver with one room, as small as it can be. Written after the Client-Server API, and after how Synapse forgets.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use crate::{
    ask::{Answer, Ask, Failure, Member, Speaking},
    heard,
};

pub(super) const AGENT: &str = "@mia:shop.example";
pub(super) const ROOM: &str = "!r:shop.example";

/// The server, and what it has to bring.
#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    /// It makes no devices, and forgets what was sent when it is restarted.
    pub(super) is_old: bool,
    users: BTreeSet<String>,
    names: BTreeMap<String, String>,
    is_made: bool,
    pub(super) members: BTreeMap<String, bool>,
    /// Sender, event, content.
    pub(super) events: Vec<(String, String, Value)>,
    transactions: BTreeMap<(String, String), String>,
    /// Events for the gateway, kept until it has taken them.
    pub(super) to_bring: VecDeque<Value>,
    /// What it was about to bring when it died: kept, and brought whenever it likes.
    pub(super) stuck: VecDeque<Value>,
    pub(super) redacted: Vec<String>,
    /// Refuses so many messages.
    pub(super) refusals: u32,
    /// Told, and not kept.
    pub(super) soft: Vec<Ask>,
    /// Agents whom it does not know.
    pub(super) unknown: BTreeSet<String>,
}

fn message(sender: &str, id: &str, content: &Value) -> Value {
    json!({ "type": "m.room.message", "room_id": ROOM, "event_id": id, "sender": sender, "content": content })
}

fn refused(status: u16, code: &str) -> Failure {
    Failure::Refused { status, code: code.into(), why: String::new() }
}

impl Server {
    /// It is killed and comes back: what it only remembered is gone, and what it was about to bring is laid aside.
    pub(super) fn restart(&mut self) {
        self.stuck.extend(self.to_bring.pop_front());
        if self.is_old {
            self.transactions.clear();
        }
    }

    /// The agent comes in.
    pub(super) fn agent_joins(&mut self) {
        self.members.insert(AGENT.into(), true);
        self.bring("m.room.member", AGENT, json!({ "membership": "join" }), Some(AGENT));
    }

    /// Somebody says something. Gives the event's name.
    pub(super) fn says(&mut self, sender: &str, content: Value) -> String {
        let id = format!("$e{}", self.events.len());
        self.events.push((sender.into(), id.clone(), content.clone()));
        self.bring("m.room.message", sender, content, None);
        id
    }

    /// Bodies of those who are not the agent, in order.
    pub(super) fn texts(&self) -> Vec<&str> {
        let others = self.events.iter().filter(|(sender, ..)| sender != AGENT);
        others.filter_map(|(.., content)| content["body"].as_str()).collect()
    }

    fn bring(&mut self, kind: &str, sender: &str, content: Value, state_key: Option<&str>) {
        let id = match kind {
            "m.room.message" => format!("$e{}", self.events.len() - 1),
            _ => format!("$s{}", self.to_bring.len()),
        };
        let mut event =
            json!({ "type": kind, "room_id": ROOM, "event_id": id, "sender": sender, "content": content });
        if let Some(key) = state_key {
            event["state_key"] = key.into();
        }
        self.to_bring.push_back(event);
    }

    /// Does what is asked.
    pub(super) fn take(&mut self, ask: &Ask) -> Result<Answer, Failure> {
        let is_user = |users: &BTreeSet<String>, user: &String| users.contains(user);
        match ask {
            Ask::Register { user } if self.users.insert(user.clone()) => Ok(Answer::Done),
            Ask::Register { .. } => Err(refused(400, "M_USER_IN_USE")),
            Ask::Name { user, .. } | Ask::Device { user } if !is_user(&self.users, user) => {
                Err(refused(403, "M_FORBIDDEN"))
            }
            Ask::Name { user, name } => {
                self.names.insert(user.clone(), name.clone());
                Ok(Answer::Done)
            }
            Ask::Device { .. } if self.is_old => Err(refused(404, "M_NOT_FOUND")),
            Ask::Create { .. } if self.is_made => Err(refused(400, "M_ROOM_IN_USE")),
            Ask::Create { user, invite, .. } => {
                self.is_made = true;
                self.members.insert(user.clone(), true);
                self.bring("m.room.create", user, json!({}), Some(""));
                if invite.iter().any(|whom| self.unknown.contains(whom)) {
                    return Err(refused(400, "M_UNKNOWN"));
                }
                self.members.extend(invite.iter().map(|whom| (whom.clone(), false)));
                Ok(Answer::Room(ROOM.into()))
            }
            Ask::Resolve { .. } if self.is_made => Ok(Answer::Room(ROOM.into())),
            Ask::Resolve { .. } => Err(refused(404, "M_NOT_FOUND")),
            Ask::Members { .. } => {
                let member = |(user, is_in): (&String, &bool)| Member {
                    user: user.clone(),
                    is_in: *is_in,
                    name: self.names.get(user).cloned(),
                };
                Ok(Answer::Members(self.members.iter().map(member).collect()))
            }
            Ask::Invite { whom, .. } if self.unknown.contains(whom) => Err(refused(404, "M_NOT_FOUND")),
            Ask::Invite { whom, .. } if self.members.contains_key(whom) => Err(refused(403, "M_FORBIDDEN")),
            Ask::Invite { whom, .. } => {
                self.members.insert(whom.clone(), false);
                Ok(Answer::Done)
            }
            Ask::Join { user, .. } if self.members.contains_key(user) => {
                self.members.insert(user.clone(), true);
                Ok(Answer::Done)
            }
            Ask::Join { .. } => Err(refused(403, "M_FORBIDDEN")),
            Ask::Find { draft, user, .. } => {
                let draft = draft.to_string();
                let found = self
                    .events
                    .iter()
                    .find(|(sender, _, content)| sender == user && content["x.tieline.draft_id"] == draft);
                Ok(Answer::Found(found.map(|(_, id, _)| id.clone())))
            }
            Ask::History { from, .. } => {
                const PAGE: usize = 3;
                let end = from.as_ref().and_then(|from| from.parse().ok()).unwrap_or(self.events.len());
                let begin = end.saturating_sub(PAGE);
                let page = self.events[begin..end].iter().rev();
                let event = |(sender, id, content): &(String, String, Value)| {
                    heard::read(&message(sender, id, content)).unwrap()
                };
                let more = (begin > 0).then(|| begin.to_string());
                Ok(Answer::History { events: page.map(event).collect(), more })
            }
            Ask::Upload { .. } => Ok(Answer::Uploaded("mxc://shop.example/f".into())),
            Ask::Send { user, transaction, content, .. } => self.send(user, transaction, content),
            Ask::Redact { event, .. } => {
                self.redacted.push(event.clone());
                Ok(Answer::Event(format!("$r{}", self.redacted.len())))
            }
            Ask::Edits { event, .. } => {
                let edits = self.events.iter().filter(|(_, id, content)| {
                    content["m.relates_to"]["rel_type"] == "m.replace"
                        && content["m.relates_to"]["event_id"] == *event
                        && !self.redacted.contains(id)
                });
                Ok(Answer::Edits(edits.map(|(_, id, _)| id.clone()).collect()))
            }
            soft @ (Ask::Typing { .. } | Ask::Receipt { .. }) => {
                self.soft.push(soft.clone());
                Ok(Answer::Done)
            }
            _ => Ok(Answer::Done),
        }
    }

    fn send(&mut self, user: &Speaking, transaction: &str, content: &Value) -> Result<Answer, Failure> {
        assert_eq!(user.has_device, !self.is_old, "a device where there can be one");
        if self.members.get(&user.user) != Some(&true) {
            return Err(refused(403, "M_FORBIDDEN"));
        }
        let key = (user.user.clone(), transaction.to_owned());
        if let Some(event) = self.transactions.get(&key) {
            return Ok(Answer::Event(event.clone()));
        }
        if self.refusals > 0 {
            self.refusals -= 1;
            return Err(refused(413, "M_TOO_LARGE"));
        }
        let event = self.says(&user.user, content.clone());
        self.transactions.insert(key, event.clone());
        Ok(Answer::Event(event))
    }
}
