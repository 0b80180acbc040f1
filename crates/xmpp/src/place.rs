//! Where a session is for those who answer: a [`Room`] or a [`Contact`]. Both are machines with the same inputs and effects.
//!
//! Effects are carried out in their order, and each is done before the next begins; [`Effect::Take`] and [`Effect::ReadLog`] are
//! answered by an input.

use tieline_connector::{Bridge, Due, Handed, Heard, Taken};
use tieline_protocol::{Millis, Seq};

use crate::{
    address::{Domains, Mode},
    contact::Contact,
    element::Element,
    room::Room,
};

/// How long a place stays whose session is over, to tell whoever writes there that it is.
pub const LINGER: Millis = Millis::minutes(10);

/// What a session's place is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The line to the server is up: everything before it is void.
    Up,
    /// The line is down.
    Down,
    /// A stanza from the room, or to the contact.
    Stanza(Element),
    /// Who takes part may have changed.
    Bridge(Box<Bridge>),
    /// The log may have more.
    Stirred,
    /// The answer to [`Effect::ReadLog`].
    Due(Vec<Due>),
    /// The answer to [`Effect::Take`].
    Taken {
        /// As in [`Effect::Take`].
        who: String,
        /// What became of it.
        taken: Taken,
    },
    /// The visitor types, or does not any more.
    Typing(bool),
    /// The visitor has read the words of that name.
    Seen(String),
    /// Time has passed.
    Wake,
}

/// What a session's place wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Say it on the line.
    Send(Element),
    /// Read the log after that place.
    ReadLog(Seq),
    /// Take what somebody said.
    Take {
        /// Whoever said it, as one speaks to them there: a name in the room, or an address.
        who: String,
        /// What.
        heard: Heard,
    },
    /// The platform has it.
    Handed(Handed),
    /// The place was told who answers, up to that turn.
    Told(u32),
    /// Somebody's client has what was said up to the words of one of these names.
    Delivered {
        /// Who.
        account: String,
        /// The names.
        names: Vec<String>,
    },
    /// Somebody has read up to the words of one of these names.
    Read {
        /// Who.
        account: String,
        /// The names.
        names: Vec<String>,
    },
    /// Somebody types, or does not any more.
    Typing {
        /// Who.
        account: String,
        /// Whether.
        is_typing: bool,
    },
    /// Somebody is at their client, or is not any more.
    Attend {
        /// Who.
        account: String,
        /// Whether.
        is_here: bool,
    },
    /// Something is not as it should be, in a sentence for an operator.
    Trouble(String),
}

/// One session's place.
#[derive(Clone, Debug)]
pub enum Place {
    /// In room mode.
    Room(Box<Room>),
    /// In direct mode.
    Contact(Box<Contact>),
}

impl Place {
    /// Before the line is up.
    pub fn new(domains: Domains, bridge: Bridge) -> Self {
        match domains.mode {
            Mode::Rooms(_) => Self::Room(Box::new(Room::new(domains, bridge))),
            Mode::Direct => Self::Contact(Box::new(Contact::new(domains, bridge))),
        }
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        match self {
            Self::Room(room) => room.handle(now, input),
            Self::Contact(contact) => contact.handle(now, input),
        }
    }

    /// When to wake it at the latest.
    pub fn next_wake(&self) -> Option<Millis> {
        match self {
            Self::Room(room) => room.next_wake(),
            Self::Contact(contact) => contact.next_wake(),
        }
    }

    /// Whether it waits for the server to let it in.
    pub fn is_coming_up(&self) -> bool {
        match self {
            Self::Room(room) => room.is_coming_up(),
            Self::Contact(_) => false,
        }
    }

    /// Whether it is left for good: whoever still writes there begins anew.
    pub fn has_left(&self) -> bool {
        match self {
            Self::Room(room) => room.has_left(),
            Self::Contact(contact) => contact.has_left(),
        }
    }

    /// Whether there is nothing left to do for a session that is over.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Room(room) => room.is_done(),
            Self::Contact(contact) => contact.is_done(),
        }
    }
}
