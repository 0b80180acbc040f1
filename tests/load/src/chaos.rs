//! A real gateway behind a bad network, killed, paused and restarted at random, under callers who keep to the contract.
//!
//! Every draw comes from the seed: the order and the length of the faults. What they meet does not, so a seed repeats the
//! pressure and not the run; the history tells what happened.

mod trouble;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use tieline_fault::{Proxy, Weather};
use tokio::time::Instant;

use self::trouble::Trouble;
use crate::{
    caller::{Door, Proof, Tempo},
    client::visitor_token,
    crowd::{Crowd, Summary, Verdict, judge},
    history::Record,
    process::{Gateway, free_address},
    stage::Stage,
};

/// One run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The gateway's binary.
    pub gateway: PathBuf,
    /// Its data goes here; wants to be on a disk.
    pub folder: PathBuf,
    /// Where the history is written.
    pub history: PathBuf,
    /// All draws come from it.
    pub seed: u64,
    /// How long there is trouble.
    pub time: Duration,
    /// Sessions; each has a visitor with two tabs, and an agent.
    pub sessions: usize,
}

/// What came of it.
pub struct Outcome {
    /// Whether anything was broken.
    pub verdict: Verdict,
    /// What it was like for the callers.
    pub summary: Summary,
    /// How often there was which trouble.
    pub troubles: String,
}

/// Heartbeats fast enough that a black hole is noticed within a round of trouble; no limits, as one address makes all the load.
const SETTINGS: &str = "drain_secs = 1\n[limits]\nburst = 0\nframes_burst = 0\naccepts_burst = 0\nsockets_per_ip = 100000\n\
    sockets_per_party = 100\n[ping]\nevery_ms = 1000\ngrace_ms = 1000\n";

/// Impatient people: more goes wrong in a minute.
const TEMPO: Tempo = Tempo {
    pause: Some(Duration::from_millis(60)),
    most_waiting: 20,
    patience: Duration::from_secs(2),
    backoff: Duration::from_millis(50),
    longest_backoff: Duration::from_secs(1),
};

/// Long enough for everybody to say what waits once the weather is calm, on a busy machine.
const SETTLING: Duration = Duration::from_secs(60);

/// Runs it to the end.
///
/// # Errors
/// When the gateway cannot be run, or callers do not come to rest once all is calm. Flaws are no error; they are the outcome.
pub async fn run(plan: &Plan) -> Result<Outcome> {
    let mut rng = Rng::with_seed(plan.seed);
    let address = free_address()?;
    let stage = Stage::prepare(&plan.folder, &address, plan.sessions, SETTINGS).await?;
    let mut gateway = Gateway::start(&plan.gateway, &stage.config_file, &address).await?;
    let upstream = address.parse().context("an address")?;
    // Two networks, so that one half's trouble is not the other's.
    let networks = [Proxy::start(upstream, rng.u64(..)).await?, Proxy::start(upstream, rng.u64(..)).await?];
    let mut crowd = Crowd::new(Record::to_file(&plan.history)?);
    for n in 0..plan.sessions {
        join(&mut crowd, &stage, n, &networks, &address).await?;
    }
    let until = Instant::now() + plan.time;
    let mut counts = [0_usize; Trouble::ALL.len()];
    while Instant::now() < until {
        let (index, trouble) = Trouble::draw(&mut rng);
        if let Some(count) = counts.get_mut(index) {
            *count += 1;
        }
        let network = networks.get(rng.usize(..networks.len())).context("there are two")?;
        trouble.happen(&mut rng, network, &mut gateway, &plan.gateway, &stage.config_file, &address).await?;
        network.set_both(Weather::CALM);
        tokio::time::sleep(Duration::from_millis(rng.u64(0..400))).await;
    }
    let figures = crowd.settle(SETTLING).await?;
    gateway.kill()?;
    let verdict = judge(crowd.record(), &stage.config.store).await?;
    ensure!(verdict.totals.acknowledged > 0, "nobody got a word in: this proves nothing");
    let mut troubles = String::new();
    for (count, trouble) in counts.iter().zip(Trouble::ALL).filter(|(count, _)| **count > 0) {
        let comma = if troubles.is_empty() { "" } else { ", " };
        write!(troubles, "{comma}{count} {}", trouble.name())?;
    }
    Ok(Outcome { verdict, summary: Summary::of(&figures), troubles })
}

/// A visitor with two tabs, and the agent who answers, each through a network of their own.
async fn join(
    crowd: &mut Crowd,
    stage: &Stage,
    n: usize,
    networks: &[Proxy; 2],
    address: &str,
) -> Result<()> {
    let channel = stage.channel_of(n);
    let [one, other] = networks;
    let mut doors = Vec::new();
    for network in [one, other] {
        let door = Door::open(network.address().to_string(), address, channel.clone()).await?;
        doors.push(Arc::new(door));
    }
    let [one, other] = <[Arc<Door>; 2]>::try_from(doors).map_err(|_| anyhow::anyhow!("two networks"))?;
    let token = visitor_token(address, channel).await?;
    let tab = crowd.caller(&one, Proof::Visitor(token.clone()), None, TEMPO).to(format!("r{n}"));
    let session = crowd.send_in_and_open(tab, SETTLING).await?;
    let tab = crowd.caller(&other, Proof::Visitor(token), Some(session), TEMPO);
    crowd.send_in(tab);
    let agent = Proof::Agent(stage.agent_token(&format!("a{n}")).await?);
    let agent = crowd.caller(&other, agent, Some(session), TEMPO);
    crowd.send_in(agent);
    Ok(())
}

impl Outcome {
    /// The figures in a few lines.
    pub fn figures(&self) -> String {
        format!("{}\n{}\n{}", self.troubles, self.summary, self.verdict)
    }
}

/// A folder for histories below this one, and the file of this seed in it.
///
/// # Errors
/// When it cannot be made.
pub fn history_file(below: &Path, seed: u64) -> Result<PathBuf> {
    let folder = below.join("chaos");
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{seed}.jsonl")))
}
