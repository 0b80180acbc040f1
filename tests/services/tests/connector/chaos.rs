//! P13: gateway or server are killed at random while an agent writes, and nothing is lost, doubled or turned round.

use anyhow::Result;
use tieline_services::XmppKind;

use crate::world::World;

/// Messages of one run. `P13_MESSAGES` makes it longer.
const MESSAGES: usize = 400;
/// Deaths in it.
const DEATHS: usize = 6;

async fn p13_nothing_of_the_agents_is_lost(kind: XmppKind) -> Result<()> {
    let mut world = World::start(kind).await?;
    let messages = std::env::var("P13_MESSAGES").ok().map_or(Ok(MESSAGES), |text| text.parse())?;
    let seed = std::env::var("P13_SEED").ok().map_or_else(|| Ok(fastrand::u64(..)), |text| text.parse())?;
    println!("P13 on {kind:?}: P13_SEED={seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut deaths: Vec<usize> = (0..DEATHS).map(|_| chance.usize(1..messages)).collect();
    deaths.sort_unstable();
    let (mut gateways, mut servers) = (0, 0);
    let mut dead_until = None;
    for number in 0..messages {
        while deaths.first() == Some(&number) {
            deaths.remove(0);
            if chance.bool() && dead_until.is_none() {
                gateways += 1;
                world.kill_gateway()?;
                dead_until = Some(number + chance.usize(1..40));
            } else {
                servers += 1;
                world.server.kill().await?;
                world.server.start_again().await?;
                world.return_mia().await?;
            }
        }
        if dead_until.is_some_and(|until| until <= number) {
            dead_until = None;
            world.start_gateway().await?;
        }
        let text = format!("answer {number}");
        world.mia.say(&world.room, &text).await?;
        // Counted from when her own client shows it as said: the room has it then.
        world.mia_hears(&text).await?;
    }
    if dead_until.is_some() {
        world.start_gateway().await?;
    }
    world.return_visitor(None).await?;
    let told = world.expect_answers(messages).await?;
    println!(
        "P13 on {kind:?}: {messages} messages, gateway killed {gateways} times, server {servers} times: {told}"
    );
    Ok(())
}

crate::on_both! { p13_nothing_of_the_agents_is_lost }
