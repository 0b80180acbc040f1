use super::*;
use crate::testing::{AGENT, entry, epoch, session, state};

fn page(seqs: impl IntoIterator<Item = u64>, last: u64, epoch_number: u64) -> Page {
    Page {
        session: session(1),
        epoch: epoch(epoch_number),
        last: Seq(last),
        entries: seqs.into_iter().map(|seq| entry(seq, AGENT)).collect(),
    }
}

fn holding(seqs: impl IntoIterator<Item = u64>) -> Timeline {
    let mut timeline = Timeline::default();
    assert!(timeline.install(state(1, seqs.into_iter().map(|seq| entry(seq, AGENT)).collect())));
    timeline
}

fn seqs(timeline: &Timeline) -> Vec<u64> {
    timeline.entries().map(|entry| entry.seq.0).collect()
}

#[test]
fn each_arrival_in_its_place() {
    for (held, arrivals, expected) in [
        (vec![1, 2], vec![3], vec![1, 2, 3]),
        (vec![1, 2], vec![2, 1, 2], vec![1, 2]),
        (vec![1, 2], vec![4], vec![1, 2]),
        (vec![1, 2], vec![5, 4, 3], vec![1, 2, 3, 4, 5]),
        (vec![1, 2], vec![4, 4, 6, 3], vec![1, 2, 3, 4]),
        (vec![8, 9], vec![3, 10], vec![8, 9, 10]),
        (vec![], vec![1], vec![1]),
    ] {
        let mut timeline = holding(held.clone());
        for seq in &arrivals {
            timeline.apply(entry(*seq, AGENT));
        }
        assert_eq!(seqs(&timeline), expected, "{held:?} then {arrivals:?}");
    }
}

#[test]
fn a_gap_is_mended_by_a_page() {
    let mut timeline = holding([1, 2]);
    assert_eq!(timeline.apply(entry(6, AGENT)), Applied::Early);
    assert!(timeline.has_gap() && timeline.lacks_newer());
    assert!(timeline.turn_page(page([3, 4], 6, 1), Stretch::Newer));
    assert!(timeline.lacks_newer(), "the page was short");
    assert!(timeline.turn_page(page([5, 6], 6, 1), Stretch::Newer));
    assert_eq!(seqs(&timeline), [1, 2, 3, 4, 5, 6]);
    assert!(!timeline.has_gap() && !timeline.lacks_newer());
}

#[test]
fn a_lost_tail_shows_by_its_head() {
    let mut timeline = holding([1, 2]);
    timeline.note_head(Seq(2));
    assert!(!timeline.lacks_newer());
    timeline.note_head(Seq(3));
    assert!(timeline.lacks_newer() && !timeline.has_gap());
    timeline.turn_page(page([], 2, 1), Stretch::Newer);
    assert!(!timeline.lacks_newer(), "there is nothing more, whatever was said");
}

#[test]
fn older_pages_go_before_and_end_somewhere() {
    let mut timeline = holding([8, 9]);
    assert!(timeline.has_older());
    timeline.turn_page(page([6, 7], 9, 1), Stretch::Older);
    timeline.turn_page(page([2, 3], 9, 1), Stretch::Older);
    assert_eq!(seqs(&timeline), [6, 7, 8, 9], "what does not adjoin is not shown");
    timeline.turn_page(page([], 9, 1), Stretch::Older);
    assert!(!timeline.has_older());
    assert!(!holding([1]).has_older());
}

#[test]
fn reset_and_epoch_drop_the_copy() {
    let mut reset = state(1, vec![entry(5, AGENT)]);
    reset.reset = true;
    let mut other = state(1, vec![entry(7, AGENT)]);
    other.epoch = epoch(2);
    for (name, change, expected) in [("reset", reset, vec![5]), ("epoch", other, vec![7])] {
        let mut timeline = holding([1, 2]);
        assert!(timeline.install(change));
        assert_eq!(seqs(&timeline), expected, "{name}");
    }
    let mut timeline = holding([1, 2]);
    timeline.turn_page(page([3], 3, 2), Stretch::Newer);
    assert!(timeline.is_blank(), "a page of another generation was not asked for");
}

#[test]
fn another_line_in_the_same_place_is_wrong() {
    let mut timeline = holding([1, 2]);
    let mut other = entry(2, AGENT);
    other.draft_id = crate::testing::draft(7);
    assert_eq!(timeline.apply(other), Applied::Wrong);
}

#[test]
fn what_waits_above_a_gap_has_a_bound() {
    let mut timeline = holding([1]);
    for seq in 0..2 * EARLY_ENTRIES as u64 {
        timeline.apply(entry(3 + seq, AGENT));
    }
    assert_eq!(timeline.early.len(), EARLY_ENTRIES);
    timeline.apply(entry(2, AGENT));
    assert!(timeline.lacks_newer(), "the rest is read again");
}
