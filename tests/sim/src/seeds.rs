//! Many runs of one scenario, each by its seed.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Every run of the scenario, the seed printed if one fails. `SEED=17` runs that one alone, `SEEDS=5000` so many.
///
/// # Panics
/// When a run does.
pub fn for_seeds(seeds: u64, scenario: impl Fn(u64)) {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seeds = number("SEEDS").unwrap_or(seeds);
    let range = number("SEED").map_or(0..seeds, |seed| seed..seed + 1);
    println!("seeds {range:?}");
    for seed in range {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| scenario(seed))) {
            println!("failed with SEED={seed}");
            resume_unwind(panic);
        }
    }
}
