//! Death between two given steps of an append.

use crate::{Trial, tool};

/// In the order in which an append passes them (`crates/gateway/src/crash.rs`).
const POINTS: [&str; 4] = ["after_insert", "after_commit", "before_ack", "before_publish"];
/// At the first append, alone in its commit; among others; after thousands.
const PASSES: [u32; 3] = [1, 9, 2_000];

/// P1, P3: whatever the step after which it dies, what was acknowledged is there, and what was not is taken once when it is
/// said again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_at_any_step_of_an_append() {
    let mut trial = Trial::prepare().await;
    for point in POINTS {
        for pass in PASSES {
            let line = format!("CRASH_AT={point}:{pass} exec '{}'", tool::gateway().display());
            let program = tool::script(trial.folder.path(), &format!("{point}-{pass}"), &line);
            // Nobody kills it: the writers fall silent when it has died by itself, or the test fails for want of patience.
            trial.live(&program, async |_| {}).await;
        }
    }
    trial.settle().await;
    let outcome = trial.outcome().await;
    println!("{}", outcome.line(POINTS.len() * PASSES.len(), "named crash points"));
    assert!(outcome.flaws.is_empty(), "{outcome:?}");
    assert!(outcome.said_again >= POINTS.len() * PASSES.len(), "each death left something to say again");
}
