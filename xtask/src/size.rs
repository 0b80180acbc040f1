//! `xtask size`: what the bundle weighs on the wire, against `xtask/budgets.toml`.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::{dist, shell};

/// One budget: the files that a person downloads at one moment.
struct Budget {
    what: String,
    bytes: u64,
    files: Vec<String>,
}

/// Builds what is out of date, prints the table, fails above a budget.
pub(crate) fn run() -> Result<()> {
    dist::run()?;
    let folder = shell::dist_dir();
    let manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("manifest.json"))?)?;
    let mut over = Vec::new();
    println!("{:<18} {:>10} {:>10} {:>10} {:>10}", "", "raw", "gzip", "brotli", "budget");
    for budget in budgets()? {
        let mut total = Weight::default();
        for name in &budget.files {
            let path = manifest.get(name).and_then(|path| path.as_str()).unwrap_or(name);
            let weight = Weight::of(&folder.join(path))?;
            println!("  {name:<16} {:>10} {:>10} {:>10}", weight.raw, weight.gzip, weight.brotli);
            total = total.plus(weight);
        }
        let Weight { raw, gzip, brotli } = total;
        println!("{:<18} {raw:>10} {gzip:>10} {brotli:>10} {:>10}\n", budget.what, budget.bytes);
        if brotli > budget.bytes {
            over.push(format!("{} is {} bytes over its budget", budget.what, brotli - budget.bytes));
        }
    }
    if over.is_empty() { Ok(()) } else { bail!(over.join("; ")) }
}

#[derive(Clone, Copy, Default)]
struct Weight {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

impl Weight {
    fn of(file: &Path) -> Result<Self> {
        let bytes = |extension: &str| -> Result<u64> {
            let mut path = file.as_os_str().to_owned();
            path.push(extension);
            Ok(std::fs::metadata(&path).with_context(|| format!("reading {}", file.display()))?.len())
        };
        Ok(Self { raw: bytes("")?, gzip: bytes(".gz")?, brotli: bytes(".br")? })
    }

    fn plus(self, other: Self) -> Self {
        Self { raw: self.raw + other.raw, gzip: self.gzip + other.gzip, brotli: self.brotli + other.brotli }
    }
}

fn budgets() -> Result<Vec<Budget>> {
    let path = shell::root().join("xtask/budgets.toml");
    let text = std::fs::read_to_string(&path)?;
    let table: toml::Table = toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    let rows =
        table.get("budget").and_then(|rows| rows.as_array()).context("no [[budget]] in budgets.toml")?;
    rows.iter().map(|row| budget(row).context("a [[budget]] needs `what`, `bytes` and `files`")).collect()
}

fn budget(row: &toml::Value) -> Option<Budget> {
    let files = row.get("files")?.as_array()?;
    Some(Budget {
        what: row.get("what")?.as_str()?.to_owned(),
        bytes: u64::try_from(row.get("bytes")?.as_integer()?).ok()?,
        files: files.iter().filter_map(|file| file.as_str()).map(str::to_owned).collect(),
    })
}
