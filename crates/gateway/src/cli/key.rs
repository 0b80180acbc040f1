//! `tieline key add | retire | revoke`

use std::process::ExitCode;

use serde_json::json;
use tieline_protocol::ChannelId;

use super::{
    args::{self, Common},
    channel::read_key,
    failure::Failure,
    place,
};
use crate::{
    auth::{key::ChannelKey, registration::KeyWish},
    clock,
    http::view::{KeyView, SecretView},
};

pub(super) async fn run(common: &Common, command: args::Key) -> Result<ExitCode, Failure> {
    let config = place::load_config(common, Vec::new())?;
    let registry = place::open_registry(&config)?;
    let now = clock::now();
    match command {
        args::Key::Add(add) => {
            let public_key_pem = add.public_key.as_deref().map(read_key).transpose()?;
            let wish = KeyWish {
                kid: add.kid,
                alg: add.alg,
                public_key_pem,
                new_secret: add.new_secret,
                ..KeyWish::default()
            };
            let new = registry.add_key(&ChannelId(add.channel), &wish, now).await?;
            if common.json {
                let mut body = json!({ "key": KeyView::new(&new.key) });
                if let Some(secret) = SecretView::new(&new) {
                    body["secret_key"] = json!(secret);
                }
                place::print_json(&body);
            } else {
                say!("Added key {} ({}).", new.key.kid, new.key.algorithm.name());
                // Exposed to be shown, this once, to the operator who asked for it.
                if let Some(secret) = &new.secret {
                    say!("Secret, shown once: {}", secret.expose());
                }
            }
        }
        args::Key::Retire(name) => {
            let key = registry.retire_key(&ChannelId(name.channel), &name.kid, now).await?;
            print(
                common,
                &key,
                "retires: what it has signed holds its time, a day at most. Sign with another key now.",
            );
        }
        args::Key::Revoke(name) => {
            let key = registry.revoke_key(&ChannelId(name.channel), &name.kid, now).await?;
            print(common, &key, "is revoked: nothing that it signed opens a connection any more.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(common: &Common, key: &ChannelKey, sentence: &str) {
    if common.json {
        place::print_json(&json!({ "key": KeyView::new(key) }));
    } else {
        say!("Key {} {sentence}", key.kid);
    }
}
