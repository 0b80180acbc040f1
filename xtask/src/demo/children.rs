//! Programs that live as long as we do.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::shell;

/// Time for a child to leave in good order.
const GRACE: Duration = Duration::from_secs(5);
/// The same for a server of another platform: it closes its database, and has no one to end what it started if it is killed.
const LONG_GRACE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(25);

/// One of them. Dropping it stops it.
pub(super) struct Child {
    name: &'static str,
    process: std::process::Child,
    log: PathBuf,
    grace: Duration,
}

impl Child {
    /// Starts it, with its output going to `<folder>/<name>.log`.
    pub(super) fn spawn(name: &'static str, command: &mut Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
        let process = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("starting {}", shell::line(command)))?;
        Ok(Self { name, process, log, grace: GRACE })
    }

    /// Starts one that says a line once it is ready, and ends with its input: so it does not outlive us, whatever becomes of us. A
    /// Ctrl-C is not for it, and it is stopped by us. Its other output goes to `<folder>/<name>.log`.
    pub(super) fn spawn_telling(
        name: &'static str,
        command: &mut Command,
        folder: &Path,
    ) -> Result<(Self, String)> {
        let log = folder.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(file).process_group(0);
        let process = command.spawn().with_context(|| format!("starting {}", shell::line(command)))?;
        let mut child = Self { name, process, log, grace: LONG_GRACE };
        let output = child.process.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        if line.is_empty() {
            // Its output ends a moment before it does.
            let _ = child.process.wait();
            bail!(child.ended().unwrap_or_else(|| format!("the {name} said nothing")));
        }
        Ok((child, line))
    }

    /// Why it is no longer there, if it is not.
    pub(super) fn ended(&mut self) -> Option<String> {
        let status = self.process.try_wait().ok()??;
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let tail: Vec<_> = log.lines().rev().take(12).collect();
        let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n  ");
        Some(format!("the {} ended with {status}; the end of its log:\n  {tail}", self.name))
    }

    /// Waits for `GET /readyz` to say yes.
    pub(super) fn wait_until_ready(&mut self, port: u16, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        while !is_ready(port) {
            if let Some(reason) = self.ended() {
                bail!(reason);
            }
            if Instant::now() > deadline {
                bail!(
                    "the {} is not ready after {}; see {}",
                    self.name,
                    shell::elapsed(limit),
                    self.log.display()
                );
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
        let deadline = Instant::now() + self.grace;
        while Instant::now() < deadline {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(POLL);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    };
    ask().unwrap_or(false)
}
