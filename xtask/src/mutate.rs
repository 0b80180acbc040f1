//! `xtask mutate`: are the tests awake? Breaks one rule of the delivery contract after the other and wants to see a test fail.
//!
//! Owns the scratch copy and the verdict; which rules there are is [`rules`]. Never touches the checkout: the copy lies in the
//! target folder, and only files that differ are written, so that cargo builds no more than it must. What is not committed yet
//! is copied too.

mod rules;
mod scratch;

use std::process::Command;

use anyhow::{Result, bail, ensure};

use self::{rules::Rule, scratch::Scratch};
use crate::shell;

/// What became of a broken rule.
enum Verdict {
    /// These tests failed.
    Noticed(Vec<String>),
    /// All passed.
    Survived,
}

/// Breaks the named rules, or all. Fails if one goes unnoticed.
pub(crate) fn run(names: &[String]) -> Result<()> {
    let rules = if names.is_empty() {
        rules::RULES.iter().collect()
    } else {
        names.iter().map(|name| rules::find(name)).collect::<Result<Vec<_>>>()?
    };
    let scratch = Scratch::of_checkout()?;
    // Before anything takes minutes: a rule whose text has changed is a rule that is not checked any more.
    for rule in &rules {
        rule.broken(&scratch.text(rule.file)?)?;
    }
    for rule in &rules {
        // A test that fails anyway proves nothing by failing.
        let failed = test(&scratch, rule)?;
        ensure!(failed.is_empty(), "{} fails without any change: {}", rule.name, failed.join(", "));
    }
    let mut rows = Vec::new();
    for rule in rules {
        rows.push((rule.name, verdict(&scratch, rule)?));
    }
    println!();
    let mut survivors = 0;
    for (name, verdict) in rows {
        match verdict {
            Verdict::Noticed(tests) => println!("{name:<24} noticed by {}", tests.join(", ")),
            Verdict::Survived => {
                survivors += 1;
                println!("{name:<24} SURVIVED");
            }
        }
    }
    if survivors > 0 { bail!("{survivors} broken rules went unnoticed") } else { Ok(()) }
}

fn verdict(scratch: &Scratch, rule: &Rule) -> Result<Verdict> {
    eprintln!("\n==== {}: {} ====", rule.name, rule.means);
    let original = scratch.text(rule.file)?;
    scratch.write(rule.file, &rule.broken(&original)?)?;
    let failed = test(scratch, rule);
    scratch.write(rule.file, &original)?;
    let failed = failed?;
    Ok(if failed.is_empty() { Verdict::Survived } else { Verdict::Noticed(failed) })
}

/// Builds and runs the rule's tests; gives the names of those that failed. A copy that does not compile is an error: nobody
/// would have noticed anything.
fn test(scratch: &Scratch, rule: &Rule) -> Result<Vec<String>> {
    let cargo = |last: &[&str]| -> Command {
        let mut cargo = shell::cargo();
        cargo.current_dir(scratch.folder()).env("CARGO_TARGET_DIR", shell::target_dir());
        cargo.args(["test", "--no-fail-fast"]).args(rule.target).args(last);
        cargo
    };
    shell::run(&mut cargo(&["--no-run"]))?;
    let filter = [&["--"], rule.tests].concat();
    let output = cargo(&filter).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let ran = text.lines().filter(|line| line.starts_with("test ")).count();
    ensure!(ran > 0, "{}: none of {:?} is a test any more", rule.name, rule.tests);
    let failed = |line: &str| Some(line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?.to_owned());
    let failed: Vec<_> = text.lines().filter_map(failed).collect();
    ensure!(
        output.status.success() == failed.is_empty(),
        "{}: the runner failed, and no test did:\n{text}",
        rule.name
    );
    Ok(failed)
}
