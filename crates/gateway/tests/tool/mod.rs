//! Programs that a test needs and does not bring along.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its part")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Sees to it that something is installed, if that can be done here.
///
/// # Panics
/// If not: a proof that was not run is no proof.
pub(crate) fn need(is_there: impl Fn() -> bool, package: &str) {
    if is_there() {
        return;
    }
    if is_root() {
        let apt = |words: &[&str]| {
            let mut command = Command::new("apt-get");
            command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
            command.output().is_ok_and(|output| output.status.success())
        };
        // The first may fail for want of a list of packages.
        let _ = apt(&["install", "-y", package]) || (apt(&["update"]) && apt(&["install", "-y", package]));
    }
    assert!(is_there(), "this test needs {package}: apt-get install {package}");
}

/// Whether this process may do anything.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Whether a program can be found.
pub(crate) fn has_program(name: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
}

/// A program that is `line`, a line of shell, with the words given to it added.
pub(crate) fn script(folder: &Path, name: &str, line: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{line} \"$@\"\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The gateway's own program.
pub(crate) fn gateway() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_tieline"))
}
