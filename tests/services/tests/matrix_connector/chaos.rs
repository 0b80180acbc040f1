//! P13: gateway or homeserver are killed at random while an agent writes, and nothing is lost, doubled or turned round.

use anyhow::Result;

use crate::world::World;

/// Messages of one run. `P13_MESSAGES` makes it longer.
const MESSAGES: usize = 400;
/// Deaths in it.
const DEATHS: usize = 6;
/// What the visitor says meanwhile: every so many of Mia's.
const BETWEEN: usize = 10;

#[tokio::test]
async fn p13_nothing_of_the_agents_is_lost() -> Result<()> {
    let mut world = World::start().await?;
    let messages = std::env::var("P13_MESSAGES").ok().map_or(Ok(MESSAGES), |text| text.parse())?;
    let seed = std::env::var("P13_SEED").ok().map_or_else(|| Ok(fastrand::u64(..)), |text| text.parse())?;
    println!("P13 on Synapse: P13_SEED={seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut deaths: Vec<usize> = (0..DEATHS).map(|_| chance.usize(1..messages)).collect();
    deaths.sort_unstable();
    let (mut gateways, mut servers, mut questions) = (0, 0, Vec::new());
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
            }
        }
        if dead_until.is_some_and(|until| until <= number) {
            dead_until = None;
            world.start_gateway().await?;
            world.return_visitor(None).await?;
        }
        if number % BETWEEN == 0 && dead_until.is_none() {
            let text = format!("question {number}");
            world.say(&text).await?;
            questions.push(text);
        }
        // Counted from when the homeserver has it: it gives the event's name then.
        world.mia.say(&world.room, &format!("answer {number}")).await?;
    }
    if dead_until.is_some() {
        world.start_gateway().await?;
    }
    world.return_visitor(None).await?;
    let told = world.expect_answers(messages).await?;
    println!(
        "P13 on Synapse: {messages} messages, gateway killed {gateways} times, homeserver {servers} times: {told}"
    );
    // And the other way: each once, in order.
    world.say("the end").await?;
    world.mia_hears("the end").await?;
    let heard = world.mia.ask("messages", serde_json::json!({ "room": world.room })).await?;
    let bodies = heard.as_array().into_iter().flatten().filter_map(|event| event["content"]["body"].as_str());
    let heard: Vec<_> = bodies.filter(|body| body.starts_with("question ")).collect();
    println!("P13 on Synapse: {} questions the other way, {} in the room", questions.len(), heard.len());
    assert_eq!(heard, questions);
    Ok(())
}
