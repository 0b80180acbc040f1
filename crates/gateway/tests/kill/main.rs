//! The gateway dies at any moment, under load: nothing that was acknowledged is lost (P1), nothing stands twice (P3), no place
//! is left out.

mod moments;
mod points;
#[path = "../tool/mod.rs"]
mod tool;
mod writer;

use std::path::Path;

use tempfile::TempDir;
use tieline_gateway::store::Store;
use tieline_load::{
    checker::{self, Flaw, Kind, Logs},
    client::ticket,
    history::Fact,
    process::{Gateway, free_address},
    stage::Stage,
};
use tieline_protocol::{DraftId, Seq, SessionId};
use writer::Writer;

const WRITERS: usize = 8;
const LIMITS: &str = "[limits]\nburst = 0\nframes_burst = 0\naccepts_burst = 0\nsockets_per_ip = 1000\n";

/// A gateway that dies and comes back, and those who talk to it all the while.
struct Trial {
    folder: TempDir,
    address: String,
    stage: Stage,
    writers: Vec<Writer>,
}

/// What became of everything that was said.
#[derive(Debug)]
struct Outcome {
    acknowledged: usize,
    said_again: usize,
    flaws: Vec<Flaw>,
}

impl Trial {
    async fn prepare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address().unwrap();
        let stage = Stage::prepare(folder.path(), &address, 1, LIMITS).await.unwrap();
        Self { folder, address, stage, writers: (0..WRITERS).map(|_| Writer::new()).collect() }
    }

    /// One life of the gateway. All talk until it is dead; `end` sees to it that it dies.
    async fn live(&mut self, program: &Path, end: impl AsyncFnOnce(&mut Gateway)) {
        self.round(program, false, end).await;
    }

    /// The last life: all talk until everything is taken.
    async fn settle(&mut self) {
        self.round(tool::gateway(), true, async |_| {}).await;
    }

    async fn round(&mut self, program: &Path, is_last: bool, end: impl AsyncFnOnce(&mut Gateway)) {
        let mut gateway = Gateway::start(program, &self.stage.config_file, &self.address).await.unwrap();
        let ticket = ticket(&self.address, &self.stage.channel).await.unwrap();
        let talking: Vec<_> = self
            .writers
            .drain(..)
            .map(|writer| {
                let (address, channel) = (self.address.clone(), self.stage.channel.clone());
                tokio::spawn(writer.talk(address, channel, ticket.clone(), is_last))
            })
            .collect();
        end(&mut gateway).await;
        for talk in talking {
            self.writers.push(talk.await.unwrap());
        }
    }

    /// Compares what the writers saw with what the log holds.
    async fn outcome(&self) -> Outcome {
        let histories: Vec<_> = self.writers.iter().map(|writer| writer.history.clone()).collect();
        let logs = read_logs(&self.stage.config.store).await;
        let count =
            |wanted: fn(&Fact) -> bool| histories.iter().flatten().filter(|fact| wanted(fact)).count();
        let acknowledged = count(|fact| matches!(fact, Fact::Acknowledged { .. }));
        let sent = count(|fact| matches!(fact, Fact::Sent { .. }));
        assert!(
            self.writers.iter().all(|writer| writer.waiting.is_empty()),
            "everything was taken in the end"
        );
        Outcome { acknowledged, said_again: sent - acknowledged, flaws: checker::check(&histories, &logs) }
    }
}

impl Outcome {
    /// For people and for scripts.
    fn line(&self, cycles: usize, how: &str) -> String {
        let count = |wanted: fn(&Flaw) -> bool| self.flaws.iter().filter(|flaw| wanted(flaw)).count();
        format!(
            "P1 {how}: {cycles} cycles, {} acknowledged, {} said again, {} lost, {} doubled, {} holes, {} other flaws",
            self.acknowledged,
            self.said_again,
            count(|flaw| flaw.kind == Kind::Lost),
            count(|flaw| flaw.kind == Kind::Doubled),
            count(|flaw| flaw.kind == Kind::Hole),
            count(|flaw| !matches!(flaw.kind, Kind::Lost | Kind::Doubled | Kind::Hole)),
        )
    }
}

async fn read_logs(store: &Path) -> Logs {
    let store = Store::open(store).unwrap();
    let rows = store.read(|db| {
        db.prepare("select session_id, seq, draft_id from entry order by session_id, seq")?
            .query_map([], |row| {
                let id = |at| row.get::<_, [u8; 16]>(at).map(uuid::Uuid::from_bytes);
                Ok((SessionId(id(0)?), Seq(row.get::<_, i64>(1)? as u64), DraftId(id(2)?)))
            })?
            .collect::<Result<Vec<_>, _>>()
    });
    let mut logs = Logs::new();
    for (session, seq, draft_id) in rows.await.unwrap() {
        logs.entry(session).or_default().push((seq, draft_id));
    }
    logs
}
