//! `tieline user revoke`

use std::process::ExitCode;

use serde_json::json;
use tieline_protocol::ChannelId;

use super::{
    args::{self, Common},
    failure::Failure,
    place,
};
use crate::clock;

pub(super) async fn run(common: &Common, command: args::User) -> Result<ExitCode, Failure> {
    let args::User::Revoke { channel, subject } = command;
    let config = place::load_config(common, Vec::new())?;
    let registry = place::open_registry(&config)?;
    let now = clock::now();
    registry.revoke_user(&ChannelId(channel), &subject, now).await?;
    if common.json {
        place::print_json(&json!({ "subject": subject, "not_before": now }));
    } else {
        say!(
            "What was issued for {subject} until now holds no more. Open sockets close within a second; a token that is \
             issued from now on opens new ones."
        );
    }
    Ok(ExitCode::SUCCESS)
}
