//! Programs that the layers need, installed when they are missing.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{shell, tidy};

const TRUNK: &str = "0.21.14";
/// Rules of accessibility that a machine can check.
const AXE: &str = "4.14.1";
const GECKODRIVER: &str = "0.36.0";

/// Chromium and its driver, both from the distribution so that their versions agree. Gives the driver's path.
pub(crate) fn chromedriver() -> Result<PathBuf> {
    let has_browser = || ["chromium", "chromium-browser", "google-chrome"].into_iter().any(is_on_path);
    if !has_browser() || driver_path().is_none() {
        install_packages(&["chromium", "chromium-driver"])?;
    }
    match driver_path() {
        Some(path) if has_browser() => Ok(path),
        _ => bail!("Chromium or its driver is still missing after the installation"),
    }
}

fn driver_path() -> Option<PathBuf> {
    let packaged = Path::new("/usr/bin/chromedriver");
    if packaged.exists() { Some(packaged.to_owned()) } else { find_on_path("chromedriver") }
}

/// Firefox from the distribution, and its driver, which no distribution has and the Rust registry does. Puts both on the path.
pub(crate) fn geckodriver() -> Result<()> {
    if !["firefox-esr", "firefox"].into_iter().any(is_on_path) {
        install_packages(&["firefox-esr"])?;
    }
    if !shell::answers("geckodriver") {
        cargo_install(&["geckodriver", "--version", GECKODRIVER, "--locked", "--debug"])?;
    }
    Ok(())
}

/// axe-core from the npm registry. Only the end-to-end tests run it; nothing that is shipped knows it.
pub(super) fn axe() -> Result<()> {
    shell::npm_package("axe-core", AXE, &axe_folder())
}

/// The file of it that a page can run.
pub(super) fn axe_file() -> PathBuf {
    axe_folder().join("axe.min.js")
}

fn axe_folder() -> PathBuf {
    shell::target_dir().join("axe")
}

/// `wasm-pack`, and the runner it looks for, so that it downloads nothing.
pub(super) fn wasm_pack() -> Result<()> {
    if !shell::answers("wasm-pack") {
        // Unoptimised: it starts other programs and waits.
        cargo_install(&["wasm-pack", "--locked", "--debug"])?;
    }
    wasm_bindgen()
}

/// Also what Trunk wants on the path.
fn wasm_bindgen() -> Result<()> {
    // The runner must be of the version that the code links.
    let version = tidy::locked("wasm-bindgen")?;
    let right = |text: String| text.split_whitespace().nth(1) == Some(version.as_str());
    if shell::version("wasm-bindgen").is_some_and(right) && is_on_path("wasm-bindgen-test-runner") {
        return Ok(());
    }
    cargo_install(&["wasm-bindgen-cli", "--version", &version, "--force"])
}

/// The dev loop's own tool.
pub(super) fn trunk() -> Result<()> {
    if !shell::answers("trunk") {
        cargo_install(&["trunk", "--version", TRUNK, "--locked", "--debug"])?;
    }
    wasm_bindgen()
}

pub(super) fn has_nextest() -> bool {
    shell::read(shell::cargo().args(["nextest", "--version"])).is_ok()
}

fn cargo_install(arguments: &[&str]) -> Result<()> {
    eprintln!("installing {}", arguments.join(" "));
    // Its own target folder: the checkout's is for the checkout.
    let folder = shell::target_dir().join("tools");
    shell::run(shell::cargo().arg("install").args(arguments).env("CARGO_TARGET_DIR", folder))
}

pub(super) fn install_packages(names: &[&str]) -> Result<()> {
    let names = names.join(" ");
    let by_hand = format!("sudo apt-get update && sudo apt-get install --yes {names}");
    if !rustix::process::geteuid().is_root() {
        bail!("missing: {names}. Install them, then run this again:\n  {by_hand}");
    }
    if !is_on_path("apt-get") {
        bail!("missing: {names}, and there is no apt-get here. Install them by this system's means");
    }
    eprintln!("installing {names}");
    shell::run(shell::command("apt-get").args(["update", "--quiet"]))?;
    let mut install = shell::command("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(names.split(' '));
    shell::run(install.env("DEBIAN_FRONTEND", "noninteractive"))
}

pub(super) fn is_on_path(program: &str) -> bool {
    find_on_path(program).is_some()
}

fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
