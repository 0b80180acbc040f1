//! What goes through the room, and what does not.

use tieline_connector::{Assignee, command::Whom};
use tieline_protocol::{FileCard, FileId};

use super::*;
use crate::heard::Ephemeral;

#[test]
fn the_first_words_make_a_room_with_everybody_in_it() {
    let mut bench = Bench::new();
    bench.say(VISITOR, text("hello"));
    bench.settle();
    assert_eq!(bench.server.texts(), ["hello"]);
    assert_eq!(bench.place.as_deref(), Some(ROOM));
    let created = bench.effects.iter().find_map(|effect| match effect {
        Effect::Ask(Ask::Create { user, invite, name, .. }) => {
            Some((user.clone(), invite.clone(), name.clone()))
        }
        _ => None,
    });
    let expected =
        (names().visitor(session()), vec![AGENT.to_owned(), names().service()], "Ada · Alpine Shop".into());
    assert_eq!(created, Some(expected));
    let questions = bench.effects.len();
    bench.say(VISITOR, text("are you there?"));
    bench.settle();
    let more: Vec<_> =
        bench.effects[questions..].iter().filter(|effect| matches!(effect, Effect::Ask(_))).collect();
    assert!(matches!(more[..], [Effect::Ask(Ask::Send { .. })]), "only words the second time: {more:?}");
}

#[test]
fn each_speaks_as_themselves() {
    let mut bench = Bench::live();
    bench.say(COLLEAGUE, text("Robin here"));
    bench.settle();
    let (sender, ..) = bench.server.events.last().unwrap();
    assert_eq!(*sender, names().colleague(COLLEAGUE));
}

#[test]
fn what_the_agent_says_goes_to_the_host_and_not_back() {
    let mut bench = Bench::live();
    let event = bench.server.says(AGENT, words("yes"));
    bench.settle();
    assert_eq!(bench.takes.len(), 1);
    assert_eq!((bench.takes[0].account.as_str(), &bench.takes[0].names), (AGENT, &vec![event]));
    bench.tell(Input::Stirred);
    bench.settle();
    assert_eq!(bench.server.texts(), ["hello"], "no echo");
    assert_eq!(bench.handed, Seq(2));
}

#[test]
fn an_event_of_another_room_is_nothing_here() {
    let mut bench = Bench::live();
    bench.server.says(AGENT, words("elsewhere"));
    let mut event = bench.server.to_bring.pop_back().unwrap();
    event["room_id"] = "!other:shop.example".into();
    bench.tell(Input::Event(heard::read(&event).unwrap()));
    assert_eq!(bench.takes, []);
    // Nor does a room become the session's because somebody says that it was made.
    event["type"] = "m.room.create".into();
    event["state_key"] = "".into();
    bench.tell(Input::Event(heard::read(&event).unwrap()));
    assert_eq!(bench.place.as_deref(), Some(ROOM));
}

#[test]
fn a_stranger_is_told_once_and_has_no_commands() {
    let mut bench = Bench::live();
    for text in ["psst", "/close", "/help"] {
        bench.server.says("@eve:shop.example", words(text));
    }
    bench.settle();
    assert_eq!(bench.notices(), ["not an agent here"]);
    assert_eq!(bench.log.len(), 1);
}

#[test]
fn commands_stay_in_the_room() {
    let mut bench = Bench::live();
    for text in ["/note he called twice", "/clsoe", "/help"] {
        bench.server.says(AGENT, words(text));
    }
    bench.settle();
    assert_eq!(bench.takes, []);
    assert_eq!(bench.notices().len(), 2);
    // The same event once more is answered no second time.
    bench.server.says(AGENT, words("/close"));
    bench.settle();
    assert_eq!(bench.takes.last().map(|heard| &heard.said), Some(&Said::Close));
}

