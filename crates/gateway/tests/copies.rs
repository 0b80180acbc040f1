//! Backup, restore and epochs, by the program itself, and what clients notice of them.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;
use tieline_load::{
    client::{Client, Heard, draft_id, text_frame, ticket, visitor_hello, with_cursors},
    process::{Gateway, free_address},
    stage::Stage,
};
use tieline_protocol::{
    Auth, CloseCode, DraftId, Epoch, Seq, ServerFrame, SessionId, Welcome, client::Position,
};

const LIMITS: &str = "[limits]\nburst = 0\nframes_burst = 0\n";

struct Place {
    folder: TempDir,
    address: String,
    stage: Stage,
}

/// A visitor who comes back with what they have.
struct Visitor {
    client: Client,
    token: String,
    session: SessionId,
    epoch: Epoch,
}

impl Place {
    async fn prepare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address().unwrap();
        let stage = Stage::prepare(folder.path(), &address, 1, LIMITS).await.unwrap();
        Self { folder, address, stage }
    }

    async fn serve(&self) -> Gateway {
        Gateway::start(Path::new(env!("CARGO_BIN_EXE_tieline")), &self.stage.config_file, &self.address)
            .await
            .unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieline"));
        command.arg("--config").arg(&self.stage.config_file).args(words);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    async fn json(&self, words: &[&str]) -> Value {
        let output = self.run(&[words, &["--json"]].concat()).await;
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    async fn fail(&self, words: &[&str]) -> String {
        let output = self.run(words).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        said
    }

    async fn enter(&self, auth: Auth, have: Option<Position>) -> (Client, Welcome) {
        let ticket = ticket(&self.address, &self.stage.channel).await.unwrap();
        let hello = visitor_hello(&self.stage.channel, &ticket, auth);
        let hello = with_cursors(hello, have.into_iter().collect());
        Client::enter(&self.address, hello).await.unwrap()
    }

    async fn visitor(&self) -> Visitor {
        let (mut client, welcome) = self.enter(Auth::New, None).await;
        let receipt = client.open(draft_id(), None).await.unwrap();
        let token = welcome.tokens.visitor.unwrap();
        Visitor { client, token, session: receipt.session, epoch: receipt.epoch }
    }

    /// Comes back with a copy of that epoch up to there.
    async fn resume(&self, visitor: &Visitor, epoch: &Epoch, seq: u64) -> (Client, Welcome) {
        let have = Position { session: visitor.session, epoch: epoch.clone(), seq: Seq(seq) };
        self.enter(Auth::Visitor { token: visitor.token.clone() }, Some(have)).await
    }
}

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

fn drafts(file: &Path) -> Vec<(Seq, DraftId)> {
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = db.prepare("select seq, draft_id from entry order by session_id, seq").unwrap();
    let rows = statement.query_map([], |row| {
        let id = row.get::<_, [u8; 16]>(1).map(uuid::Uuid::from_bytes);
        Ok((Seq(row.get::<_, i64>(0)? as u64), DraftId(id?)))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// The copy is made in the middle of writing: whole, on its own, and with everything that was acknowledged before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_taken_while_everybody_talks() {
    let place = Place::prepare().await;
    let _gateway = place.serve().await;
    let mut visitor = place.visitor().await;
    let mut acknowledged = Vec::new();
    for n in 0..300 {
        let id = draft_id();
        let receipt = visitor.client.say(visitor.session, id, &format!("line {n}")).await.unwrap();
        acknowledged.push((receipt.seq, id));
    }
    let (stop, mut stopped) = tokio::sync::oneshot::channel();
    let talker = tokio::spawn(async move {
        let mut said = 0_u64;
        while stopped.try_recv().is_err() {
            visitor.client.say(visitor.session, draft_id(), "and on").await.unwrap();
            said += 1;
        }
        said
    });
    let copy = place.file("copy.db");
    let report = place.json(&["backup", path(&copy)]).await;
    stop.send(()).unwrap();
    assert!(talker.await.unwrap() > 0, "somebody talked meanwhile");

    let found = drafts(&copy);
    assert_eq!(found[..300], acknowledged[..], "all that was acknowledged before is in it, in its place");
    assert!(found.iter().zip(1..).all(|((seq, _), expected)| *seq == Seq(expected)), "and no hole");
    assert_eq!(report["counts"]["entries"].as_u64(), Some(found.len() as u64));
    assert_eq!((&report["counts"]["channels"], &report["counts"]["sessions"]), (&1.into(), &1.into()));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let beside: Vec<_> = std::fs::read_dir(place.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("copy"))
        .collect();
    assert_eq!(beside, ["copy.db"], "one file, and nothing half-made");

    let before = std::fs::read(&copy).unwrap();
    assert!(place.fail(&["backup", path(&copy)]).await.contains("nothing is overwritten"));
    assert!(std::fs::read(&copy).unwrap() == before, "the copy that was there stays as it was");
    let nowhere = place.file("no/where.db");
    assert!(place.fail(&["backup", path(&nowhere)]).await.contains("no/where.db"));
}

/// The epoch rule: whoever knows more than the restored log holds is told so, and reads it whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restore_clients_that_know_more_start_over() {
    let place = Place::prepare().await;
    let mut gateway = place.serve().await;
    let mut visitor = place.visitor().await;
    for n in 1..=5 {
        visitor.client.say(visitor.session, draft_id(), &format!("kept {n}")).await.unwrap();
    }
    let copy = place.file("copy.db");
    place.json(&["backup", path(&copy)]).await;
    let lost = draft_id();
    visitor.client.say(visitor.session, lost, "after the copy").await.unwrap();

    let said = place.fail(&["restore", path(&copy)]).await;
    assert!(said.contains("a gateway runs") && said.contains(&place.address), "{said}");
    gateway.kill().unwrap();
    let report = place.json(&["restore", path(&copy)]).await;
    assert_eq!((&report["counts"]["entries"], &report["new_epochs"]), (&5.into(), &1.into()));
    let kept = PathBuf::from(report["kept"].as_str().unwrap());
    assert_eq!(drafts(&kept).len(), 6, "the store that was there lies beside it, whole");

    let _gateway = place.serve().await;
    for have in [6, 5, 2] {
        let (_, welcome) = place.resume(&visitor, &visitor.epoch, have).await;
        let [state] = welcome.sessions.as_slice() else { panic!("{:?}", welcome.sessions) };
        assert!(state.reset && state.epoch != visitor.epoch, "had {have}");
        let places: Vec<_> = state.entries.iter().map(|entry| entry.seq.0).collect();
        assert_eq!((places, state.last), ((1..=5).collect(), Seq(5)), "whole, from its start");
    }
    let (mut client, welcome) = place.resume(&visitor, &visitor.epoch, 6).await;
    let epoch = welcome.sessions[0].epoch.clone();
    // The line that the copy lacks takes the next place when it is said again.
    let receipt = client.say(visitor.session, lost, "after the copy").await.unwrap();
    assert_eq!((receipt.seq, receipt.duplicate, &receipt.epoch), (Seq(6), false, &epoch));
    let (_, welcome) = place.resume(&visitor, &epoch, 5).await;
    assert!(!welcome.sessions[0].reset && welcome.sessions[0].entries.len() == 1);
}

/// A copy that is not sound is refused, and the store is what it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_sound_copy_is_not_restored() {
    let place = Place::prepare().await;
    let good = place.file("good.db");
    place.json(&["backup", path(&good)]).await;
    let variant = |name: &str, change: &dyn Fn(&Path)| {
        let file = place.file(name);
        std::fs::copy(&good, &file).unwrap();
        change(&file);
        file
    };
    let sql =
        |text: &'static str| move |file: &Path| Connection::open(file).unwrap().execute_batch(text).unwrap();
    let cases = [
        (place.file("missing.db"), "missing.db"),
        (
            variant("garbage.db", &|file| std::fs::write(file, "no database, but of some length").unwrap()),
            "not sound",
        ),
        (variant("newer.db", &sql("pragma user_version = 99")), "version 99"),
        (variant("other.db", &sql("pragma user_version = 0")), "no store of Tieline"),
        (
            variant("torn.db", &|file| {
                let bytes = std::fs::read(file).unwrap();
                std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
            }),
            "torn.db",
        ),
        (
            variant("orphans.db", &sql("pragma foreign_keys = off; delete from channel")),
            "belong to rows that are missing",
        ),
    ];
    let channel = || {
        let db = Connection::open(&place.stage.config.store).unwrap();
        db.query_row("select id from channel", [], |row| row.get::<_, String>(0)).unwrap()
    };
    let before = channel();
    for (file, expected) in cases {
        let said = place.fail(&["restore", path(&file)]).await;
        assert!(said.contains(expected), "{}: lacks `{expected}`: {said}", file.display());
        assert_eq!(channel(), before);
        let left = std::fs::read_dir(&place.stage.config.data_dir).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(!left.iter().any(|name| name.contains("restor")), "{left:?}");
    }
}

/// A new epoch holds on every connection at once, whether the gateway runs or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bumped_epoch_voids_the_copies() {
    let place = Place::prepare().await;
    let mut gateway = place.serve().await;
    let (mut one, mut other) = (place.visitor().await, place.visitor().await);
    one.client.say(one.session, draft_id(), "one").await.unwrap();
    other.client.say(other.session, draft_id(), "other").await.unwrap();

    let report = place.json(&["epoch", "bump", "--session", &one.session.to_string()]).await;
    assert_eq!(report["sessions"], 1);
    assert_eq!(one.client.hear().await.unwrap(), Heard::Closed(CloseCode::GAP));
    let receipt = other.client.say(other.session, draft_id(), "undisturbed").await.unwrap();
    assert_eq!(receipt.epoch, other.epoch);
    let (mut client, welcome) = place.resume(&one, &one.epoch, 1).await;
    let state = &welcome.sessions[0];
    assert!(state.reset && state.entries.len() == 1 && state.epoch != one.epoch);
    let ServerFrame::Ok(receipt) = client.ask(text_frame(one.session, draft_id(), "on")).await.unwrap()
    else {
        panic!("not taken")
    };
    assert_eq!((receipt.seq, &receipt.epoch), (Seq(2), &state.epoch), "the log goes on in the new epoch");

    let said = place.fail(&["epoch", "bump", "--session", "01990000-0000-7000-8000-000000000000"]).await;
    assert!(said.contains("no such session"), "{said}");
    assert_eq!(place.json(&["epoch", "bump"]).await["sessions"], 2, "all of them");
    assert_eq!(other.client.hear().await.unwrap(), Heard::Closed(CloseCode::GAP));

    gateway.kill().unwrap();
    let (_, before) = {
        let _gateway = place.serve().await;
        place.resume(&other, &other.epoch, 2).await
    };
    assert_eq!(
        place.json(&["epoch", "bump"]).await["sessions"],
        2,
        "without a gateway it is done on the store"
    );
    let _gateway = place.serve().await;
    let (_, after) = place.resume(&other, &before.sessions[0].epoch, 2).await;
    assert!(after.sessions[0].reset && after.sessions[0].epoch != before.sessions[0].epoch);
}
