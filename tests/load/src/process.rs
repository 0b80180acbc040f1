//! The real gateway, as a process of its own.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

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
        let log =
            std::fs::File::options().create(true).append(true).open(config_file.with_extension("log"))?;
        let mut command = Command::new(binary);
        // The file is all of its configuration, whatever the one who tests has set for himself.
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TIELINE_"))
        {
            command.env_remove(name);
        }
        let child = command
            .args(["serve", "--config"])
            .arg(config_file)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
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

/// A port that was free a moment ago.
///
/// # Errors
/// When there is none.
pub fn free_address() -> Result<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