#[test]
fn typing_and_reading_pass_both_ways_and_show_who_is_there() {
    let mut bench = Bench::live();
    let typing = |users: &[&str]| {
        let users = users.iter().map(|user| (*user).to_owned()).collect();
        Input::Ephemeral(Ephemeral::Typing { room: ROOM.into(), users })
    };
    bench.tell(typing(&[AGENT, "@eve:shop.example", &names().service()]));
    bench.tell(typing(&[]));
    let read = Ephemeral::Read { room: ROOM.into(), user: AGENT.into(), event: "$e0".into() };
    bench.tell(Input::Ephemeral(read));
    let account = || AGENT.to_owned();
    assert_eq!(
        bench.effects,
        [
            Effect::Typing { account: account(), is_typing: true },
            Effect::Attend { account: account(), is_here: true },
            Effect::Typing { account: account(), is_typing: false },
            Effect::Read { account: account(), event: "$e0".into() },
        ]
    );
    bench.now = bench.now + Millis::minutes(6);
    bench.tell(Input::Wake);
    assert_eq!(bench.effects.last(), Some(&Effect::Attend { account: account(), is_here: false }));

    bench.tell(Input::Typing(true));
    bench.tell(Input::Typing(true));
    bench.tell(Input::Seen("$e7".into()));
    let (room, user) = (ROOM.to_owned(), names().visitor(session()));
    let typing = Ask::Typing { room: room.clone(), user: user.clone(), is_typing: true };
    assert_eq!(bench.server.soft, [typing, Ask::Receipt { room, user, event: "$e7".into() }]);
}

#[test]
fn a_file_is_uploaded_first_and_a_retraction_is_a_redaction() {
    let mut bench = Bench::live();
    let file = FileCard {
        name: "a.txt".into(),
        media_type: "text/plain".into(),
        ..FileCard::named(FileId::at(Millis(1), [0; 10]))
    };
    let seq = bench.say(VISITOR, Body::File { file });
    bench.settle();
    let (_, event, content) = bench.server.events.last().unwrap().clone();
    assert_eq!((&content["msgtype"], &content["url"]), (&json!("m.file"), &json!("mxc://shop.example/f")));
    bench.say(VISITOR, Body::Retract { target: draft(seq.0) });
    bench.settle();
    assert_eq!(bench.server.redacted, [event]);
}

/// Also where the gateway dies between any two of them.
#[test]
fn the_edits_of_what_is_taken_back_are_taken_back_first() {
    for steps in 0..6 {
        let mut bench = Bench::live();
        let seq = bench.say(VISITOR, text("my card number is 1"));
        bench.settle();
        let said = bench.server.events.last().unwrap().1.clone();
        let mut edits = Vec::new();
        for new in ["my card number is 2", "my card number is 3"] {
            bench.say(VISITOR, Body::Edit { target: draft(seq.0), text: new.into() });
            bench.settle();
            edits.push(bench.server.events.last().unwrap().1.clone());
        }
        bench.say(VISITOR, Body::Retract { target: draft(seq.0) });
        for _ in 0..steps {
            bench.step();
        }
        (bench.room, bench.asking) = (None, None);
        bench.tell(Input::Stirred);
        bench.settle();
        let mut redacted = bench.server.redacted.clone();
        redacted.dedup();
        assert_eq!(redacted, [edits[1].clone(), edits[0].clone(), said], "after {steps} steps");
    }
}

#[test]
fn what_the_server_never_takes_does_not_stop_the_rest() {
    let mut bench = Bench::live();
    bench.server.refusals = 3;
    bench.say(VISITOR, text("too much"));
    bench.say(VISITOR, text("and this"));
    bench.settle();
    let stand_in = "(a message that this server refused: it can be read at the desk)";
    assert_eq!(bench.server.texts(), ["hello", stand_in, "and this"]);
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Trouble(_))));
}

