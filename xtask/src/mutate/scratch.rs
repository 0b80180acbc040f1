//! A copy of the checkout that may be broken.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::shell;

/// What git would keep of the checkout, in a folder of its own.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Brings the copy up to date. Files that are the same keep their time, so cargo does not build them again.
    pub(super) fn of_checkout() -> Result<Self> {
        let scratch = Self(shell::target_dir().join("mutate"));
        let mut list = shell::command("git");
        list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let names = shell::read(&mut list)?;
        let mut kept = Vec::new();
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            // A file that git remembers may be gone.
            let Ok(bytes) = fs::read(shell::root().join(name)) else { continue };
            scratch.write_bytes(name, &bytes)?;
            kept.push(scratch.0.join(name));
        }
        scratch.remove_others(&scratch.0, &kept)?;
        Ok(scratch)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    pub(super) fn text(&self, name: &str) -> Result<String> {
        fs::read_to_string(self.0.join(name)).with_context(|| format!("reading {name}"))
    }

    pub(super) fn write(&self, name: &str, text: &str) -> Result<()> {
        self.write_bytes(name, text.as_bytes())
    }

    fn write_bytes(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let place = self.0.join(name);
        if fs::read(&place).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&place, bytes).with_context(|| format!("writing {}", place.display()))
    }

    /// A test that is gone from the checkout must not run here.
    fn remove_others(&self, folder: &Path, kept: &[PathBuf]) -> Result<()> {
        for found in fs::read_dir(folder)? {
            let path = found?.path();
            if path.is_dir() {
                self.remove_others(&path, kept)?;
            } else if !kept.contains(&path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}
