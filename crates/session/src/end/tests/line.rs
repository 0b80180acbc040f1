//! The line while gateways come and go, and the proof while it runs out.

use tieline_protocol::{
    Auth, ClientFrame, CloseCode, DraftId, ErrorCode, Millis, Seq, ServerFrame,
    server::{AuthDue, Drain, Renewed, Tokens},
};

use crate::{
    Effect, Input, Visitor,
    testing::{AGENT, Bench, START, VISITOR, entry, epoch, err, ok, setup, sketch, state, welcome},
};

fn drain() -> ServerFrame {
    ServerFrame::Drain(Drain { by: START, spread_ms: Millis::secs(8), why: "stopping".into() })
}

fn draft_of(effect: &Effect) -> Option<DraftId> {
    match effect {
        Effect::Send(outgoing) => match &outgoing.frame {
            ClientFrame::Send(said) => Some(said.draft_id),
            _ => None,
        },
        _ => None,
    }
}

/// P9, P5: the old line serves until the new one is welcomed; what was on the old one's wire is said again on the new one,
/// under its id and before what was typed after it.
#[test]
fn a_drained_line_is_changed_without_a_gap() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]);
    let first = bench.submit("one");
    let second = bench.submit("two");
    bench.hear(None, drain()).take();
    bench.wait(Millis::secs(8));
    assert!(bench.take().contains(&Effect::DialNext));
    bench.feed(Input::NextOpened);
    let hello = bench.take();
    assert!(matches!(&hello[..], [Effect::SendNext(said)] if said.frame.name() == "hello"), "{hello:?}");
    bench.hear(None, ServerFrame::Entry(Box::new(entry(2, AGENT))));
    assert_eq!(bench.thread().rows.len(), 5, "the old line still serves");
    bench.take();
    let welcome = welcome(VISITOR, vec![state(1, vec![entry(2, AGENT)])]);
    bench.feed(Input::NextReceived { id: None, frame: welcome });
    let done = bench.take();
    assert_eq!(done.first(), Some(&Effect::Switch));
    assert_eq!(done.iter().filter_map(draft_of).collect::<Vec<_>>(), [first], "again, and one at a time");
    bench.hear(None, ok(1, first, 3));
    assert_eq!(bench.take().iter().filter_map(draft_of).collect::<Vec<_>>(), [second]);
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2 one:Sent two:Sending");
    assert_eq!(bench.door.screen(bench.now).notice, None);
}

/// P9: a new line that does not come about costs nothing.
#[test]
fn the_old_line_stays_while_the_new_one_fails() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![])]).hear(None, drain()).wait(Millis::secs(6)).take();
    bench.feed(Input::NextClosed(CloseCode(1006)));
    let said = bench.submit("still here");
    assert_eq!(bench.take().iter().filter_map(draft_of).collect::<Vec<_>>(), [said]);
    bench.feed(Input::NextReceived { id: None, frame: welcome(VISITOR, vec![]) });
    assert!(!bench.take().contains(&Effect::Switch), "what comes from nowhere changes nothing");
}

/// A slow reader is cut with 4008 and comes back with its cursors: nothing is lost.
#[test]
fn a_slow_reader_resumes() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]);
    bench.close(CloseCode::SLOW).wait(Millis::secs(1)).take();
    bench.feed(Input::SocketOpened);
    let hello = super::hello(bench.sent());
    assert!(matches!(hello.auth, Auth::Resume { .. }));
    assert_eq!(hello.cursors.iter().map(|position| position.seq).collect::<Vec<_>>(), [Seq(1)]);
}

fn user(jwt: &str) -> Auth {
    Auth::User { jwt: jwt.into(), visitor: None }
}

// {"sub":"a"} and {"sub":"b"}.
const ADA: &str = "e30.eyJzdWIiOiJhIn0.s";
const ADA_LATER: &str = "e30.eyJzdWIiOiJhIn0.t";
const BEN: &str = "e30.eyJzdWIiOiJiIn0.s";

fn ada() -> Bench<Visitor> {
    let mut bench = Bench::new(Visitor::new(setup(user(ADA))));
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]).take();
    bench
}

fn auth_due() -> ServerFrame {
    ServerFrame::AuthDue(AuthDue { expires_at: START + Millis::minutes(1) })
}

