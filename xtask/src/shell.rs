//! Where the checkout is, and how other programs are run from it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// The checkout's top folder.
pub(crate) fn root() -> &'static Path {
    // xtask is always run from the checkout it was built in, and stands one level below its top.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Cargo's target folder: the checkout's own unless the caller's environment says otherwise.
pub(crate) fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The shipped files. Always in the checkout's own target folder, because the gateway embeds them from there.
pub(crate) fn dist_dir() -> PathBuf {
    root().join("target/tieline-dist")
}

/// A program that will run at the top of the checkout.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The cargo that runs us, at the top of the checkout.
pub(crate) fn cargo() -> Command {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = command(&program);
    // `cargo run` sets these for us; a child cargo must not take them for its own build's.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs to the end, output passed through. Fails with the command line if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("starting {}", line(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs to the end and gives what it printed on stdout. Fails with its stderr if it fails.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("starting {}", line(command)))?;
    if !output.status.success() {
        bail!(
            "{} ended with {}\n{}",
            line(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program answers to `--version`.
pub(crate) fn answers(program: &str) -> bool {
    version(program).is_some()
}

/// What a program says to `--version`, if it is there.
pub(crate) fn version(program: &str) -> Option<String> {
    read(Command::new(program).arg("--version")).ok().map(|text| text.trim().to_owned())
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// `0.8 s`, `2 min 05 s`.
pub(crate) fn elapsed(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        secs => format!("{} min {:02} s", secs / 60, secs % 60),
    }
}

/// A package of the npm registry as it was published, unpacked into a folder, without what it depends on. Does nothing where that
/// version lies there already.
pub(crate) fn npm_package(name: &str, version: &str, folder: &Path) -> Result<()> {
    let description = std::fs::read_to_string(folder.join("package.json")).unwrap_or_default();
    if description.contains(&format!("\"version\": \"{version}\"")) {
        return Ok(());
    }
    eprintln!("fetching {name} {version}");
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut pack = command("npm");
    pack.args(["pack", "--silent", "--pack-destination"]).arg(folder).arg(format!("{name}@{version}"));
    let archive = read(&mut pack).with_context(|| format!("fetching {name}; npm comes with Node.js"))?;
    let archive = folder.join(archive.trim());
    run(command("tar").arg("-xzf").arg(&archive).args(["--strip-components=1", "-C"]).arg(folder))?;
    std::fs::remove_file(archive)?;
    Ok(())
}
