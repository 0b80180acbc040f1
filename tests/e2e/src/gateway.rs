//! The gateway as a process of its own, with a store in a temporary folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::store::{self, Rows};
use crate::wait::until;

/// The agent who answers in every test.
pub(crate) const AGENT: &str = "mia";

/// A gateway that can be killed and started again on the same port and store.
pub struct Gateway {
    folder: TempDir,
    port: u16,
    process: Mutex<Option<Child>>,
}

impl Gateway {
    /// Starts one that listens before this returns.
    ///
    /// # Errors
    /// When the binary is not there or does not come up.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        // Given back at once, so that the gateway may have it: the same port again after a kill.
        let port = free_port()?;
        let assets = required("TIELINE_ASSETS")?;
        let config = format!(
            "listen = \"127.0.0.1:{port}\"\npublic_url = \"http://localhost:{port}\"\ndata_dir = {data:?}\nassets_dir = {assets:?}\nallow_volatile_store = true\n",
            data = folder.path().join("data"),
        );
        std::fs::write(folder.path().join("tieline.toml"), config)?;
        let gateway = Self { folder, port, process: Mutex::new(None) };
        gateway.serve().await?;
        Ok(gateway)
    }

    /// Starts the process and waits until it answers.
    ///
    /// # Errors
    /// When it ends, or stays silent.
    pub async fn serve(&self) -> Result<()> {
        let trace = std::fs::File::options().create(true).append(true).open(self.trace_file())?;
        let process = self.command()?.arg("serve").stdout(trace.try_clone()?).stderr(trace).spawn()?;
        *self.process.lock().expect("never poisoned") = Some(process);
        let ready = until("the gateway", async || {
            if let Some(status) = self.ended()? {
                return Ok(Some(Err(status)));
            }
            Ok(self.get("/readyz").await?.contains(" 200 ").then_some(Ok(())))
        });
        match ready.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(status)) => bail!("the gateway ended with {status}:\n{}", self.trace()),
            Err(error) => Err(error.context(self.trace())),
        }
    }

    /// `kill -9`: no goodbye, nothing flushed. Returns when the process is gone.
    ///
    /// # Errors
    /// When it was not running.
    pub async fn kill(&self) -> Result<()> {
        let process = self.process.lock().expect("never poisoned").take();
        process.context("the gateway is not running")?.kill().await.context("killing the gateway")
    }

    /// Stops it where it stands (SIGSTOP): sockets stay open, nothing is answered.
    ///
    /// # Errors
    /// When it is not running.
    pub fn freeze(&self) -> Result<()> {
        self.signal("STOP")
    }

    /// Lets it go on (SIGCONT).
    ///
    /// # Errors
    /// When it is not running.
    pub fn thaw(&self) -> Result<()> {
        self.signal("CONT")
    }

    /// Asks it to stop, as a service manager does (SIGTERM), and waits until it has.
    ///
    /// # Errors
    /// When it was not running, or ends with a complaint.
    pub async fn stop(&self) -> Result<()> {
        self.signal("TERM")?;
        let process = self.process.lock().expect("never poisoned").take();
        let status = process.context("the gateway is not running")?.wait().await?;
        if status.success() { Ok(()) } else { bail!("the gateway ended with {status}:\n{}", self.trace()) }
    }

    fn signal(&self, name: &str) -> Result<()> {
        let id = self.process.lock().expect("never poisoned").as_ref().and_then(Child::id);
        let id = id.context("the gateway is not running")?.to_string();
        let status = std::process::Command::new("kill").args(["-s", name, &id]).status()?;
        if status.success() { Ok(()) } else { bail!("kill -s {name} {id}: {status}") }
    }

    /// Takes the master key away while the gateway is down: what it has signed before no longer holds.
    ///
    /// # Errors
    /// When there is none.
    pub fn forget_key(&self) -> Result<()> {
        std::fs::remove_file(self.folder.path().join("data/tieline.key")).context("removing the master key")
    }

    /// Registers a merchant's page, as an operator does, and gives the channel's id.
    ///
    /// # Errors
    /// When the command line refuses.
    pub async fn register(&self, name: &str, origin: &str) -> Result<String> {
        let args = ["channel", "create", "--name", name, "--agent", AGENT, "--origin", origin];
        word(&self.tell(&args).await?, "/channel/id")
    }

    /// Registers a merchant's page that several answer, at the desk or elsewhere.
    ///
    /// # Errors
    /// When the command line refuses.
    pub async fn register_team(&self, name: &str, origin: &str, agents: &[&str]) -> Result<String> {
        let mut args = vec!["channel", "create", "--name", name, "--origin", origin];
        args.extend(agents.iter().flat_map(|agent| ["--agent", agent]));
        word(&self.tell(&args).await?, "/channel/id")
    }

    /// Registers a marketplace: a page on which two sellers are reached by name, beside the default one.
    ///
    /// # Errors
    /// When the command line refuses.
    pub async fn register_market(&self, name: &str, origin: &str, sellers: [&str; 2]) -> Result<String> {
        let [first, second] = sellers.map(|seller| format!("{seller}={AGENT}"));
        let args = ["channel", "create", "--name", name, "--agent", AGENT, "--origin", origin];
        let args = [&args[..], &["--recipient", &first, "--recipient", &second]].concat();
        word(&self.tell(&args).await?, "/channel/id")
    }

    /// Registers a shop whose backend signs tokens.
    pub(crate) async fn register_shop(&self, name: &str, origin: &str) -> Result<Shared> {
        let args =
            ["channel", "create", "--name", name, "--agent", AGENT, "--origin", origin, "--new-secret"];
        let answer = self.tell(&args).await?;
        Ok(Shared {
            channel: word(&answer, "/channel/id")?,
            kid: word(&answer, "/secret_key/kid")?,
            secret: word(&answer, "/secret_key/secret")?,
        })
    }

    /// Changes settings of a channel, as an operator does: each `KEY=VALUE`.
    ///
    /// # Errors
    /// When the command line refuses.
    pub async fn set(&self, channel: &str, settings: &[&str]) -> Result<()> {
        self.tell(&[&["channel", "set", channel], settings].concat()).await.map(drop)
    }

    /// A one-time link to the desk.
    ///
    /// # Errors
    /// When the command line refuses.
    pub async fn invite(&self) -> Result<String> {
        self.invite_as(AGENT, "Mia").await
    }

    /// The same, for another agent.
    ///
    /// # Errors
    /// When the command line refuses.
    pub async fn invite_as(&self, agent: &str, name: &str) -> Result<String> {
        word(&self.tell(&["desk", "invite", "--agent", agent, "--name", name]).await?, "/link")
    }

    /// Adds to its configuration. Holds from its next start.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn configure(&self, lines: &str) -> Result<()> {
        let file = self.folder.path().join("tieline.toml");
        let text = std::fs::read_to_string(&file)?;
        std::fs::write(file, format!("{text}{lines}")).context("writing the configuration")
    }

    /// Runs a command of the binary beside the running gateway.
    async fn tell(&self, args: &[&str]) -> Result<Value> {
        let output = self.command()?.arg("--json").args(args).output().await?;
        if !output.status.success() {
            bail!("tieline {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        serde_json::from_slice(&output.stdout).with_context(|| format!("the answer to {}", args.join(" ")))
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(required("TIELINE_BIN")?);
        command.arg("--config").arg(self.folder.path().join("tieline.toml"));
        // Ours, not the gateway's: it would take them for keys of its configuration.
        command.env_remove("TIELINE_BIN").env_remove("TIELINE_ASSETS");
        command.stdin(Stdio::null()).kill_on_drop(true);
        Ok(command)
    }

    /// Where browsers find it.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The same for sockets.
    pub fn socket_url(&self) -> String {
        format!("ws://localhost:{}", self.port)
    }

    /// How many rows a conversation has left.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn rows(&self) -> Result<Rows> {
        Rows::read(&self.store_file())
    }

    /// Every text in the log, in order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn texts(&self) -> Result<Vec<String>> {
        store::texts(&self.store_file())
    }

    /// How many sockets are open, as the gateway counts them.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn sockets(&self) -> Result<usize> {
        let metrics = self.ask("/metrics").await?;
        let line = metrics.lines().find_map(|line| line.strip_prefix("tieline_connections "));
        Ok(line.with_context(|| format!("no count of sockets in {metrics}"))?.trim().parse()?)
    }

    /// What the gateway wrote about itself.
    pub fn trace(&self) -> String {
        std::fs::read_to_string(self.trace_file()).unwrap_or_default()
    }

    fn store_file(&self) -> PathBuf {
        self.folder.path().join("data/tieline.db")
    }

    fn trace_file(&self) -> PathBuf {
        self.folder.path().join("trace.log")
    }

    fn ended(&self) -> Result<Option<std::process::ExitStatus>> {
        let mut process = self.process.lock().expect("never poisoned");
        Ok(process.as_mut().context("the gateway is not running")?.try_wait()?)
    }

    /// The first line of the answer to a plain GET.
    async fn get(&self, path: &str) -> Result<String> {
        Ok(self.ask(path).await?.lines().next().unwrap_or_default().to_owned())
    }

    /// The whole answer to a plain GET.
    async fn ask(&self, path: &str) -> Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n\r\n", self.port);
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

/// What a shop's backend keeps of its registration.
pub(crate) struct Shared {
    pub(crate) channel: String,
    pub(crate) kid: String,
    pub(crate) secret: String,
}

/// A text within an answer of the command line.
fn word(answer: &Value, path: &str) -> Result<String> {
    let found = answer.pointer(path).and_then(Value::as_str);
    Ok(found.with_context(|| format!("no {path} in {answer}"))?.to_owned())
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A file that the caller of the tests has built.
pub(crate) fn required(name: &str) -> Result<PathBuf> {
    let value = std::env::var_os(name);
    let path = value.with_context(|| {
        format!("{name} is not set: run the end-to-end tests with `cargo xtask test e2e`")
    })?;
    let path = Path::new(&path).to_path_buf();
    if path.exists() { Ok(path) } else { bail!("{name} names {}, which is not there", path.display()) }
}
