//! Each row of the mapping, both ways.

use tieline_connector::{Assignee, command::Whom};

use super::*;
use crate::place::LINGER;
use crate::stanza::{client_name, room_name};

fn said(bench: &Bench) -> &Said {
    &bench.takes.last().expect("nothing was taken").said
}

#[track_caller]
fn last_stanza(bench: &Bench) -> &Element {
    bench.server.archive.last().map(|(.., stanza)| stanza).expect("nothing was said")
}

#[test]
fn the_first_words_make_a_room_and_ask_the_agent_in() {
    let bench = Bench::live();
    assert_eq!(bench.server.texts(), [("Ada".to_owned(), "hello".to_owned())]);
    assert_eq!(bench.server.invited, [AGENT]);
    assert_eq!(bench.handed, Seq(1));
    assert!(bench.effects.contains(&Effect::Attend { account: AGENT.into(), is_here: true }));
}

#[test]
fn words_of_the_agent_come_once_and_are_not_said_back() {
    let mut bench = Bench::live();
    bench.agent(words("a1", "It is"));
    bench.agent(words("a2", "in stock"));
    bench.settle();
    assert_eq!(bench.answers(), ["It is", "in stock"]);
    assert_eq!(bench.server.texts().len(), 3);
    assert_eq!(bench.handed, Seq(3));
}

#[test]
fn somebody_at_the_desk_speaks_under_their_own_name() {
    let mut bench = Bench::live();
    bench.say(COLLEAGUE, text("I can help"));
    bench.settle();
    assert_eq!(bench.server.texts().last(), Some(&("Robin".to_owned(), "I can help".to_owned())));
    assert_eq!(bench.handed, Seq(2));
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let mut bench = Bench::live();
    bench.server.cut();
    bench.server.agent_joins(&room(), "Ada");
    bench.room = None;
    bench.say(VISITOR, text("again"));
    bench.tell(Input::Up);
    bench.settle();
    assert_eq!(bench.server.texts().last(), Some(&("Ada (2)".to_owned(), "again".to_owned())));
    // And under the name of the visitor stands the agent, whose words are the agent's.
    bench.agent(words("a1", "no, me"));
    bench.settle();
    assert_eq!(bench.answers(), ["no, me"]);
}

#[test]
fn corrections_and_what_is_taken_back_go_both_ways() {
    let mut bench = Bench::live();
    bench.say(VISITOR, Body::Edit { target: draft(1), text: "hullo".into() });
    bench.settle();
    let replace = last_stanza(&bench).find("replace", ns::CORRECT).unwrap();
    assert_eq!(replace.attribute("id"), Some(draft(1).to_string().as_str()));
    bench.say(VISITOR, Body::Retract { target: draft(1) });
    bench.settle();
    assert_eq!(last_stanza(&bench).find("retract", ns::RETRACT).unwrap().attribute("id"), Some("n0"));

    let correction = words("a2", "now").child(Element::new("replace", ns::CORRECT).with("id", "a1"));
    bench.agent(correction);
    bench.settle();
    assert_eq!(
        *said(&bench),
        Said::Edit { of: vec![client_name(AGENT, "a1"), room_name("a1")], text: "now".into() }
    );
    bench.agent(
        Element::new("message", ns::COMPONENT)
            .with("id", "a3")
            .child(Element::new("retract", ns::RETRACT).with("id", "n4")),
    );
    bench.settle();
    assert_eq!(*said(&bench), Said::Retract { of: vec![room_name("n4"), client_name(AGENT, "n4")] });
}

#[test]
fn typing_and_reading_go_both_ways_and_leave_nothing_behind() {
    let mut bench = Bench::live();
    let state = |name| Element::new("message", ns::COMPONENT).child(Element::new(name, ns::CHAT_STATES));
    bench.agent(state("composing"));
    bench.agent(state("paused"));
    bench.agent(
        Element::new("message", ns::COMPONENT).child(Element::new("displayed", ns::MARKERS).with("id", "n0")),
    );
    bench.settle();
    let account = AGENT.to_owned();
    for effect in [
        Effect::Typing { account: account.clone(), is_typing: true },
        Effect::Typing { account: account.clone(), is_typing: false },
        Effect::Read { account, names: vec![room_name("n0"), "n0".into()] },
    ] {
        assert!(bench.effects.contains(&effect), "{effect:?}");
    }
    let before = bench.effects.len();
    bench.tell(Input::Typing(true));
    bench.tell(Input::Typing(true));
    bench.tell(Input::Seen("sid:n0".into()));
    let sent: Vec<_> = bench.effects.get(before..).unwrap_or_default().to_vec();
    assert_eq!(sent.len(), 2, "a state is told once: {sent:?}");
    assert!(bench.takes.is_empty());
}

