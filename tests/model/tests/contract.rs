//! The contract holds in every state there is, and each broken rule breaks the promise that rests on it.

use stateright::{Checker, HasDiscoveries, Model};
use tieline_model::{
    Flaw,
    contract::{Contract, promise},
};

/// Explores everything; prints how much that was.
fn explore(mishaps: u8) {
    let checker = Contract { mishaps, flaw: None }.checker().threads(2).spawn_bfs().join();
    println!(
        "{} states, {} distinct, {} moves deep, with {mishaps} mishaps",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth()
    );
    assert!(checker.is_done());
    checker.assert_properties();
}

/// The shortest way from a broken rule to that broken promise.
#[track_caller]
fn breaks(flaw: Flaw, mishaps: u8, promised: &'static str) {
    let checker = Contract { mishaps, flaw: Some(flaw) }.checker();
    let checker = checker.threads(2).finish_when(HasDiscoveries::AllOf([promised].into())).spawn_bfs().join();
    let Some(path) = checker.discovery(promised) else { panic!("{flaw:?} goes unnoticed") };
    println!("{flaw:?} breaks \"{promised}\":");
    for action in path.into_actions() {
        println!("  {action:?}");
    }
}

/// P1, P3, P4, P5, P12: two gateways, two tabs and an agent, three drafts, any mishap at any moment. Two mishaps are some
/// millions of states and a minute or two: `TIELINE_MISHAPS=2`.
#[test]
fn the_contract_holds_in_every_state() {
    let wanted = std::env::var("TIELINE_MISHAPS").ok();
    explore(wanted.map_or(1, |mishaps| mishaps.parse().expect("TIELINE_MISHAPS is a number")));
}

/// P3.
#[test]
fn without_the_unique_index_a_draft_stands_twice() {
    breaks(Flaw::NoUniqueIndex, 1, promise::NO_DRAFT_TWICE);
}

/// P1.
#[test]
fn an_answer_before_the_commit_promises_too_much() {
    breaks(Flaw::AnswerBeforeCommit, 1, promise::ACKNOWLEDGED_STANDS);
}

/// P6.
#[test]
fn a_cursor_off_by_one_leaves_somebody_behind() {
    breaks(Flaw::ReadsOnePlaceTooLate, 1, promise::EVERYTHING_ARRIVES);
}

/// P4.
#[test]
fn showing_whatever_comes_shows_holes() {
    breaks(Flaw::ShowsWhateverComes, 1, promise::NO_HOLE_SHOWN);
}

/// P12.
#[test]
fn sending_unsaved_loses_what_a_dead_tab_typed() {
    breaks(Flaw::SendsUnsaved, 1, promise::EVERYTHING_ARRIVES);
}

/// P5.
#[test]
fn sending_without_waiting_turns_lines_around() {
    breaks(Flaw::SendsWithoutWaiting, 1, promise::ORDER_OF_TYPING);
}

/// P12.
#[test]
fn forgetting_what_was_on_the_wire_loses_it() {
    breaks(Flaw::ForgetsWhatWasOnTheWire, 2, promise::EVERYTHING_ARRIVES);
}

/// P4: a lost tail is noticed by nobody but the heads in a ping.
#[test]
fn pings_without_heads_leave_a_lost_tail_lost() {
    breaks(Flaw::PingsWithoutHeads, 1, promise::EVERYTHING_ARRIVES);
}
