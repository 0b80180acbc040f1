//! A visitor and the agent who answers them, each on a socket of their own, with a session between them.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use tieline_protocol::{Auth, SessionId};

use super::Target;
use crate::client::{Client, draft_id, hello, ticket, visitor_hello};

/// Both ends.
pub(super) struct Pair {
    pub(super) visitor: Client,
    pub(super) agent: Client,
    pub(super) session: SessionId,
}

/// Many pairs. The `n`th visitor writes to recipient `r<n>`, whom only agent `a<n>` answers: so each entry has one reader.
pub(super) async fn pairs(target: &Target<'_>, count: usize) -> Result<Vec<Pair>> {
    let mut tickets = HashMap::new();
    for channel in target.stage.channels() {
        tickets.insert(channel, ticket(target.address, channel).await?);
    }
    let tickets = &tickets;
    stream::iter(0..count)
        .map(|n| async move {
            let token = target.stage.agent_token(&format!("a{n}")).await?;
            let (agent, _) = Client::enter(target.address, hello(Auth::Agent { token })).await?;
            let channel = target.stage.channel_of(n);
            let ticket = tickets.get(channel).context("every channel has a ticket")?;
            let greeting = visitor_hello(channel, ticket, Auth::New);
            let (mut visitor, _) = Client::enter(target.address, greeting).await?;
            let receipt = visitor.open(draft_id(), Some(&format!("r{n}"))).await?;
            Ok(Pair { visitor, agent, session: receipt.session })
        })
        .buffer_unordered(64)
        .try_collect()
        .await
}

/// What one needs of a frame under load: decoding all of it would measure us and not the gateway.
pub(super) enum Glance {
    Ok,
    Entry,
    Ping,
    Other,
}

pub(super) fn glance(text: &str) -> Result<Glance> {
    let name = text.strip_prefix(r#"{"type":""#).and_then(|rest| rest.split('"').next());
    Ok(match name {
        Some("ok") => Glance::Ok,
        Some("entry") => Glance::Entry,
        Some("ping") => Glance::Ping,
        Some("err") => bail!("refused: {text}"),
        _ => Glance::Other,
    })
}
