//! P8: a peer that went away without a word is noticed, by either end.

use std::time::{Duration, Instant};

use tieline_fault::{Way, Weather};
use tieline_load::{
    caller::Proof,
    client::{Client, hello},
    crowd::Crowd,
    history::Record,
};
use tieline_protocol::Auth;

use crate::scene::{HASTY, NO_LIMITS, Scene, size};

/// A heartbeat at this share of its real length, unless `P8_SCALE=1`: 25 s and 10 s become 1 s and 400 ms.
fn heartbeat() -> (String, Duration, Duration) {
    let scale = size("P8_SCALE", 25) as u64;
    let (every, grace) = (25_000 / scale, 10_000 / scale);
    let settings = format!("{NO_LIMITS}[ping]\nevery_ms = {every}\ngrace_ms = {grace}\n");
    (settings, Duration::from_millis(every), Duration::from_millis(every + grace))
}

/// P8: a client falls into a black hole, in either direction. The gateway lets it go once heartbeat and grace are over: 35 s with
/// the default settings.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p8_a_client_in_a_black_hole_is_noticed_by_the_gateway() {
    let (settings, every, bound) = heartbeat();
    let scene = Scene::start(1, &settings).await;
    for way in Way::BOTH {
        let proxy = scene.proxy(8).await;
        let token = scene.stage.agent_token("a0").await.unwrap();
        let through = proxy.address().to_string();
        let (mut client, _) = Client::enter(&through, hello(Auth::Agent { token })).await.unwrap();
        assert_eq!(scene.gateway.metric("tieline_connections").await.unwrap(), 1.0);
        proxy.set(way, Weather::BLACK_HOLE);
        let began = Instant::now();
        // The client answers what reaches it. Where its words are lost, that does not help; where the pings are, there is nothing
        // to answer.
        let answering = tokio::spawn(async move {
            while let Ok(tieline_load::client::Heard::Frame(_, frame)) = client.next().await {
                if let tieline_protocol::ServerFrame::Ping(ping) = frame {
                    let beat = tieline_protocol::client::Beat { nonce: ping.nonce };
                    let _ = client.send(tieline_protocol::ClientFrame::Pong(beat)).await;
                }
            }
        });
        while scene.gateway.metric("tieline_connections").await.unwrap() > 0.0 {
            assert!(began.elapsed() < bound * 3, "{way:?}: not noticed");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let took = began.elapsed();
        println!(
            "P8: {way:?} lost, heartbeat {every:?}, bound {bound:?}: the gateway noticed after {took:.2?}"
        );
        assert!(took >= bound - every, "cut off although the grace was not over: {took:?}");
        answering.abort();
    }
}

/// P8: the gateway stops (SIGSTOP: its sockets stay open, nothing answers). Clients notice, come back when it goes on, and
/// nothing is lost or doubled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p8_a_gateway_that_stands_still_is_noticed_by_its_clients() {
    const PEOPLE: usize = 20;
    let (settings, _, bound) = heartbeat();
    let mut scene = Scene::start(1, &settings).await;
    let door = scene.door().await;
    let mut crowd = Crowd::new(Record::default());
    // Only the heartbeat is to notice it, not an answer that fails to come.
    let tempo = tieline_load::caller::Tempo { patience: bound * 10, ..HASTY };
    for _ in 0..PEOPLE {
        let person = crowd.caller(&door, Proof::New, None, tempo);
        crowd.send_in_and_open(person, crate::scene::REST).await.unwrap();
    }
    scene.gateway.pause().unwrap();
    tokio::time::sleep(bound + Duration::from_millis(500)).await;
    scene.gateway.resume().unwrap();
    let (summary, _) = scene.judge("P8", &mut crowd).await;
    assert!(summary.cuts >= PEOPLE, "{} of {PEOPLE} noticed", summary.cuts);
}
