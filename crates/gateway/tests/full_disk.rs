//! The disk is really full: a clear answer, nothing acknowledged is lost, reading goes on, and so does writing once there is room.

mod tool;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use tieline_load::{
    client::{Client, Heard, draft_id, text_frame, ticket, visitor_hello},
    process::{Gateway, free_address},
    stage::Stage,
};
use tieline_protocol::{
    Auth, ClientFrame, DraftId, ErrorCode, Seq, ServerFrame, SessionId, client::History, client::Open,
};

const LIMITS: &str = "[limits]\nburst = 0\nframes_burst = 0\n";
/// Of messages of a few kilobytes it takes some hundred.
const ROOM_KIB: usize = 3 * 1024;
const BALLAST: &str = "ballast";
/// On their way at once, so that some share the commit that fails.
const WINDOW: usize = 8;

/// A small place for the data folder.
enum Disk {
    /// A file system of its own, with a file in it that can be removed.
    Mounted(PathBuf),
    /// The process may not make a file longer than that. Needs no rights.
    Limited,
}

impl Disk {
    fn mount(data_dir: &Path) -> Option<Self> {
        fs::create_dir_all(data_dir).unwrap();
        let size = format!("size={}k,mode=700", ROOM_KIB + 1024);
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &size, "tieline-test"]).arg(data_dir).output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            return None;
        }
        let disk = Self::Mounted(data_dir.to_owned());
        fs::write(data_dir.join(BALLAST), vec![1; 1024 * 1024]).unwrap();
        Some(disk)
    }

    fn program(&self, folder: &Path) -> PathBuf {
        let gateway = tool::gateway().display();
        match self {
            Self::Mounted(_) => tool::gateway().to_owned(),
            // In units of 512 bytes. A write beyond it is an error only if the signal is ignored.
            Self::Limited => {
                let line = format!("trap '' XFSZ; ulimit -S -f {}; exec '{gateway}'", ROOM_KIB * 2);
                tool::script(folder, "limited", &line)
            }
        }
    }

    fn make_room(&self, process: u32) {
        match self {
            Self::Mounted(data_dir) => fs::remove_file(data_dir.join(BALLAST)).unwrap(),
            Self::Limited => {
                let mut raise = Command::new("prlimit");
                let raise = raise.args(["--pid", &process.to_string(), "--fsize=unlimited"]);
                assert!(raise.status().unwrap().success());
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Self::Mounted(data_dir) = self {
            // Lazily: somebody may still look at it.
            let _ = Command::new("umount").arg("-l").arg(data_dir).status();
        }
    }
}

struct Writer {
    client: Client,
    session: SessionId,
    acknowledged: Vec<(Seq, DraftId)>,
}

impl Writer {
    /// Talks until it is told that the disk is full; gives a draft that was not taken.
    async fn fill(&mut self) -> DraftId {
        let text = "x".repeat(3_000);
        let mut waiting = Vec::new();
        let mut refused = None;
        while refused.is_none() || !waiting.is_empty() {
            while refused.is_none() && waiting.len() < WINDOW {
                let id = draft_id();
                let request = self.client.send(text_frame(self.session, id, &text)).await.unwrap();
                waiting.push((request, id));
            }
            let Heard::Frame(Some(answered), frame) = self.client.hear().await.unwrap() else { continue };
            let place = waiting.iter().position(|(request, _)| *request == answered).unwrap();
            let (_, id) = waiting.remove(place);
            match frame {
                ServerFrame::Ok(receipt) => self.acknowledged.push((receipt.seq, id)),
                ServerFrame::Err(refusal) => {
                    assert_eq!((refusal.code, refusal.temporary), (ErrorCode::StorageFull, true));
                    refused = Some(id);
                }
                other => panic!("{other:?}"),
            }
            assert!(self.acknowledged.len() < 10_000, "the disk never filled");
        }
        refused.unwrap()
    }

    async fn say(&mut self, id: DraftId) {
        let receipt = self.client.say(self.session, id, &"x".repeat(3_000)).await.unwrap();
        assert!(!receipt.duplicate, "what was refused left nothing behind");
        self.acknowledged.push((receipt.seq, id));
    }
}

fn entries(store: &Path) -> Vec<(Seq, DraftId)> {
    let db = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let health: String = db.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(health, "ok");
    let mut statement = db.prepare("select seq, draft_id from entry order by seq").unwrap();
    let rows = statement.query_map([], |row| {
        let id = row.get::<_, [u8; 16]>(1).map(uuid::Uuid::from_bytes);
        Ok((Seq(row.get::<_, i64>(0)? as u64), DraftId(id?)))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// P1 with no room left.
async fn nothing_is_lost_on(folder: TempDir, disk: Disk) {
    let address = free_address().unwrap();
    let stage = Stage::prepare(folder.path(), &address, 1, LIMITS).await.unwrap();
    let program = disk.program(folder.path());
    let mut gateway = Gateway::start(&program, &stage.config_file, &address).await.unwrap();
    let hello = visitor_hello(&stage.channel, &ticket(&address, &stage.channel).await.unwrap(), Auth::New);
    let (mut client, _) = Client::enter(&address, hello.clone()).await.unwrap();
    let session = client.open(draft_id(), None).await.unwrap().session;
    let mut writer = Writer { client, session, acknowledged: Vec::new() };

    let refused = writer.fill().await;
    let taken = writer.acknowledged.len();
    assert!(taken > 50, "only {taken} were taken");
    let history = History { session, before: None, after: None, limit: 100 };
    let ServerFrame::Page(page) = writer.client.ask(ClientFrame::History(history)).await.unwrap() else {
        panic!("no page")
    };
    assert_eq!(
        page.last,
        writer.acknowledged.last().unwrap().0,
        "reading goes on, and shows no more than that"
    );
    let (mut newcomer, _) = Client::enter(&address, hello).await.unwrap();
    let open = Open { draft_id: draft_id(), to: None, item: None };
    match newcomer.ask(ClientFrame::Open(open)).await.unwrap() {
        // A row of a few bytes may find room in a page that has some.
        ServerFrame::Ok(_) => {}
        ServerFrame::Err(refusal) => assert_eq!(refusal.code, ErrorCode::StorageFull),
        other => panic!("{other:?}"),
    }

    disk.make_room(gateway.id());
    writer.say(refused).await;
    for _ in 0..20 {
        writer.say(draft_id()).await;
    }
    gateway.kill().unwrap();
    let expected: Vec<_> = (1..).map(Seq).zip(writer.acknowledged.iter().map(|(_, id)| *id)).collect();
    assert_eq!(writer.acknowledged, expected, "one after the other, without a hole");
    assert_eq!(entries(&stage.config.store), expected, "all that was acknowledged, and nothing else");
    let _gateway = Gateway::start(tool::gateway(), &stage.config_file, &address).await.unwrap();
    println!("{taken} taken until the disk was full, {} in the end", expected.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_file_system_loses_nothing_and_recovers_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::mount(&folder.path().join("data")).unwrap_or_else(|| {
        println!("may not mount here: a limit on the length of files stands in");
        Disk::Limited
    });
    nothing_is_lost_on(folder, disk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_loses_nothing_and_recovers_by_itself() {
    nothing_is_lost_on(tempfile::tempdir().unwrap(), Disk::Limited).await;
}
