//! What may happen next, and what must hold whatever happens.
//!
//! Moves are of two kinds. [`Contract::steps`] are what a healthy system does of itself sooner or later; mishaps are what the
//! world does to it, and a run has only so many of them. Every step brings the world closer to rest, so a run ends; what has to
//! come true in the end is checked where no step is left.

use stateright::{Model, Property};
use tieline_protocol::Seq;

use crate::{
    Flaw,
    end::{End, Stage},
    gateway::{Phase, Up, Work},
    log::Draft,
    world::{OTHER_TAB, TYPING_TAB, World},
};

/// The model: how much goes wrong, and which rule is broken, if any.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Mishaps in one run.
    pub mishaps: u8,
    /// The broken rule.
    pub flaw: Option<Flaw>,
}

/// A move.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the method of `World` of that name")]
pub enum Move {
    SendCopies { end: usize },
    Dial { end: usize, gateway: usize },
    Serve { end: usize },
    Answer { end: usize },
    Announce { gateway: usize, seq: Seq },
    Ping { end: usize },
    GiveUp { end: usize },
    Stop { gateway: usize },
    Restart { gateway: usize },
    Haunt { ghost: (usize, Vec<Draft>) },
    LoseHint { gateway: usize, seq: Seq },
    Break { end: usize },
    Crash { gateway: usize },
    Drain { gateway: usize },
    Kill { end: usize },
    Refuse { end: usize },
    Repeat { end: usize },
}

/// The names of what must hold.
pub mod promise {
    /// P1.
    pub const ACKNOWLEDGED_STANDS: &str = "P1: what was acknowledged stands where it was said to";
    /// P3.
    pub const NO_DRAFT_TWICE: &str = "P3: no draft stands twice";
    /// P5.
    pub const ORDER_OF_TYPING: &str = "P5: what one tab typed stands in the order of typing";
    /// P4, P6.
    pub const NO_HOLE_SHOWN: &str = "P4: every screen shows the log from its first line, without a hole";
    /// P9, P12.
    pub const EVERYTHING_ARRIVES: &str =
        "P12: in the end all that was typed is in the log and on every screen";
}

impl Contract {
    /// What happens of itself.
    pub fn steps(&self, world: &World) -> Vec<Move> {
        let mut steps = Vec::new();
        for (number, end) in world.ends.iter().enumerate().filter(|(_, end)| !end.is_dead) {
            self.steps_of(world, number, end, &mut steps);
        }
        for (number, gateway) in world.gateways.iter().enumerate() {
            // What a sender waits for is announced with the answer.
            let orphans = gateway.unannounced.iter().filter(|seq| !world.is_awaited(number, **seq));
            let known = orphans.chain(&gateway.heard);
            steps.extend(known.map(|seq| Move::Announce { gateway: number, seq: *seq }));
            match gateway.phase {
                Phase::Up => {}
                Phase::Draining => steps.push(Move::Stop { gateway: number }),
                Phase::Down => steps.push(Move::Restart { gateway: number }),
            }
        }
        steps
    }

    fn steps_of(&self, world: &World, number: usize, end: &End, steps: &mut Vec<Move>) {
        if end.outbox.iter().any(|row| row.stage == Stage::Held) {
            steps.push(Move::SendCopies { end: number });
        }
        if end.link.as_ref().is_none_or(|link| link.is_draining) {
            let is_up = |gateway: &usize| world.gateways[*gateway].phase == Phase::Up;
            steps.extend((0..2).filter(is_up).map(|gateway| Move::Dial { end: number, gateway }));
        }
        let Some(link) = &end.link else { return };
        if link.is_broken {
            steps.push(Move::GiveUp { end: number });
        }
        if link.work.is_some() {
            steps.push(Move::Answer { end: number });
        } else if !link.up.is_empty() {
            steps.push(Move::Serve { end: number });
        }
        // A ping would do no harm at any time. It matters only where nothing else will tell, and so there are fewer states.
        let gateway = &world.gateways[link.gateway];
        let is_still = link.up.is_empty()
            && link.work.is_none()
            && gateway.unannounced.is_empty()
            && gateway.heard.is_empty();
        let is_behind = end.head < world.log.last() && !link.is_broken;
        if is_still && is_behind && self.flaw != Some(Flaw::PingsWithoutHeads) {
            steps.push(Move::Ping { end: number });
        }
    }

    /// What may happen to it.
    fn mishaps(world: &World, moves: &mut Vec<Move>) {
        for (gateway, state) in world.gateways.iter().enumerate() {
            if state.phase != Phase::Down {
                moves.push(Move::Crash { gateway });
            }
            if state.phase == Phase::Up {
                moves.push(Move::Drain { gateway });
            }
            moves.extend(state.heard.iter().map(|seq| Move::LoseHint { gateway, seq: *seq }));
        }
        for (number, end) in world.ends.iter().enumerate() {
            if number == TYPING_TAB && !end.is_dead {
                moves.push(Move::Kill { end: number });
            }
            let Some(link) = end.link.as_ref().filter(|link| !link.is_broken) else { continue };
            moves.push(Move::Break { end: number });
            if link.work.is_none() && matches!(link.up.front(), Some(Up::Send(_))) {
                moves.extend([Move::Refuse { end: number }, Move::Repeat { end: number }]);
            }
        }
    }

