//! What a look at something found: a sentence, and what to do where something is wrong.

use std::process::ExitCode;

use serde_json::json;

use super::{args::Common, place};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Ok,
    Warn,
    Fail,
}

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    level: Level,
    what: String,
    advice: Option<String>,
}

impl Finding {
    pub(super) fn ok(what: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), advice: None }
    }

    pub(super) fn warn(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Warn, what: what.into(), advice: Some(advice.into()) }
    }

    pub(super) fn fail(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Fail, what: what.into(), advice: Some(advice.into()) }
    }
}

/// Prints them all. Exit code 1 if one of them is a failure.
pub(super) fn report(common: &Common, findings: &[Finding]) -> ExitCode {
    let is_ill = findings.iter().any(|finding| finding.level == Level::Fail);
    if common.json {
        let list: Vec<_> = findings.iter().map(as_json).collect();
        place::print_json(&json!({ "healthy": !is_ill, "findings": list }));
    } else {
        findings.iter().for_each(print);
    }
    if is_ill { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Ok => "ok",
        Level::Warn => "warn",
        Level::Fail => "fail",
    }
}

fn print(finding: &Finding) {
    say!("{:<4}  {}", word(finding.level), finding.what);
    if let Some(advice) = &finding.advice {
        say!("      -> {advice}");
    }
}

fn as_json(finding: &Finding) -> serde_json::Value {
    json!({ "level": word(finding.level), "what": finding.what, "advice": finding.advice })
}
