//! What a run went through: a test that broke nothing because nothing happened would show here.

use std::{fmt, ops::AddAssign};

use tieline_protocol::Millis;

use crate::World;

/// Sums over runs; `longest_settling` is the greatest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// How many runs.
    pub runs: u64,
    /// Lines typed.
    pub typed: usize,
    /// Receipts that came.
    pub receipts: usize,
    /// Receipts for what the log had already.
    pub duplicates: usize,
    /// Connections that were welcomed.
    pub welcomes: usize,
    /// Copies that were declared void.
    pub resets: usize,
    /// Lines that the gateway's disk had when the gateway died, and whose authors did not know.
    pub unacknowledged: usize,
    /// From the end of all faults until everything was in order.
    pub longest_settling: Millis,
}

impl Figures {
    /// Of one run.
    pub fn of(world: &World, settling: Millis) -> Self {
        let mut figures = Self {
            runs: 1,
            unacknowledged: world.unacknowledged,
            longest_settling: settling,
            ..Self::default()
        };
        for person in &world.people {
            let receipts = person.receipts.borrow();
            figures.typed += person.typed.borrow().len();
            figures.receipts += receipts.len();
            figures.duplicates += receipts.iter().filter(|receipt| receipt.duplicate).count();
            figures.welcomes += person.diary.borrow().iter().filter(|(_, kind)| kind == "welcome").count();
            figures.resets += person.resets.get();
        }
        figures
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.typed += other.typed;
        self.receipts += other.receipts;
        self.duplicates += other.duplicates;
        self.welcomes += other.welcomes;
        self.resets += other.resets;
        self.unacknowledged += other.unacknowledged;
        self.longest_settling = self.longest_settling.max(other.longest_settling);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, typed, receipts, duplicates, welcomes, resets, unacknowledged, longest_settling } =
            self;
        write!(
            f,
            "{runs} runs: {typed} lines typed, {receipts} receipts ({duplicates} duplicate), {welcomes} connections, \
             {resets} resets, {unacknowledged} lines on disk and not acknowledged when the gateway died; in order at most {} ms after the last fault",
            longest_settling.0
        )
    }
}
