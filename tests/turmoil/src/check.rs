//! What must hold, against the log as the file has it. Promises by their numbers.
//!
//! [`broken`] is what no time mends; [`unfinished`] is what time has to bring about once the network is good.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use tieline_protocol::{DraftId, Seq, SessionId};
use tieline_session::screen::{Bubble, Delivery};
use tieline_sim::person::{bubbles, is_in_log};

use crate::{
    World,
    log::{self, Log, Logs, Reader},
    panics,
    person::{Person, Side},
};

/// A promise that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Its number.
    pub promise: &'static str,
    /// What is the matter.
    pub what: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise, self.what)
    }
}

fn flaw(promise: &'static str, what: String) -> Flaw {
    Flaw { promise, what }
}

type Places = BTreeMap<DraftId, (SessionId, Seq)>;

/// Broken for ever.
pub fn broken(world: &World) -> Vec<Flaw> {
    let logs = log::read(&world.premises.store());
    let mut flaws: Vec<_> = panics::seen().into_iter().map(|what| flaw("P19", what)).collect();
    let places = places(&logs, &mut flaws);
    let typed: BTreeSet<DraftId> =
        world.people.iter().flat_map(|person| person.typed.borrow().clone()).collect();
    let strangers = places.keys().filter(|draft_id| !typed.contains(draft_id));
    flaws.extend(strangers.map(|draft_id| flaw("P4", format!("nobody said {draft_id}"))));
    for person in &world.people {
        receipts_hold(person, &logs, &mut flaws);
        order_is_kept(person, &places, &mut flaws);
        views_were_stretches(person, &logs, &places, &mut flaws);
        nothing_is_lost(person, &places, &mut flaws);
    }
    flaws
}

/// P3, P4: every place is taken once, every draft stands once.
fn places(logs: &Logs, flaws: &mut Vec<Flaw>) -> Places {
    let mut places = Places::new();
    for (session, log) in logs {
        for (line, expected) in log.lines.iter().zip(1..) {
            if line.seq != Seq(expected) {
                flaws.push(flaw("P4", format!("{session} has a hole before {}", line.seq.0)));
            }
            if places.insert(line.draft_id, (*session, line.seq)).is_some() {
                flaws.push(flaw("P3", format!("{} stands twice", line.draft_id)));
            }
        }
    }
    places
}

/// P1: what was acknowledged stands where the receipt says.
fn receipts_hold(person: &Person, logs: &Logs, flaws: &mut Vec<Flaw>) {
    for receipt in person.receipts.borrow().iter() {
        let log = logs.get(&receipt.session);
        let stands = match receipt.seq {
            // The receipt of a session, not of a line.
            Seq(0) => log.is_some(),
            seq => log.is_some_and(|log| {
                log.lines.iter().any(|line| line.seq == seq && line.draft_id == receipt.draft_id)
            }),
        };
        if !stands {
            let what = format!("{} was told {} at {}", person.name, receipt.draft_id, receipt.seq.0);
            flaws.push(flaw("P1", what));
        }
    }
}

/// P5: what somebody typed into one session stands there in the order of typing.
fn order_is_kept(person: &Person, places: &Places, flaws: &mut Vec<Flaw>) {
    let mut last: BTreeMap<SessionId, Seq> = BTreeMap::new();
    for draft_id in person.typed.borrow().iter() {
        let Some((session, seq)) = places.get(draft_id) else { continue };
        if last.insert(*session, *seq).is_some_and(|before| before >= *seq) {
            flaws.push(flaw("P5", format!("{}: {draft_id} was overtaken", person.name)));
        }
    }
}

/// P6: whatever stood on a screen as said was a stretch of one log without holes. Only own words may stand below a hole that
/// is being mended. A log only grows, so the log of now settles what was seen then.
fn views_were_stretches(person: &Person, logs: &Logs, places: &Places, flaws: &mut Vec<Flaw>) {
    for view in person.views.borrow().iter() {
        let Some((first, _)) = view.first() else { continue };
        let Some((session, from)) = places.get(first) else {
            flaws.push(flaw("P1", format!("{} saw {first}, which no log has", person.name)));
            continue;
        };
        let rest = logs[session].lines.iter().skip(from.0.saturating_sub(1) as usize);
        let whole = view.iter().zip(rest).take_while(|((seen, _), line)| *seen == line.draft_id).count();
        if view.iter().skip(whole).any(|(_, is_mine)| !is_mine) {
            let what = format!("{} saw {whole} lines, then something else: {view:?}", person.name);
            flaws.push(flaw("P6", what));
        }
    }
}

