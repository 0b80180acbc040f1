//! What a connector is told of a session.

use tieline_protocol::{Author, DraftId, Entry, Item, Seq, SessionId, server::Phase};

/// A session that a platform takes part in.
#[derive(Clone, Debug, PartialEq)]
pub struct Bridge {
    /// Which.
    pub session: SessionId,
    /// The shop.
    pub channel_name: String,
    /// The desk's name within it.
    pub recipient: String,
    /// Who asks.
    pub visitor: Author,
    /// What it is about.
    pub item: Option<Item>,
    /// The accounts that answer, as the platform writes them.
    pub agents: Vec<String>,
    /// Whether it takes more words.
    pub phase: Phase,
    /// Where its log ends.
    pub last: Seq,
    /// Up to where the platform has it.
    pub handed: Seq,
    /// Up to where the platform was read, in its own words.
    pub cursor: Option<String>,
    /// What the platform calls the place of the session, where that is not made of its id.
    pub place: Option<String>,
    /// Who answers it, if that was ever said.
    pub assigned: Option<Assigned>,
    /// Up to which turn of that the room was told.
    pub told: u32,
}

/// Who answers a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// Counts the changes.
    pub turn: u32,
    /// Who. None: nobody in particular.
    pub to: Option<Assignee>,
}

/// Somebody who answers a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignee {
    /// The name that visitors see.
    pub name: String,
    /// Their account on this platform. None: they answer elsewhere.
    pub account: Option<String>,
}

impl Bridge {
    /// What the room is to be told of who answers, if it was not yet.
    pub fn news_of_assignment(&self) -> Option<&Assigned> {
        self.assigned.as_ref().filter(|assigned| assigned.turn > self.told)
    }

    /// Those who are asked in when the visitor writes: whoever answers, if somebody does; else all.
    pub fn wanted(&self) -> impl Iterator<Item = &String> {
        let assignee = self.assigned.as_ref().and_then(|assigned| assigned.to.as_ref());
        let is_wanted = move |account: &&String| match assignee {
            Some(assignee) => assignee.account.as_ref() == Some(account),
            None => true,
        };
        self.agents.iter().filter(is_wanted)
    }
}

/// An entry that the platform does not have yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The entry.
    pub entry: Entry,
    /// It came from there: there is nothing to tell.
    pub is_echo: bool,
    /// The account of the platform that said it, if it came from there.
    pub account: Option<String>,
    /// What the platform calls the words that it answers or changes, if it knows them.
    pub about: Option<String>,
    /// The words that it answers.
    pub quote: Option<Quote>,
    /// Where the file that it says can be read.
    pub file_url: Option<String>,
}

/// Words that others answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Who said them.
    pub from: Author,
    /// In plain text.
    pub text: String,
}

/// The platform has an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Which.
    pub draft: DraftId,
    /// Its place, where the connector knows it.
    pub seq: Option<Seq>,
    /// What the platform calls it.
    pub names: Vec<String>,
    /// Up to where the platform was read by that.
    pub cursor: Option<String>,
}
