//! What the pure crates may stand on, and one version of wasm-bindgen.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::Complaint;
use crate::shell;

/// For each pure crate, all that it may depend on outside its tests, however far down.
const PURE: [(&str, &[&str]); 3] =
    [("tieline-protocol", FRAMES), ("tieline-session", FRAMES), ("tieline-relay", FRAMES)];

/// Frames and what derives them. `getrandom`, `js-sys`, `tokio` or a clock would end what "pure" means.
const FRAMES: &[&str] = &[
    "tieline-protocol",
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "itoa",
    "memchr",
    "ryu",
    "zmij",
    "uuid",
    // Run in the compiler, not in the crate.
    "proc-macro2",
    "quote",
    "syn",
    "unicode-ident",
];

pub(super) fn pure_crates() -> Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for (package, allowed) in PURE {
        let folder = format!("crates/{}", package.trim_start_matches("tieline-"));
        if !shell::root().join(&folder).join("clippy.toml").is_file() {
            complaints.push(format!("{folder}/clippy.toml: missing; it bans clocks, randomness and I/O"));
        }
        let mut tree = shell::cargo();
        tree.args(["tree", "--quiet", "-p", package, "--edges", "normal", "--prefix", "none"]);
        tree.args(["--all-features", "--target", "all", "--format", "{p}"]);
        let tree = shell::read(&mut tree)?;
        let found: BTreeSet<_> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
        for name in found {
            if name != package && !allowed.contains(&name) {
                complaints.push(format!("{folder}/Cargo.toml: brings in {name}; a pure crate may not"));
            }
        }
    }
    Ok(complaints)
}

/// The version that the code links and the one that binds it in `xtask dist` must agree to the digit.
pub(super) fn one_wasm_bindgen() -> Result<Vec<Complaint>> {
    let (linked, binder) = (locked("wasm-bindgen")?, locked("wasm-bindgen-cli-support")?);
    if linked == binder {
        return Ok(Vec::new());
    }
    Ok(vec![format!("Cargo.lock: wasm-bindgen is {linked}, wasm-bindgen-cli-support is {binder}")])
}

/// The version of a package in `Cargo.lock`.
pub(crate) fn locked(package: &str) -> Result<String> {
    let text = std::fs::read_to_string(shell::root().join("Cargo.lock"))?;
    let lock: toml::Table = toml::from_str(&text).context("reading Cargo.lock")?;
    let packages = lock.get("package").and_then(|packages| packages.as_array());
    let found = packages
        .into_iter()
        .flatten()
        .find(|row| row.get("name").is_some_and(|name| name.as_str() == Some(package)));
    let version = found.and_then(|row| row.get("version")?.as_str());
    version.map(str::to_owned).with_context(|| format!("Cargo.lock has no {package}"))
}
