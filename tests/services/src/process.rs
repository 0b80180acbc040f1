//! A server as a process that can be stopped, killed, and started again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::wait::{PATIENCE, until_started};

/// How to start it, and it. Killed when dropped, with all that it started: each server is the head of a process group.
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
        let child = command.kill_on_drop(true).process_group(0).spawn();
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

    /// Asks it to stop (SIGTERM), and waits until it has.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        self.end(Signal::TERM).await
    }

    /// `kill -9`, with all that it started: no goodbye, nothing flushed. Returns when the process is gone.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        self.end(Signal::KILL).await
    }

    async fn end(&mut self, signal: Signal) -> Result<()> {
        let group = self.group().with_context(|| format!("{} is not running", self.name))?;
        let mut child = self.child.take().context("not started")?;
        kill_process_group(group, signal)?;
        let ended = timeout(PATIENCE, child.wait()).await;
        // Whatever a server leaves behind would hold its ports. That the group is gone already is the usual case.
        let _ = kill_process_group(group, Signal::KILL);
        ended.with_context(|| format!("{} did not end:\n{}", self.name, self.log()))??;
        Ok(())
    }

    fn group(&self) -> Option<Pid> {
        // The number of the child is that of its group: see `process_group(0)`.
        Pid::from_raw(self.child.as_ref()?.id()?.try_into().ok()?)
    }

    /// What it wrote about itself.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(group) = self.group() {
            // Nothing to be done about a process that will not die.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
