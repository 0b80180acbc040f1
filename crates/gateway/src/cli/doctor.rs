//! `tieline doctor`: looks at everything that usually goes wrong, and says what to do.
//!
//! Changes nothing that matters: it opens the store if it is there, and writes one row that means nothing.

mod checks;
mod files;

use std::process::ExitCode;

use serde_json::json;

use super::{args::Common, failure::Failure, place};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Ok,
    Warn,
    Fail,
}

/// One line.
#[derive(Clone, Debug)]
struct Finding {
    level: Level,
    what: String,
    advice: Option<String>,
}

impl Finding {
    fn ok(what: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), advice: None }
    }

    fn warn(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Warn, what: what.into(), advice: Some(advice.into()) }
    }

    fn fail(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Fail, what: what.into(), advice: Some(advice.into()) }
    }
}

pub(super) async fn run(common: &Common) -> Result<ExitCode, Failure> {
    let config = place::load_config(common, Vec::new())?;
    let mut findings = vec![Finding::ok("configuration: every key is known and every value allowed")];
    findings.extend(checks::data_dir(&config));
    findings.extend(checks::secret_files(&config));
    findings.extend(checks::store(&config).await);
    findings.extend(files::check(&config));
    findings.push(checks::durability(&config));
    findings.push(checks::free_space(&config));
    findings.push(checks::port(&config).await);
    findings.push(checks::assets(&config).await);
    findings.push(checks::public_url(&config));
    findings.push(checks::clock());
    let is_ill = findings.iter().any(|finding| finding.level == Level::Fail);
    if common.json {
        let list: Vec<_> = findings.iter().map(as_json).collect();
        place::print_json(&json!({ "healthy": !is_ill, "findings": list }));
    } else {
        findings.iter().for_each(print);
    }
    Ok(if is_ill { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Ok => "ok",
        Level::Warn => "warn",
        Level::Fail => "fail",
    }
}

fn print(finding: &Finding) {
    println!("{:<4}  {}", word(finding.level), finding.what);
    if let Some(advice) = &finding.advice {
        println!("      -> {advice}");
    }
}

fn as_json(finding: &Finding) -> serde_json::Value {
    json!({ "level": word(finding.level), "what": finding.what, "advice": finding.advice })
}
