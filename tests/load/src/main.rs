//! `tieline-load`: starts a gateway of its own, puts load on it, prints what it cost as one JSON object a line.

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use clap::{Parser, Subcommand};
use tieline_load::{
    measure::{Target, idle, paced, saturate},
    process::{Gateway, free_address},
    stage::Stage,
};

/// Puts load on a gateway and prints what it cost, as JSON.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The gateway's binary, built for release.
    #[arg(long, default_value = "target/release/tieline")]
    gateway: PathBuf,
    /// Where the gateway's data goes, in a folder that is removed afterwards: on the disk that is to be measured.
    #[arg(long, default_value = "target")]
    folder: PathBuf,
    #[command(subcommand)]
    load: Load,
}

#[derive(Subcommand)]
enum Load {
    /// As many messages as it takes.
    Saturate {
        /// Pairs of a visitor and an agent.
        #[arg(long, default_value_t = 500)]
        pairs: usize,
        /// Messages of each visitor on their way at once.
        #[arg(long, default_value_t = 1)]
        window: usize,
        /// Seconds to count.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Messages at a fixed rate; gives their latency.
    Paced {
        /// Messages a second.
        #[arg(long, default_value_t = 500)]
        rate: u32,
        /// Pairs of a visitor and an agent.
        #[arg(long, default_value_t = 200)]
        pairs: usize,
        /// Seconds to count.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Sockets that say nothing; gives their memory.
    Idle {
        /// How many.
        #[arg(long, default_value_t = 10_000)]
        sockets: usize,
    },
}

/// One address makes all the load, and as fast as it can.
const LIMITS: &str = "[limits]\nburst = 0\nframes_burst = 0\naccepts_burst = 0\nsockets_per_ip = 1000000\nsockets_per_channel = 1000000\n";

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { gateway, folder, load } = Arguments::parse();
    let folder = tempfile::tempdir_in(folder)?;
    let address = free_address()?;
    let agents = match load {
        Load::Saturate { pairs, .. } | Load::Paced { pairs, .. } => pairs,
        Load::Idle { .. } => 1,
    };
    let stage = Stage::prepare(folder.path(), &address, agents, LIMITS).await?;
    let gateway = Gateway::start(&gateway, &stage.config_file, &address).await?;
    let target = Target { gateway: &gateway, stage: &stage, address: &address };
    let json = match load {
        Load::Saturate { pairs, window, seconds } => {
            serde_json::to_string(&saturate(&target, pairs, window, Duration::from_secs(seconds)).await?)?
        }
        Load::Paced { rate, pairs, seconds } => {
            serde_json::to_string(&paced(&target, pairs, rate, Duration::from_secs(seconds)).await?)?
        }
        Load::Idle { sockets } => serde_json::to_string(&idle(&target, sockets).await?)?,
    };
    println!("{json}");
    Ok(())
}