#[test]
fn commands_stay_in_the_room() {
    let mut bench = Bench::live();
    for (id, line) in [("a1", "/help"), ("a2", "/clsoe"), ("a3", "/note he called twice")] {
        bench.agent(words(id, line));
        bench.settle();
        assert_eq!(*said(&bench), Said::Nothing, "{line}");
    }
    assert_eq!(bench.server.whispers.len(), 2);
    bench.agent(words("a4", "/close"));
    bench.settle();
    assert_eq!(*said(&bench), Said::Close);
    assert_eq!(bench.answers(), [""; 0]);
}

#[test]
fn a_refused_message_is_told_to_whoever_said_it() {
    let mut bench = Bench::live();
    bench.tell(Input::Taken {
        who: "Mia".into(),
        taken: Taken::Refused(tieline_connector::Refused("Too long".into())),
    });
    bench.settle();
    assert_eq!(bench.server.whispers, ["Too long"]);
}

#[test]
fn forged_stanzas_are_nobodys() {
    let mut bench = Bench::live();
    let before = bench.log.len();
    let to = domains().service();
    let forged =
        |from: &str| words("f1", "forged").with("type", "groupchat").with("from", from).with("to", &to);
    // Another room, the room itself, a person, the archive of another room.
    let archived = |by: &str, inner_from: &str| {
        let inner = words("f2", "forged").with("type", "groupchat").with("from", inner_from);
        let result = Element::new("result", ns::MAM)
            .with("id", "n9")
            .with("queryid", "archive-1")
            .child(Element::new("forwarded", ns::FORWARD).child(inner));
        Element::new("message", ns::COMPONENT).with("from", by).with("to", &to).child(result)
    };
    for stanza in [
        forged("s-aaaaaaaaaaaaaaaaaaaaaaaaaa@rooms.shop.example/Mia"),
        forged(&room()),
        forged("eve@shop.example/phone"),
        archived("eve@shop.example/phone", &format!("{}/Mia", room())),
        archived(&format!("{}/Mia", room()), &format!("{}/Mia", room())),
        archived(&room(), &format!("{}/Mia", room())),
    ] {
        bench.tell(Input::Stanza(stanza));
    }
    bench.settle();
    assert_eq!((bench.log.len(), bench.takes.len()), (before, 0));
}

#[test]
fn a_name_is_the_rooms_only_if_the_room_gave_it() {
    let mut bench = Bench::live();
    let fake = Element::new("stanza-id", ns::SID).with("by", "eve@shop.example").with("id", "chosen");
    bench.agent(words("a1", "hi").child(fake));
    bench.settle();
    let heard = bench.takes.last().unwrap();
    assert_eq!(heard.names, [room_name("n1"), client_name(AGENT, "a1")]);
    assert_eq!(heard.cursor.as_deref(), Some("n1"));
}

#[test]
fn a_room_that_refuses_is_told_what_is_missing_and_goes_on() {
    let mut bench = Bench::live();
    bench.server.refusals = 3;
    bench.say(VISITOR, text("bad luck"));
    bench.say(VISITOR, text("good luck"));
    bench.settle();
    let texts: Vec<_> = bench.server.texts().into_iter().map(|(_, text)| text).collect();
    assert_eq!(
        texts,
        ["hello", "(a message that this server refused: it can be read at the desk)", "good luck"]
    );
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Trouble(_))));
}

#[test]
fn a_server_that_refuses_everything_is_left_alone_for_a_while() {
    let mut bench = Bench::live();
    bench.server.refusals = 100;
    bench.say(VISITOR, text("nobody hears"));
    bench.settle();
    let tries = 100 - bench.server.refusals;
    assert!(tries < 10, "{tries}");
    bench.server.refusals = 0;
    bench.wait();
    assert_eq!(bench.server.texts().last().map(|(_, text)| text.as_str()), Some("nobody hears"));
}

