//! How many passed, read off what the runners print.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::shell;

/// Of one layer, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Outcome {
    pub(super) const PASSED: Self = Self { passed: 1, failed: 0 };
    pub(super) const FAILED: Self = Self { passed: 0, failed: 1 };

    pub(super) fn plus(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }

    /// A check that either holds or not. The reason goes to the terminal.
    pub(super) fn of_check(name: &str, result: Result<()>) -> Self {
        match result {
            Ok(()) => {
                eprintln!("{name}: ok");
                Self::PASSED
            }
            Err(error) => {
                eprintln!("{name}: {error:#}");
                Self::FAILED
            }
        }
    }
}

/// Runs a test runner, passes its output on, and counts. A runner that fails without a failed test counts as one.
pub(super) fn count(command: &mut Command) -> Result<Outcome> {
    eprintln!("$ {}", shell::line(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {}", shell::line(command)))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let counted = std::thread::scope(|scope| {
        let readers = [
            scope.spawn(move || stdout.map(|pipe| pass_on(pipe, std::io::stdout()))),
            scope.spawn(move || stderr.map(|pipe| pass_on(pipe, std::io::stderr()))),
        ];
        sum(readers.into_iter().filter_map(|reader| reader.join().ok().flatten()).flatten())
    });
    let status = child.wait()?;
    Ok(if status.success() || counted.failed > 0 { counted } else { counted.plus(Outcome::FAILED) })
}

/// What a runner said once about many tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Summary {
    /// Of nextest, about everything that it ran.
    Whole(Outcome),
    /// Of one test binary. nextest shows it, too, in what a failed test printed.
    Part(Outcome),
}

/// The whole if somebody told it, or else the sum of the parts.
fn sum(summaries: impl Iterator<Item = Summary>) -> Outcome {
    let (mut whole, mut parts) = (None, Outcome::default());
    for summary in summaries {
        match summary {
            Summary::Whole(outcome) => whole = Some(whole.map_or(outcome, |other| outcome.plus(other))),
            Summary::Part(outcome) => parts = parts.plus(outcome),
        }
    }
    whole.unwrap_or(parts)
}

fn pass_on(pipe: impl Read, mut terminal: impl std::io::Write) -> Vec<Summary> {
    let mut summaries = Vec::new();
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // The counts matter more than the terminal's health.
        let _ = terminal.write_all(&line).and_then(|()| terminal.flush());
        summaries.extend(parse(&String::from_utf8_lossy(&line)));
        line.clear();
    }
    summaries
}

/// The summary line of libtest and wasm-bindgen-test, or of nextest.
fn parse(line: &str) -> Option<Summary> {
    let line = without_colours(line);
    let line = line.trim();
    let summary = match line {
        _ if line.starts_with("test result:") => Summary::Part,
        _ if line.starts_with("Summary [") => Summary::Whole,
        _ => return None,
    };
    let failures = ["failed", "timed out", "exec failed"];
    Some(summary(Outcome {
        passed: number_before(line, "passed").unwrap_or(0),
        failed: failures.iter().filter_map(|word| number_before(line, word)).sum(),
    }))
}

fn number_before(line: &str, word: &str) -> Option<u64> {
    let digits = line.split([',', ';', '.', ':', '(']).find_map(|part| part.trim().strip_suffix(word))?;
    digits.trim().parse().ok()
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Summary, parse, sum};

    #[track_caller]
    fn check(line: &str, passed: u64, failed: u64) {
        assert_eq!(sum(parse(line).into_iter()), Outcome { passed, failed }, "{line}");
    }

    #[test]
    fn what_a_failed_test_printed_is_not_counted_again() {
        let part = Summary::Part(Outcome { passed: 0, failed: 1 });
        let whole = Summary::Whole(Outcome { passed: 45, failed: 1 });
        assert_eq!(sum([part, whole].into_iter()), Outcome { passed: 45, failed: 1 });
        assert_eq!(sum([part, part].into_iter()), Outcome { passed: 0, failed: 2 });
    }

    #[test]
    fn the_summaries_of_all_runners_are_read() {
        check(
            "test result: ok. 6 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            6,
            0,
        );
        check("test result: FAILED. 6 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", 6, 2);
        check("     Summary [   4.2s] 120 tests run: 118 passed (1 slow), 2 failed, 0 skipped", 118, 2);
        check("     Summary [   4.2s] 3 tests run: 2 passed, 1 timed out, 0 skipped", 2, 1);
        check(
            "\u{1b}[32;1m     Summary\u{1b}[0m [   4.2s] \u{1b}[1m3\u{1b}[0m tests run: \u{1b}[1m3\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, 0 skipped",
            3,
            0,
        );
        assert_eq!(parse("running 6 tests"), None);
        assert_eq!(parse("test that_12_passed ... ok"), None);
    }
}
