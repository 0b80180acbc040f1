//! The gateway's host: the real thing, on a simulated socket and a disk that takes its time.

use std::{
    cell::{Cell, RefCell},
    io,
    net::SocketAddr,
    path::PathBuf,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use rusqlite::Connection;
use tempfile::TempDir;
use tieline_gateway::{Accept, app::AppState, clock, config::Config, serve_on, store::Tuning};
use tieline_load::stage::Stage;
use tieline_protocol::{ChannelId, CloseCode};
use tieline_sim::Chance;
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    oneshot,
};
use turmoil::net::{TcpListener, TcpStream};

use crate::time;

/// Its name on the network.
pub const HOST: &str = "gateway";
/// Where it listens.
pub const PORT: u16 = 7070;

/// A heartbeat fast enough for a minute's run: a dead peer is noticed within six seconds. Pace is not what is tested here.
const SETTINGS: &str = "drain_secs = 2\n[ping]\nevery_ms = 4000\ngrace_ms = 2000\n\
    [limits]\nburst = 20\nper_minute = 600\naccepts_burst = 0\nsockets_per_party = 100\nsockets_per_ip = 1000\n";

thread_local! {
    static DISK: RefCell<Chance> = RefCell::new(Chance::new(0));
    static SLOWEST_MS: Cell<u64> = const { Cell::new(0) };
}

/// What an operator can ask of a gateway that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Declare every copy of the logs void.
    NewEpoch,
    /// SIGTERM, and the next gateway starts when this one has left in good order.
    Stop,
}

/// What outlives a crash of the gateway: its data folder. And what others know of it: the channel, and tokens.
pub struct Premises {
    folder: TempDir,
    config: Config,
    /// Where visitors come.
    pub channel: ChannelId,
    /// Of the frame document.
    pub ticket: String,
    /// Of the one agent.
    pub agent_token: String,
    orders: RefCell<Option<UnboundedSender<Order>>>,
}

impl Premises {
    /// A data folder with a channel and an agent in it, for a run with that seed.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn prepare(seed: u64) -> Rc<Self> {
        clock::stand_in(time::now);
        DISK.set(Chance::new(seed ^ 0xd15c));
        let folder = memory_folder();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (config, channel, ticket, agent_token) = runtime.block_on(async {
            let address = format!("127.0.0.1:{PORT}");
            let stage = Stage::prepare(folder.path(), &address, 1, SETTINGS).await.expect("a data folder");
            let token = stage.agent_token("a0").await.expect("a token");
            (stage.config.clone(), stage.channel.clone(), stage.ticket(), token)
        });
        Rc::new(Self { folder, config, channel, ticket, agent_token, orders: RefCell::default() })
    }

    /// The file of the log.
    pub fn store(&self) -> PathBuf {
        self.config.store.clone()
    }

    /// From now on no piece of the disk's work takes longer.
    pub fn set_slowest_write(&self, slowest: Duration) {
        SLOWEST_MS.set(time::millis(slowest).0);
    }

    /// Asks it of the gateway, if it runs.
    pub fn order(&self, order: Order) {
        if let Some(orders) = &*self.orders.borrow() {
            // Fails while the gateway is down.
            let _ = orders.send(order);
        }
    }

    /// What runs on the host, from one crash to the next.
    ///
    /// # Errors
    /// When the gateway cannot start.
    pub async fn run(self: Rc<Self>) -> turmoil::Result {
        // Bound once, as by a service manager: whoever dials while the gateway restarts waits for the next one.
        let listener = Arc::new(TcpListener::bind(("0.0.0.0", PORT)).await?);
        loop {
            let tuning = Tuning { simulated: Some(disk_takes), ..Tuning::default() };
            let state = AppState::open_tuned(self.config.clone(), tuning)?;
            let (orders, heard) = unbounded_channel();
            self.orders.replace(Some(orders));
            let (stop, stopped) = oneshot::channel::<()>();
            tokio::task::spawn_local(obey(state.clone(), heard, stop));
            let stopped = async { drop(stopped.await) };
            serve_on(Door(Arc::clone(&listener)), true, state, stopped).await?;
        }
    }
}

/// What a broken store would do. For tests of the check; the gateway must be down for all but the copy.
impl Premises {
    /// Remembers the store as it is now.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn copy_store(&self) {
        let copy = self.copy();
        let _ = std::fs::remove_file(&copy);
        let db = Connection::open(self.store()).expect("the store opens");
        db.execute("vacuum into ?1", [copy.to_string_lossy()]).expect("the store is copied");
    }

    /// The store is as it was then: whatever was acknowledged since had not reached the disk.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn put_store_back(&self) {
        let store = self.store();
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", store.display()));
        }
        std::fs::rename(self.copy(), store).expect("the store is put back");
    }

    /// From now on the log takes the same draft twice.
    ///
    /// # Panics
    /// When the store cannot be written.
    pub fn drop_unique_index(&self) {
        let db = Connection::open(self.store()).expect("the store opens");
        let sql = "create table other (session_id blob not null, seq integer not null, draft_id blob not null,
                     sender_id blob not null, body text not null, at integer not null, reply_to blob, target blob,
                     primary key (session_id, seq)) strict;
                   insert into other select session_id, seq, draft_id, sender_id, body, at, reply_to, target from entry;
                   drop table entry;
                   alter table other rename to entry;";
        db.execute_batch(sql).expect("the index is dropped");
    }

    fn copy(&self) -> PathBuf {
        self.folder.path().join("copy.db")
    }
}

/// Ends, and with it its hold on the store, once the gateway was asked to stop.
async fn obey(state: AppState, mut orders: UnboundedReceiver<Order>, stop: oneshot::Sender<()>) {
    while let Some(order) = orders.recv().await {
        match order {
            // What `POST /v1/epochs` does.
            Order::NewEpoch => {
                state.log.bump_epoch(None).await.expect("the store takes it");
                state.fanout.close_where(CloseCode::GAP, |_| true);
            }
            Order::Stop => {
                let _ = stop.send(());
                return;
            }
        }
    }
}

fn disk_takes() -> Duration {
    let slowest = SLOWEST_MS.get();
    Duration::from_millis(DISK.with_borrow_mut(|chance| chance.below(slowest + 1)))
}

/// A simulation does not wait for a real disk: what a power cut does is not settled here, but in the gateway's own tests.
fn memory_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// The simulated listener.
struct Door(Arc<TcpListener>);

impl Accept for Door {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.0.accept().await
    }
}
