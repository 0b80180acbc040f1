//! `tieline matrix registration`

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path, process::ExitCode};

use serde_json::json;

use super::{
    args::{self, Common},
    failure::Failure,
    place,
};
use crate::connect::registration::Tokens;

pub(super) fn run(common: &Common, command: args::Matrix) -> Result<ExitCode, Failure> {
    let args::Matrix::Registration { file } = command;
    let config = place::load_config(common, Vec::new())?;
    let Some(matrix) = &config.matrix else {
        return Err(Failure::Usage(
            "no homeserver is configured\n  set matrix.homeserver and matrix.server_name in tieline.toml first".into(),
        ));
    };
    place::make_data_dir(&config.data_dir)?;
    let tokens =
        Tokens::load_or_create(&config.data_dir).map_err(|error| Failure::Work(error.to_string()))?;
    let registration = tokens.registration(matrix);
    // Exposed to be handed to the homeserver by the operator, who asked for it.
    let text = registration.expose();
    match file {
        Some(path) => {
            write(&path, text)
                .map_err(|error| Failure::Work(format!("{} cannot be written: {error}", path.display())))?;
            if common.json {
                place::print_json(&json!({ "file": path, "url": matrix.gateway_url.as_str() }));
            } else {
                say!("Wrote {}: name it in the homeserver's configuration, and restart it.", path.display());
            }
        }
        None => say!("{}", text.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

/// For the operator alone, also where a file was there that others may read.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
