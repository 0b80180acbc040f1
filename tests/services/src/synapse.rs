//! Synapse, on `docs/connectors/homeserver.yaml` and SQLite.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::http;
use crate::matrix_client::MatrixClient;
use crate::place::{Place, free_ports, python};
use crate::process::Process;

const DOMAIN: &str = "localhost";
pub(crate) const SECRET: &str = "registration-secret-of-the-tests";

/// What is for tests alone: as many messages and sign-ins as one likes. A second file; its keys replace those of the first.
const NO_LIMITS: &str = "\
rc_message: {per_second: 10000, burst_count: 10000}
rc_invites:
  per_room: {per_second: 10000, burst_count: 10000}
  per_user: {per_second: 10000, burst_count: 10000}
  per_issuer: {per_second: 10000, burst_count: 10000}
rc_joins:
  local: {per_second: 10000, burst_count: 10000}
rc_login:
  address: {per_second: 10000, burst_count: 10000}
  account: {per_second: 10000, burst_count: 10000}
  failed_attempts: {per_second: 10000, burst_count: 10000}
";

/// A running homeserver. It ends with the value, and its data with it.
pub struct Synapse {
    process: Process,
    /// Holds the folder.
    _place: Place,
    port: u16,
}

impl Synapse {
    /// Starts one that knows an application service by its registration file.
    ///
    /// # Errors
    /// When it is not installed or does not come up; with its log.
    pub async fn start(registration: &Path) -> Result<Self> {
        Self::start_changed(registration, &[]).await
    }

    /// The same, with the documented configuration changed: each first text is replaced by its second.
    ///
    /// # Errors
    /// Those of `start`, and when a text is not there.
    pub async fn start_changed(registration: &Path, changes: &[(&str, &str)]) -> Result<Self> {
        let [port] = free_ports()?;
        let place = Place::new()?;
        let limits = place.path("limits.yaml");
        std::fs::write(&limits, NO_LIMITS)?;
        Self::start_at(place, port, registration, changes, Some(limits)).await
    }

    /// Starts one on this port, with what it has kept in a folder, and exactly as documented.
    ///
    /// # Errors
    /// Those of `start`.
    pub async fn start_in(folder: &Path, port: u16, registration: &Path) -> Result<Self> {
        Self::start_at(Place::kept(folder)?, port, registration, &[], None).await
    }

    async fn start_at(
        place: Place,
        port: u16,
        registration: &Path,
        changes: &[(&str, &str)],
        limits: Option<PathBuf>,
    ) -> Result<Self> {
        std::fs::create_dir_all(place.path("data"))?;
        let config = place.configure(
            "homeserver.yaml",
            &[
                ("domain", DOMAIN),
                ("data_folder", &place.text("data")),
                ("http_port", &port.to_string()),
                ("registration", &registration.display().to_string()),
                ("registration_secret", SECRET),
            ],
        )?;
        place.change(&config, changes)?;
        let process = Process::new("Synapse", python()?, place.path("synapse.log"));
        let mut process = process.arg("-m").arg("synapse.app.homeserver").arg("-c").arg(config);
        if let Some(limits) = limits {
            process = process.arg("-c").arg(limits);
        }
        let mut synapse = Self { process, _place: place, port };
        synapse.start_again().await?;
        Ok(synapse)
    }

    /// The part of its addresses behind the colon.
    pub fn domain(&self) -> &'static str {
        DOMAIN
    }

    /// Where clients and the gateway find it.
    pub fn url(&self) -> String {
        url_at(self.port)
    }

    /// The part of the gateway's configuration that is about a server on this port. It is wanted before there is one: the gateway
    /// writes the registration that the server reads.
    pub fn gateway_settings(port: u16) -> String {
        format!("[matrix]\nhomeserver = \"{}\"\nserver_name = \"{DOMAIN}\"\n", url_at(port))
    }

    /// Adds an account, and gives its address: `@name:localhost`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn add_account(&self, name: &str, password: &str) -> Result<String> {
        MatrixClient::start()?.register(self, name, password).await
    }

    /// One request of the client-server API. Gives status and body.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn request(&self, method: &str, path: &str, token: &str, body: &Value) -> Result<(u16, Value)> {
        let (status, text) = http::request(method, self.port, path, Some(token), body).await?;
        Ok((status, serde_json::from_str(&text).with_context(|| format!("no JSON: {text}"))?))
    }

    /// Adds an account and signs in with it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn person(&self, name: &str) -> Result<MatrixClient> {
        let client = MatrixClient::start()?;
        client.register(self, name, "pa55word").await?;
        client.sign_in(self, name, "pa55word").await?;
        Ok(client)
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Errors
    /// When it does not, or was not running.
    pub async fn stop(&mut self) -> Result<()> {
        self.process.stop().await
    }

    /// `kill -9`. Returns when it is dead.
    ///
    /// # Errors
    /// When it was not running.
    pub async fn kill(&mut self) -> Result<()> {
        self.process.kill().await
    }

    /// Starts it on the same port and data.
    ///
    /// # Errors
    /// When it runs already, or does not come up.
    pub async fn start_again(&mut self) -> Result<()> {
        let port = self.port;
        let is_ready = async || {
            let answer = http::request("GET", port, "/health", None, &Value::Null).await;
            answer.is_ok_and(|(status, _)| status == 200)
        };
        self.process.start(is_ready).await
    }

    /// What it wrote about itself.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

fn url_at(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// An application service that only listens, and its registration: `docs/connectors/registration.yaml`.
pub struct Registration {
    /// Holds the folder.
    _place: Place,
    file: PathBuf,
    /// The port at which the homeserver looks for it.
    pub port: u16,
}

impl Registration {
    /// With which the service speaks to the homeserver.
    pub const AS_TOKEN: &str = "as-token-of-the-tests";
    /// With which the homeserver speaks to the service.
    pub const HS_TOKEN: &str = "hs-token-of-the-tests";

    /// Writes one for a free port.
    ///
    /// # Errors
    /// When there is none.
    pub fn new() -> Result<Self> {
        let place = Place::new()?;
        let [port] = free_ports()?;
        let places = [
            ("gateway_url", &*format!("http://127.0.0.1:{port}")),
            ("as_token", Self::AS_TOKEN),
            ("hs_token", Self::HS_TOKEN),
            ("domain_pattern", DOMAIN),
        ];
        let file = place.configure("registration.yaml", &places)?;
        Ok(Self { _place: place, file, port })
    }

    /// The file, there as long as the value is.
    pub fn file(&self) -> &Path {
        &self.file
    }
}
