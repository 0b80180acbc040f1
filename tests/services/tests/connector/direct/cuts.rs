//! What direct mode promises when the gateway or the server dies: what the visitor says arrives, rather twice than never; an answer
//! that has a receipt stands in the session once, in order. What has none may be lost, and is counted here.

use std::collections::BTreeSet;

use anyhow::Result;
use tieline_services::XmppKind;

use super::Direct;
use crate::shop::{MIA, PASSWORD};

/// Answers of one run.
const MESSAGES: usize = 400;
/// Deaths in it.
const DEATHS: usize = 6;

async fn what_the_visitor_says_arrives(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    world.server.kill().await?;
    for text in ["one", "two", "three"] {
        world.say(text).await?;
    }
    world.server.start_again().await?;
    world.mia.sign_in(&world.server, MIA, PASSWORD).await?;
    for text in ["one", "two", "three"] {
        world.mia.hears(text).await?;
    }
    let heard: Vec<_> =
        world.mia.events().iter().filter_map(|event| event["body"].as_str().map(str::to_owned)).collect();
    assert_eq!(heard, ["hello", "one", "two", "three"]);
    Ok(())
}

async fn a_receipt_is_true(kind: XmppKind) -> Result<()> {
    let mut world = Direct::start(kind).await?;
    let seed = std::env::var("P13_SEED").ok().map_or_else(|| Ok(fastrand::u64(..)), |text| text.parse())?;
    println!("receipts on {kind:?}: P13_SEED={seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut deaths: BTreeSet<usize> = BTreeSet::new();
    while deaths.len() < DEATHS {
        deaths.insert(chance.usize(1..MESSAGES));
    }
    let (mut gateways, mut dead_until) = (0, None);
    let mut ids = Vec::with_capacity(MESSAGES);
    for number in 0..MESSAGES {
        if deaths.contains(&number) && dead_until.is_none() {
            if chance.bool() {
                gateways += 1;
                world.kill_gateway()?;
                dead_until = Some(number + chance.usize(1..40));
            } else {
                world.server.kill().await?;
                world.server.start_again().await?;
                world.mia.sign_in(&world.server, MIA, PASSWORD).await?;
            }
        }
        if dead_until.is_some_and(|until| until <= number) {
            dead_until = None;
            world.start_gateway().await?;
        }
        ids.push(world.mia.tell(&world.contact, &format!("answer {number}")).await?);
        // Her client does not wait for receipts, as people do not; but a hundred at once nobody writes.
        world.mia.ping().await?;
    }
    if dead_until.is_some() {
        world.start_gateway().await?;
    }
    world.return_visitor(None).await?;
    // The line is up again once something gets a receipt.
    world.line_is_up().await?;
    let texts = world.history().await?;
    let answers: Vec<_> = texts.iter().filter(|text| text.starts_with("answer ")).collect();
    let receipts: BTreeSet<_> =
        world.mia.events().iter().filter_map(|event| event["receipt"].as_str().map(str::to_owned)).collect();
    let sent: Vec<_> = (0..MESSAGES).map(|number| format!("answer {number}")).collect();
    let with_receipt: Vec<_> =
        sent.iter().zip(&ids).filter(|(_, id)| receipts.contains(*id)).map(|(text, _)| text).collect();
    println!(
        "receipts on {kind:?}: {MESSAGES} answers, {DEATHS} deaths, {gateways} of them the gateway's: {} have a receipt, {} stand in the session, {} are lost",
        with_receipt.len(),
        answers.len(),
        MESSAGES - answers.len(),
    );
    let lost: Vec<_> = with_receipt.iter().filter(|text| !answers.contains(*text)).collect();
    assert!(lost.is_empty(), "have a receipt and are lost: {lost:?}");
    // In order, and none twice.
    let in_order: Vec<_> = sent.iter().filter(|text| answers.contains(text)).collect();
    assert_eq!(answers, in_order);
    assert!(with_receipt.len() > MESSAGES / 4, "most of the time everything was up");
    Ok(())
}

impl Direct {
    /// Mia says something until it has a receipt: without one it may have been lost, and she would say it again.
    async fn line_is_up(&self) -> Result<()> {
        loop {
            let id = self.mia.tell(&self.contact, "are we back?").await?;
            let is_answer = |event: &serde_json::Value| {
                event["receipt"] == id.as_str() || (event["type"] == "error" && event["id"] == id.as_str())
            };
            if self.mia.wait_for("a receipt or an error", is_answer).await?["receipt"].is_string() {
                return Ok(());
            }
        }
    }
}

crate::on_both! {
    what_the_visitor_says_arrives
    a_receipt_is_true
}
