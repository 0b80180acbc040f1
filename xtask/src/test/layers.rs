//! The layers, cheapest first.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::outcome::{Outcome, count};
use super::{servers, tools};
use crate::{dist, shell, size, tidy};

/// One kind of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// Format, lints, and the rules that no compiler checks.
    Checks,
    /// Everything native: unit, property, simulation, golden files, gateway over real sockets.
    Unit,
    /// The fuzz targets' bodies on stable, over seeds and random input.
    Fuzz,
    /// Widget and desk in a headless browser.
    Wasm,
    /// The dev loop still builds.
    Trunk,
    /// The bundle against its budgets.
    Size,
    /// A real gateway, a real browser, real pages.
    E2e,
    /// Real servers of other platforms, and real foreign clients on them.
    Services,
}

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

impl Layer {
    pub(super) const ALL: [Self; 8] = [
        Self::Checks,
        Self::Unit,
        Self::Fuzz,
        Self::Wasm,
        Self::Trunk,
        Self::Size,
        Self::E2e,
        Self::Services,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Unit => "unit",
            Self::Fuzz => "fuzz",
            Self::Wasm => "wasm",
            Self::Trunk => "trunk",
            Self::Size => "size",
            Self::E2e => "e2e",
            Self::Services => "services",
        }
    }

    pub(super) fn run(self) -> Result<Outcome> {
        match self {
            Self::Checks => checks(),
            Self::Unit => unit(),
            Self::Fuzz => fuzz(),
            Self::Wasm => wasm(),
            Self::Trunk => trunk(),
            Self::Size => Ok(Outcome::of_check("size", size::run())),
            Self::E2e => e2e(),
            Self::Services => services(),
        }
    }
}

fn checks() -> Result<Outcome> {
    let cargo = |arguments: &[&str]| shell::run(shell::cargo().args(arguments));
    let deny = ["--", "-D", "warnings"];
    let native = [&["clippy", "--workspace", "--all-targets"][..], &deny].concat();
    let packages =
        ["-p", "tieline-widget", "-p", "tieline-desk", "-p", "tieline-browser", "-p", "tieline-driver"];
    let browser = [&["clippy", "--all-targets"][..], &WASM, &packages, &deny].concat();
    dist::add_target()?;
    let results = [
        Outcome::of_check("format", cargo(&["fmt", "--all", "--check"])),
        Outcome::of_check("tidy", tidy::run()),
        Outcome::of_check("clippy", cargo(&native)),
        Outcome::of_check("clippy for wasm", cargo(&browser)),
    ];
    Ok(results.into_iter().fold(Outcome::default(), Outcome::plus))
}

/// The native packages. Always the same ones: cargo builds a dependency anew for every other set of them.
const NATIVE: [&str; 3] = ["--workspace", "--exclude", "xtask"];
const ALL_TESTS: [&str; 1] = ["--no-fail-fast"];

/// All that runs natively, but for what wants a browser or a server of another platform.
fn unit() -> Result<Outcome> {
    let test = |start: &[&str], rest: &[&str]| count(shell::cargo().args(start).args(rest).args(ALL_TESTS));
    // In the profile that it runs in: its minifier takes minutes to build once more, and optimised.
    let own = test(&["test", "--profile", "xtask"], &["-p", "xtask"])?;
    let there = [&NATIVE[..], &["--exclude", "tieline-e2e", "--exclude", "tieline-services"]].concat();
    if !tools::has_nextest() {
        return Ok(own.plus(test(&["test"], &there)?));
    }
    let here = [&NATIVE[..], &["-E", "not package(tieline-e2e) and not package(tieline-services)"]].concat();
    let tests = test(&["nextest", "run"], &here)?;
    // nextest does not run the examples in the documentation.
    Ok(own.plus(tests).plus(test(&["test", "--doc"], &there)?))
}

/// The fuzz package is a workspace of its own, yet shares the target folder.
fn fuzz() -> Result<Outcome> {
    let mut test = shell::cargo();
    test.args(["test", "--manifest-path", "fuzz/Cargo.toml", "--no-fail-fast"]);
    count(test.env("CARGO_TARGET_DIR", shell::target_dir().join("fuzz")))
}

fn wasm() -> Result<Outcome> {
    dist::add_target()?;
    tools::wasm_pack()?;
    let driver = tools::chromedriver()?;
    let mut total = Outcome::default();
    for (folder, package) in [(".", "tieline-widget"), ("crates/desk", "tieline-desk")] {
        let mut test = shell::command("wasm-pack");
        test.args(["test", "--headless", "--chrome", "--chromedriver"]).arg(&driver).arg(folder);
        // The root folder stands for every member, and the gateway does not compile to wasm.
        test.args(["-p", package]);
        total = total.plus(count(test.env("CARGO_TARGET_DIR", shell::target_dir()))?);
    }
    Ok(total)
}

fn trunk() -> Result<Outcome> {
    dist::add_target()?;
    tools::trunk()?;
    let build = |folder: &str| {
        let mut build = shell::command("trunk");
        build.current_dir(shell::root().join(folder)).args(["build", "--offline"]);
        // Trunk takes this for its own flag and knows only the words.
        build.env_remove("NO_COLOR").env("CARGO_TARGET_DIR", shell::target_dir());
        shell::run(&mut build)
    };
    let widget = Outcome::of_check("trunk build", build("."));
    Ok(widget.plus(Outcome::of_check("trunk build for the desk", build("crates/desk"))))
}

fn e2e() -> Result<Outcome> {
    tools::chromedriver()?;
    tools::geckodriver()?;
    tools::axe()?;
    dist::run()?;
    shell::run(shell::cargo().arg("build").args(NATIVE).args(["--bins", "--tests"]))?;
    count(with_gateway(&mut tests_of("tieline-e2e")))
}

fn services() -> Result<Outcome> {
    servers::install_all()?;
    let python = servers::python()?;
    shell::run(shell::cargo().arg("build").args(NATIVE).args(["--bins", "--tests"]))?;
    let mut tests = tests_of("tieline-services");
    count(tests.env("SERVICES_PYTHON", python).env("TIELINE_BIN", gateway_program()))
}

/// One package's tests, built as all native packages are.
fn tests_of(package: &str) -> Command {
    let mut tests = shell::cargo();
    if tools::has_nextest() {
        tests.args(["nextest", "run"]).args(NATIVE).args(["-E", &format!("package({package})")]);
    } else {
        tests.args(["test", "-p", package]);
    }
    tests.args(ALL_TESTS);
    tests
}

fn gateway_program() -> PathBuf {
    shell::target_dir().join("debug/tieline")
}

/// Tells the browser's tests which gateway and which bundle to use.
pub(crate) fn with_gateway(command: &mut Command) -> &mut Command {
    command.env("TIELINE_BIN", gateway_program()).env("TIELINE_ASSETS", shell::dist_dir());
    command.env("E2E_AXE", tools::axe_file())
}
