//! Answers, edits and deletions on a network that cuts, delays and loses: in the end both sides read the same.

use tieline_protocol::{Body, Entry, Millis};
use tieline_session::screen::{Content, Quoted, Span};
use tieline_sim::{Chance, Faults, World, person::bubbles, scenario::settle, seeds::for_seeds, world::Act};

/// What stands in the place of a line by the whole log; none if it was taken back.
fn standing(log: &[Entry], words: &Entry) -> Option<String> {
    let changes = log
        .iter()
        .filter(|entry| entry.from.id == words.from.id && entry.body.target() == Some(words.draft_id));
    let Body::Text { text } = &words.body else { return None };
    let mut text = Some(text.clone());
    for change in changes {
        text = match &change.body {
            Body::Edit { text, .. } => Some(text.clone()),
            _ => None,
        };
    }
    text
}

#[test]
fn whatever_the_network_does_both_sides_read_the_same_words_in_the_end() {
    for_seeds(100, |seed| {
        let mut chance = Chance::new(seed ^ 0x0ed1);
        let mut world = World::new(seed, Faults { delay_ms: 40, ..Faults::default() });
        let disk = world.add_disk();
        let people = [world.add_visitor(disk, None), world.add_agent()];
        people.iter().for_each(|person| world.start(*person));
        world.plan(Millis(0), people[0], Act::Say("first".into()));
        world.plan(Millis::secs(3), people[1], Act::Pick);
        world.run_for(Millis::secs(5));
        world.set_faults(Faults { cut: 10, hint_lost: 100, busy: 20, delay_ms: 300, ..Faults::default() });
        for number in 0..40 {
            let who = people[chance.below(2) as usize];
            let act = match chance.below(10) {
                0..=2 => Act::Say(format!("line {number}")),
                3 | 4 => Act::Reply(format!("answer {number}")),
                5..=7 => Act::Edit(format!("edit {number}")),
                8 => Act::Retract,
                _ if who == people[0] => Act::Reload,
                _ => Act::Pick,
            };
            world.plan(chance.between(0, 60_000), who, act);
        }
        world.run_for(Millis::secs(60));
        settle(&mut world);
        let session = world.gateway.sessions().next().expect("a session");
        let log = world.gateway.entries(session);
        for person in people {
            let thread = world.people[person].thread(world.now).expect("a thread");
            for bubble in bubbles(&thread) {
                let entry = log.iter().find(|entry| entry.draft_id == bubble.key).expect("a line");
                let shown = match &bubble.content {
                    Content::Text(spans) => spans.iter().map(|span| match span {
                        Span::Plain(text) | Span::Link { text, .. } => text.as_str(),
                    }),
                    Content::Retracted => {
                        assert_eq!(
                            standing(&log, entry),
                            None,
                            "person {person}: {} still stands",
                            bubble.key
                        );
                        continue;
                    }
                    other => panic!("{other:?}"),
                };
                assert_eq!(Some(shown.collect::<String>()), standing(&log, entry), "person {person}");
                assert_eq!(bubble.change, None, "nothing waits");
                let quoted = bubble.quote.as_ref().map(|quote| quote.key);
                assert_eq!(quoted, entry.reply_to);
                if let Some(quote) = &bubble.quote {
                    let meant = log.iter().find(|entry| entry.draft_id == quote.key).expect("a line");
                    let expected = standing(&log, meant).map_or(Quoted::Gone, Quoted::Words);
                    assert_eq!(quote.words, expected);
                }
            }
        }
    });
}
