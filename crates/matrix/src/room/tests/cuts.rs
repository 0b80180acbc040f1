//! Questions and answers get lost, the gateway and the homeserver die, at any moment: nothing is lost, doubled or turned round on
//! either side.

use proptest::prelude::*;

use super::*;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Act {
    Visitor,
    Colleague,
    Agent,
    /// So many questions are answered.
    Step(u8),
    /// So many events are brought.
    Bring(u8),
    /// An event is brought, kept, and brought again.
    BringTwice,
    /// The question does not arrive.
    LoseQuestion,
    /// The question arrives, the answer does not.
    LoseAnswer,
    /// The gateway dies. The question under way arrives or not.
    Die(bool),
    /// The homeserver dies.
    Restart,
    /// It lays something aside, and does not die.
    LayAside,
    /// What it laid aside is brought at last.
    BringStuck,
    Wait,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Visitor),
        1 => Just(Act::Colleague),
        3 => Just(Act::Agent),
        6 => (1_u8..12).prop_map(Act::Step),
        4 => (1_u8..6).prop_map(Act::Bring),
        1 => Just(Act::BringTwice),
        2 => Just(Act::LoseQuestion),
        2 => Just(Act::LoseAnswer),
        1 => any::<bool>().prop_map(Act::Die),
        1 => Just(Act::Restart),
        1 => Just(Act::LayAside),
        1 => Just(Act::BringStuck),
        2 => Just(Act::Wait),
    ]
}

fn run(acts: &[Act], is_old: bool) {
    let mut bench = Bench::new();
    bench.server.is_old = is_old;
    let (mut asked, mut answered) = (0, 0);
    for act in acts {
        match act {
            Act::Visitor | Act::Colleague => {
                asked += 1;
                let who = if matches!(act, Act::Visitor) { VISITOR } else { COLLEAGUE };
                bench.say(who, text(&format!("q{asked}")));
            }
            Act::Agent => {
                // Nobody writes in a room that is not there.
                if bench.server.texts().is_empty() {
                    continue;
                }
                answered += 1;
                bench.server.says(AGENT, words(&format!("a{answered}")));
            }
            Act::Step(count) => drop((0..*count).take_while(|_| bench.step()).count()),
            Act::Bring(count) => drop((0..*count).take_while(|_| bench.bring()).count()),
            Act::BringTwice => {
                if let Some(event) = bench.server.to_bring.front().cloned() {
                    bench.bring();
                    bench.tell(Input::Event(heard::read(&event).unwrap()));
                }
            }
            Act::LoseQuestion | Act::LoseAnswer => {
                if let Some(ask) = bench.asking.take() {
                    if matches!(act, Act::LoseAnswer) {
                        let _ = bench.server.take(&ask);
                    }
                    bench.tell(Input::Answered(Err(Bench::later())));
                }
            }
            Act::Die(arrives) => {
                if let Some(ask) = bench.asking.take()
                    && *arrives
                {
                    let _ = bench.server.take(&ask);
                }
                bench.room = None;
                bench.tell(Input::Stirred);
            }
            Act::Restart => {
                bench.server.restart();
                bench.tell(Input::Cut);
            }
            Act::LayAside => bench.server.stuck.extend(bench.server.to_bring.pop_front()),
            Act::BringStuck => {
                if let Some(event) = bench.server.stuck.pop_front() {
                    bench.tell(Input::Event(heard::read(&event).unwrap()));
                    // Not kept, so it is brought another time.
                    if bench.room.as_ref().is_some_and(Room::is_holding) {
                        bench.server.stuck.push_front(event);
                    }
                }
            }
            Act::Wait => {
                bench.now = bench.now + Millis::secs(61);
                bench.tell(Input::Wake);
            }
        }
    }
    bench.tell(Input::Up);
    bench.settle();
    // Whatever is never brought, the line tells of it.
    for event in std::mem::take(&mut bench.server.stuck) {
        let event = heard::read(&event).unwrap();
        bench.tell(Input::News { event: event.id, sender: event.sender });
    }
    bench.settle();
    // What the agent said last is told of as everything in the log is.
    bench.tell(Input::Stirred);
    bench.settle();
    let expected: Vec<_> = (1..=asked).map(|number| format!("q{number}")).collect();
    assert_eq!(bench.server.texts(), expected);
    let heard = bench.takes.iter().map(|heard| match &heard.said {
        Said::Text { text, .. } => text.clone(),
        other => panic!("{other:?}"),
    });
    let heard: Vec<_> = heard.collect();
    assert_eq!(heard, (1..=answered).map(|number| format!("a{number}")).collect::<Vec<_>>());
    assert_eq!(bench.handed, Seq(bench.log.len() as u64));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn every_word_arrives_once_and_in_order(acts in prop::collection::vec(act(), 1..120)) {
        run(&acts, false);
    }

    #[test]
    fn also_where_the_server_makes_no_devices_and_forgets(acts in prop::collection::vec(act(), 1..120)) {
        run(&acts, true);
    }
}
