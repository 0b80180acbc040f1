//! `tieline-load`: starts a gateway of its own, puts load on it, prints what it cost as one JSON object a line. Also runs chaos,
//! and checks histories.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Result;
use clap::{Parser, Subcommand};
use tieline_load::{
    chaos,
    crowd::Verdict,
    history,
    measure::{Target, idle, paced, saturate},
    process::{Gateway, free_address, raise_open_files},
    stage::Stage,
};

/// Puts load on a gateway and prints what it cost, as JSON; or troubles it, and tells whether it kept its promises.
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
    /// A bad network, kills, pauses and restarts under many clients. Fails if a promise was broken.
    Chaos {
        /// How long.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// All draws come from it. Drawn itself unless given.
        #[arg(long)]
        seed: Option<u64>,
        /// Each has a visitor with two tabs, and an agent.
        #[arg(long, default_value_t = 16)]
        sessions: usize,
    },
    /// Reads a history and fails if a promise was broken.
    Check {
        /// One fact a line, as `chaos` writes it.
        file: PathBuf,
    },
}

/// One address makes all the load, and as fast as it can.
const LIMITS: &str = "[limits]\nburst = 0\nframes_burst = 0\naccepts_burst = 0\nsockets_per_ip = 1000000\nsockets_per_channel = 1000000\n";

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let Arguments { gateway, folder, load } = Arguments::parse();
    let is_good = match load {
        Load::Check { file } => check(&file)?,
        Load::Chaos { seconds, seed, sessions } => {
            let time = Duration::from_secs(seconds);
            cause_chaos(gateway, &folder, time, seed.unwrap_or_else(|| fastrand::u64(..)), sessions).await?
        }
        load => {
            measure(&gateway, &folder, load).await?;
            true
        }
    };
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(file: &Path) -> Result<bool> {
    let verdict = Verdict::of(&history::read_file(file)?);
    println!("{verdict}");
    Ok(verdict.flaws.is_empty())
}

async fn cause_chaos(
    gateway: PathBuf,
    folder: &Path,
    time: Duration,
    seed: u64,
    sessions: usize,
) -> Result<bool> {
    raise_open_files();
    let history = chaos::history_file(folder, seed)?;
    println!("seed {seed}, history in {}", history.display());
    let data = tempfile::tempdir_in(folder)?;
    let plan = chaos::Plan { gateway, folder: data.path().to_owned(), history, seed, time, sessions };
    let outcome = chaos::run(&plan).await?;
    println!("{}", outcome.figures());
    Ok(outcome.verdict.flaws.is_empty())
}

async fn measure(gateway: &Path, folder: &Path, load: Load) -> Result<()> {
    let folder = tempfile::tempdir_in(folder)?;
    let address = free_address()?;
    let agents = match load {
        Load::Saturate { pairs, .. } | Load::Paced { pairs, .. } => pairs,
        _ => 1,
    };
    let stage = Stage::prepare(folder.path(), &address, agents, LIMITS).await?;
    let gateway = Gateway::start(gateway, &stage.config_file, &address).await?;
    let target = Target { gateway: &gateway, stage: &stage, address: &address };
    let json = match load {
        Load::Saturate { pairs, window, seconds } => {
            serde_json::to_string(&saturate(&target, pairs, window, Duration::from_secs(seconds)).await?)?
        }
        Load::Paced { rate, pairs, seconds } => {
            serde_json::to_string(&paced(&target, pairs, rate, Duration::from_secs(seconds)).await?)?
        }
        Load::Idle { sockets } => serde_json::to_string(&idle(&target, sockets).await?)?,
        Load::Chaos { .. } | Load::Check { .. } => anyhow::bail!("no measurement"),
    };
    println!("{json}");
    Ok(())
}
