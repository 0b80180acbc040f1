//! What to say: a word of the question picks a subject, the item gives the sentence its detail. No model, no network.

use tieline_protocol::Item;

/// A subject, the words that raise it, and what to say about `{item}` at `{price}`.
struct Subject {
    words: &'static [&'static str],
    reply: &'static str,
}

/// First match wins, so the narrow ones stand before the broad ones.
const SUBJECTS: &[Subject] = &[
    Subject {
        words: &["refund", "return", "exchange", "send back", "broken", "warranty"],
        reply: "You can send {item} back within 30 days, used or not, and the label is on us. After that there are two years of warranty.",
    },
    Subject {
        words: &["ship", "deliver", "arrive", "postage", "how long", "when"],
        reply: "If you order {item} before 2 pm it leaves today, so it is usually with you in two days. Where would it go?",
    },
    Subject {
        words: &["stock", "available", "left", "still have", "sold out"],
        reply: "Yes, {item} is on the shelf behind me: seven left as of this morning. Shall I put one aside for you?",
    },
    Subject {
        words: &["discount", "cheaper", "coupon", "best price", "offer", "haggle"],
        reply: "The price of {item} is {price}, and I cannot move it much. Take two of anything and the postage is free, though.",
    },
    Subject {
        words: &["price", "cost", "how much"],
        reply: "{item} is {price}, taxes included. Postage is 4.90 and free from 80.",
    },
    Subject {
        words: &["size", "big", "small", "fit", "dimension", "weigh", "heavy", "tall", "wide"],
        reply: "I have just put a tape measure to {item}: the sizes on the page are right to the millimetre. What does it have to fit?",
    },
    Subject {
        words: &["colour", "color", "material", "made of", "made from", "quality"],
        reply: "{item} is made in a workshop of six people not far from here, and the picture shows the colour well in daylight. I can send you a sample of the material.",
    },
    Subject {
        words: &["clean", "wash", "care", "dishwasher", "last"],
        reply: "Warm water and a soft cloth are all that {item} needs. Not in the dishwasher, please: it would survive, but lose its shine.",
    },
    Subject {
        words: &["gift", "present", "wrap", "birthday"],
        reply: "We wrap {item} in plain paper with a ribbon, at no cost, and leave the bill out. What should the card say?",
    },
    Subject {
        words: &["human", "person", "real", "bot", "robot", "who are you"],
        reply: "I am the shop's demo seller, a small program on Tieline's public protocol. Open the desk's link and you can answer here yourself.",
    },
    Subject {
        words: &["thank", "thanks", "cheers", "great", "perfect", "bye"],
        reply: "With pleasure! I am here if anything else comes to mind.",
    },
];

/// For what no subject covers, in turn, so that the same sentence never comes twice running.
const OTHERWISE: &[&str] = &[
    "Good question. I would rather look at {item} before I tell you something wrong: what matters most to you about it?",
    "I have made a note of that about {item}. Is it for yourself or for somebody else?",
    "I will ask the workshop. In the meantime: is there anything about delivery or returns of {item} that you would like to know?",
];

/// What people ask most, for those who do not know what to ask.
const QUESTIONS: &[&str] = &["Is it in stock?", "How long does delivery take?", "Can I return it?"];

/// What to say, and answers to choose from if it asks what a choice answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) options: &'static [&'static str],
}

const GREETINGS: &[&str] =
    &["hi", "hello", "hey", "good morning", "good evening", "hola", "hallo", "bonjour"];

/// A reply to what was `asked` since the last one. `given`: how many replies came before.
pub(crate) fn answer(item: Option<&Item>, asked: &str, given: usize) -> Answer {
    let words = normalise(asked);
    let subject =
        SUBJECTS.iter().find(|subject| subject.words.iter().any(|word| words.contains(&normalise(word))));
    let greets = GREETINGS.iter().any(|word| words.starts_with(&normalise(word)));
    let says_more = words.split_whitespace().count() > 2;
    let (reply, options) = match subject {
        Some(subject) => (subject.reply, &[][..]),
        None if greets && !says_more => ("What would you like to know about {item}?", QUESTIONS),
        None => (OTHERWISE.get(given % OTHERWISE.len()).copied().unwrap_or_default(), QUESTIONS),
    };
    let greeting = if given == 0 { "Hello! " } else { "" };
    Answer { text: format!("{greeting}{}", capitalise(&fill(reply, item))), options }
}

fn fill(reply: &str, item: Option<&Item>) -> String {
    let name = item.map_or_else(|| "it".to_owned(), |item| format!("the {}", item.title));
    let price = item.and_then(|item| item.price.as_ref());
    let price = price.map_or_else(
        || "the one on the page".to_owned(),
        |price| format!("{} {}", price.amount, price.currency),
    );
    reply.replace("{item}", &name).replace("{price}", &price)
}

/// Lower case, one space around every word: `contains(" ship")` finds the word's beginning and not `friendship`.
fn normalise(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.split_whitespace().fold(String::new(), |line, word| line + " " + &word.to_lowercase())
}

fn capitalise(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tieline_protocol::{Item, Price};

    use super::answer;

    #[track_caller]
    fn check(asked: &str, given: usize, expected: &str) {
        let price = Price { amount: "49.90".into(), currency: "EUR".into() };
        let item = Item { title: "Enamel kettle".into(), price: Some(price), ..Item::default() };
        let reply = answer(Some(&item), asked, given).text;
        assert!(reply.contains(expected), "{asked:?} got {reply:?}");
    }

    #[test]
    fn the_subject_of_the_question_picks_the_reply() {
        check("Is it in stock?", 0, "the Enamel kettle is on the shelf");
        check("How much is it?", 1, "The Enamel kettle is 49.90 EUR");
        check("When will it arrive in Bern?", 1, "leaves today");
        check("can I RETURN it?", 1, "within 30 days");
        check("are you a bot", 1, "demo seller");
        check("friendship", 1, "made a note");
    }

    #[test]
    fn who_does_not_know_what_to_ask_can_choose_and_every_choice_has_a_subject() {
        let options = answer(None, "hello", 0).options;
        assert!(!options.is_empty() && answer(None, "How much is it?", 1).options.is_empty());
        for option in options {
            assert_eq!(answer(None, option, 1).options, [""; 0], "{option} is answered, not asked back");
        }
    }

    #[test]
    fn the_first_reply_greets() {
        check("hello", 0, "Hello! What would you like to know about the Enamel kettle?");
    }

    #[test]
    fn without_an_item_it_still_makes_sense() {
        assert_eq!(
            answer(None, "price?", 1).text,
            "It is the one on the page, taxes included. Postage is 4.90 and free from 80."
        );
    }

    #[test]
    fn unknown_questions_get_different_replies_in_turn() {
        let replies: std::collections::BTreeSet<_> =
            (1..4).map(|given| answer(None, "zzz", given).text).collect();
        assert_eq!(replies.len(), 3);
    }
}
