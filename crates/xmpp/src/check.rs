//! A trial of a server before a gateway relies on it: dials, makes a room of its own, looks for what is said in it in the archive,
//! and destroys the room again.
//!
//! Knows no words for people: what it finds are facts, in the order of the trial. It ends with the first fact that makes the next
//! question pointless. No gateway may be connected under the same name meanwhile: Prosody would refuse the trial, and ejabberd
//! would give part of what is for the gateway to the trial.

use std::time::Duration;

use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    address::{Domains, Mode},
    connector::Setup,
    element::Element,
    heard::{self, Heard, Kind},
    line::{self, Broken, Incoming, Outgoing},
    ns, service, settings, stanza,
};

/// How long the server has for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the gateway is called in the trial's room.
const NICK: &str = "Tieline";

/// What the trial found.
#[derive(Debug)]
pub enum Finding {
    /// The server took the component's name and secret.
    Line,
    /// It did not, or went away.
    NoLine(Broken),
    /// In direct mode: what is for the component comes to it.
    Carried,
    /// It does not.
    NotCarried(Refusal),
    /// The rooms' service answers.
    Rooms,
    /// It does not.
    NoRooms(Refusal),
    /// What answers there has no rooms.
    OtherService,
    /// A room was made.
    Room,
    /// The gateway may not make one.
    NoRoom(Refusal),
    /// The room cannot be set up as a session's.
    NoSettings(Refusal),
    /// Only members come in.
    Members,
    /// Anybody comes in.
    NoMembers,
    /// Everybody in the room is known by their account.
    Accounts,
    /// They are not, except to owners.
    NoAccounts,
    /// What was said in the room is in its archive.
    Archive,
    /// The room has no archive, or what was said is not in it.
    NoArchive(Refusal),
    /// The room could not be destroyed, and is still there.
    Left {
        /// Its address.
        room: String,
        /// Why.
        why: Refusal,
    },
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The condition that was named (RFC 6120, 8.3.3).
    Condition(String),
    /// Nothing was said.
    Silence,
    /// It was said to be done, and was not.
    Nothing,
}

/// Tries a server.
pub async fn run(setup: &Setup) -> Vec<Finding> {
    let dialled = line::dial(&setup.server, &setup.domains.component, &setup.secret).await;
    let (incoming, outgoing) = match dialled {
        Ok(line) => line,
        Err(why) => return vec![Finding::NoLine(why)],
    };
    let room = format!("check-{}@{}", Uuid::from_bytes(chance()).simple(), setup.domains.sessions());
    let mut trial =
        Trial { incoming, outgoing, domains: &setup.domains, room, findings: vec![Finding::Line] };
    if let Err(why) = trial.all().await {
        trial.findings.push(Finding::NoLine(why));
    }
    trial.outgoing.close().await;
    trial.findings
}

/// So that no two trials meet in one room.
fn chance() -> [u8; 16] {
    let mut bytes = [0; 16];
    // Without chance two trials at one time may meet, and one of them will say so.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    bytes
}

struct Trial<'a> {
    incoming: Incoming,
    outgoing: Outgoing,
    domains: &'a Domains,
    room: String,
    findings: Vec<Finding>,
}

