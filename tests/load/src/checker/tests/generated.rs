//! Generated histories: what a right gateway could have brought about passes, and each way to spoil one is noticed.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tieline_protocol::{DraftId, ErrorCode, Millis, Seq, SessionId};

use crate::{
    checker::{Kind, check_lines},
    history::{Fact, Line},
};

/// What a client does next.
#[derive(Clone, Debug)]
enum Step {
    /// Says what waits, or something new. It arrives or not, and its answer does or not.
    Say { arrives: bool, is_answered: bool },
    /// Says something that is refused.
    SayNonsense,
    /// Is shown so many more lines.
    Look(usize),
    /// Begins its copy anew.
    Forget,
}

const CLIENTS: u32 = 4;
const SESSIONS: u8 = 2;

fn step() -> impl Strategy<Value = (u32, u8, Step)> {
    let step = prop_oneof![
        6 => (prop::bool::weighted(0.8), prop::bool::weighted(0.7))
            .prop_map(|(arrives, is_answered)| Step::Say { arrives, is_answered }),
        1 => Just(Step::SayNonsense),
        3 => (1..4_usize).prop_map(Step::Look),
        1 => Just(Step::Forget),
    ];
    (1..=CLIENTS, 1..=SESSIONS, step)
}

/// A right gateway, and clients that say one thing at a time until it is answered.
#[derive(Default)]
struct World {
    facts: Vec<(u32, Fact)>,
    logs: BTreeMap<SessionId, Vec<DraftId>>,
    waiting: BTreeMap<(u32, SessionId), DraftId>,
    views: BTreeMap<(u32, SessionId), usize>,
    minted: u32,
}

impl World {
    fn mint(&mut self) -> DraftId {
        self.minted += 1;
        DraftId(uuid::Uuid::from_u128(u128::from(self.minted)))
    }

    fn step(&mut self, client: u32, session: SessionId, step: &Step) {
        let mut facts = Vec::new();
        match step {
            Step::Say { arrives, is_answered } => {
                let waiting = self.waiting.get(&(client, session)).copied();
                let draft_id = waiting.unwrap_or_else(|| self.mint());
                facts.push(Fact::Sent { session, draft_id });
                let log = self.logs.entry(session).or_default();
                if *arrives && !log.contains(&draft_id) {
                    log.push(draft_id);
                }
                let place = log.iter().position(|other| *other == draft_id);
                if let (true, true, Some(index)) = (*arrives, *is_answered, place) {
                    facts.push(Fact::Acknowledged { session, draft_id, seq: Seq(index as u64 + 1) });
                    self.waiting.remove(&(client, session));
                } else {
                    facts.push(Fact::Unanswered { session, draft_id });
                    self.waiting.insert((client, session), draft_id);
                }
            }
            Step::SayNonsense => {
                let draft_id = self.mint();
                facts.push(Fact::Sent { session, draft_id });
                facts.push(Fact::Refused { session, draft_id, code: ErrorCode::TextEmpty });
            }
            Step::Look(most) => {
                let log = self.logs.entry(session).or_default();
                let view = self.views.entry((client, session)).or_default();
                for draft_id in log.iter().skip(*view).take(*most).copied() {
                    *view += 1;
                    facts.push(Fact::Shown { session, seq: Seq(*view as u64), draft_id });
                }
            }
            Step::Forget => {
                self.views.insert((client, session), 0);
                facts.push(Fact::Forgot { session });
            }
        }
        self.facts.extend(facts.into_iter().map(|fact| (client, fact)));
    }

    fn lines(mut self) -> Vec<Line> {
        for (session, log) in &self.logs {
            let logged = (1..).zip(log).map(|(seq, draft_id)| Fact::Logged {
                session: *session,
                seq: Seq(seq),
                draft_id: *draft_id,
            });
            self.facts.extend(logged.map(|fact| (0, fact)));
        }
        number(self.facts.into_iter())
    }
}

fn number(facts: impl Iterator<Item = (u32, Fact)>) -> Vec<Line> {
    (1..).zip(facts).map(|(n, (client, fact))| Line { n, at: Millis(0), client, fact }).collect()
}

fn good() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec(step(), 1..120).prop_map(|steps| {
        let mut world = World::default();
        for (client, session, step) in &steps {
            world.step(*client, SessionId(uuid::Uuid::from_u128(u128::from(*session))), step);
        }
        world.lines()
    })
}

/// One of those that are such, by a number that proptest draws.
fn pick<T>(mut found: Vec<T>, drawn: prop::sample::Index) -> Option<T> {
    if found.is_empty() { None } else { Some(found.swap_remove(drawn.index(found.len()))) }
}

fn positions(lines: &[Line], is_such: impl Fn(&Fact) -> bool) -> Vec<usize> {
    lines.iter().enumerate().filter(|(_, line)| is_such(&line.fact)).map(|(index, _)| index).collect()
}

fn is_acknowledged(lines: &[Line], draft: DraftId) -> bool {
    lines.iter().any(|line| matches!(line.fact, Fact::Acknowledged { draft_id, .. } if draft_id == draft))
}

/// The log of a session read anew after a change: its places are counted from 1 again.
fn recount(lines: &mut [Line]) {
    let mut next: BTreeMap<SessionId, u64> = BTreeMap::new();
    for line in lines {
        if let Fact::Logged { session, seq, .. } = &mut line.fact {
            let next = next.entry(*session).or_insert(1);
            *seq = Seq(*next);
            *next += 1;
        }
    }
}

