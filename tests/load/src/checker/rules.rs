//! The promises, each as one function from a session's lines to what breaks it.

use std::collections::{HashMap, HashSet};

use tieline_protocol::{DraftId, Seq, SessionId};

use super::{Clock, Flaw, Kind, book::Book};
use crate::history::{Fact, Line};

/// All that is wrong with a session.
pub(super) fn flaws(session: SessionId, book: &Book, clock: Clock) -> Vec<Flaw> {
    let found = [
        log(book),
        acknowledgements(book),
        overtaken(book, clock),
        reordered(book),
        smuggled(book),
        views(book),
    ];
    let flaw = |(kind, mut because): (Kind, Vec<Line>)| {
        because.sort_by_key(|line| line.n);
        because.dedup();
        Flaw { kind, session, because }
    };
    found.into_iter().flatten().map(flaw).collect()
}

type Found = Vec<(Kind, Vec<Line>)>;

/// 1, 2, 3 without holes; each draft once; nothing that nobody said.
fn log(book: &Book) -> Found {
    let mut found = Vec::new();
    let mut first: HashMap<DraftId, Line> = HashMap::new();
    let mut before = None;
    let mut is_whole = true;
    for ((seq, draft_id, line), expected) in book.log.iter().zip(1..) {
        if is_whole && *seq != Seq(expected) {
            found.push((Kind::Hole, before.into_iter().chain([*line]).collect()));
            // What follows is out of step for the same reason.
            is_whole = false;
        }
        before = Some(*line);
        if let Some(other) = first.get(draft_id) {
            let said = book.first_sent(*draft_id);
            found.push((Kind::Doubled, said.into_iter().chain([*other, *line]).collect()));
        } else {
            first.insert(*draft_id, *line);
        }
        if !book.drafts.contains_key(draft_id) {
            found.push((Kind::Invented, vec![*line]));
        }
    }
    found
}

/// What was acknowledged stands where the acknowledgement says, and every acknowledgement says the same.
fn acknowledgements(book: &Book) -> Found {
    let mut found = Vec::new();
    let mut told: HashMap<DraftId, (Seq, Line)> = HashMap::new();
    let mut lost = HashSet::new();
    for line in &book.seen {
        let Fact::Acknowledged { seq, draft_id, .. } = line.fact else { continue };
        let (place, earlier) = *told.entry(draft_id).or_insert((seq, *line));
        if place != seq {
            found.push((Kind::Moved, vec![earlier, *line]));
        }
        let there = book.at(seq);
        if there.is_none_or(|(other, _)| other != draft_id) && lost.insert(draft_id) {
            let elsewhere = book.place_of(draft_id).map(|(_, line)| line);
            let said = book.first_sent(draft_id);
            let instead = there.map(|(_, line)| line);
            found.push((
                Kind::Lost,
                said.into_iter().chain([*line]).chain(instead).chain(elsewhere).collect(),
            ));
        }
    }
    found
}

/// If the acknowledgement of one was seen before the other was first sent, the one stands before the other.
fn overtaken(book: &Book, clock: Clock) -> Found {
    let mut found = Vec::new();
    // The highest place known so far, and who said so.
    let mut known: HashMap<u32, (Seq, Line)> = HashMap::new();
    for line in &book.seen {
        let client = if clock == Clock::Shared { 0 } else { line.client };
        match line.fact {
            Fact::Acknowledged { seq, .. } => {
                let highest = known.entry(client).or_insert((seq, *line));
                if seq > highest.0 {
                    *highest = (seq, *line);
                }
            }
            Fact::Sent { draft_id, .. } => {
                let is_first = book.first_sent(draft_id).is_some_and(|first| first == *line);
                if let (Some((floor, acknowledged)), Some((place, logged))) =
                    (known.get(&client), book.place_of(draft_id))
                    && is_first
                    && place <= *floor
                {
                    found.push((Kind::Overtaken, vec![*acknowledged, *line, logged]));
                }
            }
            _ => {}
        }
    }
    found
}

/// A client's drafts stand in the order in which it first said them.
fn reordered(book: &Book) -> Found {
    let mut found = Vec::new();
    let mut said = HashSet::new();
    let mut last: HashMap<u32, (Seq, [Line; 2])> = HashMap::new();
    for line in &book.seen {
        let Fact::Sent { draft_id, .. } = line.fact else { continue };
        if !said.insert((line.client, draft_id)) {
            continue;
        }
        let Some((place, logged)) = book.place_of(draft_id) else { continue };
        match last.get(&line.client) {
            Some((before, [sent, stands])) if place < *before => {
                found.push((Kind::Reordered, vec![*sent, *line, *stands, logged]));
            }
            _ => {
                last.insert(line.client, (place, [*line, logged]));
            }
        }
    }
    found
}

/// What was refused each time it was said is nowhere.
fn smuggled(book: &Book) -> Found {
    let mut found = Vec::new();
    for (_, draft_id, line) in &book.log {
        let Some(lines) = book.drafts.get(draft_id) else { continue };
        if !lines.refused.is_empty() && lines.refused.len() == lines.sent.len() {
            found.push((
                Kind::Smuggled,
                lines.sent.iter().chain(&lines.refused).chain([line]).copied().collect(),
            ));
        }
    }
    found
}

/// Each reader's view is the log from its beginning, as far as it got.
fn views(book: &Book) -> Found {
    let mut found = Vec::new();
    let mut views: HashMap<u32, (Seq, Option<Line>)> = HashMap::new();
    for line in &book.seen {
        let view = views.entry(line.client).or_default();
        match line.fact {
            Fact::Forgot { .. } => *view = (Seq::ZERO, Some(*line)),
            Fact::Shown { seq, draft_id, .. } => {
                if seq != view.0.next() {
                    found.push((Kind::Torn, view.1.into_iter().chain([*line]).collect()));
                }
                *view = (seq, Some(*line));
                let there = book.at(seq);
                if there.is_none_or(|(other, _)| other != draft_id) {
                    found.push((
                        Kind::Strange,
                        [*line].into_iter().chain(there.map(|(_, line)| line)).collect(),
                    ));
                }
            }
            _ => {}
        }
    }
    found
}
