//! A foreign client in Python, told what to do by lines of JSON. `clients/lines.py` is the other end.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::timeout;

use crate::place::{python, script};
use crate::wait::PATIENCE;

/// A client that runs until it is dropped.
pub struct Foreign {
    name: &'static str,
    child: AsyncMutex<Child>,
    orders: AsyncMutex<ChildStdin>,
    next_order: AtomicU64,
    heard: Arc<Heard>,
}

/// All lines so far.
#[derive(Default)]
struct Heard {
    lines: Mutex<Vec<Line>>,
    /// How many there are, to be woken by.
    count: watch::Sender<usize>,
    /// No more will come: the client has ended.
    is_over: AtomicBool,
}

struct Line {
    value: Value,
    is_taken: bool,
}

impl Foreign {
    /// Starts a script of `clients`.
    pub(crate) fn start(name: &'static str) -> Result<Self> {
        let mut command = Command::new(python()?);
        // `-B`: nothing is written into the checkout.
        command
            .args(["-u", "-B"])
            .arg(script(name))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("starting {name}"))?;
        let orders = child.stdin.take().context("no stdin")?;
        let heard = Arc::new(Heard::default());
        tokio::spawn(listen(child.stdout.take().context("no stdout")?, Arc::clone(&heard)));
        let (child, orders) = (AsyncMutex::new(child), AsyncMutex::new(orders));
        Ok(Self { name, child, orders, next_order: AtomicU64::new(1), heard })
    }

    /// Gives an order and waits for its answer.
    ///
    /// # Errors
    /// What the client could not do, in its words.
    pub async fn ask(&self, what: &str, facts: Value) -> Result<Value> {
        let number = self.next_order.fetch_add(1, Ordering::Relaxed);
        let mut order = facts;
        order["order"] = number.into();
        order["do"] = what.into();
        self.orders.lock().await.write_all(format!("{order}\n").as_bytes()).await?;
        let answer = self.wait_for_line(what, |line| line["answer"] == number).await?;
        match answer["error"].as_str() {
            Some(error) => bail!("{}: {what}: {error}", self.name),
            None => Ok(answer["result"].clone()),
        }
    }

    /// The first event that fits and that no earlier call has taken, whether it is there or yet to come.
    ///
    /// # Errors
    /// After 30 seconds, with all events that there were.
    pub async fn wait_for(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        self.wait_for_line(what, |line| line.get("event").is_some() && fits(line)).await
    }

    async fn wait_for_line(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        let mut count = self.heard.count.subscribe();
        let found = timeout(PATIENCE, async {
            loop {
                count.borrow_and_update();
                // Asked before the lines are, which do not come after it.
                let is_over = self.heard.is_over.load(Ordering::Acquire);
                if let Some(found) = self.heard.take(&fits) {
                    return Some(found);
                }
                if is_over || count.changed().await.is_err() {
                    return None;
                }
            }
        });
        match found.await {
            Ok(Some(found)) => Ok(found),
            _ => bail!("{} waited in vain for {what}; it heard:\n{}", self.name, self.account()),
        }
    }

    /// All events so far, taken or not, in order.
    pub fn events(&self) -> Vec<Value> {
        let lines = self.heard.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| &line.value).filter(|line| line.get("event").is_some()).cloned().collect()
    }

    /// `kill -9`: its connection is cut without a word. Returns when it is dead.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn kill(&self) -> Result<()> {
        self.child.lock().await.kill().await.with_context(|| format!("killing {}", self.name))
    }

    fn account(&self) -> String {
        let events = self.events();
        let lines = events.iter().map(|event| {
            // The raw XML says the same once more, and longer.
            let mut event = event.clone();
            event.as_object_mut().and_then(|facts| facts.remove("xml"));
            format!("  {event}\n")
        });
        lines.collect()
    }
}

impl Heard {
    fn take(&self, fits: &impl Fn(&Value) -> bool) -> Option<Value> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.iter_mut().find(|line| !line.is_taken && fits(&line.value))?;
        line.is_taken = true;
        Some(line.value.clone())
    }
}

async fn listen(stdout: ChildStdout, heard: Arc<Heard>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // What is no JSON is told as it is: a traceback explains more than a missing event.
        let value = serde_json::from_str(&line)
            .unwrap_or_else(|_| serde_json::json!({"event": "noise", "line": line}));
        let mut all = heard.lines.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Line { value, is_taken: false });
        heard.count.send_replace(all.len());
    }
    heard.is_over.store(true, Ordering::Release);
    heard.count.send_modify(|_| {});
}
