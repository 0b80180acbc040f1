//! All troubles in turn: what `cargo xtask chaos` does for hours, for as long as a test run can spare.

use std::time::Duration;

use tieline_load::{
    chaos::{Plan, run},
    process::raise_open_files,
};

use crate::scene::{binary, size};

/// P1, P3, P4, P5 together, under every kind of trouble. `CHAOS_SECONDS` and `CHAOS_SEED` by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_p1_p3_p4_p5_hold_whatever_happens_to_the_network_and_the_gateway() {
    raise_open_files();
    let seed = std::env::var("CHAOS_SEED").map_or_else(
        |_| u64::from_le_bytes(tieline_gateway::auth::secret::random()),
        |seed| seed.parse().expect("a number"),
    );
    println!("seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan {
        gateway: binary().to_owned(),
        folder: folder.path().to_owned(),
        history: folder.path().join("history.jsonl"),
        seed,
        time: Duration::from_secs(size("CHAOS_SECONDS", 20) as u64),
        sessions: 8,
    };
    let outcome = run(&plan).await.unwrap();
    println!("{}", outcome.figures());
    if !outcome.verdict.flaws.is_empty() {
        // The folder with the history stays, or there would be nothing to look at.
        panic!("history kept in {}\n{}", folder.keep().display(), outcome.verdict);
    }
}
