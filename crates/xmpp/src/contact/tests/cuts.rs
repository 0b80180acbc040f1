//! What direct mode promises where the line is cut and the gateway dies at any moment: the visitor's words arrive, in order, rather
//! twice than never; of the answers, what has a receipt stands in the log once.

use proptest::prelude::*;

use super::*;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Act {
    Visitor,
    Mia,
    /// Mia's client has no receipt, and says it again.
    Again,
    Step(u8),
    /// The line is cut; so much of what was under way to the servers still arrives.
    Cut(u8),
    /// The gateway dies with it.
    Die(u8),
    Up,
    Wait,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Visitor),
        3 => Just(Act::Mia),
        1 => Just(Act::Again),
        6 => (1_u8..8).prop_map(Act::Step),
        1 => (0_u8..4).prop_map(Act::Cut),
        1 => (0_u8..4).prop_map(Act::Die),
        2 => Just(Act::Up),
        1 => Just(Act::Wait),
    ]
}

impl Bench {
    fn lose_line(&mut self, arriving: u8) {
        for stanza in self.to_servers.drain(..).take(arriving.into()).collect::<Vec<_>>() {
            // What comes of it finds no line any more.
            self.deliver(&stanza);
        }
        self.to_servers.clear();
        self.to_contact.clear();
    }

    /// The ids that Mia's client has a receipt for.
    fn receipts(&self) -> BTreeSet<String> {
        let received = self.with(MIA, "received", ns::RECEIPTS);
        let ids = received.filter_map(|stanza| stanza.find("received", ns::RECEIPTS)?.attribute("id"));
        ids.map(str::to_owned).collect()
    }
}

/// In the order in which each came first.
fn first_times(texts: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn receipts_are_true_and_questions_arrive(acts in proptest::collection::vec(act(), 1..120)) {
        let mut bench = Bench::live();
        let (mut asked, mut answered, mut is_up) = (0, 0, true);
        let mut expected = vec![String::from("hello")];
        for act in acts {
            match act {
                Act::Visitor => {
                    asked += 1;
                    expected.push(format!("q{asked}"));
                    bench.say(VISITOR, text(&format!("q{asked}")));
                    if is_up {
                        bench.tell(Input::Stirred);
                    }
                }
                Act::Mia | Act::Again => {
                    if matches!(act, Act::Mia) {
                        answered += 1;
                    }
                    if is_up {
                        bench.to_contact.push_back(words(MIA, &format!("m{answered}"), &format!("a{answered}")));
                    }
                }
                Act::Step(times) => (0..times).for_each(|_| { bench.step(); }),
                Act::Cut(arriving) | Act::Die(arriving) => {
                    bench.lose_line(arriving);
                    is_up = false;
                    if matches!(act, Act::Die(_)) {
                        bench.contact = None;
                    } else {
                        bench.tell(Input::Down);
                    }
                }
                Act::Up if !is_up => {
                    is_up = true;
                    bench.tell(Input::Up);
                }
                Act::Wait if is_up => bench.wait(),
                Act::Up | Act::Wait => {}
            }
        }
        bench.lose_line(0);
        bench.tell(Input::Up);
        bench.settle();
        for account in [MIA, ANA] {
            let texts = bench.texts_of(account).into_iter().filter(|text| !text.contains(':')).collect();
            prop_assert_eq!(&first_times(texts), &expected);
        }
        let log = bench.log_texts();
        let said: Vec<_> = log.iter().filter(|(who, _)| who == "mia").map(|(_, text)| text.clone()).collect();
        prop_assert_eq!(&first_times(said.clone()), &said, "nothing stands twice");
        for id in bench.receipts() {
            let text = id.replace('m', "a");
            prop_assert!(said.contains(&text), "{} has a receipt and is lost", text);
        }
        // And Ana was told of all that stands there, in order.
        let told = bench.texts_of(ANA).into_iter().filter_map(|text| text.strip_prefix("mia: ").map(str::to_owned));
        prop_assert_eq!(first_times(told.collect()), said);
    }
}
