use super::*;
use crate::{
    effect::{Owner, Place},
    testing::{START, draft, session, text},
};

fn outbox(numbers: impl IntoIterator<Item = u64>) -> Outbox {
    let mut outbox = Outbox::default();
    for number in numbers {
        outbox.push(Record {
            draft_id: draft(number),
            place: Place::Session(session(1)),
            reply_to: None,
            body: text("x"),
            made_at: START,
            owner: Owner::Visitor(0),
            sha256: None,
        });
    }
    outbox
}

fn turn(outbox: &Outbox, now: Millis) -> Option<DraftId> {
    outbox.next(now).map(|record| record.draft_id)
}

#[test]
fn the_first_goes_alone_and_the_rest_in_their_turn() {
    let mut outbox = outbox([1, 2]);
    assert_eq!(turn(&outbox, START), Some(draft(1)));
    outbox.mark_sending(draft(1));
    assert_eq!(turn(&outbox, START), None);
    outbox.requeue(draft(1));
    assert_eq!(turn(&outbox, START), Some(draft(1)));
    assert!(outbox.accept(draft(1), Seq(1)).is_some());
    assert!(outbox.accept(draft(1), Seq(1)).is_none(), "once");
    assert_eq!(turn(&outbox, START), Some(draft(2)));
}

#[test]
fn a_put_off_draft_holds_back_those_behind_it() {
    let mut outbox = outbox([1, 2]);
    outbox.mark_sending(draft(1));
    outbox.put_off(draft(1), Alarm::after(START, Millis(500)));
    assert_eq!(turn(&outbox, START + Millis(499)), None, "order is the order of typing");
    assert_eq!(turn(&outbox, START + Millis(500)), Some(draft(1)));
    outbox.requeue_all();
    assert_eq!(turn(&outbox, START), Some(draft(1)), "a new connection is a new chance");
}

#[test]
fn a_parked_draft_does_not_hold_back_the_rest() {
    let mut outbox = outbox([1, 2]);
    outbox.fail(draft(1), Failure::Refused);
    assert_eq!(turn(&outbox, START), Some(draft(2)));
    assert!(outbox.retry(draft(2), START).is_none(), "only what failed");
    assert_eq!(
        outbox.retry(draft(1), START + Millis(9)).map(|record| record.made_at),
        Some(START + Millis(9))
    );
    assert_eq!(turn(&outbox, START), Some(draft(1)));
}

#[test]
fn it_leaves_by_the_log_or_by_its_person() {
    let mut outbox = outbox([1, 2, 3]);
    outbox.mark_sending(draft(1));
    assert!(outbox.discard(draft(1)).is_none());
    assert!(outbox.discard(draft(2)).is_some());
    outbox.accept(draft(1), Seq(7));
    outbox.settle(Seq(6));
    assert!(outbox.holds(draft(1)), "shown until the copy has it");
    outbox.settle(Seq(7));
    assert!(!outbox.holds(draft(1)) && outbox.holds(draft(3)));
}

#[test]
fn a_late_refusal_does_not_undo_an_acceptance() {
    let mut outbox = outbox([1]);
    outbox.mark_sending(draft(1));
    outbox.accept(draft(1), Seq(3));
    outbox.put_off(draft(1), Alarm::after(START, Millis(500)));
    outbox.fail(draft(1), Failure::Refused);
    outbox.requeue(draft(1));
    assert_eq!(outbox.rows().next().map(|row| row.stage), Some(Stage::Accepted(Seq(3))));
}

#[test]
fn a_day_is_long_enough() {
    let mut outbox = outbox([1, 2]);
    outbox.mark_sending(draft(2));
    outbox.expire(START + STALE_AFTER);
    assert_eq!(turn(&outbox, START), None, "one is on the wire");
    outbox.expire(START + STALE_AFTER + Millis(1));
    let stages: Vec<_> = outbox.rows().map(|row| row.stage).collect();
    assert_eq!(stages, [Stage::Failed(Failure::Expired), Stage::Sending]);
}
