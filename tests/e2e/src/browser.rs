//! A browser and its driver.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use thirtyfour::WebDriver;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::processes;
use crate::window::Window;

mod capabilities;

/// Which browser, and how it keeps what a frame of another site stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As most people have it: storage in a frame is kept apart for each embedding site.
    Chromium,
    /// Storage in a frame is shared between embedding sites. Automation tools set it so by default, and older browsers had it.
    ChromiumUnpartitioned,
    /// A frame of another site may store nothing at all.
    ChromiumDenied,
    /// Frames of other sites run in the page's process, as on most phones. DevTools hold back one process only.
    ChromiumOneProcess,
    /// Firefox ESR, partitioned as it comes.
    Firefox,
}

impl Kind {
    /// Speaks the DevTools protocol beside WebDriver.
    pub(crate) fn has_devtools(self) -> bool {
        self != Self::Firefox
    }

    fn driver(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Firefox => ("TIELINE_GECKODRIVER", "geckodriver", "Listening on 127.0.0.1:"),
            _ => ("TIELINE_CHROMEDRIVER", "/usr/bin/chromedriver", "successfully on port "),
        }
    }
}

/// One browser with a profile of its own.
pub(crate) struct Browser {
    kind: Kind,
    driver: WebDriver,
    process: Child,
    /// Held open: a driver that cannot write its log stops.
    _log: ChildStdout,
}

/// The folder that a browser keeps its things in. Outlives the browser, as a disk does.
pub(crate) struct Profile(TempDir);

impl Profile {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Browser {
    pub(crate) async fn start(kind: Kind, profile: &Profile) -> Result<Self> {
        let (variable, usual, announcement) = kind.driver();
        let path = std::env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from);
        let mut process = Command::new(&path)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {}: install it or set {variable}", path.display()))?;
        let mut log = BufReader::new(process.stdout.take().context("the driver has no output")?);
        let port = read_port(&mut log, announcement).await?;
        let url = format!("http://127.0.0.1:{port}");
        let wanted = capabilities::of(kind, profile.path())?;
        let driver = WebDriver::new(url, wanted).await.with_context(|| format!("starting {kind:?}"))?;
        Ok(Self { kind, driver, process, _log: log.into_inner() })
    }

    /// A window of its own, not a tab: nothing in it counts as hidden.
    pub(crate) async fn window(&self) -> Result<Window> {
        let handle = self.driver.new_window().await?;
        self.driver.switch_to_window(handle.clone()).await?;
        Ok(Window::new(self.kind, self.driver.clone(), handle))
    }

    /// What all windows wrote to their consoles since the last call, policy violations included. Firefox does not tell.
    pub(crate) async fn console(&self) -> Result<Vec<String>> {
        if !self.kind.has_devtools() {
            return Ok(Vec::new());
        }
        let entries = self.driver.browser_log().await?;
        Ok(entries.into_iter().map(|entry| format!("{:?} {}", entry.level, entry.message)).collect())
    }

    pub(crate) async fn quit(mut self) -> Result<()> {
        self.driver.quit().await?;
        self.process.kill().await.context("stopping the driver")
    }

    /// Ends every process of it at once, as when the machine takes them: nothing runs `pagehide`, nothing is flushed.
    pub(crate) async fn crash(mut self) -> Result<()> {
        let driver = self.process.id().context("the driver has ended")?;
        processes::kill_descendants(driver)?;
        self.process.kill().await.context("killing the driver")?;
        // Nobody is left to be told that the session is over.
        self.driver.leak()?;
        Ok(())
    }
}

/// The driver takes a free port and says which.
async fn read_port(log: &mut BufReader<ChildStdout>, announcement: &str) -> Result<u16> {
    let mut line = String::new();
    while log.read_line(&mut line).await? > 0 {
        if let Some((_, port)) = line.trim_end().trim_end_matches('.').split_once(announcement)
            && let Ok(port) = port.parse()
        {
            return Ok(port);
        }
        line.clear();
    }
    anyhow::bail!("the driver ended before it named its port")
}
