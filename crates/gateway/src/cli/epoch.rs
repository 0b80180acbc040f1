//! `tieline epoch bump`

use std::process::ExitCode;

use serde_json::json;
use tieline_protocol::SessionId;

use super::{
    args::{self, Common},
    failure::Failure,
    place, running,
};
use crate::{
    auth::AuthContext,
    instance::TakeError,
    log::{Log, LogError},
    store::Store,
};

pub(super) async fn run(common: &Common, command: args::Epoch) -> Result<ExitCode, Failure> {
    let args::Epoch::Bump { session } = command;
    let config = place::load_config(common, Vec::new())?;
    place::make_data_dir(&config.data_dir)?;
    let changed = match place::try_alone(&config)? {
        Ok(_alone) => {
            let log = Log::new(Store::open(&config.store)?);
            log.bump_epoch(session).await.map_err(|error| refused(error, session))?
        }
        // What the running gateway remembers would go on being the old epoch: so it is the one to do it.
        Err(TakeError::Taken(Some(address))) => {
            let auth = AuthContext::open(&config, Store::open(&config.store)?).map_err(|error| {
                Failure::Work(format!("the operator's token is needed to ask the gateway: {error}"))
            })?;
            let wish = json!({ "session": session });
            let answer = running::post(address, &auth.operator_token, "/v1/epochs", &wish).await?;
            answer["sessions"].as_u64().unwrap_or_default()
        }
        Err(taken) => return Err(place::not_alone(&config, &taken)),
    };
    if common.json {
        place::print_json(&json!({ "sessions": changed }));
    } else {
        say!("{changed} sessions have a new epoch: whoever has a copy reads it anew.");
    }
    Ok(ExitCode::SUCCESS)
}

fn refused(error: LogError, session: Option<SessionId>) -> Failure {
    match (error, session) {
        (LogError::Store(error), _) => error.into(),
        (error, Some(session)) => Failure::Work(format!("{session}: {error}")),
        (error, None) => Failure::Work(error.to_string()),
    }
}
