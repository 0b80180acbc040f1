//! P2: what was acknowledged survives the loss of power.
//!
//! The real program runs under `strace` while several people talk. Its trace settles two things. Order: each `ok` left only
//! after a sync that covers its draft's transaction had ended. Replay: the files are rebuilt as a disk may hold them when the
//! power goes at any sync, and SQLite finds every acknowledged draft in them, once, at its place. Both checkers are shown a
//! trace in which an `ok` was sent too early, and must notice.

mod acks;
mod disk;
mod order;
#[path = "../tool/mod.rs"]
mod tool;
mod trace;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tieline_load::{
    client::{Client, Heard, draft_id, get, text_frame, ticket, visitor_hello},
    process::{Gateway, free_address},
    stage::Stage,
};
use tieline_protocol::{Auth, ChannelId, ServerFrame};

use crate::{
    acks::Ack,
    disk::Disk,
    order::{Flaw, Order},
    trace::Event,
};

const WRITERS: usize = 8;
/// One at a time: each in a commit of its own.
const ALONE: usize = 6;
/// Many at once, so that commits are shared.
const TOGETHER: usize = 470;
const WINDOW: usize = 24;
/// As in `store/checkpoint.rs`: so many changes, and the checkpoint begins.
const CHECKPOINT_EVERY: usize = 4_000;
/// As in `store/schema.rs`.
const PAGE_BYTES: usize = 2048;
const LIMITS: &str = "[limits]\nburst = 0\nframes_burst = 0\naccepts_burst = 0\nsockets_per_ip = 1000\n";

/// A trace, and the files as they were before it.
struct Recording {
    db: PathBuf,
    wal: PathBuf,
    before: [Vec<u8>; 2],
    events: Vec<Event>,
    /// As the clients counted them.
    acknowledged: usize,
    _folder: TempDir,
}

impl Recording {
    async fn make() -> Self {
        tool::need(|| tool::has_program("strace"), "strace");
        let folder = tempfile::tempdir().unwrap();
        let address = free_address().unwrap();
        let stage = Stage::prepare(folder.path(), &address, 1, LIMITS).await.unwrap();
        let db = fs::canonicalize(&stage.config.store).unwrap();
        let wal = db.with_extension("db-wal");
        let before = [fs::read(&db).unwrap(), fs::read(&wal).unwrap()];
        let trace = folder.path().join("trace");
        // With -D the tracer is a process aside, and what is started and killed here is the gateway itself.
        let strace = format!(
            "exec strace -D -f -q -yy -x -s 1000000 -e trace={} -o '{}' '{}'",
            trace::CALLS,
            trace.display(),
            tool::gateway().display()
        );
        let program = tool::script(folder.path(), "traced", &strace);
        let mut gateway = Gateway::start(&program, &stage.config_file, &address).await.unwrap();
        let ticket = ticket(&address, &stage.channel).await.unwrap();
        let talk =
            |alone, together| talk(address.clone(), stage.channel.clone(), ticket.clone(), alone, together);
        let talks: Vec<_> = (0..WRITERS).map(|_| tokio::spawn(talk(ALONE, TOGETHER))).collect();
        let mut acknowledged = 0;
        for talk in talks {
            acknowledged += talk.await.unwrap();
        }
        // Just as many more as it takes, the session's own row included, and then silence: a checkpoint that commits overtake
        // leaves the rest to the next one, and the file without a sync.
        acknowledged += talk(0, CHECKPOINT_EVERY - changes(&address).await - 1).await;
        let synced = format!("<{}>", db.display());
        seen(&trace, |text| text.lines().any(|line| line.contains("sync(") && line.contains(&synced))).await;
        // The first commits after it begin the WAL anew.
        acknowledged += talk(ALONE, 0).await;
        let process = gateway.id();
        gateway.kill().unwrap();
        let text = seen(&trace, |text| has_ended(text, process)).await;
        let events = trace::read(&text, &[&db, &wal]);
        Self { db, wal, before, events, acknowledged, _folder: folder }
    }

    fn disk(&self) -> Disk {
        let [db, wal] = self.before.clone();
        Disk::of(&[(&self.db, db), (&self.wal, wal)])
    }

    fn order(&self, events: &[Event]) -> Order {
        Order::of(events, &acks::find(events), &self.wal, PAGE_BYTES)
    }

