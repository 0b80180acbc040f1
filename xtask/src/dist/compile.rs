//! Rust to raw wasm, by cargo.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::sources::App;
use crate::shell;

const TARGET: &str = "wasm32-unknown-unknown";

/// Compiles both apps and gives the files that cargo says it made. Cargo's own progress goes to the terminal.
pub(super) fn wasm() -> Result<BTreeMap<App, PathBuf>> {
    add_target()?;
    let paths = plain_paths()?;
    App::ALL.into_iter().map(|app| Ok((app, compile(app, &paths)?))).collect()
}

fn compile(app: App, paths: &str) -> Result<PathBuf> {
    eprintln!("dist  compiling the {} to wasm", app.name());
    let mut build = shell::cargo();
    // Cargo leaves link-time optimisation out for a crate that is to be an rlib too: without these words, all that the
    // profile says of it does nothing, and the wasm is a fifth larger.
    build.args(["rustc", "--lib", "--crate-type", "cdylib", "-p", app.package()]);
    build.args(["--profile", "dist", "--target", TARGET, "--message-format=json-render-diagnostics"]);
    build.arg("--config").arg(paths);
    if app.is_split() {
        // Where each function and datum is used: without it nothing can be cut off afterwards.
        build.args(["--features", "split", "--", "-Clink-arg=--emit-relocs"]);
    }
    let output = build.stderr(Stdio::inherit()).output();
    let output = output.context("starting cargo")?;
    if !output.status.success() {
        bail!("the wasm did not compile");
    }
    let text = String::from_utf8(output.stdout)?;
    let path = text.lines().find_map(|line| artifact(line, app));
    path.with_context(|| format!("{} gave no wasm file: is it a cdylib?", app.package()))
}

/// Panic messages name source files. A visitor has no use for the folders of the machine that built them, and pays for each byte.
fn plain_paths() -> Result<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let home = home.context("neither CARGO_HOME nor a home folder is known")?;
    let registry = home.join("registry/src");
    // One folder below for each registry: the crates are what differs.
    let mut flags = Vec::new();
    for folder in std::fs::read_dir(&registry).into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=crates", folder.path().display()));
    }
    // In one order always: cargo builds all anew when its flags change.
    flags.sort();
    flags.push(format!("--remap-path-prefix={}=tieline", shell::root().display()));
    Ok(format!("target.{TARGET}.rustflags={}", serde_json::to_string(&flags)?))
}

/// The wasm file that a line of cargo's messages names, if it is this app's.
fn artifact(line: &str, app: App) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let files = message.get("filenames")?.as_array()?;
    let stem = app.package().replace('-', "_");
    files
        .iter()
        .filter_map(|file| file.as_str())
        .map(PathBuf::from)
        .find(|file| file.file_name().is_some_and(|name| name == format!("{stem}.wasm").as_str()))
}

/// Asks rustup for the target, once. A rustc from elsewhere must bring it along.
pub(crate) fn add_target() -> Result<()> {
    let library =
        shell::read(shell::command("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if PathBuf::from(library.trim()).is_dir() {
        return Ok(());
    }
    if !shell::answers("rustup") {
        bail!(
            "this Rust has no {TARGET} and there is no rustup to add it: install the target's standard library"
        );
    }
    eprintln!("dist  adding the target {TARGET}");
    shell::run(Command::new("rustup").current_dir(shell::root()).args(["target", "add", TARGET]))
}