/// Spoils a history so that this must be found. `None`: it holds nothing that could be spoiled that way.
fn spoil(lines: &mut Vec<Line>, kind: Kind, drawn: prop::sample::Index) -> Option<()> {
    let stranger = DraftId(uuid::Uuid::from_u128(u128::MAX));
    let is_logged = |fact: &Fact| matches!(fact, Fact::Logged { .. });
    match kind {
        Kind::Lost => {
            let known = |fact: &Fact| {
                is_logged(fact) && fact.draft_id().is_some_and(|draft_id| is_acknowledged(lines, draft_id))
            };
            let at = pick(positions(lines, known), drawn)?;
            lines.remove(at);
            recount(lines);
        }
        Kind::Doubled => {
            let at = pick(positions(lines, is_logged), drawn)?;
            let copy = *lines.get(at)?;
            lines.push(Line { n: lines.len() as u64 + 1, ..copy });
            recount(lines);
        }
        Kind::Hole => {
            let at = pick(positions(lines, is_logged), drawn)?;
            let session = lines.get(at)?.fact.session();
            for line in lines.iter_mut().skip(at).filter(|line| line.fact.session() == session) {
                if let Fact::Logged { seq, .. } = &mut line.fact {
                    *seq = seq.next();
                }
            }
        }
        Kind::Invented => {
            let at = pick(positions(lines, is_logged), drawn)?;
            let mut copy = *lines.get(at)?;
            if let Fact::Logged { draft_id, .. } = &mut copy.fact {
                *draft_id = stranger;
            }
            lines.push(copy);
            recount(lines);
        }
        Kind::Moved => {
            let at = pick(positions(lines, |fact| matches!(fact, Fact::Acknowledged { .. })), drawn)?;
            let mut copy = *lines.get(at)?;
            if let Fact::Acknowledged { seq, .. } = &mut copy.fact {
                *seq = seq.next();
            }
            lines.insert(at + 1, copy);
        }
        Kind::Overtaken | Kind::Reordered => return turn_round(lines, kind, drawn),
        Kind::Smuggled => {
            let at = pick(positions(lines, |fact| matches!(fact, Fact::Refused { .. })), drawn)?;
            let refused = lines.get(at)?.fact;
            let (session, draft_id) = (refused.session(), refused.draft_id()?);
            lines.push(Line {
                n: 0,
                at: Millis(0),
                client: 0,
                fact: Fact::Logged { session, seq: Seq(0), draft_id },
            });
            recount(lines);
        }
        Kind::Torn => {
            let at = pick(positions(lines, |fact| matches!(fact, Fact::Shown { .. })), drawn)?;
            let copy = *lines.get(at)?;
            lines.insert(at, copy);
        }
        Kind::Strange => {
            let at = pick(positions(lines, |fact| matches!(fact, Fact::Shown { .. })), drawn)?;
            if let Fact::Shown { draft_id, .. } = &mut lines.get_mut(at)?.fact {
                *draft_id = stranger;
            }
        }
    }
    Some(())
}

/// Swaps two drafts in the log, in every acknowledgement and on every screen, so that only the order in which they were said
/// gives it away.
fn turn_round(lines: &mut [Line], kind: Kind, drawn: prop::sample::Index) -> Option<()> {
    let mut pairs = Vec::new();
    let sent = |draft: DraftId| {
        lines.iter().find(|line| matches!(line.fact, Fact::Sent { draft_id, .. } if draft_id == draft))
    };
    let stands = |draft: DraftId| {
        lines.iter().any(|line| matches!(line.fact, Fact::Logged { draft_id, .. } if draft_id == draft))
    };
    for (index, line) in lines.iter().enumerate() {
        let ((Fact::Acknowledged { session, draft_id, .. }, Kind::Overtaken)
        | (Fact::Sent { session, draft_id }, Kind::Reordered)) = (line.fact, kind)
        else {
            continue;
        };
        let later = lines.iter().skip(index + 1).filter_map(|other| match other.fact {
            Fact::Sent { session: place, draft_id: other_id } if place == session && other_id != draft_id => {
                let is_first = sent(other_id).is_some_and(|first| first.n == other.n);
                let is_case = kind == Kind::Overtaken || other.client == line.client;
                (is_first && is_case && stands(draft_id) && stands(other_id)).then_some(other_id)
            }
            _ => None,
        });
        pairs.extend(later.map(|other| (draft_id, other)));
    }
    let (one, two) = pick(pairs, drawn)?;
    for line in lines {
        let (Fact::Acknowledged { draft_id, .. }
        | Fact::Shown { draft_id, .. }
        | Fact::Logged { draft_id, .. }) = &mut line.fact
        else {
            continue;
        };
        if *draft_id == one {
            *draft_id = two;
        } else if *draft_id == two {
            *draft_id = one;
        }
    }
    Some(())
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn what_a_right_gateway_brings_about_passes(lines in good()) {
        prop_assert_eq!(check_lines(&lines), []);
    }

    #[test]
    fn every_way_to_spoil_a_history_is_noticed(
        mut lines in good(),
        kind in prop::sample::select(vec![
            Kind::Lost, Kind::Doubled, Kind::Hole, Kind::Invented, Kind::Moved, Kind::Overtaken, Kind::Reordered,
            Kind::Smuggled, Kind::Torn, Kind::Strange,
        ]),
        drawn in any::<prop::sample::Index>(),
    ) {
        prop_assume!(spoil(&mut lines, kind, drawn).is_some());
        let lines = number(lines.into_iter().map(|line| (line.client, line.fact)));
        let found = check_lines(&lines);
        prop_assert!(found.iter().any(|flaw| flaw.kind == kind), "{:?} not among {:?}", kind, found);
        prop_assert!(found.iter().all(|flaw| flaw.because.len() <= 8), "an explanation is short");
    }
}
