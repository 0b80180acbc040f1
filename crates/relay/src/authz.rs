//! Who may do what. The only file that can make a [`Permit`], and the only doorway to the log.
//!
//! Knows the principal and the facts, never the socket: the origin of a page is a filter, not a permission, and has no
//! say here. A stranger's session and one that does not exist are refused in the same words.

use std::{collections::BTreeSet, sync::Arc};

use tieline_protocol::{
    Body, Capabilities, Capability, ChannelId, ErrorBody, ErrorCode, Millis, PartyId, Role, SessionId,
    file::capability_of, server::Phase,
};

use crate::{
    Desk, Principal, Scope,
    command::{Assign, History, List, ListAgents, MoveCursor, Open, Post, ReadFiles, Type, Upload},
};

/// What the store knows of a session, as far as permission goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Which.
    pub session: SessionId,
    /// The desk that answers: channel and recipient.
    pub desk: Desk,
    /// Who asks.
    pub visitor: PartyId,
    /// Whether it takes more words.
    pub phase: Phase,
    /// What its channel grants today.
    pub capabilities: Capabilities,
    /// For how long words can be changed after they were said.
    pub edit_window: Millis,
    /// The words that the wish is about, if it is about words and they were looked up.
    pub target: Option<Target>,
}

/// What the store knows of words that somebody wants to change, as far as permission goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Who said them, by the name that they go by today: a visitor who has signed in since is that user.
    pub author: PartyId,
    /// How long ago.
    pub age: Millis,
    /// They are a text: nothing else can be said otherwise.
    pub is_text: bool,
    /// This very change stands in the log already, and is only said again.
    pub is_repeat: bool,
}

/// What the store knows of a channel, as far as permission goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelFacts {
    /// Which.
    pub channel: ChannelId,
    /// Not switched off.
    pub is_open: bool,
    /// The names that can be reached.
    pub recipients: BTreeSet<String>,
    /// What it grants today.
    pub capabilities: Capabilities,
}

/// What the store knows of a session and those who can answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignFacts {
    /// The session.
    pub session: Arc<Facts>,
    /// All agents of its desk, wherever they answer.
    pub agents: BTreeSet<PartyId>,
}

/// An authorised wish. Cannot be made outside of this file.
#[derive(Clone, Debug)]
pub struct Permit<W> {
    wish: W,
    party: PartyId,
}

impl<W> Permit<W> {
    /// What may be done.
    pub fn wish(&self) -> &W {
        &self.wish
    }

    /// Who may do it.
    pub fn party(&self) -> PartyId {
        self.party
    }

    /// Gives up the permit for its wish and its holder.
    pub fn into_parts(self) -> (W, PartyId) {
        (self.wish, self.party)
    }
}

/// Why a wish was refused. Goes to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No such session, or a stranger's: the same on purpose.
    NoSuchSession,
    /// The channel has no such recipient.
    NoSuchRecipient,
    /// The channel was switched off.
    ChannelClosed,
    /// The session has ended.
    Ended,
    /// The channel does not grant it, or the role does not allow it.
    NotGranted,
    /// The proof of identity has run out.
    Expired,
    /// Over its limit; `at` names the field.
    TooLarge {
        /// The field, as a dotted path.
        at: &'static str,
    },
    /// A text without a visible character.
    Empty,
    /// A URL that is neither `http` nor `https`, a price that is none.
    Malformed {
        /// The field, as a dotted path.
        at: &'static str,
    },
    /// The session has no words of one's own by that name: none, a stranger's, or nothing that can be changed.
    NoSuchWords,
    /// Nobody by that id answers the session.
    NoSuchAgent,
    /// The words were said too long ago to be changed.
    TooLate,
    /// A kind of file that nobody takes.
    KindOfFile,
    /// A body kind of a later version.
    UnknownKind,
    /// Too much in too short a time.
    TooFast {
        /// When to try again, from now.
        retry_after: Millis,
    },
}

