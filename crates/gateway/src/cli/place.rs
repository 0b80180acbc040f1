//! From flags to an open store: what every command needs first.

use std::{fs, os::unix::fs::DirBuilderExt, path::Path};

use super::{args::Common, failure::Failure};
use crate::{
    auth::{master_key::MasterKey, registration::Policy, registry::Registry},
    config::{self, Config, Sources},
    instance::{Instance, TakeError},
    store::Store,
};

/// The configuration that these flags and this environment give.
pub(super) fn load_config(
    common: &Common,
    mut flags: Vec<(&'static str, String)>,
) -> Result<Config, Failure> {
    if let Some(folder) = &common.data_dir {
        flags.push(("data_dir", folder.display().to_string()));
    }
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    Ok(config::load(&Sources { file: common.config.clone(), environment, flags })?)
}

/// Makes the data folder, for the operator alone.
pub(super) fn make_data_dir(folder: &Path) -> Result<(), Failure> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
        Failure::Work(format!(
            "the data folder {} cannot be made: {error}\n  choose another with --data-dir, or give yourself the right to write there",
            folder.display()
        ))
    })
}

/// Takes the data folder for oneself, so that no gateway runs on it meanwhile.
pub(super) fn be_alone(config: &Config) -> Result<Instance, Failure> {
    try_alone(config)?.map_err(|taken| not_alone(config, &taken))
}

/// The same; inside, that a gateway runs there already.
pub(super) fn try_alone(config: &Config) -> Result<Result<Instance, TakeError>, Failure> {
    match Instance::take(&config.data_dir) {
        Err(TakeError::Io(error)) => {
            let folder = config.data_dir.display();
            Err(Failure::Work(format!("{folder}: {}", TakeError::Io(error))))
        }
        taken => Ok(taken),
    }
}

/// What to tell whoever must be alone and is not.
pub(super) fn not_alone(config: &Config, taken: &TakeError) -> Failure {
    let place = match taken {
        TakeError::Taken(Some(address)) => format!(", at {address}"),
        TakeError::Taken(None) | TakeError::Io(_) => String::new(),
    };
    Failure::Work(format!(
        "a gateway runs on the data folder {}{place}\n  stop it first, or choose another folder with --data-dir",
        config.data_dir.display()
    ))
}

/// Opens the store, and makes it if it is not there.
pub(super) fn open_store(config: &Config) -> Result<Store, Failure> {
    make_data_dir(&config.data_dir)?;
    Ok(Store::open(&config.store)?)
}

/// Opens the store for work on channels and keys.
pub(super) fn open_registry(config: &Config) -> Result<Registry, Failure> {
    let store = open_store(config)?;
    let master = MasterKey::load_or_create(&config.data_dir).map_err(|error| {
        let file = config.data_dir.join(crate::auth::master_key::FILE);
        Failure::Work(format!("{}: {error}", file.display()))
    })?;
    let policy = Policy { allow_insecure_origins: config.allow_insecure_origins };
    Ok(Registry { store, master, policy })
}

/// Prints an answer for scripts.
pub(super) fn print_json(value: &serde_json::Value) {
    say!("{value:#}");
}
