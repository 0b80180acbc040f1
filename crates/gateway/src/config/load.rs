//! Where settings come from, one source over the other.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::{Config, ConfigError, KEYS, Key, Kind, Settings};

/// The file that is read when it is there and nobody names another.
const DEFAULT_FILE: &str = "tieline.toml";
/// Names the configuration file; every other `TIELINE_` variable is a key.
const FILE_VARIABLE: &str = "TIELINE_CONFIG";

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file. None: `TIELINE_CONFIG`, else `tieline.toml` if it is there.
    pub file: Option<PathBuf>,
    /// Environment variables; those that do not start with `TIELINE_` are passed over.
    pub environment: Vec<(String, String)>,
    /// Keys set by flags, such as `data_dir`.
    pub flags: Vec<(&'static str, String)>,
}

/// Reads and checks the configuration.
///
/// # Errors
/// With the source, the key, the bad value, and the allowed ones.
pub fn load(sources: &Sources) -> Result<Config, ConfigError> {
    let from_environment = || {
        let variable = sources.environment.iter().find(|(name, _)| name == FILE_VARIABLE);
        variable.map(|(_, path)| PathBuf::from(path))
    };
    let named = sources.file.clone().or_else(from_environment);
    let mut table = match &named {
        Some(path) => read_file(path)?,
        None if Path::new(DEFAULT_FILE).exists() => read_file(Path::new(DEFAULT_FILE))?,
        None => Table::new(),
    };
    // Where each key was set, so that a bad value can be traced to it.
    let mut set_by: Vec<(&'static str, String)> = Vec::new();
    for (name, text) in &sources.environment {
        if name.starts_with("TIELINE_") && name != FILE_VARIABLE {
            let key =
                KEYS.iter().find(|key| key.variable() == *name).ok_or_else(|| unknown_variable(name))?;
            put(&mut table, key, text, &format!("environment variable {name}"))?;
            set_by.push((key.name, format!("environment variable {name}")));
        }
    }
    for (name, text) in &sources.flags {
        let flag = format!("--{}", name.replace(['.', '_'], "-"));
        let key = KEYS
            .iter()
            .find(|key| key.name == *name)
            .ok_or_else(|| ConfigError(format!("{flag}: no such key")))?;
        put(&mut table, key, text, &flag)?;
        set_by.push((key.name, flag));
    }
    // Each source was checked on its own above; here only the types of the file's values can be wrong, and were not.
    let settings = Settings::deserialize(table).map_err(|error| ConfigError(error.to_string()))?;
    Config::check(settings).map_err(|error| {
        let key = error.0.split(':').next().unwrap_or_default();
        let source = set_by.iter().rev().find(|(name, _)| *name == key).map(|(_, source)| source.clone());
        let file = || named.clone().unwrap_or_else(|| DEFAULT_FILE.into()).display().to_string();
        ConfigError(format!("{}: {error}", source.unwrap_or_else(file)))
    })
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("{shown}: the configuration cannot be read: {error}")))?;
    // Read as settings first: these errors know line, column and the allowed keys.
    toml::from_str::<Settings>(&text).map_err(|error| {
        let hint =
            error.message().starts_with("unknown field").then_some("  every key: tieline serve --help\n");
        ConfigError(
            format!("{shown}: {}\n{}", error.to_string().trim_end(), hint.unwrap_or_default())
                .trim_end()
                .to_owned(),
        )
    })?;
    text.parse().map_err(|error: toml::de::Error| ConfigError(format!("{shown}: {error}")))
}

fn put(table: &mut Table, key: &Key, text: &str, source: &str) -> Result<(), ConfigError> {
    let refuse = |what| ConfigError(format!("{source}: `{text}` is not {what} (key {})", key.name));
    let value = match key.kind {
        Kind::Text => Value::String(text.to_owned()),
        Kind::Number => match text.parse::<u32>() {
            Ok(number) => Value::Integer(number.into()),
            Err(_) => return Err(refuse("a whole number")),
        },
        Kind::Switch => Value::Boolean(text.parse().map_err(|_| refuse("true or false"))?),
    };
    match key.name.split_once('.') {
        None => drop(table.insert(key.name.to_owned(), value)),
        Some((outer, inner)) => {
            let entry = table.entry(outer).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inside) = entry {
                inside.insert(inner.to_owned(), value);
            }
        }
    }
    Ok(())
}

fn unknown_variable(name: &str) -> ConfigError {
    let known: Vec<_> = KEYS.iter().map(Key::variable).collect();
    ConfigError(format!(
        "environment variable {name}: there is no such key. Known: {FILE_VARIABLE}, {}",
        known.join(", ")
    ))
}
