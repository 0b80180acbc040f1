//! What must hold, at every moment and in the end.

use std::collections::{BTreeMap, BTreeSet};

use tieline_protocol::{DraftId, Entry, Seq};
use tieline_session::screen::{Bubble, Delivery, Thread};

use crate::{
    World,
    person::{bubbles, is_in_log},
};

/// At every moment: what a screen shows as said is a stretch of one session's log without holes, in its order. Only own
/// words may stand below a hole that is being mended.
///
/// # Panics
/// When it is not so.
pub fn screen_is_a_stretch_of_the_log(world: &World, person: usize, thread: Option<&Thread>) {
    let Some(thread) = thread else { return };
    let shown = bubbles(thread);
    let keys: BTreeSet<_> = shown.iter().map(|bubble| bubble.key).collect();
    assert_eq!(keys.len(), shown.len(), "person {person} sees a line twice");
    let said: Vec<&Bubble> = shown.into_iter().filter(|bubble| is_in_log(bubble)).collect();
    let Some(first) = said.first() else { return };
    let log = world.gateway.sessions().map(|session| world.gateway.entries(session)).find_map(|entries| {
        let from = entries.iter().position(|entry| entry.draft_id == first.key)?;
        Some(rows_of(&entries[from..]))
    });
    let Some(log) = log else { panic!("person {person} sees a line that no log has") };
    let whole = said.iter().zip(&log).take_while(|(bubble, entry)| bubble.key == entry.draft_id).count();
    assert!(
        said[whole..].iter().all(|bubble| bubble.is_mine),
        "person {person} sees a log with a hole: {whole} lines, then something else",
    );
}

/// The lines that stand on a screen by themselves: not those that change others.
fn rows_of(entries: &[Entry]) -> Vec<Entry> {
    entries.iter().filter(|entry| entry.body.target().is_none()).cloned().collect()
}

/// In the end: every word stands in the log, once, in the order of typing; every screen shows the whole log and nothing
/// waits; every disk is empty; everybody knows that their words arrived.
///
/// # Panics
/// When it is not so.
pub fn everything_arrived(world: &World) {
    let logs: Vec<Vec<Entry>> =
        world.gateway.sessions().map(|session| world.gateway.entries(session)).collect();
    let mut places: BTreeMap<DraftId, (usize, Seq)> = BTreeMap::new();
    for (log, entries) in logs.iter().enumerate() {
        for entry in entries {
            let before = places.insert(entry.draft_id, (log, entry.seq));
            assert!(before.is_none(), "{} stands twice", entry.draft_id);
        }
    }
    let said: usize = world.people.iter().map(|person| person.said.len()).sum();
    assert_eq!(places.len(), said, "words said, words in the log");
    for (number, person) in world.people.iter().enumerate() {
        let mut last: BTreeMap<usize, Seq> = BTreeMap::new();
        for draft_id in &person.said {
            let Some((log, seq)) = places.get(draft_id) else { panic!("person {number} lost {draft_id}") };
            let before = last.insert(*log, *seq);
            assert!(
                before.is_none_or(|before| before < *seq),
                "person {number}: {draft_id} overtook an earlier one"
            );
        }
        let left = world.disks[person.disk].records.len();
        assert_eq!(left, 0, "person {number} still keeps {left} drafts");
        everything_shows(world, number, &logs);
    }
}

fn everything_shows(world: &World, number: usize, logs: &[Vec<Entry>]) {
    let Some(thread) = world.people[number].thread(world.now) else { return };
    let shown = bubbles(&thread);
    for bubble in &shown {
        assert!(is_in_log(bubble), "person {number}: {} still waits as {:?}", bubble.key, bubble.state);
        assert_ne!(
            bubble.state,
            Some(Delivery::Sent),
            "person {number}: nobody told that {} arrived",
            bubble.key
        );
    }
    let Some(last) = shown.last() else { return };
    let log = logs.iter().find(|log| log.iter().any(|entry| entry.draft_id == last.key));
    let Some(log) = log else { panic!("person {number} sees a line that no log has") };
    let log = rows_of(log);
    let keys: Vec<_> = shown.iter().map(|bubble| bubble.key).collect();
    let tail: Vec<_> = log[log.len() - keys.len()..].iter().map(|entry| entry.draft_id).collect();
    assert_eq!(keys, tail, "person {number} does not see the log's end");
    assert!(thread.has_older || keys.len() == log.len(), "person {number} cannot scroll to the beginning");
}
