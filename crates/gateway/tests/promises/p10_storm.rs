//! P10: everybody comes back at once.

use std::time::{Duration, Instant};

use tieline_load::{
    caller::{Proof, Tempo},
    crowd::{Crowd, Summary},
    history::Record,
};

use crate::scene::{REST, Scene, size};

/// One address dials for all of them; the accept limiter is as it is by default.
const ONE_ADDRESS: &str = "[limits]\nsockets_per_ip = 1000000\n";

/// How many come in at once in the beginning.
const BATCH: usize = 500;

/// P10: the gateway dies under so many sockets and comes back. All are back within 30 s, it needs no more than half as much
/// memory again, and whom it turns away is told when to come back. `P10_SOCKETS=10000` by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p10_all_clients_come_back_after_the_gateway_died() {
    let sockets = size("P10_SOCKETS", 2_000);
    let mut scene = Scene::start(1, ONE_ADDRESS).await;
    let door = scene.door().await;
    let mut crowd = Crowd::new(Record::default());
    // The widget's own backoff, and a word now and then.
    let tempo = Tempo { pause: Some(Duration::from_secs(60)), ..Tempo::default() };
    for joined in 1..=sockets {
        let caller = crowd.caller(&door, Proof::New, None, tempo);
        crowd.send_in(caller);
        // They come by and by; together they come back.
        if joined % BATCH == 0 || joined == sockets {
            crowd.everybody_has_a_session(REST).await.unwrap();
        }
    }
    all_in(&scene, sockets, REST).await;
    let before = scene.gateway.resident_bytes().unwrap();
    scene.gateway.kill().unwrap();
    let began = Instant::now();
    scene.start_again().await;
    let ready = began.elapsed();
    all_in(&scene, sockets, REST).await;
    let back = began.elapsed();
    let after = scene.gateway.resident_bytes().unwrap();
    let ratio = after as f64 / before as f64;
    let (Summary { turned_away_otherwise, told_to_come_back, .. }, _) = scene.judge("P10", &mut crowd).await;
    println!(
        "P10: {sockets} sockets, gateway ready after {:.2} s, all back after {:.2} s, memory {:.1} -> {:.1} MiB ({ratio:.2}x), \
         {told_to_come_back} times 503 with Retry-After",
        ready.as_secs_f64(),
        back.as_secs_f64(),
        before as f64 / 1_048_576.0,
        after as f64 / 1_048_576.0
    );
    assert!(back < Duration::from_secs(30), "{back:?}");
    assert!(ratio <= 1.5, "{ratio:.2} times the memory");
    assert_eq!(turned_away_otherwise, 0, "only 503 with Retry-After turns anybody away");
}

/// Comes back once so many sockets said hello and are there.
async fn all_in(scene: &Scene, sockets: usize, within: Duration) {
    let began = Instant::now();
    loop {
        let [welcomes, open] = ["tieline_welcomes_total", "tieline_connections"];
        let welcomes = scene.gateway.metric(welcomes).await.unwrap();
        let open = scene.gateway.metric(open).await.unwrap();
        if welcomes >= sockets as f64 && open >= sockets as f64 {
            return;
        }
        assert!(began.elapsed() < within, "{open} of {sockets} sockets are there, {welcomes} welcomes");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