/// P12: what the disk had is in the log, or still on the disk.
fn nothing_is_lost(person: &Person, places: &Places, flaws: &mut Vec<Flaw>) {
    let disk = person.browser.disk.borrow();
    for draft_id in person.kept.borrow().iter() {
        let waits = disk.records.iter().any(|record| record.draft_id == *draft_id);
        if !waits && !places.contains_key(draft_id) {
            flaws.push(flaw("P12", format!("{} kept {draft_id}, and it is nowhere", person.name)));
        }
    }
}

/// Not as it has to be in the end.
pub fn unfinished(world: &World) -> Vec<Flaw> {
    let logs = log::read(&world.premises.store());
    let mut flaws = Vec::new();
    for person in &world.people {
        let waiting = person.browser.disk.borrow().records.len();
        if waiting > 0 {
            flaws.push(flaw("P12", format!("{}: {waiting} drafts wait on the disk", person.name)));
        }
        everything_shows(world, person, &logs, &mut flaws);
        everybody_is_listed(world, person, &logs, &mut flaws);
    }
    flaws
}

/// P4: the screen ends where the log ends, nothing waits on it, and says of each of one's own words how far it has got.
fn everything_shows(world: &World, person: &Person, logs: &Logs, flaws: &mut Vec<Flaw>) {
    let Some(thread) = person.thread(world.now()) else { return };
    let shown = bubbles(&thread);
    let Some(last) = shown.last() else { return };
    let waiting = shown.iter().filter(|bubble| !is_in_log(bubble)).count();
    let log = logs.values().find(|log| log.lines.iter().any(|line| line.draft_id == last.key));
    let Some(log) = log.filter(|_| waiting == 0) else {
        return flaws.push(flaw("P4", format!("{}: {waiting} bubbles wait", person.name)));
    };
    let tail = log.lines.len().saturating_sub(shown.len());
    let is_whole = shown.len() <= log.lines.len()
        && shown.iter().zip(&log.lines[tail..]).all(|(bubble, line)| bubble.key == line.draft_id)
        && (tail == 0 || thread.has_older);
    if !is_whole {
        let what = format!("{} shows {} lines, not the log's {}", person.name, shown.len(), log.lines.len());
        return flaws.push(flaw("P4", what));
    }
    let late = shown.iter().zip(&log.lines[tail..]).filter(|(bubble, line)| {
        bubble.is_mine && bubble.state != Some(state_of(person.side, log, line.seq))
    });
    let late: Vec<(&&Bubble, Delivery)> =
        late.map(|(bubble, line)| (bubble, state_of(person.side, log, line.seq))).collect();
    if let Some((bubble, state)) = late.first() {
        let what = format!("{}: {} is {state:?}, not {:?}", person.name, bubble.key, bubble.state);
        flaws.push(flaw("states", what));
    }
}

/// P4: a desk lists every session, and how much in it is unread.
fn everybody_is_listed(world: &World, person: &Person, logs: &Logs, flaws: &mut Vec<Flaw>) {
    let Some(list) = person.list(world.now()) else { return };
    let is_right = |(session, log): (&SessionId, &Log)| list.get(session) == Some(&log.unread());
    if list.len() != logs.len() || !logs.iter().all(is_right) {
        let unread: Vec<_> = logs.iter().map(|(session, log)| (session, log.unread())).collect();
        flaws.push(flaw("P4", format!("{} lists {list:?}, not {unread:?}", person.name)));
    }
}

/// How far one's own words have got, by the cursors in the store.
fn state_of(side: Side, log: &Log, seq: Seq) -> Delivery {
    let Reader { delivered, read } = match side {
        Side::Visitor => log.agents,
        Side::Agent => log.visitor,
    };
    match seq.0 {
        seq if seq <= read => Delivery::Read,
        seq if seq <= delivered => Delivery::Delivered,
        _ => Delivery::Sent,
    }
}