#[test]
fn an_agent_who_cannot_be_asked_in_does_not_stop_the_others() {
    let mut bench = Bench::new();
    bench.agents.insert(0, "@gone:elsewhere.example".into());
    bench.server.unknown.insert("@gone:elsewhere.example".into());
    bench.say(VISITOR, text("hello"));
    bench.settle();
    assert_eq!(bench.server.texts(), ["hello"]);
    bench.server.agent_joins();
    bench.settle();
    let event = json!({ "type": "m.room.member", "state_key": AGENT, "room_id": ROOM, "event_id": "$l", "sender": AGENT, "content": { "membership": "leave" } });
    bench.tell(Input::Event(heard::read(&event).unwrap()));
    bench.effects.clear();
    bench.say(VISITOR, text("still there?"));
    let Some(Ask::Invite { whom, .. }) = &bench.asking else { panic!("{:?}", bench.asking) };
    assert_eq!(whom, AGENT, "whoever has left is asked in again");
}

#[test]
fn a_server_that_asks_for_time_gets_it() {
    let mut bench = Bench::live();
    bench.say(VISITOR, text("one"));
    bench.asking = None;
    let now = bench.now;
    bench.tell(Input::Answered(Err(Failure::Later { why: "slow".into(), after: Some(Millis(7_000)) })));
    assert_eq!(bench.asking, None);
    assert!(bench.room.as_ref().and_then(Room::next_wake).is_some_and(|at| at >= now + Millis(7_000)));
    bench.settle();
    assert_eq!(bench.server.texts(), ["hello", "one"]);
}

fn assignee(account: Option<&str>) -> Option<Assignee> {
    Some(Assignee { name: "Mia".into(), account: account.map(Into::into) })
}

impl Bench {
    /// As the host does when somebody else answers.
    fn assign(&mut self, turn: u32, to: Option<Assignee>) {
        self.assigned = Some(Assigned { turn, to });
        let bridge = Box::new(self.bridge());
        self.tell(Input::Bridge(bridge));
        self.settle();
    }
}

#[test]
fn who_answers_is_told_to_the_room_once_by_the_gateway() {
    let mut bench = Bench::live();
    bench.server.says(AGENT, words("/assign Robin"));
    bench.settle();
    assert_eq!(bench.takes.last().unwrap().said, Said::Assign(Whom::Called("Robin".into())));
    bench.assign(1, assignee(Some(AGENT)));
    assert_eq!(bench.notices(), ["Mia answers this session from now on."]);
    assert_eq!(bench.told, 1);
    bench.assign(2, None);
    // A connector that begins anew knows what was told.
    bench.room = None;
    bench.tell(Input::Stirred);
    bench.settle();
    let told =
        ["Mia answers this session from now on.", "Nobody in particular answers this session from now on."];
    assert_eq!(bench.notices(), told);
    assert_eq!(bench.told, 2);
    let from_visitor =
        bench.server.events.iter().filter(|(sender, ..)| *sender == names().visitor(session()));
    assert_eq!(from_visitor.count(), 1, "not in the visitor's name");
}

#[test]
fn a_room_that_is_not_there_yet_is_told_when_it_is() {
    let mut bench = Bench::new();
    bench.assign(1, assignee(Some(AGENT)));
    assert_eq!((bench.notices(), bench.told), (Vec::new(), 0));
    bench.say(VISITOR, text("hello"));
    bench.settle();
    assert_eq!((bench.notices().len(), bench.told), (1, 1));
}

#[test]
fn only_who_answers_is_asked_in_anew() {
    const OTHER: &str = "@robin:shop.example";
    for (account, asked) in [(Some(OTHER), vec![OTHER]), (Some(AGENT), vec![AGENT]), (None, vec![])] {
        let mut bench = Bench::new();
        bench.agents = vec![AGENT.into(), OTHER.into()];
        bench.say(VISITOR, text("hello"));
        bench.settle();
        bench.server.members.retain(|member, _| ![AGENT, OTHER].contains(&member.as_str()));
        bench.room = None;
        bench.assign(1, assignee(account));
        bench.effects.clear();
        bench.say(VISITOR, text("anybody?"));
        bench.settle();
        let invited = bench.effects.iter().filter_map(|effect| match effect {
            Effect::Ask(Ask::Invite { whom, .. }) => Some(whom.as_str()),
            _ => None,
        });
        assert_eq!(invited.collect::<Vec<_>>(), asked);
    }
}
