//! P9: a new version without an error that a person can see, on one node.

use std::{net::TcpListener, path::Path, time::Duration};

use tieline_load::{
    caller::{Proof, Tempo},
    crowd::{Crowd, Summary},
    history::Record,
    process::Gateway,
};
use tokio::net::TcpSocket;

use crate::scene::{HASTY, NO_LIMITS, REST, Scene, binary, size};

/// A widget that was told of the restart shows that it has no connection after so long.
const VISIBLE: Duration = Duration::from_secs(6);

/// P9: the gateway is asked to stop under people who talk, and the next one starts on the same listener: nothing said fails or
/// stands twice, and nobody is without a connection for so long that it shows. `P9_CLIENTS=2000` by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p9_a_restart_fails_nothing_and_nobody_sees_it() {
    let clients = size("P9_CLIENTS", 300);
    let mut scene = Scene::start(1, &format!("drain_secs = 1\n{NO_LIMITS}")).await;
    // Handed from one process to the next; whoever dials meanwhile waits in its queue.
    let listener = hand_over(&mut scene).await;
    let config_file = scene.stage.config_file.clone();
    let door = scene.door().await;
    let mut crowd = Crowd::new(Record::default());
    // The widget's own backoff; a few hundred words a second at full size.
    let tempo = Tempo { pause: Some(Duration::from_secs(5)), backoff: Tempo::default().backoff, ..HASTY };
    for _ in 0..clients {
        let caller = crowd.caller(&door, Proof::New, None, tempo);
        crowd.send_in(caller);
    }
    while scene.gateway.metric("tieline_connections").await.unwrap() < clients as f64 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut restarts = Vec::new();
    for _ in 0..size("P9_RESTARTS", 2) {
        let began = std::time::Instant::now();
        scene.gateway.ask_to_stop().unwrap();
        let status = scene.gateway.ended(REST).await.unwrap();
        assert!(status.success(), "it left in good order: {status}");
        let stopped = began.elapsed();
        scene.gateway = start(&listener, &config_file).await;
        restarts.push((stopped, began.elapsed()));
        while scene.gateway.metric("tieline_connections").await.unwrap() < clients as f64 {
            assert!(began.elapsed() < REST, "everybody comes back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let (Summary { refused, longest_offline, .. }, _) = scene.judge("P9", &mut crowd).await;
    println!(
        "P9: {clients} clients, {} restarts (stopped, ready again: {restarts:.2?}), {refused} failed sends, longest without a \
         connection {longest_offline:.2?}",
        restarts.len()
    );
    assert_eq!(refused, 0, "no send failed");
    assert!(longest_offline < VISIBLE, "somebody saw it: {longest_offline:?}");
}

/// From a gateway with a listener of its own to one with a listener of ours, at the same address.
async fn hand_over(scene: &mut Scene) -> TcpListener {
    scene.gateway.kill().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(scene.address.parse().unwrap()).unwrap();
    // As systemd does. The standard library's 128 would let most of two thousand wait for TCP's own second try.
    let listener = socket.listen(4096).unwrap().into_std().unwrap();
    scene.gateway = start(&listener, &scene.stage.config_file).await;
    listener
}

async fn start(listener: &TcpListener, config_file: &Path) -> Gateway {
    Gateway::start_on(listener, binary(), config_file).await.unwrap()
}