impl Denial {
    /// The stable code.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::NoSuchSession | Self::NoSuchRecipient | Self::NoSuchWords | Self::NoSuchAgent => {
                ErrorCode::NotFound
            }
            Self::TooLate => ErrorCode::TooLate,
            Self::ChannelClosed => ErrorCode::ChannelClosed,
            Self::Ended => ErrorCode::SessionClosed,
            Self::NotGranted => ErrorCode::Forbidden,
            Self::Expired => ErrorCode::TokenExpired,
            Self::TooLarge { .. } => ErrorCode::TooLarge,
            Self::Empty => ErrorCode::TextEmpty,
            Self::Malformed { .. } => ErrorCode::BadFrame,
            Self::KindOfFile => ErrorCode::TypeDenied,
            Self::UnknownKind => ErrorCode::Unsupported,
            Self::TooFast { .. } => ErrorCode::RateLimited,
        }
    }

    /// The refusal as it goes on the wire.
    pub fn body(self) -> ErrorBody {
        let mut body = ErrorBody::new(self.code());
        match self {
            Self::TooLarge { at } | Self::Malformed { at } => body.at = Some(at.to_owned()),
            Self::KindOfFile => body.at = Some("body.type".to_owned()),
            Self::Empty => body.at = Some("body.body.text".to_owned()),
            Self::NoSuchAgent => body.at = Some("body.to".to_owned()),
            Self::NoSuchWords => body.at = Some("body.body.target".to_owned()),
            Self::TooFast { retry_after } => body.retry_ms = Some(retry_after),
            // The same words may be said again once the proof was renewed.
            Self::Expired => body.temporary = true,
            _ => {}
        }
        body
    }
}

/// Something that needs a permit.
pub trait Wish: Sized {
    /// What must be known to decide.
    type Facts;

    /// Whether it leaves a trace in the store. Reading goes on for a moment past the end of a proof.
    const IS_WRITING: bool;

    /// Whether the principal may. Says so; makes nothing.
    ///
    /// # Errors
    /// When not, and why.
    fn check(&self, principal: &Principal, facts: &Self::Facts) -> Result<(), Denial>;
}

/// Turns a wish into a permit, or says why not.
///
/// # Errors
/// When the proof has run out or the wish's own rule refuses.
pub fn authorise<W: Wish>(
    now: Millis,
    principal: &Principal,
    facts: &W::Facts,
    wish: W,
) -> Result<Permit<W>, Denial> {
    if !principal.holds(now, W::IS_WRITING) {
        return Err(Denial::Expired);
    }
    wish.check(principal, facts)?;
    Ok(Permit { wish, party: principal.party })
}

/// Whether the session is one of the principal's.
pub(crate) fn is_party_to(principal: &Principal, facts: &Facts) -> bool {
    match &principal.scope {
        Scope::One(channel) => {
            principal.role.is_visiting() && *channel == facts.desk.channel && principal.party == facts.visitor
        }
        Scope::Desks(desks) => is_answering(principal.role) && desks.contains(&facts.desk),
    }
}

/// Whether this is the answering side. A role of a later version is on no side.
pub(crate) fn is_answering(role: Role) -> bool {
    matches!(role, Role::Agent | Role::Bot)
}

fn check_session(principal: &Principal, facts: &Facts, capability: Capability) -> Result<(), Denial> {
    if !is_party_to(principal, facts) {
        return Err(Denial::NoSuchSession);
    }
    if !(principal.capabilities.grants(capability) && facts.capabilities.grants(capability)) {
        return Err(Denial::NotGranted);
    }
    Ok(())
}

impl Wish for Post {
    type Facts = Facts;
    const IS_WRITING: bool = true;

    fn check(&self, principal: &Principal, facts: &Facts) -> Result<(), Denial> {
        let capability = match &self.body {
            Body::Text { .. } => Capability::Text,
            Body::Item { .. } => Capability::Item,
            Body::Choices { .. } => Capability::QuickReply,
            Body::Edit { .. } | Body::Retract { .. } => Capability::Edit,
            Body::Ask { .. } | Body::Form { .. } => Capability::Form,
            Body::Rating { .. } => Capability::Rating,
            // Whoever may speak may say the last word.
            Body::Closed => Capability::Text,
            // A card that the gateway has not filled in is of no kind, and granted to nobody.
            Body::File { file } => capability_of(&file.media_type).unwrap_or(Capability::Unknown),
            Body::Retracted | Body::Unknown => Capability::Unknown,
        };
        check_session(principal, facts, capability)?;
        if self.reply_to.is_some() {
            check_session(principal, facts, Capability::Reply)?;
        }
        let is_theirs_to_say = match self.body {
            // To offer a choice is to answer: a visitor's would be buttons that a stranger puts on the desk.
            Body::Ask { .. } | Body::Closed | Body::Choices { .. } => is_answering(principal.role),
            Body::Form { .. } | Body::Rating { .. } => principal.role.is_visiting(),
            _ => true,
        };
        // How it was is said once it is over, and nothing else is.
        let is_said_at_the_end = matches!(self.body, Body::Rating { .. });
        match (is_theirs_to_say, facts.phase == Phase::Closed) {
            (false, _) => Err(Denial::NotGranted),
            (true, false) if is_said_at_the_end => Err(Denial::NotGranted),
            (true, true) if !is_said_at_the_end => Err(Denial::Ended),
            (true, _) => check_target(&self.body, principal.party, facts),
        }
    }
}

