//! Many callers, one record, and the judgement in the end.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use tieline_protocol::SessionId;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout_at},
};

use crate::{
    caller::{Caller, Door, Figures, Phase, Proof, Tempo},
    checker::{self, Flaw, Totals},
    history::{Line, Record},
    stage::read_logs,
};

/// Callers that live and settle together.
pub struct Crowd {
    record: Arc<Record>,
    phase: watch::Sender<Phase>,
    callers: JoinSet<Result<(u32, Figures)>>,
    joined: u32,
    left: Vec<watch::Receiver<usize>>,
    sessions: Vec<watch::Receiver<Option<SessionId>>>,
}

impl Crowd {
    /// Nobody yet.
    pub fn new(record: Record) -> Self {
        let (phase, callers) = (watch::Sender::default(), JoinSet::new());
        Self { record: Arc::new(record), phase, callers, joined: 0, left: Vec::new(), sessions: Vec::new() }
    }

    /// Another caller, not yet on its way.
    pub fn caller(
        &mut self,
        door: &Arc<Door>,
        proof: Proof,
        session: Option<SessionId>,
        tempo: Tempo,
    ) -> Caller {
        self.joined += 1;
        Caller::new(self.joined, (Arc::clone(door), proof), session, tempo, Arc::clone(&self.record))
    }

    /// Lets a caller loose.
    pub fn send_in(&mut self, caller: Caller) {
        let (client, phase) = (self.joined, self.phase.subscribe());
        self.left.push(caller.left());
        self.sessions.push(caller.session());
        self.callers.spawn(async move {
            Ok((client, caller.run(phase).await.with_context(|| format!("caller {client}"))?))
        });
    }

    /// Lets a caller loose and waits until it has opened its session.
    ///
    /// # Errors
    /// When it has none within that time.
    pub async fn send_in_and_open(&mut self, caller: Caller, within: Duration) -> Result<SessionId> {
        let mut session = caller.session();
        self.send_in(caller);
        let opened = tokio::time::timeout(within, session.wait_for(Option::is_some)).await;
        opened.context("no session in time")??.context("there is a session")
    }

    /// Waits until every caller that is loose has its session.
    ///
    /// # Errors
    /// When somebody has none within that time.
    pub async fn everybody_has_a_session(&mut self, within: Duration) -> Result<()> {
        let deadline = Instant::now() + within;
        for session in &mut self.sessions {
            timeout_at(deadline, session.wait_for(Option::is_some)).await.context("no session in time")??;
        }
        Ok(())
    }

    /// How many drafts they still have to say, all together.
    pub fn waiting(&self) -> usize {
        self.left.iter().map(|left| *left.borrow()).sum()
    }

    /// What they have seen so far.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Lets everybody say what still waits and read to the end.
    ///
    /// # Errors
    /// When somebody cannot within that time, or was told what no gateway may say.
    pub async fn settle(&mut self, within: Duration) -> Result<Vec<Figures>> {
        let deadline = Instant::now() + within;
        self.phase.send_replace(Phase::FallingSilent);
        for left in &mut self.left {
            // Whoever is gone has nothing left to say, or tells why below.
            let _ = timeout_at(deadline, left.wait_for(|left| *left == 0)).await;
        }
        // Nobody speaks any more: now there is an end to read to.
        self.phase.send_replace(Phase::Settling);
        let mut figures = Vec::new();
        while let Some(ended) = timeout_at(deadline, self.callers.join_next()).await.transpose() {
            match ended {
                Ok(ended) => figures.push(ended??),
                Err(_) => break,
            }
        }
        let settled = figures.len();
        if !self.callers.is_empty() {
            self.phase.send_replace(Phase::Over);
            while let Some(ended) = self.callers.join_next().await {
                figures.push(ended??);
            }
        }
        let late = figures.iter().skip(settled).map(|(client, figures)| {
            let Figures { waiting, shown, welcomes, missing, .. } = figures;
            format!("caller {client}: {waiting} waiting, shown {shown:?}, {welcomes} welcomes, {missing:?}")
        });
        let late: Vec<_> = late.collect();
        ensure!(late.is_empty(), "not settled within {within:?}:\n{}", late.join("\n"));
        Ok(figures.into_iter().map(|(_, figures)| figures).collect())
    }
}

/// What the record and the log say together.
pub struct Verdict {
    /// How much there was to see.
    pub totals: Totals,
    /// What was broken.
    pub flaws: Vec<Flaw>,
}

/// Adds the log to the record and compares them. The gateway must not run any more.
///
/// # Errors
/// When either cannot be read.
pub async fn judge(record: &Record, store: &Path) -> Result<Verdict> {
    let logs = read_logs(store).await?;
    checker::logged(&logs).for_each(|fact| record.note(0, fact));
    Ok(Verdict::of(&record.lines()?))
}

impl Verdict {
    /// Of a record that ends with its logs.
    pub fn of(lines: &[Line]) -> Self {
        Self { totals: Totals::of(lines), flaws: checker::check_lines(lines) }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&checker::verdict(&self.totals, &self.flaws))
    }
}

/// The figures of all callers as one.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Connections that were welcome.
    pub welcomes: usize,
    /// Connections that began while another one still served.
    pub switches: usize,
    /// Connections that ended before there was a next one.
    pub cuts: usize,
    /// The longest time that anybody was without a connection after a cut.
    pub longest_offline: Duration,
    /// Drafts refused for good.
    pub refused: usize,
    /// Handshakes answered with 503 and a time to come back.
    pub told_to_come_back: usize,
    /// Handshakes turned away in any other way.
    pub turned_away_otherwise: usize,
    answers_ms: Vec<u32>,
}

impl Summary {
    /// Of all of them.
    pub fn of(figures: &[Figures]) -> Self {
        let mut summary = Self::default();
        for caller in figures {
            summary.welcomes += caller.welcomes;
            summary.switches += caller.switches;
            summary.cuts += caller.cuts;
            summary.refused += caller.refused;
            summary.longest_offline = summary.longest_offline.max(caller.longest_offline);
            let told = caller.turned_away.iter().filter(|away| **away == (503, true)).count();
            summary.told_to_come_back += told;
            summary.turned_away_otherwise += caller.turned_away.len() - told;
            summary.answers_ms.extend(&caller.answers_ms);
        }
        summary.answers_ms.sort_unstable();
        summary
    }

    /// That share of the drafts was acknowledged within so long after it was first said.
    pub fn answered_within_ms(&self, share: f64) -> u32 {
        let at = self.answers_ms.len().saturating_sub(1) as f64 * share;
        self.answers_ms.get(at.round() as usize).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} welcomes, {} of them beside an older connection, {} cuts, longest without a connection {:.2} s, \
             answers p50 {} ms p99 {} ms, {} times 503 with Retry-After, {} other refusals at the door",
            self.welcomes,
            self.switches,
            self.cuts,
            self.longest_offline.as_secs_f64(),
            self.answered_within_ms(0.5),
            self.answered_within_ms(0.99),
            self.told_to_come_back,
            self.turned_away_otherwise
        )
    }
}
