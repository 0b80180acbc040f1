//! `tieline doctor`: looks at everything that usually goes wrong, and says what to do.
//!
//! Changes nothing that matters: it opens the store if it is there, and writes one row that means nothing.

mod checks;
mod files;

use std::process::ExitCode;

use super::{
    args::Common,
    failure::Failure,
    finding::{self, Finding},
    place,
};

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
    Ok(finding::report(common, &findings))
}
