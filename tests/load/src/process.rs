//! The real gateway, as a process of its own.

use std::{
    net::TcpListener,
    os::fd::OwnedFd,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Resource, Signal, getrlimit, kill_process, setrlimit};

use crate::client;

/// How long a start may take.
const START: Duration = Duration::from_secs(30);

/// A running gateway. Killed when dropped.
pub struct Gateway {
    child: Child,
    address: String,
}

impl Gateway {
    /// Starts the binary and waits until it is ready.
    ///
    /// # Errors
    /// When it ends, or is not ready in time.
    pub async fn start(binary: &Path, config_file: &Path, address: &str) -> Result<Self> {
        Self::run(Command::new(binary), Stdio::null(), config_file, address).await
    }

    /// Starts the binary on a listener that outlives it, as systemd's socket activation does: whoever dials while no gateway
    /// runs waits in the listener's queue.
    ///
    /// # Errors
    /// When it ends, or is not ready in time.
    pub async fn start_on(listener: &TcpListener, binary: &Path, config_file: &Path) -> Result<Self> {
        // The standard library hands over three descriptors and no more. The shell makes the first the fourth, and becomes the
        // gateway: its process id is the one that `LISTEN_PID` must name.
        const HAND_OVER: &str = r#"exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@""#;
        let address = listener.local_addr()?.to_string();
        let mut command = Command::new("sh");
        command.args(["-c", HAND_OVER]).arg(binary);
        let listener = Stdio::from(OwnedFd::from(listener.try_clone()?));
        Self::run(command, listener, config_file, &address).await
    }

    async fn run(mut command: Command, stdin: Stdio, config_file: &Path, address: &str) -> Result<Self> {
        let log =
            std::fs::File::options().create(true).append(true).open(config_file.with_extension("log"))?;
        // The file is all of its configuration, whatever the one who tests has set for himself.
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TIELINE_"))
        {
            command.env_remove(name);
        }
        let child = command
            .args(["serve", "--config"])
            .arg(config_file)
            .stdin(stdin)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {command:?}"))?;
        let mut gateway = Self { child, address: address.to_owned() };
        let began = Instant::now();
        while !gateway.is_ready().await {
            if let Some(status) = gateway.child.try_wait()? {
                let said = std::fs::read_to_string(config_file.with_extension("log")).unwrap_or_default();
                bail!("the gateway ended ({status}): {said}");
            }
            if began.elapsed() > START {
                bail!("the gateway was not ready in time");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(gateway)
    }

    async fn is_ready(&self) -> bool {
        matches!(client::get(&self.address, "/readyz").await, Ok((200, _)))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`, and waits until it is dead.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(&mut self) -> Result<()> {
        // On Unix this is SIGKILL.
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Stops its clock, so to speak: it does nothing until [`Self::resume`], and its sockets stay open.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn pause(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn resume(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// Asks it to stop in good order.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn ask_to_stop(&self) -> Result<()> {
        self.signal(Signal::TERM)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), signal)?)
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it has not within that time.
    pub async fn ended(&mut self, within: Duration) -> Result<ExitStatus> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if began.elapsed() > within {
                bail!("the gateway did not end within {within:?}");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// One number of `GET /metrics`, by its name without labels.
    ///
    /// # Errors
    /// When the gateway does not answer, or has no such number.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let (_, text) = client::get(&self.address, "/metrics").await?;
        let row = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        row.with_context(|| format!("no {name}"))?.parse().context("no number")
    }

    /// What it occupies in memory, in bytes, as the kernel counts it.
    ///
    /// # Errors
    /// When there is no `/proc`.
    pub fn resident_bytes(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024)
    }

    /// Processor time it has used so far.
    ///
    /// # Errors
    /// When there is no `/proc`.
    pub fn processor_time(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id()))?;
        // The name in parentheses may hold blanks; after it come numbers.
        let (_, fields) = stat.rsplit_once(')').context("no stat")?;
        let mut fields = fields.split_whitespace().skip(11).map(str::parse::<u64>);
        let mut next = || fields.next().context("no times")?.context("no number");
        // The kernel's unit towards user space is a hundredth of a second on every Linux.
        Ok(Duration::from_millis((next()? + next()?) * 10))
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Nothing to be done about a process that will not die.
        let _ = self.kill();
    }
}

/// Lets this process, and whatever it starts, open as many files as the system allows. Gives how many.
pub fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    // Refused, what was allowed stays allowed.
    let _ = setrlimit(Resource::Nofile, rustix::process::Rlimit { current: limit.maximum, ..limit });
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// A port that was free a moment ago.
///
/// # Errors
/// When there is none.
pub fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