/// Whoever changes words has said them, and not long ago.
fn check_target(body: &Body, party: PartyId, facts: &Facts) -> Result<(), Denial> {
    let needs_text = match body {
        Body::Edit { .. } => true,
        Body::Retract { .. } => false,
        _ => return Ok(()),
    };
    let target = facts.target.filter(|target| target.author == party && (target.is_text || !needs_text));
    let target = target.ok_or(Denial::NoSuchWords)?;
    // What was in time the first time is answered as it was, however late the question comes again.
    if target.is_repeat || target.age < facts.edit_window { Ok(()) } else { Err(Denial::TooLate) }
}

impl Wish for Upload {
    type Facts = Facts;
    const IS_WRITING: bool = true;

    fn check(&self, principal: &Principal, facts: &Facts) -> Result<(), Denial> {
        let capability = capability_of(&self.media_type).ok_or(Denial::KindOfFile)?;
        check_session(principal, facts, capability)?;
        // Nobody could say it there.
        if facts.phase == Phase::Closed {
            return Err(Denial::Ended);
        }
        Ok(())
    }
}

// Whoever may see the session may see what was said in it, whatever may be said in it today.
impl Wish for ReadFiles {
    type Facts = Facts;
    const IS_WRITING: bool = false;

    fn check(&self, principal: &Principal, facts: &Facts) -> Result<(), Denial> {
        if is_party_to(principal, facts) { Ok(()) } else { Err(Denial::NoSuchSession) }
    }
}

impl Wish for History {
    type Facts = Facts;
    const IS_WRITING: bool = false;

    fn check(&self, principal: &Principal, facts: &Facts) -> Result<(), Denial> {
        check_session(principal, facts, Capability::History)
    }
}

impl Wish for MoveCursor {
    type Facts = Facts;
    const IS_WRITING: bool = true;

    fn check(&self, principal: &Principal, facts: &Facts) -> Result<(), Denial> {
        check_session(principal, facts, Capability::Receipts)
    }
}

impl Wish for Type {
    type Facts = Facts;
    const IS_WRITING: bool = true;

    fn check(&self, principal: &Principal, facts: &Facts) -> Result<(), Denial> {
        check_session(principal, facts, Capability::Typing)?;
        // Nobody can send what they type there.
        if facts.phase == Phase::Closed {
            return Err(Denial::Ended);
        }
        Ok(())
    }
}

impl Wish for Assign {
    type Facts = AssignFacts;
    const IS_WRITING: bool = true;

    fn check(&self, principal: &Principal, facts: &AssignFacts) -> Result<(), Denial> {
        if !is_party_to(principal, &facts.session) {
            return Err(Denial::NoSuchSession);
        }
        // Who answers is settled between people. A program is not asked, nor asks.
        if principal.role != Role::Agent {
            return Err(Denial::NotGranted);
        }
        if facts.session.phase == Phase::Closed {
            return Err(Denial::Ended);
        }
        if self.to.is_some_and(|to| !facts.agents.contains(&to)) {
            return Err(Denial::NoSuchAgent);
        }
        Ok(())
    }
}

impl Wish for ListAgents {
    type Facts = Facts;
    const IS_WRITING: bool = false;

    fn check(&self, principal: &Principal, facts: &Facts) -> Result<(), Denial> {
        if !is_party_to(principal, facts) {
            return Err(Denial::NoSuchSession);
        }
        if is_answering(principal.role) { Ok(()) } else { Err(Denial::NotGranted) }
    }
}

impl Wish for Open {
    type Facts = ChannelFacts;
    const IS_WRITING: bool = true;

    fn check(&self, principal: &Principal, facts: &ChannelFacts) -> Result<(), Denial> {
        // An agent answers, and does not open. Nor does anybody on an embedding that is not theirs.
        if !principal.role.is_visiting() || principal.channel() != Some(&facts.channel) {
            return Err(Denial::NotGranted);
        }
        if !facts.is_open {
            return Err(Denial::ChannelClosed);
        }
        if !facts.recipients.contains(&self.to) {
            return Err(Denial::NoSuchRecipient);
        }
        let granted =
            |capability| principal.capabilities.grants(capability) && facts.capabilities.grants(capability);
        if !granted(Capability::Text) || (self.item.is_some() && !granted(Capability::Item)) {
            return Err(Denial::NotGranted);
        }
        Ok(())
    }
}

// Everybody may ask which sessions they have; the answer holds their own only (`log` reads by the permit's scope).
impl Wish for List {
    type Facts = ();
    const IS_WRITING: bool = false;

    fn check(&self, _principal: &Principal, _facts: &()) -> Result<(), Denial> {
        Ok(())
    }
}
