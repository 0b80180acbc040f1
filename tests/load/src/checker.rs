//! Could that have happened? Compares what clients saw with what the log holds when all is over.
//!
//! A draft that was sent and not acknowledged may stand in the log once or not at all. One that was acknowledged stands there
//! once, at the place that was named. Nobody is shown anything but the log, from its beginning, in its order, without a
//! place left out. Each [`Flaw`] brings the few lines of the history that prove it.

mod book;
mod rules;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use tieline_protocol::{DraftId, Millis, Seq, SessionId};

use self::book::Book;
use crate::history::{Fact, History, Line};

/// What the log holds: each session's places and the drafts that stand there, in the log's order.
pub type Logs = BTreeMap<SessionId, Vec<(Seq, DraftId)>>;

/// A broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Acknowledged, and not where the acknowledgement said.
    Lost,
    /// Stands more than once.
    Doubled,
    /// The place that should come next does not.
    Hole,
    /// Nobody said it.
    Invented,
    /// Two acknowledgements of one draft name different places.
    Moved,
    /// First sent after another's acknowledgement had come, and stands before it.
    Overtaken,
    /// Two of one client stand the other way round than it said them.
    Reordered,
    /// Refused for good each time it was said, and stands in the log all the same.
    Smuggled,
    /// A reader was shown a place that does not follow the one before it: twice the same, or one left out.
    Torn,
    /// A reader was shown what the log does not have at that place.
    Strange,
}

/// A broken promise, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Which promise.
    pub kind: Kind,
    /// Where.
    pub session: SessionId,
    /// As few lines as show it, oldest first. What is missing in the log cannot be among them.
    pub because: Vec<Line>,
}

/// How much was said and seen: a check of an empty history proves nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Drafts.
    pub drafts: usize,
    /// How often drafts went out beyond the first time.
    pub said_again: usize,
    /// Drafts that were acknowledged.
    pub acknowledged: usize,
    /// Times at which no answer came.
    pub unanswered: usize,
    /// Drafts refused for good.
    pub refused: usize,
    /// Lines shown to readers.
    pub shown: usize,
    /// Lines of the logs.
    pub logged: usize,
    /// Sessions with a log.
    pub sessions: usize,
}

/// Whether the order of lines from different clients means anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// One record: a line before another happened before it.
    Shared,
    /// Each client for itself.
    Own,
}

/// Every broken promise in a record that ends with the [`Fact::Logged`] of its sessions.
pub fn check_lines(lines: &[Line]) -> Vec<Flaw> {
    check_by(Clock::Shared, lines)
}

/// Every broken promise, where each client kept its own history.
pub fn check(histories: &[History], logs: &Logs) -> Vec<Flaw> {
    let seen = (1..).zip(histories).flat_map(|(client, facts)| facts.iter().map(move |fact| (client, *fact)));
    let logged = logged(logs).map(|fact| (0, fact));
    let lines: Vec<_> = (1..)
        .zip(seen.chain(logged))
        .map(|(n, (client, fact))| Line { n, at: Millis(0), client, fact })
        .collect();
    check_by(Clock::Own, &lines)
}

/// The logs as facts.
pub fn logged(logs: &Logs) -> impl Iterator<Item = Fact> {
    logs.iter().flat_map(|(session, places)| {
        places.iter().map(|&(seq, draft_id)| Fact::Logged { session: *session, seq, draft_id })
    })
}

fn check_by(clock: Clock, lines: &[Line]) -> Vec<Flaw> {
    let mut sessions: BTreeMap<SessionId, Vec<Line>> = BTreeMap::new();
    for line in lines {
        sessions.entry(line.fact.session()).or_default().push(*line);
    }
    let flaws = |(session, lines)| rules::flaws(session, &Book::of(lines), clock);
    sessions.into_iter().flat_map(flaws).collect()
}

impl Totals {
    /// Counts.
    pub fn of(lines: &[Line]) -> Self {
        let mut totals = Self::default();
        let (mut drafts, mut acknowledged, mut refused) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut sessions = BTreeSet::new();
        for line in lines {
            match line.fact {
                Fact::Sent { draft_id, .. } => {
                    totals.said_again += usize::from(!drafts.insert(draft_id));
                }
                Fact::Acknowledged { draft_id, .. } => {
                    acknowledged.insert(draft_id);
                }
                Fact::Refused { draft_id, .. } => {
                    refused.insert(draft_id);
                }
                Fact::Unanswered { .. } => totals.unanswered += 1,
                Fact::Shown { .. } => totals.shown += 1,
                Fact::Forgot { .. } => {}
                Fact::Logged { session, .. } => {
                    totals.logged += 1;
                    sessions.insert(session);
                }
            }
        }
        let [drafts, acknowledged, refused] = [drafts, acknowledged, refused].map(|drafts| drafts.len());
        Self { drafts, acknowledged, refused, sessions: sessions.len(), ..totals }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { drafts, said_again, acknowledged, unanswered, refused, shown, logged, sessions } = self;
        write!(
            f,
            "{drafts} drafts, {acknowledged} acknowledged, {said_again} said again, {unanswered} without an answer, \
             {refused} refused, {logged} lines in {sessions} logs, {shown} lines shown"
        )
    }
}

/// A sentence, and below it the lines that prove it, as they stand in the file.
impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Lost => "lost: acknowledged, and not in the log at that place",
            Kind::Doubled => "doubled: one draft stands twice",
            Kind::Hole => "hole: a place is missing",
            Kind::Invented => "invented: nobody said it",
            Kind::Moved => "moved: one draft was acknowledged at two places",
            Kind::Overtaken => "overtaken: said after the other's acknowledgement, stands before it",
            Kind::Reordered => "reordered: one client's drafts stand the other way round than it said them",
            Kind::Smuggled => "smuggled: refused for good, and in the log all the same",
            Kind::Torn => "torn: what a reader was shown does not follow what it was shown before",
            Kind::Strange => "strange: a reader was shown what the log does not have there",
        };
        write!(f, "{what} (session {})", self.session)?;
        for line in &self.because {
            write!(f, "\n    {}", serde_json::to_string(line).map_err(|_| fmt::Error)?)?;
        }
        Ok(())
    }
}

/// The verdict in words: what was looked at, and the first flaws.
pub fn verdict(totals: &Totals, flaws: &[Flaw]) -> String {
    const AT_MOST: usize = 5;
    let of = |kinds: &[Kind]| flaws.iter().filter(|flaw| kinds.contains(&flaw.kind)).count();
    let mut text = format!(
        "{totals}: {} lost, {} doubled, {} reordered, {} holes, {} other flaws",
        of(&[Kind::Lost]),
        of(&[Kind::Doubled]),
        of(&[Kind::Overtaken, Kind::Reordered]),
        of(&[Kind::Hole]),
        of(&[Kind::Invented, Kind::Moved, Kind::Smuggled, Kind::Torn, Kind::Strange]),
    );
    for flaw in flaws.iter().take(AT_MOST) {
        text.push_str(&format!("\n{flaw}"));
    }
    if flaws.len() > AT_MOST {
        text.push_str(&format!("\n.. and {} more", flaws.len() - AT_MOST));
    }
    text
}
