//! What a server needs of the machine: a folder, ports, a certificate, and one of the documented files of configuration.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tokio::process::Command;

/// The ports that are given out.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 10_000;

/// A folder of one server.
pub(crate) struct Place {
    folder: PathBuf,
    /// Gone with the value.
    _temporary: Option<TempDir>,
}

impl Place {
    /// One that is gone with the value.
    pub(crate) fn new() -> Result<Self> {
        let temporary = tempfile::tempdir()?;
        Ok(Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) })
    }

    /// One that stays, and may be there already.
    pub(crate) fn kept(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        // Servers are told of it in their configuration, and may run elsewhere.
        Ok(Self { folder: folder.canonicalize()?, _temporary: None })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The same as text, for a file of configuration.
    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Writes a file of `docs/connectors` with its places filled in. A place that is not there, and one that stays empty, are
    /// errors: so the files and their documentation cannot drift away from the tests.
    pub(crate) fn configure(&self, file: &str, places: &[(&str, &str)]) -> Result<PathBuf> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/connectors").join(file);
        let mut text = std::fs::read_to_string(&source).with_context(|| source.display().to_string())?;
        for (name, value) in places {
            let place = format!("{{{{{name}}}}}");
            if !text.contains(&place) {
                bail!("{file} has no place for {name}");
            }
            text = text.replace(&place, value);
        }
        if let Some((_, rest)) = text.split_once("{{") {
            bail!("{file}: nothing for {}", rest.split("}}").next().unwrap_or_default());
        }
        let target = self.path(file);
        std::fs::write(&target, text)?;
        Ok(target)
    }

    /// Changes a file of configuration. What is to be replaced must stand there.
    pub(crate) fn change(&self, file: &Path, changes: &[(&str, &str)]) -> Result<()> {
        let mut text = std::fs::read_to_string(file)?;
        for (old, new) in changes {
            if !text.contains(old) {
                bail!("{} does not say {old}", file.display());
            }
            text = text.replace(old, new);
        }
        Ok(std::fs::write(file, text)?)
    }

    /// A certificate for `localhost` and what is below it, signed by itself. Gives certificate and key. One that is there stays:
    /// clients may have been told to trust it.
    pub(crate) async fn certificate(&self) -> Result<[PathBuf; 2]> {
        let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| self.path(name));
        if certificate.exists() && key.exists() {
            return Ok([certificate, key]);
        }
        let mut make = Command::new("openssl");
        make.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        make.args(["-days", "365", "-subj", "/CN=localhost"]);
        make.args(["-addext", "subjectAltName=DNS:localhost,DNS:*.localhost"]);
        make.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
        run(&mut make).await?;
        Ok([certificate, key])
    }
}

/// Runs to the end, and says what was printed if it fails.
pub(crate) async fn run(command: &mut Command) -> Result<String> {
    let line = format!("{:?}", command.as_std());
    let output = command.kill_on_drop(true).output().await.with_context(|| format!("starting {line}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{line} ended with {}\n{said}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}

/// Ports for servers that are stopped and started again, all different and nobody else's for as long as this process lives.
///
/// Below those that the system gives to outgoing connections, or one of these could take a port while its server is down; and
/// locked, as several tests look for ports at once.
pub(crate) fn free_ports<const COUNT: usize>() -> Result<[u16; COUNT]> {
    let mut ports = [0; COUNT];
    for port in &mut ports {
        *port = free_port()?;
    }
    Ok(ports)
}

/// An address that is nobody else's for as long as this process lives.
///
/// # Errors
/// When there is none.
pub fn free_address() -> Result<String> {
    Ok(format!("127.0.0.1:{}", free_port()?))
}

fn free_port() -> Result<u16> {
    let folder = std::env::temp_dir().join("tieline-ports");
    std::fs::create_dir_all(&folder)?;
    // Each process begins elsewhere; the rest goes round.
    let first =
        u16::try_from(std::process::id() % u32::from(PORTS)).unwrap_or_default().wrapping_mul(7) % PORTS;
    for place in 0..PORTS {
        let port = FIRST_PORT + (first + place) % PORTS;
        let lock = std::fs::File::create(folder.join(port.to_string()))?;
        if lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            // Held until the process ends.
            std::mem::forget(lock);
            return Ok(port);
        }
    }
    bail!("no port is free between {FIRST_PORT} and {}", FIRST_PORT + PORTS)
}

/// The Python with the foreign clients in it.
///
/// # Errors
/// When the caller of the tests has not made it.
pub fn python() -> Result<PathBuf> {
    let path = std::env::var_os("SERVICES_PYTHON").map(PathBuf::from);
    let path =
        path.context("SERVICES_PYTHON is not set: run these tests with `cargo xtask test services`")?;
    if path.exists() {
        Ok(path)
    } else {
        bail!("SERVICES_PYTHON names {}, which is not there", path.display())
    }
}

/// A program of this crate in Python.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name)
}
