//! The line is cut, and the gateway dies, at any moment: nothing is lost, doubled or turned round on either side.

use proptest::prelude::*;

use super::*;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Act {
    Visitor,
    Colleague,
    Agent,
    /// Some stanzas go on.
    Step(u8),
    /// The line is cut; so much of what was under way to the server still arrives.
    Cut(u8),
    /// The gateway dies with it.
    Die(u8),
    /// The line is up again.
    Up,
    Wait,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Visitor),
        1 => Just(Act::Colleague),
        3 => Just(Act::Agent),
        6 => (1_u8..8).prop_map(Act::Step),
        1 => (0_u8..4).prop_map(Act::Cut),
        1 => (0_u8..4).prop_map(Act::Die),
        2 => Just(Act::Up),
        1 => Just(Act::Wait),
    ]
}

impl Bench {
    fn lose_line(&mut self, arriving: u8) {
        for stanza in self.to_server.drain(..).take(arriving.into()).collect::<Vec<_>>() {
            // What comes of it finds no line any more.
            self.server.take(&stanza);
        }
        self.to_server.clear();
        self.to_room.clear();
        self.server.cut();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn every_word_arrives_once_and_in_order(acts in proptest::collection::vec(act(), 1..120)) {
        let mut bench = Bench::live();
        let (mut asked, mut answered, mut is_up) = (1, 0, true);
        let mut expected = Vec::new();
        for act in acts {
            match act {
                Act::Visitor | Act::Colleague => {
                    asked += 1;
                    bench.say(if matches!(act, Act::Visitor) { VISITOR } else { COLLEAGUE }, text(&format!("q{asked}")));
                    if is_up {
                        bench.tell(Input::Stirred);
                    }
                }
                Act::Agent => {
                    answered += 1;
                    expected.push(format!("a{answered}"));
                    bench.agent(words(&format!("id{answered}"), &format!("a{answered}")));
                    if !is_up {
                        bench.to_room.clear();
                    }
                }
                Act::Step(times) => (0..times).for_each(|_| { bench.step(); }),
                Act::Cut(arriving) | Act::Die(arriving) => {
                    bench.lose_line(arriving);
                    is_up = false;
                    if matches!(act, Act::Die(_)) {
                        bench.room = None;
                    } else {
                        bench.tell(Input::Down);
                    }
                }
                Act::Up if !is_up => {
                    is_up = true;
                    bench.tell(Input::Up);
                }
                Act::Up => {}
                Act::Wait if is_up => bench.wait(),
                Act::Wait => {}
            }
        }
        if !is_up {
            bench.tell(Input::Up);
        }
        bench.settle();
        bench.wait();
        prop_assert_eq!(bench.answers(), expected.iter().map(String::as_str).collect::<Vec<_>>());
        let told: Vec<String> = bench.server.texts().into_iter().map(|(_, text)| text).filter(|text| !text.starts_with('a')).collect();
        let said: Vec<String> = bench.log.iter().filter_map(|entry| match &entry.body {
            Body::Text { text } if !text.starts_with('a') => Some(text.clone()),
            _ => None,
        }).collect();
        prop_assert_eq!(told, said);
    }
}
