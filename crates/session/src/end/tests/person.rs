//! Another person at the same browser: nothing of the one before is shown, sent, or taken for theirs.

use tieline_protocol::{Auth, ClientFrame, CloseCode, Millis};

use super::hello;
use crate::{
    Effect, Input, Visitor,
    effect::{Owner, Place, Record},
    testing::{AGENT, Bench, START, VISITOR, draft, entry, epoch, ok, session, sketch, state, text, welcome},
};

fn connected() -> Bench<Visitor> {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]).take();
    bench
}

/// Words of the visitor by that number, as another tab tells of them.
fn told(visitor: u32, place: Place) -> Input {
    let owner = Owner::Visitor(visitor);
    let (draft_id, body) = (draft(77), text("mine alone"));
    let record = Record { draft_id, place, reply_to: None, body, made_at: START, owner, sha256: None };
    Input::Overheard(Box::new(record))
}

fn opening() -> Place {
    Place::Opening { draft_id: draft(78), to: None, item: None, is_asked: true }
}

fn said(bench: &mut Bench<Visitor>) -> Vec<&'static str> {
    bench.sent_names().into_iter().filter(|name| matches!(*name, "send" | "open")).collect()
}

/// P11: a visitor who signs out is gone with token and words: whoever comes next is somebody new.
#[test]
fn a_stranger_inherits_nothing() {
    let mut bench = connected();
    bench.close(CloseCode(1006));
    let secret = bench.submit("secret");
    bench.take();
    bench.feed(Input::SignedOut(1));
    assert!(bench.thread().rows.is_empty());
    assert!(bench.take().contains(&Effect::Forget(secret)), "nobody can claim it any more");
    bench.feed(Input::SocketOpened);
    assert_eq!(hello(bench.sent()).auth, Auth::New);
}

/// P11: a tab that has not heard yet of the sign-out tells of the visitor before. Under the new one nothing of it is shown
/// or said, whether the gateway has given them the same session or none.
#[test]
fn what_is_told_late_of_the_visitor_before_is_not_the_strangers() {
    for place in [Place::Session(session(1)), Place::Session(session(2)), opening()] {
        for sessions in [vec![], vec![state(1, vec![])]] {
            let mut bench = connected();
            bench.feed(told(0, place.clone())).feed(Input::SignedOut(1)).feed(told(0, place.clone()));
            bench.feed(Input::SocketOpened).hear(None, welcome(VISITOR, sessions));
            bench.feed(told(0, place.clone())).wait(Millis::secs(20));
            assert_eq!(sketch(&bench.thread()), "");
            assert_eq!(said(&mut bench), [""; 0], "{place:?}");
            bench.feed(told(1, Place::Session(session(1)))).wait(Millis::secs(20));
            assert_eq!(said(&mut bench), ["send"], "their own words are");
        }
    }
}

/// P11: what the visitor before had in the log is not offered to another generation of it by the one who comes next.
#[test]
fn a_stranger_does_not_say_again_what_the_log_had_lost() {
    let mut bench = connected();
    let mine = bench.submit("mine alone");
    bench.hear(None, ok(1, mine, 2)).feed(Input::SignedOut(1)).feed(Input::SocketOpened).take();
    let mut restored = state(1, vec![]);
    (restored.epoch, restored.reset) = (epoch(2), true);
    bench.hear(None, welcome(VISITOR, vec![restored])).wait(Millis::secs(20));
    assert_eq!(said(&mut bench), [""; 0]);
}

/// P11: the gateway knows this browser by another name now, so what the old name had said stays its own. What was still to
/// be said is said.
#[test]
fn another_name_says_again_only_what_the_log_never_had() {
    let mut bench = connected();
    let mine = bench.submit("in the log");
    bench.hear(None, ok(1, mine, 2)).close(CloseCode(1006)).submit("not yet");
    bench.wait(Millis::secs(20)).feed(Input::SocketOpened).take();
    bench.hear(None, welcome(9, vec![]));
    let asked = opened(&mut bench);
    bench.hear(None, ok(2, asked, 0)).take();
    let mut restored = state(2, vec![]);
    (restored.epoch, restored.reset) = (epoch(2), true);
    bench.close(CloseCode(1006)).wait(Millis::secs(20)).feed(Input::SocketOpened).take();
    bench.hear(None, welcome(9, vec![restored])).wait(Millis::secs(1));
    assert!(
        !bench
            .sent()
            .iter()
            .any(|(_, frame)| matches!(frame, ClientFrame::Send(said) if said.draft_id == mine))
    );
}

fn opened(bench: &mut Bench<Visitor>) -> tieline_protocol::DraftId {
    let id_of = |(_, frame)| if let ClientFrame::Open(open) = frame { Some(open.draft_id) } else { None };
    bench.sent().into_iter().find_map(id_of).expect("it opens a session")
}

/// P11: a tab that slept while its visitor signed out in another learns it from the device, and is the new one too.
#[test]
fn a_tab_that_slept_through_the_sign_out_follows() {
    let mut bench = connected();
    bench.close(CloseCode(1006));
    let secret = bench.submit("secret");
    bench.take();
    bench.feed(Input::VisitorFound { visitor: 2, token: Some("v2".into()) });
    assert_eq!(sketch(&bench.thread()), "");
    assert!(bench.take().contains(&Effect::Forget(secret)));
    assert_eq!(*bench.door.owner(), Owner::Visitor(2));
    bench.feed(Input::SocketOpened);
    assert_eq!(hello(bench.sent()).auth, Auth::Visitor { token: "v2".into() });
    // What is left of older ones on the device is nobody's.
    bench.feed(Input::VisitorFound { visitor: 1, token: Some("v1".into()) }).feed(Input::SignedOut(2));
    assert_eq!(*bench.door.owner(), Owner::Visitor(2));
    bench.hear(None, welcome(VISITOR, vec![])).close(CloseCode(1006)).take();
}
