//! Could that have happened? Compares what clients saw with what the log holds afterwards.
//!
//! A draft that was sent and not acknowledged may stand in the log once or not at all. One that was acknowledged stands there
//! once, at the place that was named.

use std::collections::{BTreeMap, HashMap, HashSet};

use tieline_protocol::{DraftId, Seq, SessionId};

use crate::history::{Fact, History};

/// What the log holds: each session's places and the drafts that stand there, in the log's order.
pub type Logs = BTreeMap<SessionId, Vec<(Seq, DraftId)>>;

/// A broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Acknowledged, and not where the acknowledgement said.
    Lost(SessionId, DraftId, Seq),
    /// Stands more than once.
    Doubled(SessionId, DraftId),
    /// The place that should come next does not.
    Hole(SessionId, Seq),
    /// Nobody said it.
    Invented(SessionId, DraftId),
    /// Two acknowledgements of one draft name different places.
    Moved(SessionId, DraftId),
    /// It was sent after another's acknowledgement came, and stands before it.
    Overtaken(SessionId, DraftId),
}

/// Every broken promise.
pub fn check(histories: &[History], logs: &Logs) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let sent: HashSet<_> = histories
        .iter()
        .flatten()
        .map(|(Fact::Sent { session, draft_id } | Fact::Acknowledged { session, draft_id, .. })| {
            (*session, *draft_id)
        })
        .collect();
    for (session, lines) in logs {
        let mut seen = HashSet::new();
        for ((seq, draft_id), expected) in lines.iter().zip(1..) {
            if *seq != Seq(expected) {
                flaws.push(Flaw::Hole(*session, Seq(expected)));
                break;
            }
            if !seen.insert(*draft_id) {
                flaws.push(Flaw::Doubled(*session, *draft_id));
            }
            if !sent.contains(&(*session, *draft_id)) {
                flaws.push(Flaw::Invented(*session, *draft_id));
            }
        }
    }
    for history in histories {
        check_history(history, logs, &mut flaws);
    }
    flaws
}

fn check_history(history: &History, logs: &Logs, flaws: &mut Vec<Flaw>) {
    let mut places: HashMap<(SessionId, DraftId), Seq> = HashMap::new();
    // The highest place that was known when a draft was first sent.
    let mut known: HashMap<SessionId, Seq> = HashMap::new();
    let mut floors: HashMap<(SessionId, DraftId), Seq> = HashMap::new();
    for fact in history {
        match *fact {
            Fact::Sent { session, draft_id } => {
                let floor = known.get(&session).copied().unwrap_or_default();
                floors.entry((session, draft_id)).or_insert(floor);
            }
            Fact::Acknowledged { session, draft_id, seq } => {
                let highest = known.entry(session).or_default();
                *highest = (*highest).max(seq);
                if *places.entry((session, draft_id)).or_insert(seq) != seq {
                    flaws.push(Flaw::Moved(session, draft_id));
                }
                if floors.get(&(session, draft_id)).is_some_and(|floor| seq <= *floor) {
                    flaws.push(Flaw::Overtaken(session, draft_id));
                }
                let stands = logs.get(&session).is_some_and(|lines| lines.contains(&(seq, draft_id)));
                if !stands {
                    flaws.push(Flaw::Lost(session, draft_id, seq));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SessionId {
        SessionId(uuid::Uuid::from_bytes([1; 16]))
    }

    fn draft(n: u8) -> DraftId {
        DraftId(uuid::Uuid::from_bytes([n; 16]))
    }

    fn sent(n: u8) -> Fact {
        Fact::Sent { session: session(), draft_id: draft(n) }
    }

    fn acknowledged(n: u8, seq: u64) -> Fact {
        Fact::Acknowledged { session: session(), draft_id: draft(n), seq: Seq(seq) }
    }

    fn log(lines: &[(u64, u8)]) -> Logs {
        let lines = lines.iter().map(|(seq, n)| (Seq(*seq), draft(*n))).collect();
        BTreeMap::from([(session(), lines)])
    }

    /// A checker that finds nothing is worth nothing: each kind of bad history is found.
    #[test]
    fn each_broken_promise_is_found() {
        let (s, d) = (session(), draft);
        for (history, lines, expected) in [
            (vec![sent(1), acknowledged(1, 1)], log(&[]), vec![Flaw::Lost(s, d(1), Seq(1))]),
            (vec![sent(1), acknowledged(1, 1), sent(2)], log(&[(1, 2)]), vec![Flaw::Lost(s, d(1), Seq(1))]),
            (vec![sent(1), acknowledged(1, 1)], log(&[(1, 1), (2, 1)]), vec![Flaw::Doubled(s, d(1))]),
            (vec![sent(1), sent(2)], log(&[(1, 1), (3, 2)]), vec![Flaw::Hole(s, Seq(2))]),
            (vec![sent(1)], log(&[(2, 1)]), vec![Flaw::Hole(s, Seq(1))]),
            (vec![sent(1)], log(&[(1, 1), (2, 9)]), vec![Flaw::Invented(s, d(9))]),
            (
                vec![sent(1), acknowledged(1, 1), sent(1), acknowledged(1, 2)],
                log(&[(1, 1)]),
                vec![Flaw::Moved(s, d(1)), Flaw::Lost(s, d(1), Seq(2))],
            ),
            (
                vec![sent(1), acknowledged(1, 2), sent(2), acknowledged(2, 1)],
                log(&[(1, 2), (2, 1)]),
                vec![Flaw::Overtaken(s, d(2))],
            ),
        ] {
            assert_eq!(check(std::slice::from_ref(&history), &lines), expected, "{history:?} on {lines:?}");
        }
    }

    #[test]
    fn good_histories_pass() {
        for (history, lines) in [
            (vec![], log(&[])),
            // No answer: once or not at all.
            (vec![sent(1)], log(&[])),
            (vec![sent(1), sent(1)], log(&[(1, 1)])),
            // Pipelined, retried, acknowledged twice with the same place.
            (
                vec![sent(1), sent(2), acknowledged(1, 1), sent(2), acknowledged(2, 2), acknowledged(1, 1)],
                log(&[(1, 1), (2, 2)]),
            ),
        ] {
            assert_eq!(check(std::slice::from_ref(&history), &lines), [], "{history:?} on {lines:?}");
        }
    }
}
