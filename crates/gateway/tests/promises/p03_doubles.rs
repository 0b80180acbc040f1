//! P3: a retry never makes a second message, whoever retries, and from wherever.

use tieline_fault::{Cut, Way, Weather};
use tieline_load::{
    caller::{Proof, words_of},
    client::{Client, draft_id, text_frame, ticket, visitor_hello, visitor_token},
    crowd::Crowd,
    history::Record,
};
use tieline_protocol::{Auth, Seq, SessionId};

use crate::scene::{NO_LIMITS, SILENT, Scene, size};

/// P3: the gateway takes it, the network swallows the acknowledgement, the same draft is said again: it stands once, and the
/// second answer names the first one's place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p3_a_swallowed_acknowledgement_doubles_nothing() {
    const ROUNDS: u64 = 40;
    let scene = Scene::start(1, NO_LIMITS).await;
    let proxy = scene.proxy(3).await;
    let through = proxy.address().to_string();
    let token = visitor_token(&scene.address, &scene.stage.channel).await.unwrap();
    let ticket = ticket(&scene.address, &scene.stage.channel).await.unwrap();
    let hello = || visitor_hello(&scene.stage.channel, &ticket, Auth::Visitor { token: token.clone() });
    let mut session: Option<SessionId> = None;
    for round in 1..=ROUNDS {
        let (mut client, _) = Client::enter(&through, hello()).await.unwrap();
        let here = match session {
            Some(session) => session,
            None => client.open(draft_id(), None).await.unwrap().session,
        };
        session = Some(here);
        let draft_id = draft_id();
        let lost = proxy.traffic(Way::ToClient).lost;
        proxy.set(Way::ToClient, Weather::BLACK_HOLE);
        client.send(text_frame(here, draft_id, &words_of(draft_id))).await.unwrap();
        // Whatever is swallowed now, acknowledgement or entry, was sent after the commit.
        proxy.carried(Way::ToClient, |traffic| traffic.lost > lost).await;
        proxy.cut(Cut::Reset);
        proxy.set(Way::ToClient, Weather::CALM);
        let (mut client, _) = Client::enter(&through, hello()).await.unwrap();
        for _ in 0..2 {
            let receipt = client.say(here, draft_id, &words_of(draft_id)).await.unwrap();
            assert_eq!((receipt.seq, receipt.duplicate), (Seq(round), true));
        }
    }
    println!("P3: {ROUNDS} acknowledgements swallowed, each draft said three times, {ROUNDS} entries");
}

/// P3: two tabs find the same outbox and flush it at once, over connections that break. `P3_SENDS=100000` by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p3_two_tabs_flush_one_outbox_and_each_draft_stands_once() {
    let sends = size("P3_SENDS", 2_000);
    let sessions = (sends / 250).clamp(16, 400);
    let drafts = sends / sessions;
    let mut scene = Scene::start(1, NO_LIMITS).await;
    let networks = [scene.proxy(31).await, scene.proxy(32).await];
    let doors = [scene.door_behind(&networks[0]).await, scene.door_behind(&networks[1]).await];
    let mut crowd = Crowd::new(Record::default());
    for _ in 0..sessions {
        let outbox: Vec<_> = (0..drafts).map(|_| draft_id()).collect();
        let token = scene.visitor_token().await;
        let tab =
            crowd.caller(&doors[0], Proof::Visitor(token.clone()), None, SILENT).with_waiting(outbox.clone());
        let session = crowd.send_in_and_open(tab, crate::scene::REST).await.unwrap();
        let tab = crowd.caller(&doors[1], Proof::Visitor(token), Some(session), SILENT).with_waiting(outbox);
        crowd.send_in(tab);
    }
    for round in 0..10 {
        let network = &networks[round % 2];
        let passed = network.traffic(Way::ToClient).passed;
        network.carried(Way::ToClient, |traffic| traffic.passed > passed + 4_000).await;
        network.set(Way::ToClient, Weather::BLACK_HOLE);
        let lost = network.traffic(Way::ToClient).lost;
        network.carried(Way::ToClient, |traffic| traffic.lost > lost).await;
        network.cut(Cut::Reset);
        network.set(Way::ToClient, Weather::CALM);
    }
    scene.judge("P3", &mut crowd).await;
}