    fn play(&self, world: &mut World, action: &Move) {
        let flaw = self.flaw;
        match *action {
            Move::SendCopies { end } => world.send_copies(end, flaw),
            Move::Dial { end, gateway } => world.dial(end, gateway, flaw),
            Move::Serve { end } => world.serve(end, flaw),
            Move::Answer { end } => world.answer(end, flaw),
            Move::Announce { gateway, seq } => world.announce(gateway, seq, flaw),
            Move::Ping { end } => world.ping(end, flaw),
            Move::GiveUp { end } => world.give_up(end, flaw),
            Move::Stop { gateway } | Move::Crash { gateway } => world.crash(gateway, flaw),
            Move::Restart { gateway } => world.gateways[gateway].phase = Phase::Up,
            Move::Haunt { ref ghost } => world.haunt(ghost, flaw),
            Move::LoseHint { gateway, seq } => world.lose_hint(gateway, seq),
            Move::Break { end } => world.break_link(end),
            Move::Drain { gateway } => world.drain(gateway, flaw),
            Move::Kill { end } => world.kill(end, flaw),
            Move::Refuse { end } => world.refuse(end, flaw),
            Move::Repeat { end } => world.repeat(end),
        }
    }
}

impl Move {
    fn is_mishap(&self) -> bool {
        matches!(
            self,
            Self::LoseHint { .. }
                | Self::Break { .. }
                | Self::Crash { .. }
                | Self::Drain { .. }
                | Self::Kill { .. }
                | Self::Refuse { .. }
                | Self::Repeat { .. }
        )
    }
}

impl Model for Contract {
    type State = World;
    type Action = Move;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.mishaps, self.flaw)]
    }

    fn actions(&self, world: &World, moves: &mut Vec<Move>) {
        moves.extend(self.steps(world));
        moves.extend(world.ghosts.iter().map(|ghost| Move::Haunt { ghost: ghost.clone() }));
        if world.mishaps > 0 {
            Self::mishaps(world, moves);
        }
    }

    fn next_state(&self, world: &World, action: Move) -> Option<World> {
        let mut next = world.clone();
        next.mishaps -= u8::from(action.is_mishap());
        self.play(&mut next, &action);
        if self.flaw.is_none() {
            next.tidy();
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(promise::ACKNOWLEDGED_STANDS, |_, world: &World| world.unfounded.is_empty()),
            Property::always(promise::NO_DRAFT_TWICE, |_, world: &World| {
                let lines = world.log.lines();
                lines.iter().enumerate().all(|(place, draft)| !lines[..place].contains(draft))
            }),
            Property::always(promise::ORDER_OF_TYPING, |_, world: &World| {
                let place = |draft| world.log.lines().iter().position(|line| *line == draft);
                place(Draft(2)).is_none_or(|second| place(Draft(1)).is_some_and(|first| first < second))
            }),
            Property::always(promise::NO_HOLE_SHOWN, |_, world: &World| {
                world.ends.iter().all(|end| world.log.lines().starts_with(&end.shown))
            }),
            Property::always(promise::EVERYTHING_ARRIVES, |model: &Self, world: &World| {
                !model.steps(world).is_empty() || is_complete(world)
            }),
            // Without these the promises above would be about nothing.
            Property::sometimes("a gateway dies between commit and answer", |_, world: &World| {
                world.gateways.iter().any(|gateway| gateway.phase == Phase::Down)
                    && world.log.last() == Seq(1)
                    && world.ends[TYPING_TAB].link.is_none()
                    && world.ends[TYPING_TAB].outbox.iter().any(|row| world.log.lines().contains(&row.draft))
            }),
            Property::sometimes("the other tab finishes what a dead one began", |_, world: &World| {
                world.ends[TYPING_TAB].is_dead
                    && world.ends[OTHER_TAB]
                        .link
                        .as_ref()
                        .is_some_and(|link| matches!(link.work, Some(Work::Committed(_, Draft(2)))))
            }),
            Property::sometimes("a draft is underway on two connections", |_, world: &World| {
                let ghosts = || world.ghosts.iter().flat_map(|(_, drafts)| drafts);
                let sends = world.ends.iter().filter_map(|end| end.link.as_ref()).flat_map(|link| &link.up);
                sends
                    .into_iter()
                    .any(|frame| matches!(frame, Up::Send(draft) if ghosts().any(|ghost| ghost == draft)))
            }),
            Property::sometimes("a line waits above a gap", |_, world: &World| {
                world.ends.iter().any(|end| !end.early.is_empty())
            }),
        ]
    }
}

/// Everybody who is there has everything, and nothing waits.
fn is_complete(world: &World) -> bool {
    world.log.lines().len() == 3
        && world
            .ends
            .iter()
            .filter(|end| !end.is_dead)
            .all(|end| end.link.is_some() && end.outbox.is_empty() && end.shown == world.log.lines())
}
