//! Servers of other platforms and foreign clients, for the layer `services`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::tools;
use crate::shell;

/// From the distribution, with the file by which one sees that it is there.
const PACKAGES: [(&str, &str); 6] = [
    ("prosody", "/usr/bin/prosody"),
    ("ejabberd", "/usr/sbin/ejabberdctl"),
    // ejabberd's store in the tests, and in `docs/connectors`.
    ("erlang-p1-sqlite3", "/usr/share/doc/erlang-p1-sqlite3"),
    ("openssl", "/usr/bin/openssl"),
    ("profanity", "/usr/bin/profanity"),
    ("tmux", "/usr/bin/tmux"),
];

/// Installs what a server needs, by its name. Gives the Python that it is to be started with, if it is one of that kind.
pub(crate) fn install_for(server: &str) -> Result<Option<PathBuf>> {
    match server {
        "synapse" => return python().map(Some),
        "ejabberd" => install(&["ejabberd", "erlang-p1-sqlite3", "openssl"])?,
        other => install(&[other, "openssl"])?,
    }
    Ok(None)
}

/// Installs all of them.
pub(super) fn install_all() -> Result<()> {
    install(&PACKAGES.map(|(name, _)| name))
}

/// Installs what is missing. The packages' own daemons are neither started nor left for the next boot: the tests start servers
/// of their own, on free ports.
fn install(wanted: &[&str]) -> Result<()> {
    let is_missing = |(name, file): &(&str, &str)| wanted.contains(name) && !Path::new(file).exists();
    let missing: Vec<_> = PACKAGES.into_iter().filter(is_missing).map(|(name, _)| name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let _no_starts = NoStarts::begin()?;
    tools::install_packages(&missing)?;
    for daemon in ["prosody", "ejabberd"].into_iter().filter(|name| missing.contains(name)) {
        if tools::is_on_path("systemctl") {
            // Where systemd does not run there is nothing to be disabled, and it may say so.
            let _ = shell::read(shell::command("systemctl").args(["--quiet", "disable", daemon]));
        }
    }
    Ok(())
}

/// While this value lives, Debian's packages start no daemons.
struct NoStarts(Option<&'static Path>);

impl NoStarts {
    fn begin() -> Result<Self> {
        let policy = Path::new("/usr/sbin/policy-rc.d");
        // One that is there is somebody's own and stays as it is. Without root nothing will be installed either.
        if policy.exists() || !rustix::process::geteuid().is_root() || !tools::is_on_path("apt-get") {
            return Ok(Self(None));
        }
        fs::write(
            policy,
            "#!/bin/sh\n# Written by `cargo xtask test`, and gone when it is done.\nexit 101\n",
        )?;
        let this = Self(Some(policy));
        fs::set_permissions(policy, fs::Permissions::from_mode(0o755))?;
        Ok(this)
    }
}

impl Drop for NoStarts {
    fn drop(&mut self) {
        // What cannot be removed here could not have been written.
        let _ = self.0.map(fs::remove_file);
    }
}

/// A Python of our own with the pinned packages in it: Synapse and the clients.
pub(super) fn python() -> Result<PathBuf> {
    let requirements = shell::root().join("tests/services/requirements.txt");
    let wanted = fs::read_to_string(&requirements).context("reading the requirements")?;
    let place = shell::target_dir().join("services-venv");
    let (python, installed) = (place.join("bin/python"), place.join("installed"));
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(python);
    }
    eprintln!("installing {}", wanted.trim().replace('\n', ", "));
    let make = shell::run(shell::command("python3").args(["-m", "venv", "--clear"]).arg(&place));
    make.context("Python 3.11 or newer is wanted, with its module venv (on Debian: python3-venv)")?;
    let mut install = shell::command(&python.to_string_lossy());
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    shell::run(install.arg(&requirements))?;
    // Written last: what was broken off half-way is begun again.
    fs::write(installed, wanted)?;
    Ok(python)
}
