//! Chromium and its driver.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use thirtyfour::{
    ChromeCapabilities, ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver,
};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::window::Window;

/// One Chromium with a profile of its own.
pub(crate) struct Browser {
    driver: WebDriver,
    process: Child,
    /// Held open: a driver that cannot write its log stops.
    _log: ChildStdout,
}

impl Browser {
    pub(crate) async fn start() -> Result<Self> {
        let path = std::env::var("TIELINE_CHROMEDRIVER").unwrap_or_else(|_| "/usr/bin/chromedriver".into());
        let mut process = Command::new(&path)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!("starting {path}: install chromium-driver or set TIELINE_CHROMEDRIVER")
            })?;
        let mut log = BufReader::new(process.stdout.take().context("the driver has no output")?);
        let port = read_port(&mut log).await?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities()?)
            .await
            .context("starting Chromium")?;
        Ok(Self { driver, process, _log: log.into_inner() })
    }

    /// A window of its own, not a tab: nothing in it counts as hidden.
    pub(crate) async fn window(&self) -> Result<Window> {
        let handle = self.driver.new_window().await?;
        self.driver.switch_to_window(handle.clone()).await?;
        Ok(Window::new(self.driver.clone(), handle))
    }

    /// What all windows wrote to their consoles since the last call, policy violations included.
    pub(crate) async fn console(&self) -> Result<Vec<String>> {
        let entries = self.driver.browser_log().await?;
        Ok(entries.into_iter().map(|entry| format!("{:?} {}", entry.level, entry.message)).collect())
    }

    pub(crate) async fn quit(mut self) -> Result<()> {
        self.driver.quit().await?;
        self.process.kill().await.context("stopping the driver")
    }
}

/// The driver takes a free port and says which.
async fn read_port(log: &mut BufReader<ChildStdout>) -> Result<u16> {
    let mut line = String::new();
    while log.read_line(&mut line).await? > 0 {
        if let Some((_, port)) = line.trim_end().trim_end_matches('.').split_once("successfully on port ")
            && let Ok(port) = port.parse()
        {
            return Ok(port);
        }
        line.clear();
    }
    anyhow::bail!("the driver ended before it named its port")
}

fn capabilities() -> Result<ChromeCapabilities> {
    let mut wanted = DesiredCapabilities::chrome();
    // No GPU, no sandbox (CI runs as root), no /dev/shm of container size. Storage partitioning stays as users have it.
    for flag in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--window-size=1280,800",
        "--lang=en",
    ] {
        wanted.add_arg(flag)?;
    }
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    if let Ok(binary) = std::env::var("TIELINE_CHROMIUM") {
        wanted.set_binary(&binary)?;
    }
    Ok(wanted)
}
