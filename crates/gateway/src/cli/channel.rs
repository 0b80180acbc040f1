//! `tieline channel create | list | show | set | close | open`

use std::{path::Path, process::ExitCode};

use serde_json::{Map, Value, json};
use tieline_protocol::{ChannelId, client::DEFAULT_RECIPIENT};

use super::{
    args::{self, Common, Create},
    failure::Failure,
    place,
};
use crate::{
    auth::{
        Origin, account,
        channel::{Channel, Recipient},
        registration::{KeyWish, Wish},
        registry::Registered,
    },
    clock,
    http::view::{ChannelView, SecretView, script_tag},
};

pub(super) async fn run(common: &Common, command: args::Channel) -> Result<ExitCode, Failure> {
    let config = place::load_config(common, Vec::new())?;
    let registry = place::open_registry(&config)?;
    match command {
        args::Channel::Create(create) => {
            let wish = wish(*create)?;
            let registered = registry.register(&wish, clock::now()).await?;
            print(common, &config.public_url, &registered, true);
        }
        args::Channel::Show { channel } => {
            let found = registry.show(&ChannelId(channel)).await?;
            print(common, &config.public_url, &found, false);
        }
        args::Channel::Set { channel, settings } => {
            let wish = Wish { settings: read_settings(&settings)?, ..Wish::default() };
            let changed = registry.change(&ChannelId(channel), &wish, clock::now()).await?;
            print_changed(common, &changed.channel);
        }
        args::Channel::Close { channel } => {
            let changed = registry.change(&ChannelId(channel), &switch("closed"), clock::now()).await?;
            print_switched(common, &changed.channel, "is closed: its sockets close within a second.");
        }
        args::Channel::Open { channel } => {
            let changed = registry.change(&ChannelId(channel), &switch("open"), clock::now()).await?;
            print_switched(common, &changed.channel, "is open.");
        }
        args::Channel::List => print_list(common, &registry.list().await?),
    }
    Ok(ExitCode::SUCCESS)
}

fn wish(create: Create) -> Result<Wish, Failure> {
    let mut recipients = Vec::new();
    if !create.agents.is_empty() {
        recipients.push(Recipient { name: DEFAULT_RECIPIENT.into(), agents: create.agents });
    }
    for text in &create.recipients {
        let (name, agents) = text.split_once('=').ok_or_else(|| {
            Failure::Usage(format!("--recipient `{text}`: write NAME=AGENT,AGENT, such as default=mia,leo"))
        })?;
        let agents = agents.split(',').map(|agent| agent.trim().to_owned()).collect();
        recipients.push(Recipient { name: name.to_owned(), agents });
    }
    if recipients.is_empty() {
        return Err(Failure::Usage("nobody would answer: name somebody with --agent or --recipient".into()));
    }
    let keys = match create.public_key {
        Some(file) => {
            vec![KeyWish { alg: create.alg, public_key_pem: Some(read_key(&file)?), ..KeyWish::default() }]
        }
        None => Vec::new(),
    };
    Ok(Wish {
        name: Some(create.name),
        origins: Some(create.origins),
        recipients: Some(recipients),
        capabilities: (!create.capabilities.is_empty()).then_some(create.capabilities),
        greeting: create.greeting,
        accent: create.accent,
        edit_secs: create.edit_secs,
        settings: read_settings(&create.settings)?,
        keys,
        new_secret: create.new_secret,
        state: None,
    })
}

/// `KEY=VALUE`, each value JSON, a bare word, or `@FILE`.
fn read_settings(words: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut settings = Map::new();
    for word in words {
        let (key, text) = word.split_once('=').ok_or_else(|| {
            Failure::Usage(format!("setting `{word}`: write KEY=VALUE, such as rating=false"))
        })?;
        let value = match text.strip_prefix('@') {
            Some(file) => {
                let text = std::fs::read_to_string(file).map_err(|error| {
                    Failure::Usage(format!("setting {key}: {file} cannot be read: {error}"))
                })?;
                serde_json::from_str(&text)
                    .map_err(|error| Failure::Usage(format!("setting {key}: {file} is not JSON: {error}")))?
            }
            None => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
        };
        if settings.insert(key.to_owned(), value).is_some() {
            return Err(Failure::Usage(format!("setting {key}: stands there twice")));
        }
    }
    Ok(settings)
}

fn print_changed(common: &Common, channel: &Channel) {
    if common.json {
        return place::print_json(&json!({ "channel": ChannelView::new(channel, None) }));
    }
    print_channel(channel);
}

fn switch(state: &str) -> Wish {
    Wish { state: Some(state.to_owned()), ..Wish::default() }
}

fn print_switched(common: &Common, channel: &Channel, sentence: &str) {
    if common.json {
        place::print_json(&json!({ "channel": ChannelView::new(channel, None) }));
    } else {
        say!("Channel {} {sentence}", channel.id);
    }
}

pub(super) fn read_key(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::Usage(format!("--public-key {}: cannot be read: {error}", file.display())))
}

fn print(common: &Common, public_url: &Origin, registered: &Registered, is_new: bool) {
    let channel = &registered.channel;
    let tag = script_tag(public_url, &channel.id);
    if common.json {
        let mut body = json!({ "channel": ChannelView::new(channel, Some(&registered.keys)), "embed": tag });
        if let Some(secret) = registered.made.as_ref().and_then(SecretView::new) {
            body["secret_key"] = json!(secret);
        }
        return place::print_json(&body);
    }
    print_channel(channel);
    for key in &registered.keys {
        say!("  key           {} ({}, {})", key.kid, key.algorithm.name(), key.state.name());
    }
    // Exposed to be shown, this once, to the operator who asked for it.
    if let Some(secret) = registered.made.as_ref().and_then(|made| made.secret.as_ref()) {
        say!("  secret        {}   (shown once; keep it in the shop's backend)", secret.expose());
    }
    say!("\nPaste into the page, before </body>:\n\n  {tag}\n");
    let agents = channel.recipients.iter().flat_map(|recipient| &recipient.agents);
    // Whoever answers elsewhere signs in there.
    let mut at_the_desk = agents.filter(|agent| account::is_at_the_desk(agent));
    if is_new && let Some(agent) = at_the_desk.next() {
        say!("Then let {agent} sign in:\n\n  tieline desk invite --agent {agent}\n");
    }
}

fn print_channel(channel: &Channel) {
    say!("{}  {}{}", channel.id, channel.name, if channel.is_open { "" } else { "  (closed)" });
    for origin in &channel.origins {
        say!("  origin        {origin}");
    }
    for recipient in &channel.recipients {
        say!("  recipient     {}: {}", recipient.name, recipient.agents.join(", "));
    }
    let capabilities: Vec<_> = channel.capabilities.0.iter().map(|capability| capability.name()).collect();
    say!("  capabilities  {}", capabilities.join(", "));
    for (key, value) in channel.settings.to_map() {
        say!("  {key:<13} {value}");
    }
}

fn print_list(common: &Common, channels: &[Channel]) {
    if common.json {
        let views: Vec<_> = channels.iter().map(|channel| ChannelView::new(channel, None)).collect();
        return place::print_json(&json!({ "channels": views }));
    }
    if channels.is_empty() {
        say!("There is no channel yet. To register one: tieline channel create --help");
    }
    channels.iter().for_each(print_channel);
}
