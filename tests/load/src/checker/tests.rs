//! A checker that finds nothing is worth nothing: each kind of bad history is found, and good ones pass.

mod generated;

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

fn unanswered(n: u8) -> Fact {
    Fact::Unanswered { session: session(), draft_id: draft(n) }
}

fn refused(n: u8) -> Fact {
    Fact::Refused { session: session(), draft_id: draft(n), code: tieline_protocol::ErrorCode::Conflict }
}

fn shown(n: u8, seq: u64) -> Fact {
    Fact::Shown { session: session(), draft_id: draft(n), seq: Seq(seq) }
}

fn forgot() -> Fact {
    Fact::Forgot { session: session() }
}

/// Clients' facts under one clock, then the log.
fn lines(facts: &[(u32, Fact)], log: &[(u64, u8)]) -> Vec<Line> {
    let logged =
        log.iter().map(|(seq, n)| Fact::Logged { session: session(), seq: Seq(*seq), draft_id: draft(*n) });
    let all = facts.iter().copied().chain(logged.map(|fact| (0, fact)));
    (1..).zip(all).map(|(n, (client, fact))| Line { n, at: Millis(0), client, fact }).collect()
}

/// What is found, each with the numbers of the lines that prove it.
fn found(facts: &[(u32, Fact)], log: &[(u64, u8)]) -> Vec<(Kind, Vec<u64>)> {
    let flaws = check_lines(&lines(facts, log));
    flaws.iter().map(|flaw| (flaw.kind, flaw.because.iter().map(|line| line.n).collect())).collect()
}