impl Trial<'_> {
    async fn all(&mut self) -> Result<(), Broken> {
        if self.domains.mode == Mode::Direct {
            return self.hears_itself().await;
        }
        if !self.finds_rooms().await? || !self.makes_room().await? {
            return Ok(());
        }
        if self.sets_up().await? {
            self.looks_at_room().await?;
            self.looks_into_archive().await?;
        }
        self.destroys().await
    }

    /// In direct mode the server only carries: what is said to an address of the component has to come back to it.
    async fn hears_itself(&mut self) -> Result<(), Broken> {
        let component = self.domains.component.clone();
        let finding = match self.ask("get", &component, Element::new("ping", ns::PING)).await? {
            Ok(_) => Finding::Carried,
            Err(why) => Finding::NotCarried(why),
        };
        self.findings.push(finding);
        Ok(())
    }

    async fn finds_rooms(&mut self) -> Result<bool, Broken> {
        let rooms = self.domains.sessions().to_owned();
        let finding = match self.ask("get", &rooms, Element::new("query", ns::DISCO)).await? {
            Ok(info) if has_feature(info.as_ref(), ns::MUC) => Finding::Rooms,
            Ok(_) => Finding::OtherService,
            Err(why) => Finding::NoRooms(why),
        };
        let is_there = matches!(finding, Finding::Rooms);
        self.findings.push(finding);
        Ok(is_there)
    }

    async fn makes_room(&mut self) -> Result<bool, Broken> {
        let (service, room) = (self.domains.service(), self.room.clone());
        self.outgoing.send(&[stanza::join(&service, &room, NICK)]).await?;
        let entered = self.hear(|heard| match heard {
            Heard::Presence(presence) if presence.to == service => match presence.error {
                Some(condition) => Some(Err(Refusal::Condition(condition))),
                None => presence.is_self.then_some(Ok(presence.is_new_room)),
            },
            _ => None,
        });
        let finding = match entered.await? {
            Some(Ok(true)) => Finding::Room,
            Some(Ok(false)) => Finding::NoRoom(Refusal::Nothing),
            Some(Err(why)) => Finding::NoRoom(why),
            None => Finding::NoRoom(Refusal::Silence),
        };
        let is_made = matches!(finding, Finding::Room);
        self.findings.push(finding);
        Ok(is_made)
    }

    async fn sets_up(&mut self) -> Result<bool, Broken> {
        let room = self.room.clone();
        let owner = || Element::new("query", ns::MUC_OWNER);
        let done = match self.ask("get", &room, owner()).await? {
            Ok(Some(form)) => {
                let filled = settings::fill_in(&form, "Trial of a gateway", "");
                self.ask("set", &room, owner().child(filled)).await?.map(drop)
            }
            Ok(None) => Err(Refusal::Nothing),
            Err(why) => Err(why),
        };
        let is_done = done.is_ok();
        if let Err(why) = done {
            self.findings.push(Finding::NoSettings(why));
        }
        Ok(is_done)
    }

    /// What the room says of itself (XEP-0045, 6.4), not what it was asked for.
    async fn looks_at_room(&mut self) -> Result<(), Broken> {
        let room = self.room.clone();
        let info = match self.ask("get", &room, Element::new("query", ns::DISCO)).await? {
            Ok(info) => info,
            Err(why) => {
                self.findings.push(Finding::NoSettings(why));
                return Ok(());
            }
        };
        let has = |feature| has_feature(info.as_ref(), feature);
        self.findings.push(if has("muc_membersonly") { Finding::Members } else { Finding::NoMembers });
        self.findings.push(if has("muc_nonanonymous") { Finding::Accounts } else { Finding::NoAccounts });
        Ok(())
    }

    async fn looks_into_archive(&mut self) -> Result<(), Broken> {
        let (service, room) = (self.domains.service(), self.room.clone());
        self.outgoing.send(&[stanza::plain(&service, &room, "said", "This is a trial.")]).await?;
        let came_back = self.hear(|heard| match heard {
            Heard::Message(message) if message.id.as_deref() == Some("said") => Some(Ok(())),
            Heard::Refused { condition, .. } => Some(Err(Refusal::Condition(condition))),
            _ => None,
        });
        let finding = match came_back.await? {
            Some(Ok(())) => self.reads_archive().await?,
            Some(Err(why)) => Finding::NoArchive(why),
            None => Finding::NoArchive(Refusal::Silence),
        };
        self.findings.push(finding);
        Ok(())
    }

    async fn reads_archive(&mut self) -> Result<Finding, Broken> {
        let (service, room) = (self.domains.service(), self.room.clone());
        let query = Element::new("query", ns::MAM).with("queryid", "trial");
        self.outgoing.send(&[stanza::iq("set", "archive", &service, &room, query)]).await?;
        let mut is_in = false;
        let read = self.hear(|heard| match heard {
            Heard::Archived { query, message } if query == "trial" => {
                is_in |= message.id.as_deref() == Some("said") && matches!(message.kind, Kind::Words { .. });
                None
            }
            // The end comes after all that was found.
            Heard::Answer { id, outcome } if id == "archive" => Some(outcome.map(drop)),
            _ => None,
        });
        Ok(match read.await? {
            Some(Ok(())) if is_in => Finding::Archive,
            Some(Ok(())) => Finding::NoArchive(Refusal::Nothing),
            Some(Err(condition)) => Finding::NoArchive(Refusal::Condition(condition)),
            None => Finding::NoArchive(Refusal::Silence),
        })
    }

    /// XEP-0045, 10.9.
    async fn destroys(&mut self) -> Result<(), Broken> {
        let room = self.room.clone();
        let destroy = Element::new("query", ns::MUC_OWNER).child(Element::new("destroy", ns::MUC_OWNER));
        if let Err(why) = self.ask("set", &room, destroy).await? {
            self.findings.push(Finding::Left { room, why });
        }
        Ok(())
    }

    /// Asks one thing and waits for its answer.
    async fn ask(
        &mut self,
        kind: &str,
        to: &str,
        payload: Element,
    ) -> Result<Result<Option<Element>, Refusal>, Broken> {
        let question = Uuid::from_bytes(chance()).simple().to_string();
        let service = self.domains.service();
        self.outgoing.send(&[stanza::iq(kind, &question, &service, to, payload)]).await?;
        let answer = self.hear(|heard| match heard {
            Heard::Answer { id, outcome } if id == question => Some(outcome),
            _ => None,
        });
        Ok(match answer.await? {
            Some(outcome) => outcome.map_err(Refusal::Condition),
            None => Err(Refusal::Silence),
        })
    }

    /// What fits, of what comes from the service or the trial's room. None: nothing came in time.
    async fn hear<T>(&mut self, mut fits: impl FnMut(Heard) -> Option<T>) -> Result<Option<T>, Broken> {
        let heard = async {
            loop {
                let Some(stanza) = self.incoming.next().await? else { return Err(Broken::Closed) };
                if service::is_question(&stanza) {
                    if let Some(answer) = service::answer(&stanza, self.domains) {
                        self.outgoing.send(&[answer]).await?;
                    }
                    continue;
                }
                // Rooms of sessions may speak meanwhile. What they say is in their archive, for the gateway.
                let from = stanza.attribute("from").map(crate::address::bare).unwrap_or_default();
                if from != self.room && from != self.domains.sessions() {
                    continue;
                }
                if let Some(found) = heard::read(&stanza).and_then(&mut fits) {
                    return Ok(found);
                }
            }
        };
        match timeout(PATIENCE, heard).await {
            Ok(found) => found.map(Some),
            Err(_) => Ok(None),
        }
    }
}

fn has_feature(info: Option<&Element>, name: &str) -> bool {
    let features = info.into_iter().flat_map(Element::elements);
    features.filter(|child| child.is("feature", ns::DISCO)).any(|child| child.attribute("var") == Some(name))
}