#[test]
fn without_an_archive_it_says_so_and_serves() {
    let mut bench = Bench::new();
    bench.server.has_no_archive = true;
    bench.say(VISITOR, text("hello"));
    bench.tell(Input::Up);
    bench.settle();
    assert_eq!(bench.server.texts().len(), 1);
    let troubles = bench
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Trouble(what) if what.contains("archive")));
    assert_eq!(troubles.count(), 1);
}

#[test]
fn an_archive_that_forgot_the_last_name_is_read_from_its_beginning() {
    let mut bench = Bench::live();
    bench.agent(words("a1", "one"));
    bench.settle();
    bench.tell(Input::Down);
    bench.server.cut();
    bench.cursor = Some("long gone".into());
    bench.room = None;
    bench.to_room.clear();
    bench.agent(words("a2", "two"));
    bench.to_room.clear();
    bench.tell(Input::Up);
    bench.settle();
    assert_eq!(bench.answers(), ["one", "two"]);
}

#[test]
fn a_closed_session_that_has_been_told_is_done() {
    let mut bench = Bench::live();
    bench.say(COLLEAGUE, Body::Closed);
    bench.phase = Phase::Closed;
    let bridge = bench.bridge();
    bench.tell(Input::Bridge(Box::new(bridge)));
    bench.settle();
    assert_eq!(bench.server.texts().last().map(|(_, text)| text.as_str()), Some("The session was closed."));
    assert!(bench.room.as_ref().is_some_and(Room::is_done));
}

#[test]
fn the_room_of_a_closed_session_is_left_and_not_entered_again() {
    let mut bench = Bench::live();
    bench.say(COLLEAGUE, Body::Closed);
    bench.phase = Phase::Closed;
    let bridge = bench.bridge();
    bench.tell(Input::Bridge(Box::new(bridge)));
    bench.settle();
    bench.wait();
    assert_eq!(bench.server.inside().len(), 4, "for a while whoever writes is told that it is over");
    bench.wait_for(LINGER);
    assert_eq!(bench.server.inside(), [AGENT]);
    assert!(bench.room.as_ref().is_some_and(Room::has_left));
    bench.wait_for(LINGER);
    assert_eq!(bench.server.inside(), [AGENT]);
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
    bench.agent(words("a1", "/assign Robin"));
    bench.settle();
    assert_eq!(*said(&bench), Said::Assign(Whom::Called("Robin".into())));
    bench.assign(1, assignee(Some(AGENT)));
    let news = ("Alpine Shop".to_owned(), "Mia answers this session from now on.".to_owned());
    assert_eq!((bench.server.texts().last(), bench.told), (Some(&news), 1));
    // Neither the line nor the connector itself, when it begins anew, says it again.
    bench.server.cut();
    bench.tell(Input::Down);
    bench.tell(Input::Up);
    bench.settle();
    bench.server.cut();
    bench.room = None;
    bench.tell(Input::Up);
    bench.settle();
    assert_eq!(bench.server.texts().iter().filter(|text| **text == news).count(), 1);
    assert_eq!(bench.log.len(), 1, "nothing of it is in the log");
}

#[test]
fn what_was_not_told_while_the_line_was_down_is_told_then() {
    let mut bench = Bench::live();
    bench.server.cut();
    bench.tell(Input::Down);
    bench.assign(1, None);
    assert_eq!(bench.told, 0);
    bench.tell(Input::Up);
    bench.settle();
    assert_eq!(bench.told, 1);
    assert!(bench.server.texts().last().is_some_and(|(_, text)| text.starts_with("Nobody in particular")));
}

#[test]
fn only_who_answers_is_asked_in_anew() {
    for (account, asked) in [(Some(AGENT), 1), (Some("robin@shop.example"), 0), (None, 0)] {
        let mut bench = Bench::new();
        bench.assign(1, assignee(account));
        bench.say(VISITOR, text("hello"));
        bench.tell(Input::Up);
        bench.settle();
        assert_eq!(bench.server.invited.len(), asked, "{account:?}");
    }
}
