//! Many runs, one seed each.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::figures::Figures;

/// Runs the scenario with every seed, sums up, and prints the seed of one that fails. `SEED=17` runs that one alone, `SEEDS=5000` so
/// many; `TRACE=1` prints every input of every end.
pub fn for_seeds(seeds: u64, scenario: impl Fn(u64) -> Figures) -> Figures {
    let mut sum = Figures::default();
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seeds = number("SEEDS").unwrap_or(seeds);
    for seed in number("SEED").map_or(0..seeds, |seed| seed..seed + 1) {
        match catch_unwind(AssertUnwindSafe(|| scenario(seed))) {
            Ok(figures) => sum += figures,
            Err(panic) => {
                println!("failed with SEED={seed}");
                resume_unwind(panic);
            }
        }
    }
    sum
}