/// A proof is renewed on the open line; what was refused for want of it goes out at once.
#[test]
fn a_proof_is_renewed_in_place() {
    let mut bench = ada();
    bench.hear(None, auth_due()).hear(None, auth_due());
    assert_eq!(bench.take(), [Effect::FetchToken], "once");
    let said = bench.submit("in time");
    let (id, _) = bench.sent().pop().expect("it was sent");
    bench.hear(id, err(ErrorCode::TokenExpired)).take();
    bench.feed(Input::TokenArrived(user(ADA_LATER)));
    let sent = bench.sent();
    let [(id, ClientFrame::Auth(renewal))] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(renewal.auth, user(ADA_LATER));
    let tokens = Tokens { resume: "later".into(), ..Tokens::default() };
    bench.hear(*id, ServerFrame::Renewed(Renewed { tokens }));
    assert_eq!(bench.take().iter().filter_map(draft_of).collect::<Vec<_>>(), [said]);
    bench.close(CloseCode(1006)).wait(Millis::secs(1)).feed(Input::SocketOpened);
    let hello = super::hello(bench.sent());
    assert!(matches!(hello.auth, Auth::Resume { token } if token == "later"));
}

/// Without a fresh proof the line lasts as long as the gateway lets it.
#[test]
fn a_page_without_a_token_keeps_its_line_until_it_is_closed() {
    for answer in [Input::TokenFailed, Input::TokenArrived(user(ADA_LATER))] {
        let mut bench = ada();
        bench.hear(None, auth_due()).take();
        bench.feed(answer.clone());
        if let Some((id, _)) = bench.sent().pop() {
            bench.hear(id, err(ErrorCode::Unsupported));
        }
        assert_eq!(bench.take(), [], "{answer:?}");
        bench.close(CloseCode::SIGN_IN);
        assert_eq!(bench.take(), [Effect::FetchToken], "{answer:?}");
    }
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![]).take();
    bench.hear(None, auth_due());
    assert_eq!(bench.take(), [], "nobody vouches for an anonymous visitor");
}

/// P11: another user, the same page: the old thread is gone at once, and what waited stays for its owner.
#[test]
fn another_user_sees_and_says_nothing_of_the_one_before() {
    let mut bench = ada();
    bench.close(CloseCode(1006));
    let secret = bench.submit("secret");
    assert_eq!(sketch(&bench.thread()), "| line 1 secret:Queued");
    bench.take();
    bench.feed(Input::TokenArrived(user(BEN)));
    assert!(bench.thread().rows.is_empty() && bench.thread().is_loading);
    assert_eq!(bench.door.screen(bench.now).unread, 0);
    let done = bench.take();
    assert!(!done.iter().any(|effect| matches!(effect, Effect::Forget(_) | Effect::Save(_))), "{done:?}");
    bench.feed(Input::SocketOpened);
    let hello = super::hello(bench.sent());
    assert_eq!((hello.auth, hello.cursors), (user(BEN), vec![]));
    bench.hear(None, welcome(9, vec![state(2, vec![])])).wait(Millis::secs(20));
    assert!(!bench.take().iter().any(|effect| draft_of(effect) == Some(secret)));
    // Back again: the words were kept for her.
    bench.feed(Input::TokenArrived(user(ADA))).feed(Input::SocketOpened);
    bench.hear(None, welcome(VISITOR, vec![state(1, vec![entry(1, AGENT)])]));
    assert!(bench.take().iter().any(|effect| draft_of(effect) == Some(secret)));
}

/// P6: the log lost its tail. What this page said itself is said again, kept first; what came from the other side is gone.
#[test]
fn a_lost_tail_is_said_again_under_its_ids() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]);
    let [kept, lost] = ["kept", "lost"].map(|words| {
        let said = bench.submit(words);
        let seq = if words == "kept" { 2 } else { 3 };
        bench.hear(None, ok(1, said, seq));
        said
    });
    bench.hear(None, ServerFrame::Entry(Box::new(entry(4, AGENT))));
    assert_eq!(sketch(&bench.thread()), "| line 1 kept:Sent lost:Sent line 4");
    bench.close(CloseCode(1006)).wait(Millis::secs(1)).feed(Input::SocketOpened).take();
    let mut mine = entry(2, VISITOR);
    mine.draft_id = kept;
    let mut restored = state(1, vec![entry(1, AGENT), mine]);
    (restored.epoch, restored.reset) = (epoch(2), true);
    bench.is_store_silent = true;
    bench.hear(None, welcome(VISITOR, vec![restored]));
    let done = bench.take();
    let saved = |effect: &Effect| matches!(effect, Effect::Save(record) if record.draft_id == lost);
    assert_eq!(done.iter().filter(|effect| matches!(effect, Effect::Save(_))).count(), 1);
    assert!(done.iter().any(saved), "{done:?}");
    bench.feed(Input::Saved(lost));
    assert_eq!(bench.take().iter().filter_map(draft_of).collect::<Vec<_>>(), [lost]);
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2:Sent lost:Sending");
}
