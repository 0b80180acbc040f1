//! P4: no holes, and one order for all, on one node that is killed and paused.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tieline_load::{
    caller::{Door, Proof},
    client::visitor_token,
    crowd::Crowd,
    history::Record,
};

use crate::scene::{HASTY, NO_LIMITS, REST, Scene, size};

/// P4: 64 writers, visitors' tabs and agents, on so many sessions; the gateway is killed twice and paused once.
async fn writers(sessions: usize) {
    const WRITERS: usize = 64;
    let time = Duration::from_secs(size("P4_SECONDS", 5) as u64);
    let mut scene = Scene::start(sessions, NO_LIMITS).await;
    let mut crowd = Crowd::new(Record::default());
    let each = WRITERS / sessions / 2;
    for n in 0..sessions {
        let channel = scene.stage.channel_of(n).clone();
        let door = Door::open(scene.address.clone(), &scene.address, channel.clone()).await.unwrap();
        let door = Arc::new(door);
        let token = visitor_token(&scene.address, &channel).await.unwrap();
        let first = crowd.caller(&door, Proof::Visitor(token.clone()), None, HASTY).to(format!("r{n}"));
        let session = Some(crowd.send_in_and_open(first, REST).await.unwrap());
        for _ in 1..each {
            let tab = crowd.caller(&door, Proof::Visitor(token.clone()), session, HASTY);
            crowd.send_in(tab);
        }
        let token = scene.stage.agent_token(&format!("a{n}")).await.unwrap();
        for _ in 0..each {
            let agent = crowd.caller(&door, Proof::Agent(token.clone()), session, HASTY);
            crowd.send_in(agent);
        }
    }
    for is_kill in [true, false, true] {
        // The pressure needs time: that is what is being tested.
        tokio::time::sleep(time / 4).await;
        if is_kill {
            scene.gateway.kill().unwrap();
            scene.start_again().await;
        } else {
            scene.gateway.pause().unwrap();
            tokio::time::sleep(Duration::from_millis(500)).await;
            scene.gateway.resume().unwrap();
        }
    }
    tokio::time::sleep(time / 4).await;
    let (summary, figures) = scene.judge(&format!("P4, {sessions} sessions"), &mut crowd).await;
    assert!(summary.cuts >= WRITERS, "everybody was cut off at least once");
    // Every view is a prefix, says the checker; and in the end each of one session is as long as the others.
    let lengths: BTreeSet<_> = figures.iter().map(|figures| figures.shown).collect();
    assert!(lengths.len() <= sessions, "{lengths:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p4_sixty_four_writers_on_one_session_make_one_order_without_holes() {
    writers(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p4_sixty_four_writers_on_sixteen_sessions_make_one_order_each() {
    writers(16).await;
}
