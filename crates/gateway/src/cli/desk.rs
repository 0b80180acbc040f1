//! `tieline desk invite`

use std::process::ExitCode;

use serde_json::json;

use super::{
    args::{self, Common},
    failure::Failure,
    place,
};
use crate::{
    auth::{desk, plain},
    clock,
};

pub(super) async fn run(common: &Common, command: args::Desk) -> Result<ExitCode, Failure> {
    let args::Desk::Invite { agent, name } = command;
    if !desk::is_login(&agent) {
        let what = "must be 1 to 64 small letters, digits, '-', '_', '.' or '@'";
        return Err(Failure::Usage(format!("--agent `{agent}`: {what}")));
    }
    let name = match name.as_deref().map(plain::name) {
        Some(None) => return Err(Failure::Usage("--name: is empty".into())),
        name => name.flatten(),
    };
    let config = place::load_config(common, Vec::new())?;
    let store = place::open_store(&config)?;
    let (login, now) = (agent.clone(), clock::now());
    let (token, expires_at) = store.write(move |db| desk::invite(db, &login, name.as_deref(), now)).await?;
    // Exposed to be handed to the agent. Behind the `#`, so that no server ever logs it.
    let link = format!("{}/desk#invite={}", config.public_url, token.expose());
    if common.json {
        place::print_json(&json!({ "agent": agent, "link": link, "expires_at": expires_at }));
    } else {
        say!("Sign-in link for {agent}, good once and for a day:\n\n  {link}\n");
    }
    Ok(ExitCode::SUCCESS)
}
