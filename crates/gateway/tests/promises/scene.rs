//! A gateway on a folder of its own, and what every promise needs around it.

use std::{path::Path, sync::Arc, time::Duration};

use tempfile::TempDir;
use tieline_fault::Proxy;
use tieline_load::{
    caller::{Door, Figures, Tempo},
    client::visitor_token,
    crowd::{Crowd, Summary, judge},
    process::{Gateway, free_address, raise_open_files},
    stage::Stage,
};

/// One address makes all the load, and what is tested is something else.
pub(crate) const NO_LIMITS: &str = "[limits]\nburst = 0\nframes_burst = 0\naccepts_burst = 0\nsockets_per_party = 1000\nsockets_per_ip = 1000000\nsockets_per_channel = 1000000\n";

/// Long enough for a busy machine to bring everything to rest.
pub(crate) const REST: Duration = Duration::from_secs(90);

/// People who are in a hurry: a test is short.
pub(crate) const HASTY: Tempo = Tempo {
    pause: Some(Duration::from_millis(20)),
    most_waiting: 20,
    patience: Duration::from_secs(5),
    backoff: Duration::from_millis(50),
    longest_backoff: Duration::from_secs(1),
};

/// Those who say only what waits already.
pub(crate) const SILENT: Tempo = Tempo { pause: None, ..HASTY };

pub(crate) struct Scene {
    pub(crate) gateway: Gateway,
    pub(crate) stage: Stage,
    pub(crate) address: String,
    _folder: TempDir,
}

impl Scene {
    pub(crate) async fn start(agents: usize, settings: &str) -> Self {
        raise_open_files();
        let folder = tempfile::tempdir().unwrap();
        let address = free_address().unwrap();
        let stage = Stage::prepare(folder.path(), &address, agents, settings).await.unwrap();
        let gateway = Gateway::start(binary(), &stage.config_file, &address).await.unwrap();
        Self { gateway, stage, address, _folder: folder }
    }

    /// Another process on the same data.
    pub(crate) async fn start_again(&mut self) {
        self.gateway = Gateway::start(binary(), &self.stage.config_file, &self.address).await.unwrap();
    }

    pub(crate) async fn proxy(&self, seed: u64) -> Proxy {
        Proxy::start(self.address.parse().unwrap(), seed).await.unwrap()
    }

    /// The way in through a proxy.
    pub(crate) async fn door_behind(&self, proxy: &Proxy) -> Arc<Door> {
        let channel = self.stage.channel.clone();
        Arc::new(Door::open(proxy.address().to_string(), &self.address, channel).await.unwrap())
    }

    /// The way in without one.
    pub(crate) async fn door(&self) -> Arc<Door> {
        Arc::new(Door::open(self.address.clone(), &self.address, self.stage.channel.clone()).await.unwrap())
    }

    pub(crate) async fn visitor_token(&self) -> String {
        visitor_token(&self.address, &self.stage.channel).await.unwrap()
    }

    /// Everybody comes to rest, the gateway dies, and record and log are compared. Prints the figures.
    pub(crate) async fn judge(&mut self, promise: &str, crowd: &mut Crowd) -> (Summary, Vec<Figures>) {
        // What is larger by hand may take longer.
        let drafts = crowd.waiting() as u32;
        let figures = crowd.settle(REST + drafts * Duration::from_millis(10)).await.unwrap();
        self.gateway.kill().unwrap();
        let verdict = judge(crowd.record(), &self.stage.config.store).await.unwrap();
        let summary = Summary::of(&figures);
        println!("{promise}: {summary}\n{promise}: {verdict}");
        assert!(verdict.flaws.is_empty(), "{verdict}");
        assert!(verdict.totals.acknowledged > 0, "nobody got a word in");
        (summary, figures)
    }
}

pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_tieline"))
}

/// How large a run is: as a variable says, or the share that every test run takes.
pub(crate) fn size(variable: &str, share: usize) -> usize {
    std::env::var(variable).ok().map_or(share, |size| size.parse().expect("a number"))
}