#[test]
fn each_broken_promise_is_found_with_the_lines_that_prove_it() {
    type Case = (&'static str, Vec<(u32, Fact)>, Vec<(u64, u8)>, Vec<(Kind, Vec<u64>)>);
    let cases: Vec<Case> = vec![
        (
            "nothing there",
            vec![(1, sent(1)), (1, acknowledged(1, 1))],
            vec![],
            vec![(Kind::Lost, vec![1, 2])],
        ),
        (
            "another there",
            vec![(1, sent(1)), (1, acknowledged(1, 1)), (2, sent(2))],
            vec![(1, 2)],
            // Whoever stands where the lost one should has overtaken it as well.
            vec![(Kind::Lost, vec![1, 2, 4]), (Kind::Overtaken, vec![2, 3, 4])],
        ),
        (
            "said once, there twice",
            vec![(1, sent(1)), (1, acknowledged(1, 1))],
            vec![(1, 1), (2, 1)],
            vec![(Kind::Doubled, vec![1, 3, 4])],
        ),
        (
            "a place left out",
            vec![(1, sent(1)), (1, sent(2))],
            vec![(1, 1), (3, 2)],
            vec![(Kind::Hole, vec![3, 4])],
        ),
        ("no beginning", vec![(1, sent(1))], vec![(2, 1)], vec![(Kind::Hole, vec![2])]),
        ("nobody's words", vec![(1, sent(1))], vec![(1, 1), (2, 9)], vec![(Kind::Invented, vec![3])]),
        (
            "two places for one",
            vec![(1, sent(1)), (1, acknowledged(1, 1)), (1, sent(1)), (1, acknowledged(1, 2))],
            vec![(1, 1)],
            vec![(Kind::Moved, vec![2, 4]), (Kind::Lost, vec![1, 4, 5])],
        ),
        (
            "before what its sender knew of",
            vec![(1, sent(1)), (1, acknowledged(1, 2)), (2, sent(2)), (2, acknowledged(2, 1))],
            vec![(1, 2), (2, 1)],
            vec![(Kind::Overtaken, vec![2, 3, 5])],
        ),
        (
            "one client's words turned round",
            vec![(1, sent(1)), (1, unanswered(1)), (1, sent(2)), (1, sent(1))],
            vec![(1, 2), (2, 1)],
            vec![(Kind::Reordered, vec![1, 3, 5, 6])],
        ),
        (
            "there in spite of a refusal",
            vec![(1, sent(1)), (1, refused(1))],
            vec![(1, 1)],
            vec![(Kind::Smuggled, vec![1, 2, 3])],
        ),
        (
            "a line left out for a reader",
            vec![(1, sent(1)), (1, sent(2)), (2, shown(2, 2))],
            vec![(1, 1), (2, 2)],
            vec![(Kind::Torn, vec![3])],
        ),
        (
            "a line shown twice",
            vec![(1, sent(1)), (2, shown(1, 1)), (2, shown(1, 1))],
            vec![(1, 1)],
            vec![(Kind::Torn, vec![2, 3])],
        ),
        (
            "shown, and never in the log",
            vec![(1, sent(1)), (2, shown(1, 1))],
            vec![],
            vec![(Kind::Strange, vec![2])],
        ),
        (
            "shown at another's place",
            vec![(1, sent(1)), (1, sent(2)), (2, shown(2, 1))],
            vec![(1, 1), (2, 2)],
            vec![(Kind::Strange, vec![3, 4])],
        ),
    ];
    for (name, facts, log, expected) in cases {
        assert_eq!(found(&facts, &log), expected, "{name}");
    }
}

#[test]
fn good_histories_pass() {
    for (name, facts, log) in [
        ("nothing happened", vec![], vec![]),
        ("no answer, not there", vec![(1, sent(1)), (1, unanswered(1))], vec![]),
        ("no answer, there", vec![(1, sent(1)), (1, unanswered(1)), (1, sent(1))], vec![(1, 1)]),
        (
            "sent ahead, said again, acknowledged twice at the same place",
            vec![
                (1, sent(1)),
                (1, sent(2)),
                (1, acknowledged(1, 1)),
                (1, sent(2)),
                (1, acknowledged(2, 2)),
                (1, acknowledged(1, 1)),
            ],
            vec![(1, 1), (2, 2)],
        ),
        (
            "two tabs with one outbox",
            vec![(1, sent(1)), (2, sent(1)), (2, acknowledged(1, 1)), (2, sent(2)), (1, acknowledged(1, 1))],
            vec![(1, 1), (2, 2)],
        ),
        // The first time nobody heard the answer, and the second time the session was closed.
        (
            "refused later",
            vec![(1, sent(1)), (1, unanswered(1)), (1, sent(1)), (1, refused(1))],
            vec![(1, 1)],
        ),
        ("refused and not there", vec![(1, sent(1)), (1, refused(1)), (1, sent(2))], vec![(1, 2)]),
        (
            "a copy that was void",
            vec![(1, sent(1)), (2, shown(1, 1)), (2, forgot()), (2, shown(1, 1))],
            vec![(1, 1)],
        ),
    ] {
        assert_eq!(found(&facts, &log), [], "{name}");
    }
}

/// Under clocks of their own, one client's acknowledgement says nothing about another's sending.
#[test]
fn histories_without_a_common_clock_are_checked_each_for_itself() {
    let logs = BTreeMap::from([(session(), vec![(Seq(1), draft(2)), (Seq(2), draft(1))])]);
    let [one, two] = [vec![sent(1), acknowledged(1, 2)], vec![sent(2), acknowledged(2, 1)]];
    assert_eq!(check(&[one.clone(), two.clone()], &logs), []);
    let together = [one, two].concat();
    let kinds: Vec<_> = check(&[together], &logs).iter().map(|flaw| flaw.kind).collect();
    assert_eq!(kinds, [Kind::Overtaken, Kind::Reordered]);
}

#[test]
fn a_verdict_names_figures_and_quotes_the_lines() {
    let lines = lines(&[(1, sent(1)), (1, acknowledged(1, 1))], &[]);
    let text = verdict(&Totals::of(&lines), &check_lines(&lines));
    assert!(text.starts_with("1 drafts, 1 acknowledged, 0 said again"), "{text}");
    assert!(text.contains("1 lost, 0 doubled, 0 reordered, 0 holes, 0 other flaws\nlost: "), "{text}");
    assert!(text.contains(r#"{"n":2,"at":0,"client":1,"type":"ok""#), "{text}");
}
