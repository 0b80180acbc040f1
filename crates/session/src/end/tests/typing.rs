//! Who types: told, heard, and forgotten.

use tieline_protocol::{Author, Capability, ClientFrame, Millis, ServerFrame, Welcome, server::Typist};

use crate::{
    Input,
    testing::{AGENT, Bench, VISITOR, author, entry, session, state, welcome},
};

fn typist(who: Author, on: bool) -> ServerFrame {
    ServerFrame::Typing(Typist { session: session(1), from: who, on })
}

fn told<D: crate::testing::Door>(bench: &mut Bench<D>) -> Vec<bool> {
    let typing = |(_, frame)| if let ClientFrame::Typing(typing) = frame { Some(typing.on) } else { None };
    bench.sent().into_iter().filter_map(typing).collect()
}

#[test]
fn typing_is_told_while_it_lasts_and_ends_with_the_words() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]).take();
    bench.feed(Input::Typed { has_text: true }).feed(Input::Typed { has_text: true });
    assert_eq!(told(&mut bench), [true]);
    bench.wait(Millis::secs(3)).feed(Input::Typed { has_text: true });
    assert_eq!(told(&mut bench), [true], "the other side would think that it has stopped");
    bench.submit("said");
    bench.feed(Input::Typed { has_text: false });
    assert_eq!(told(&mut bench), [] as [bool; 0], "the words say it");
    bench.feed(Input::Typed { has_text: true }).feed(Input::Typed { has_text: false });
    assert_eq!(told(&mut bench), [true, false]);
}

#[test]
fn typing_is_not_told_without_a_session_a_link_or_leave() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![]).feed(Input::Typed { has_text: true });
    assert_eq!(told(&mut bench), [] as [bool; 0], "nobody is there yet");
    let mut bench = Bench::visitor();
    bench.feed(Input::Typed { has_text: true });
    assert_eq!(told(&mut bench), [] as [bool; 0]);
    let ServerFrame::Welcome(granted) = welcome(VISITOR, vec![state(1, vec![])]) else { panic!("a welcome") };
    let mut refused = Welcome { ..*granted };
    refused.capabilities.0.remove(&Capability::Typing);
    bench.feed(Input::Start).feed(Input::SocketOpened).hear(None, ServerFrame::Welcome(Box::new(refused)));
    bench.feed(Input::Typed { has_text: true });
    assert_eq!(told(&mut bench), [] as [bool; 0]);
}

#[test]
fn somebody_who_types_is_shown_until_they_stop_speak_or_fall_silent() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]);
    let is_shown = |bench: &Bench<crate::Visitor>| bench.thread().typing.is_some();
    bench.hear(None, typist(author(VISITOR), true));
    assert!(!is_shown(&bench), "another tab of the same person");
    bench.hear(None, typist(author(AGENT), true));
    assert!(is_shown(&bench));
    bench.wait(Millis(5_999));
    assert!(is_shown(&bench));
    bench.wait(Millis(1));
    assert!(!is_shown(&bench));
    bench.hear(None, typist(author(AGENT), true)).hear(None, typist(author(AGENT), false));
    assert!(!is_shown(&bench));
    bench.hear(None, typist(author(AGENT), true));
    bench.hear(None, ServerFrame::Entry(Box::new(entry(2, AGENT))));
    assert!(!is_shown(&bench));
    bench.hear(None, typist(author(AGENT), true));
    bench.close(tieline_protocol::CloseCode(1006));
    assert!(!is_shown(&bench), "nobody knows");
}
