//! The delivery contract as a model small enough to be explored to its last state.
//!
//! Two gateways over one log. A visitor with two tabs that share an outbox, typing two drafts; an agent who answers with a
//! third. Connections are cut, gateways crash between commit and answer, drain and come back, a tab dies, drafts are said
//! twice, announcements get lost. `tests/sim` runs the real machines through some such days; this runs a likeness of them
//! through all.
//!
//! Owns the likeness: [`end`] is a client as `session` behaves, [`gateway`] a server's half of the contract, [`world`] all of
//! it together, [`contract`] the moves and what must hold. What an append means is not modelled: that is
//! `relay::log_model`, the same that every store is held to. Knows no frames, times or texts.
//!
//! A model that cannot fail proves nothing: [`Flaw`] breaks one rule at a time, and the tests want to see it found.

pub mod contract;
pub mod end;
pub mod gateway;
pub mod log;
pub mod world;

/// A rule of the contract that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// The log takes a draft that it has already: no unique index.
    NoUniqueIndex,
    /// The gateway answers first and commits afterwards.
    AnswerBeforeCommit,
    /// Whoever reads after a place misses the entry right behind it.
    ReadsOnePlaceTooLate,
    /// An end shows what comes in the order in which it comes.
    ShowsWhateverComes,
    /// A tab sends what it has not put into the outbox that the tabs share.
    SendsUnsaved,
    /// The next draft goes out though nobody knows what became of the one before.
    SendsWithoutWaiting,
    /// A cut makes a tab forget the draft that was on the wire.
    ForgetsWhatWasOnTheWire,
    /// Pings do not tell where the logs end.
    PingsWithoutHeads,
}
