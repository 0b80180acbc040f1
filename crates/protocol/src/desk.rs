//! What only the desk says and is told: who answers a session, and which platform is out of reach.
//!
//! A visitor is never sent any of it, and a widget could not even be told. [`DeskOnly`] holds it: built without the feature
//! `desk`, as the widget is, such a value cannot exist, and the compiler leaves out whatever would read, keep or write one.
//! What matches on frames is the same with the feature and without.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Author, DraftId, PartyId, SessionId};

/// A value that there is at the answering side only.
#[cfg(feature = "desk")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskOnly<T>(T);

/// A value that there is at the answering side only: not here.
#[cfg(not(feature = "desk"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskOnly<T> {
    never: std::convert::Infallible,
    // Of no size, or what holds one would be laid out for it.
    of: std::marker::PhantomData<T>,
}

#[cfg(feature = "desk")]
impl<T> DeskOnly<T> {
    /// Holds it.
    pub const fn new(inner: T) -> Self {
        Self(inner)
    }

    /// What it holds.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// Gives it up.
    pub fn into_inner(self) -> T {
        self.0
    }
}

#[cfg(not(feature = "desk"))]
impl<T> DeskOnly<T> {
    /// What it holds.
    pub const fn get(&self) -> &T {
        match self.never {}
    }

    /// Gives it up.
    pub fn into_inner(self) -> T {
        match self.never {}
    }
}

impl<T: Serialize> Serialize for DeskOnly<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

#[cfg(feature = "desk")]
impl<'de, T: Deserialize<'de>> Deserialize<'de> for DeskOnly<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

/// What the desk asks of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskRequest {
    /// Says who answers a session from now on. Answered by `assigned`.
    Assign(Assign),
    /// Asks who can answer a session. Answered by `agents`.
    Agents(Agents),
}

/// What the gateway tells the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskFrame {
    /// Somebody else answers a session from now on, or nobody in particular.
    Assigned(Assigned),
    /// Answers `agents`.
    Agents(SessionAgents),
    /// Those who answer on another platform can be reached, or cannot any more. After `welcome` those that cannot are told.
    Platform(Platform),
}

/// Body of `assign`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    /// The session.
    pub session: SessionId,
    /// Names the wish: said twice, it counts once.
    pub draft_id: DraftId,
    /// Who answers from now on. None: nobody in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PartyId>,
}

/// Body of `agents` from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agents {
    /// The session.
    pub session: SessionId,
}

/// Who answers a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Counts the changes: of two that are told, the higher one holds.
    pub turn: u32,
    /// Who. None: nobody in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Author>,
}

/// Body of `assigned`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The session.
    pub session: SessionId,
    /// As in [`Assignment::turn`].
    pub turn: u32,
    /// Who answers from now on. None: nobody in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Author>,
}

/// Body of the gateway's `agents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionAgents {
    /// The session.
    pub session: SessionId,
    /// All who answer there, by name.
    pub agents: Vec<Agent>,
}

/// Somebody who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Who.
    pub id: PartyId,
    /// The name that visitors see.
    pub name: String,
    /// The platform on which they answer. None: at the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

/// Body of `platform`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Its name in the configuration: `xmpp`, `matrix`.
    pub name: String,
    /// Whether those who answer there get anything now.
    pub up: bool,
}

impl DeskRequest {
    /// The `type` on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Assign(_) => "assign",
            Self::Agents(_) => "agents",
        }
    }
}

impl DeskFrame {
    /// The `type` on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Assigned(_) => "assigned",
            Self::Agents(_) => "agents",
            Self::Platform(_) => "platform",
        }
    }
}

impl Serialize for DeskRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Assign(body) => body.serialize(serializer),
            Self::Agents(body) => body.serialize(serializer),
        }
    }
}

impl Serialize for DeskFrame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Assigned(body) => body.serialize(serializer),
            Self::Agents(body) => body.serialize(serializer),
            Self::Platform(body) => body.serialize(serializer),
        }
    }
}

/// Second step of decoding. `None` for a type that this build does not know.
#[cfg(feature = "desk")]
pub(crate) fn decode_request<'de, D: Deserializer<'de>>(
    name: &str,
    body: D,
) -> Result<Option<DeskOnly<DeskRequest>>, D::Error> {
    Ok(Some(DeskOnly::new(match name {
        "assign" => DeskRequest::Assign(Deserialize::deserialize(body)?),
        "agents" => DeskRequest::Agents(Deserialize::deserialize(body)?),
        _ => return Ok(None),
    })))
}

/// Second step of decoding. `None` for a type that this build does not know.
#[cfg(feature = "desk")]
pub(crate) fn decode_frame<'de, D: Deserializer<'de>>(
    name: &str,
    body: D,
) -> Result<Option<DeskOnly<DeskFrame>>, D::Error> {
    Ok(Some(DeskOnly::new(match name {
        "assigned" => DeskFrame::Assigned(Deserialize::deserialize(body)?),
        "agents" => DeskFrame::Agents(Deserialize::deserialize(body)?),
        "platform" => DeskFrame::Platform(Deserialize::deserialize(body)?),
        _ => return Ok(None),
    })))
}

/// Nothing of it is known here.
#[cfg(not(feature = "desk"))]
pub(crate) fn decode_request<'de, D: Deserializer<'de>>(
    _name: &str,
    _body: D,
) -> Result<Option<DeskOnly<DeskRequest>>, D::Error> {
    Ok(None)
}

/// Nothing of it is known here.
#[cfg(not(feature = "desk"))]
pub(crate) fn decode_frame<'de, D: Deserializer<'de>>(
    _name: &str,
    _body: D,
) -> Result<Option<DeskOnly<DeskFrame>>, D::Error> {
    Ok(None)
}
