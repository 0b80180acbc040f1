//! Prosody, on `docs/connectors/prosody.cfg.lua`.

use std::path::PathBuf;

use anyhow::Result;
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::place::{Place, run};
use crate::process::Process;
use crate::xmpp_server::{DOMAIN, SECRET};

pub(crate) struct Prosody {
    process: Process,
    place: Place,
    config: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) client_port: u16,
    pub(crate) component_port: u16,
    pub(crate) http_port: u16,
}

impl Prosody {
    pub(crate) async fn start(
        place: Place,
        [client_port, component_port, http_port]: [u16; 3],
        changes: &[(&str, &str)],
    ) -> Result<Self> {
        let [certificate, key] = place.certificate().await?;
        let config = place.configure(
            "prosody.cfg.lua",
            &[
                ("domain", DOMAIN),
                ("data_folder", &place.text("data")),
                ("client_port", &client_port.to_string()),
                ("component_port", &component_port.to_string()),
                ("http_port", &http_port.to_string()),
                ("certificate", &certificate.display().to_string()),
                ("certificate_key", &key.display().to_string()),
                ("component_secret", SECRET),
                ("upload_host", "127.0.0.1"),
                ("upload_url", &format!("http://127.0.0.1:{http_port}/")),
            ],
        )?;
        place.change(&config, changes)?;
        // The package's own user may not read a folder of ours, and as root it runs only if told so. At the top of the file: at its
        // end this would be a setting of the last component.
        std::fs::write(&config, "run_as_root = true\n".to_owned() + &std::fs::read_to_string(&config)?)?;
        std::fs::create_dir_all(place.path("data/certs"))?;
        let process = Process::new("Prosody", "prosody", place.path("prosody.log"));
        let process = process.arg("-F").arg("--config").arg(&config);
        let mut prosody =
            Self { process, place, config, certificate, client_port, component_port, http_port };
        prosody.start_again().await?;
        Ok(prosody)
    }

    pub(crate) async fn start_again(&mut self) -> Result<()> {
        let ports = [self.client_port, self.component_port];
        self.process.start(async || answers(&ports).await).await
    }

    pub(crate) async fn add_account(&self, name: &str, password: &str) -> Result<()> {
        let mut register = Command::new("prosodyctl");
        register.arg("--root").arg("--config").arg(&self.config).args(["register", name, DOMAIN, password]);
        run(&mut register).await.map(drop)
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    pub(crate) fn log(&self) -> String {
        let own = std::fs::read_to_string(self.place.path("data/prosody.log")).unwrap_or_default();
        self.process.log() + &own
    }
}

/// Whether all of them take connections.
pub(crate) async fn answers(ports: &[u16]) -> bool {
    for port in ports {
        if TcpStream::connect(("127.0.0.1", *port)).await.is_err() {
            return false;
        }
    }
    true
}
