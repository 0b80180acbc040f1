//! A server as a process that can be stopped, killed, and started again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::wait::{PATIENCE, until_started};

/// How to start it, and it. Killed when dropped. It stays in the process group of the test, so that it also ends with a test that is
/// ended from outside and drops nothing.
pub(crate) struct Process {
    name: &'static str,
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    pub(crate) fn new(name: &'static str, program: impl Into<OsString>, log: PathBuf) -> Self {
        let (arguments, environment) = (Vec::new(), Vec::new());
        Self { name, program: program.into(), arguments, environment, log, child: None }
    }

    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.environment.push((name.into(), value.as_ref().into()));
        self
    }

    /// Starts it and returns once `is_ready` says so.
    pub(crate) async fn start(&mut self, mut is_ready: impl AsyncFnMut() -> bool) -> Result<()> {
        if self.child.is_some() {
            bail!("{} runs already", self.name);
        }
        let log = std::fs::File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.kill_on_drop(true).spawn();
        self.child = Some(child.with_context(|| format!("starting {}", self.name))?);
        until_started(self.name, async || {
            if let Some(status) = self.child.as_mut().context("not started")?.try_wait()? {
                bail!("{} ended with {status}:\n{}", self.name, self.log());
            }
            Ok(is_ready().await.then_some(()))
        })
        .await
        .with_context(|| self.log())
    }

    /// Asks it to stop (SIGTERM), and waits until it has, in good order.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        let status = self.end(Signal::TERM).await?;
        if status.success() { Ok(()) } else { bail!("{} ended with {status}:\n{}", self.name, self.log()) }
    }

    /// `kill -9`: no goodbye, nothing flushed. Returns when it is dead. What ejabberd's machine has started for itself ends when its
    /// pipe does.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        self.end(Signal::KILL).await.map(drop)
    }

    async fn end(&mut self, signal: Signal) -> Result<ExitStatus> {
        let child = self.child.take();
        let mut child = child.with_context(|| format!("{} is not running", self.name))?;
        let id = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        kill_process(
            id.with_context(|| format!("{} has ended by itself:\n{}", self.name, self.log()))?,
            signal,
        )?;
        let ended = timeout(PATIENCE, child.wait()).await;
        let ended = ended.with_context(|| format!("{} did not end:\n{}", self.name, self.log()))?;
        ended.with_context(|| format!("waiting for {}", self.name))
    }

    /// What it wrote about itself.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}
