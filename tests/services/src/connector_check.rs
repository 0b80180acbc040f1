//! `tieline connector check`, run as an operator runs it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;
use tokio::process::Command;

/// The binary under test.
///
/// # Errors
/// When whoever runs the tests has not built it.
pub fn tieline() -> Result<PathBuf> {
    let path =
        std::env::var_os("TIELINE_BIN").context("TIELINE_BIN is not set: cargo xtask test services")?;
    Ok(path.into())
}

/// What the command said.
#[derive(Debug)]
pub struct Said {
    /// As which it ended.
    pub code: Option<i32>,
    /// Level and sentence of each line.
    pub findings: Vec<(String, String)>,
}

impl Said {
    /// Asks for it.
    ///
    /// # Errors
    /// When it says nothing that a script can read; with what it said instead.
    pub async fn of(config: &Path) -> Result<Self> {
        let mut command = Command::new(tieline()?);
        command.arg("--config").arg(config).args(["--json", "connector", "check"]);
        // Its configuration is the file alone.
        let output = command.env_clear().kill_on_drop(true).output().await?;
        let said: Value = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let findings = said["findings"].as_array().context("no findings")?.iter();
        let findings = findings.map(|finding| (text(finding, "level"), text(finding, "what"))).collect();
        Ok(Self { code: output.status.code(), findings })
    }

    /// Whether all is well.
    pub fn is_well(&self) -> bool {
        self.code == Some(0) && self.findings.iter().all(|(level, _)| level == "ok")
    }

    /// Whether that is what is wrong, and all that is.
    pub fn blames(&self, words: &str) -> bool {
        let failures: Vec<_> = self.findings.iter().filter(|(level, _)| level == "fail").collect();
        self.code == Some(1) && matches!(failures.as_slice(), [(_, what)] if what.contains(words))
    }
}
