//! ejabberd, on `docs/connectors/ejabberd.yml`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use crate::http;
use crate::place::Place;
use crate::process::Process;
use crate::prosody::answers;
use crate::xmpp_server::{DOMAIN, SECRET};

pub(crate) struct Ejabberd {
    process: Process,
    place: Place,
    pub(crate) certificate: PathBuf,
    pub(crate) client_port: u16,
    pub(crate) component_port: u16,
    pub(crate) http_port: u16,
}

impl Ejabberd {
    pub(crate) async fn start(
        place: Place,
        [client_port, component_port, http_port]: [u16; 3],
        changes: &[(&str, &str)],
    ) -> Result<Self> {
        let [certificate, key] = place.certificate().await?;
        let places = [
            ("domain", DOMAIN),
            ("data_folder", &place.text("data")),
            ("client_port", &client_port.to_string()),
            ("component_port", &component_port.to_string()),
            ("http_port", &http_port.to_string()),
            ("certificate", &certificate.display().to_string()),
            ("certificate_key", &key.display().to_string()),
            ("component_secret", SECRET),
            ("upload_url", &format!("http://127.0.0.1:{http_port}/upload")),
        ];
        let config = place.configure("ejabberd.yml", &places)?;
        place.change(&config, changes)?;
        std::fs::create_dir_all(place.path("data"))?;
        // Not `ejabberdctl`: it insists on a user of its own and on a name in Erlang's register of nodes, which is one for the
        // whole machine. Without a name there is no such register, and any number of servers run side by side.
        let mnesia = format!("\"{}\"", place.text("data/mnesia"));
        let process = Process::new("ejabberd", "erl", place.path("erl.log"))
            .arg("-noinput")
            .arg("-mnesia")
            .arg("dir")
            .arg(mnesia)
            .arg("-s")
            .arg("ejabberd")
            .env("EJABBERD_CONFIG_PATH", &config)
            .env("EJABBERD_LOG_PATH", place.path("ejabberd.log"))
            .env("ERL_LIBS", libraries()?)
            .env("ERL_CRASH_DUMP", place.path("crash.dump"))
            .env("HOME", place.path("data"));
        let mut ejabberd = Self { process, place, certificate, client_port, component_port, http_port };
        ejabberd.start_again().await?;
        Ok(ejabberd)
    }

    pub(crate) async fn start_again(&mut self) -> Result<()> {
        // The listeners come last, after the modules.
        let ports = [self.client_port, self.component_port, self.http_port];
        self.process.start(async || answers(&ports).await).await
    }

    pub(crate) async fn add_account(&self, name: &str, password: &str) -> Result<()> {
        let account = json!({"user": name, "host": DOMAIN, "password": password});
        let (status, answer) = http::request("POST", self.http_port, "/api/register", None, &account).await?;
        if status == 200 { Ok(()) } else { bail!("registering {name}: {status} {answer}") }
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    pub(crate) fn log(&self) -> String {
        let own = std::fs::read_to_string(self.place.path("ejabberd.log")).unwrap_or_default();
        self.process.log() + &own
    }
}

/// Where the package has put its Erlang code: the folder that holds `ejabberd-<version>`.
fn libraries() -> Result<PathBuf> {
    let places =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib/erlang/lib", "/usr/lib"];
    let holds_it = |folder: &&Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| {
            entry.file_name().to_string_lossy().starts_with("ejabberd-") && entry.path().join("ebin").is_dir()
        })
    };
    let found = places.into_iter().map(Path::new).find(holds_it);
    Ok(found.context("ejabberd is not installed, or not where Debian puts it")?.to_owned())
}
