//! `kill -9` at random moments.

use std::time::Duration;

use tieline_gateway::auth::secret;

use crate::{Trial, WRITERS, tool};

/// As many as fit into every run. `KILL_CYCLES=1000` is the promise's own number.
const CYCLES: usize = 50;

/// P1, P3: `kill -9` at any moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_whenever_the_gateway_is_killed() {
    let cycles = std::env::var("KILL_CYCLES").map_or(CYCLES, |number| number.parse().unwrap());
    let mut trial = Trial::prepare().await;
    for _ in 0..cycles {
        let kill = async |gateway: &mut tieline_load::process::Gateway| {
            // Long enough for some to be in the middle of anything, from the hello on.
            let [moment] = secret::random::<1>();
            tokio::time::sleep(Duration::from_millis(u64::from(moment))).await;
            gateway.kill().unwrap();
        };
        trial.live(tool::gateway(), kill).await;
    }
    trial.settle().await;
    let outcome = trial.outcome().await;
    println!("{}", outcome.line(cycles, "kill -9"));
    assert!(outcome.flaws.is_empty(), "{} flaws, the first: {:?}", outcome.flaws.len(), outcome.flaws[0]);
    let is_enough = outcome.acknowledged > cycles * WRITERS && outcome.said_again > cycles;
    assert!(is_enough, "the load was too small to prove anything: {outcome:?}");
}
