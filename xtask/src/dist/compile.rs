//! Rust to raw wasm, by cargo, with a standard library of its own.
//!
//! The one that rustup brings is made for speed and words every panic. Ours is compiled along with the app, for size, and
//! a panic is a trap without words: decision 0024. Only here: tests and the dev loop use the ready one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::sources::App;
use crate::shell;

const TARGET: &str = "wasm32-unknown-unknown";
/// What cargo compiles of the standard library, and how.
const STD: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
/// A panic neither words nor unwinds: it is the trap at once.
const TRAPS: [&str; 2] = ["-Zunstable-options", "-Cpanic=immediate-abort"];

/// Compiles both apps and gives the files that cargo says it made. Cargo's own progress goes to the terminal.
pub(super) fn wasm() -> Result<BTreeMap<App, PathBuf>> {
    add_target()?;
    add_source()?;
    let flags = flags()?;
    App::ALL.into_iter().map(|app| Ok((app, compile(app, &flags)?))).collect()
}

fn compile(app: App, flags: &str) -> Result<PathBuf> {
    eprintln!("dist  compiling the {} to wasm", app.name());
    let mut build = shell::cargo();
    // Cargo leaves link-time optimisation out for a crate that is to be an rlib too: without these words, all that the
    // profile says of it does nothing, and the wasm is a fifth larger.
    build.args(["rustc", "--lib", "--crate-type", "cdylib", "-p", app.package()]);
    build.args(["--profile", "dist", "--target", TARGET, "--message-format=json-render-diagnostics"]);
    build.arg("--config").arg(flags);
    // Both are for whoever follows the compiler's development. A stable one obeys when it is told so.
    build.env("RUSTC_BOOTSTRAP", "1").args(STD);
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

/// How the target's code is compiled. Messages name source files: a visitor has no use for the folders of the machine that built
/// them, and pays for each byte.
fn flags() -> Result<String> {
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
    flags.push(format!("--remap-path-prefix={}=std", sysroot()?.display()));
    flags.push(format!("--remap-path-prefix={}=tieline", shell::root().display()));
    flags.extend(TRAPS.map(str::to_owned));
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

/// Asks rustup for the source of the standard library, once. A rustc from elsewhere must bring it along.
fn add_source() -> Result<()> {
    let source = sysroot()?.join("lib/rustlib/src/rust/library");
    if source.join("Cargo.lock").is_file() {
        return Ok(());
    }
    if !shell::answers("rustup") {
        bail!(
            "the wasm is built with its own standard library: its source is missing in {}, and there is no rustup to add it",
            source.display()
        );
    }
    eprintln!("dist  adding the source of the standard library");
    shell::run(Command::new("rustup").current_dir(shell::root()).args(["component", "add", "rust-src"]))
        .context("the wasm is built with its own standard library, and its source could not be fetched")
}

/// Where this Rust is installed.
fn sysroot() -> Result<PathBuf> {
    Ok(shell::read(shell::command("rustc").args(["--print", "sysroot"]))?.trim().into())
}