    /// The same trace with one acknowledgement moved before the sync that it has to wait for.
    fn forged(&self) -> (Vec<Event>, Ack) {
        // One that left when everybody spoke one at a time: there is no other in its bytes.
        let ack = acks::find(&self.events)[WRITERS];
        let (sync, _) = self.order(&self.events).sync_of(&ack).expect("it was on the disk");
        let mut events = self.events.clone();
        let early = events.remove(ack.event);
        events.insert(sync, early);
        (events, Ack { event: sync, ..ack })
    }
}

async fn talk(address: String, channel: ChannelId, ticket: String, alone: usize, together: usize) -> usize {
    let hello = visitor_hello(&channel, &ticket, Auth::New);
    let (mut client, _) = Client::enter(&address, hello).await.unwrap();
    let session = client.open(draft_id(), None).await.unwrap().session;
    for n in 0..alone {
        client.say(session, draft_id(), &format!("alone {n}")).await.unwrap();
    }
    let (mut sent, mut acknowledged) = (0, 0);
    while acknowledged < together {
        while sent < together && sent - acknowledged < WINDOW {
            client.send(text_frame(session, draft_id(), &format!("together {sent}"))).await.unwrap();
            sent += 1;
        }
        match client.hear().await.unwrap() {
            Heard::Frame(_, ServerFrame::Ok(_)) => acknowledged += 1,
            Heard::Frame(None, _) => {}
            other => panic!("{other:?}"),
        }
    }
    alone + together
}

/// How many changes were committed since the gateway started.
async fn changes(address: &str) -> usize {
    let (_, metrics) = get(address, "/metrics").await.unwrap();
    let sum = metrics.lines().find_map(|line| line.strip_prefix("tieline_commit_changes_sum "));
    sum.expect("the metric is there").parse::<f64>().unwrap() as usize
}

/// The trace, once it shows what is waited for.
async fn seen(trace: &Path, is_there: impl Fn(&str) -> bool) -> String {
    let began = Instant::now();
    loop {
        let text = fs::read_to_string(trace).unwrap();
        if is_there(&text) {
            return text;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "strace did not see it");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The tracer saw the process's end, and nothing is missing from the trace.
fn has_ended(trace: &str, process: u32) -> bool {
    let process = process.to_string();
    trace
        .lines()
        .rev()
        .take(64)
        .any(|line| line.starts_with(&process) && line.contains("+++ killed by SIGKILL"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p2_what_was_acknowledged_survives_the_loss_of_power() {
    let recording = Recording::make().await;
    let events = &recording.events;
    let acks = acks::find(events);
    assert_eq!(acks.len(), recording.acknowledged, "the trace shows every ok that a client saw");
    let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
    let syncs = count(|event| matches!(event, Event::SyncEnded { .. }));
    let of_db =
        events.iter().filter(|event| matches!(event, Event::SyncEnded { file, .. } if *file == recording.db));
    let checkpoints = of_db.count();
    assert!(checkpoints > 0, "a checkpoint is in it");

    let flaws = recording.order(events).check(&acks);
    assert!(flaws.is_empty(), "{} of {} ahead, the first: {:?}", flaws.len(), acks.len(), flaws[0]);

    let folder = tempfile::tempdir().unwrap();
    let (opened, broken) = disk::check(recording.disk(), events, &acks, folder.path());
    assert!(broken.is_empty(), "{} broken, the first: {:?}", broken.len(), broken[0]);
    println!(
        "P2: {} acknowledged, {syncs} syncs, {checkpoints} of them of a checkpoint; 0 ahead of their sync; \
         {opened} stores rebuilt and opened, 0 drafts missing or doubled",
        acks.len()
    );

    let (events, early) = recording.forged();
    let acks = acks::find(&events);
    assert_eq!(recording.order(&events).check(&acks), [Flaw::AheadOfSync(early.draft_id)], "order notices");
    let is_sync = |event: &Event| matches!(event, Event::SyncEnded { .. });
    let until = early.event + events[early.event..].iter().position(is_sync).unwrap();
    let (_, broken) = disk::check(recording.disk(), &events[..=until], &acks, folder.path());
    let is_seen = broken.iter().any(|broken| broken.draft_id == early.draft_id && broken.times == 0);
    assert!(is_seen, "replay notices: {broken:?}");
}
