//! P5: what one person types stands in the log in the order in which it was typed.

use std::time::Duration;

use tieline_fault::Cut;
use tieline_load::{caller::Proof, client::draft_id, crowd::Crowd, history::Record, stage::read_logs};

use crate::scene::{REST, SILENT, Scene, size};

/// So few at once that most drafts are told "later" at first.
const TIGHT: &str = "[limits]\nburst = 5\nper_minute = 3000\naccepts_burst = 0\nsockets_per_ip = 1000\n";

/// P5: connections that break, refusals that say "later", a gateway asked to stop with the queue half sent. `P5_DRAFTS` by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p5_words_stand_as_they_were_typed_through_errors_cuts_and_a_restart() {
    const PEOPLE: usize = 8;
    let drafts = size("P5_DRAFTS", 100);
    let mut scene = Scene::start(1, TIGHT).await;
    let proxy = scene.proxy(5).await;
    let door = scene.door_behind(&proxy).await;
    let mut crowd = Crowd::new(Record::default());
    let mut typed = Vec::new();
    for _ in 0..PEOPLE {
        let outbox: Vec<_> = (0..drafts).map(|_| draft_id()).collect();
        let person = crowd.caller(&door, Proof::New, None, SILENT).with_waiting(outbox.clone());
        let session = crowd.send_in_and_open(person, REST).await.unwrap();
        typed.push((session, outbox));
    }
    for round in 0..12 {
        // Between two cuts some drafts get through, and some do not.
        tokio::time::sleep(Duration::from_millis(60)).await;
        proxy.cut(if round % 2 == 0 { Cut::Reset } else { Cut::Finish });
        if round == 5 {
            scene.gateway.ask_to_stop().unwrap();
            scene.gateway.ended(REST).await.unwrap();
            scene.start_again().await;
        }
    }
    let (summary, _) = scene.judge("P5", &mut crowd).await;
    let logs = read_logs(&scene.stage.config.store).await.unwrap();
    for (session, outbox) in typed {
        let logged: Vec<_> = logs[&session].iter().map(|(_, draft_id)| *draft_id).collect();
        assert_eq!(logged, outbox);
    }
    assert!(summary.cuts > PEOPLE);
    println!("P5: {PEOPLE} people, {drafts} drafts each, 0 inversions");
}
