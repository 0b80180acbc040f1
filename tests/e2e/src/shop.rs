//! The example shop as a process of its own.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::gateway::{Gateway, free_port, required};

/// `examples/shop`, registered and running. Ends when dropped.
pub struct Shop {
    url: String,
    _process: Child,
}

impl Shop {
    /// Registers it and starts it. Its binary lies beside the gateway's.
    ///
    /// # Errors
    /// When it is not there or does not come up.
    pub async fn start(gateway: &Gateway) -> Result<Self> {
        let port = free_port()?;
        let url = format!("http://localhost:{port}");
        let shared = gateway.register_shop("Kiln & Cedar", &url).await?;
        let binary = required("TIELINE_BIN")?.with_file_name("tieline-example-shop");
        let mut process = Command::new(&binary)
            .args(["--port", &port.to_string(), "--gateway", &gateway.url(), "--channel", &shared.channel])
            .args(["--kid", &shared.kid])
            .env("SHOP_SECRET", &shared.secret)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
        let output = process.stdout.take().context("the shop has no output")?;
        // It says where it is once it listens.
        BufReader::new(output).lines().next_line().await?.context("the shop ended before it listened")?;
        Ok(Self { url, _process: process })
    }

    /// One of its pages.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}
