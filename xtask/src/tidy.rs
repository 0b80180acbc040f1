//! `xtask tidy`: the rules of `docs/style.md` that no compiler checks.
//!
//! Each rule is one function that gives complaints, as `file:line: what and why`.

mod crates;
mod documents;
mod imports;
mod locales;
mod texts;

use anyhow::{Result, bail};

pub(crate) use self::crates::locked;

use crate::shell;

/// One thing that is wrong, in words for whoever has to mend it.
type Complaint = String;

/// Checks every rule and prints every complaint.
pub(crate) fn run() -> Result<()> {
    let files = Files::of_checkout()?;
    let complaints: Vec<Complaint> = [
        crates::pure_crates()?,
        crates::one_wasm_bindgen()?,
        imports::check(&files),
        texts::check(&files),
        locales::check(&files),
        documents::golden_files(&files),
        documents::paths_named_in_architecture(&files),
    ]
    .concat();
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    match complaints.len() {
        0 => Ok(()),
        count => bail!("{count} to mend"),
    }
}

/// What git would keep: tracked, or new and not ignored.
struct Files(Vec<(String, String)>);

impl Files {
    fn of_checkout() -> Result<Self> {
        let mut list = shell::command("git");
        list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let names = shell::read(&mut list)?;
        let read = |name: &str| {
            // Pictures are no text, and a file that git remembers may be gone.
            let text = std::fs::read_to_string(shell::root().join(name)).ok()?;
            Some((name.to_owned(), text))
        };
        Ok(Self(names.split('\0').filter(|name| !name.is_empty()).filter_map(read).collect()))
    }

    /// Path and text of each.
    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Those below a folder, or the file itself.
    fn below<'a>(&'a self, place: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.iter().filter(move |(path, _)| {
            path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    fn text(&self, wanted: &str) -> Option<&str> {
        self.iter().find(|(path, _)| *path == wanted).map(|(_, text)| text)
    }
}
