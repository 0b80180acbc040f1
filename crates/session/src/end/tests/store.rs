//! What the disk says, what other tabs say, and what is taken back.

use tieline_protocol::{Auth, ClientFrame, CloseCode, DraftId, ErrorCode, Millis, RequestId, ServerFrame};

use super::{hello, page};
use crate::{
    Input, Visitor,
    effect::{Effect, Owner, Place, Record},
    screen::{Notice, Screen},
    testing::{AGENT, Bench, VISITOR, draft, entry, err, ok, session, setup, sketch, state, text, welcome},
};

fn record(number: u64, place: Place) -> Record {
    let made_at = crate::testing::START + Millis(number);
    Record {
        draft_id: draft(number),
        place,
        reply_to: None,
        body: text(&format!("draft {number}")),
        made_at,
        owner: Owner::Visitor(0),
        sha256: None,
    }
}

fn overheard(number: u64) -> Input {
    Input::Overheard(Box::new(record(number, Place::Session(session(1)))))
}

fn drafts_sent(bench: &mut Bench<Visitor>) -> Vec<DraftId> {
    let draft_of = |(_, frame)| if let ClientFrame::Send(said) = frame { Some(said.draft_id) } else { None };
    bench.sent().into_iter().filter_map(draft_of).collect()
}

fn screen(bench: &Bench<Visitor>) -> Screen {
    bench.door.screen(bench.now)
}

fn connected() -> Bench<Visitor> {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]).take();
    bench
}

/// P12: words are said only once they are on disk, and the bubble says so.
#[test]
fn words_wait_for_the_disk() {
    let mut bench = connected();
    bench.is_store_silent = true;
    let first = bench.submit("one");
    assert_eq!(sketch(&bench.thread()), "| line 1 one:Saving");
    assert_eq!(drafts_sent(&mut bench), []);
    bench.feed(Input::Saved(first));
    assert_eq!(sketch(&bench.thread()), "| line 1 one:Sending");
    assert_eq!(drafts_sent(&mut bench), [first]);
}

/// P12: a disk that fails, or does not answer for a second, holds nothing up; the person is told.
#[test]
fn a_failing_disk_is_told_and_not_waited_for() {
    for is_silent in [false, true] {
        let mut bench = connected();
        bench.is_store_silent = true;
        let first = bench.submit("one");
        let second = bench.submit("two");
        bench.feed(Input::Saved(second));
        assert_eq!(drafts_sent(&mut bench), [], "the order of typing holds");
        if is_silent {
            bench.wait(Millis(999));
            assert_eq!(screen(&bench).notice, None);
            bench.wait(Millis(1));
        } else {
            bench.feed(Input::SaveFailed(first));
        }
        assert_eq!(drafts_sent(&mut bench), [first], "silent: {is_silent}");
        assert_eq!(screen(&bench).notice, Some(Notice::NotKept));
        bench.feed(Input::Saved(first));
        assert_eq!(screen(&bench).notice, None, "the disk is back");
    }
}

/// P3: what another tab typed shows here, and is said here only if that tab does not.
#[test]
fn what_another_tab_typed_is_said_after_ten_seconds() {
    let mut bench = connected();
    bench.feed(overheard(7)).feed(overheard(7));
    assert_eq!(sketch(&bench.thread()), "| line 1 draft 7:Queued");
    bench.wait(Millis(9_999));
    assert_eq!(drafts_sent(&mut bench), []);
    bench.wait(Millis(1));
    assert_eq!(drafts_sent(&mut bench), [draft(7)]);
}

/// P3: the other tab's answer settles the row here too, also if it comes on a line that both share.
#[test]
fn the_other_tabs_answer_settles_the_row() {
    let mut bench = connected();
    bench.feed(overheard(7));
    bench.hear(Some(RequestId(0xabc0_0001)), ok(1, draft(7), 2));
    assert_eq!(sketch(&bench.thread()), "| line 1 draft 7:Sent");
    bench.wait(Millis::secs(20));
    assert_eq!(drafts_sent(&mut bench), [], "and is not said again");
}

/// P3: an answer to words that never showed here tells that the log is longer.
#[test]
fn an_answer_to_unknown_words_is_read_from_the_log() {
    let mut bench = connected();
    bench.hear(Some(RequestId(0xabc0_0001)), ok(1, draft(7), 2));
    let (id, ..) = super::history(&bench.sent()).expect("it asks");
    let mut line = entry(2, VISITOR);
    line.draft_id = draft(7);
    bench.hear(
        id,
        ServerFrame::Page(tieline_protocol::server::Page {
            session: session(1),
            epoch: crate::testing::epoch(1),
            last: line.seq,
            entries: vec![line],
        }),
    );
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2:Sent");
}

#[test]
fn what_another_tab_took_back_is_gone_here_unless_it_is_on_the_wire() {
    let mut bench = connected();
    bench.feed(overheard(7)).feed(Input::Unheard(draft(7)));
    assert_eq!(sketch(&bench.thread()), "| line 1");
    let said = bench.submit("mine");
    bench.feed(Input::Unheard(said));
    assert_eq!(sketch(&bench.thread()), "| line 1 mine:Sending");
}

#[test]
fn words_overheard_stand_where_they_were_typed_and_only_once() {
    let mut bench = connected();
    bench.close(CloseCode(1006));
    bench.wait(Millis(100));
    bench.submit("later");
    bench.feed(overheard(7));
    assert_eq!(sketch(&bench.thread()), "| line 1 draft 7:Queued later:Queued");
    let mut late = record(8, Place::Session(session(1)));
    late.draft_id = entry(1, AGENT).draft_id;
    bench.feed(Input::Overheard(Box::new(late)));
    assert_eq!(bench.thread().rows.len(), 4, "a line that is in the log already is no draft");
}

/// A session that another tab opened is the session of the words that wait here.
#[test]
fn another_tabs_session_takes_in_what_waits() {
    let mut bench = Bench::visitor();
    let opening = |is_asked| Place::Opening { draft_id: draft(99), to: None, item: None, is_asked };
    bench.feed(Input::Overheard(Box::new(record(7, opening(false)))));
    bench.submit("mine");
    bench.feed(Input::Overheard(Box::new(record(7, opening(true)))));
    bench.feed(overheard(7));
    let saved: Vec<_> = bench.take().into_iter().rev().take(2).collect();
    assert!(
        saved.iter().all(
            |effect| matches!(effect, Effect::Save(record) if record.place == Place::Session(session(1)))
        )
    );
    assert_eq!(sketch(&bench.thread()), "| draft 7:Queued mine:Queued");
}

#[test]
fn somebody_elses_words_are_not_overheard() {
    let mut bench = connected();
    let mut other = record(7, Place::Session(session(1)));
    other.owner = Owner::User("ada".into());
    bench.feed(Input::Overheard(Box::new(other)));
    assert_eq!(sketch(&bench.thread()), "| line 1");
}

#[test]
fn a_failed_draft_comes_back_to_the_composer() {
    let mut bench = connected();
    let said = bench.submit("rude");
    let (id, _) = bench.sent().pop().expect("it was sent");
    bench.feed(Input::Revise(said));
    assert_eq!(bench.take(), [], "not while it is on the wire");
    bench.hear(id, err(ErrorCode::Forbidden)).take();
    bench.feed(Input::Revise(said));
    assert_eq!(bench.take(), [Effect::Forget(said), Effect::Compose("rude".into())]);
    assert_eq!(sketch(&bench.thread()), "| line 1");
}

/// The line is another tab's: its `welcome` names no sessions, so they are asked for, and a screenful of each.
#[test]
fn a_shared_line_asks_for_its_sessions() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![]).feed(Input::SessionsWanted);
    let (id, _) = bench.sent().into_iter().find(|(_, frame)| frame.name() == "list").expect("it asks");
    let sessions =
        tieline_protocol::server::Sessions { sessions: vec![state(1, vec![entry(3, AGENT)])], more: false };
    bench.hear(id, ServerFrame::Sessions(sessions));
    let (id, before, _) = super::history(&bench.sent()).expect("one line is no screen");
    assert_eq!(before, Some(tieline_protocol::Seq(3)));
    bench.hear(id, page([1, 2], 3));
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2 line 3");
}

/// P3: an outbox that two loads of a page have flushed is said under the same ids.
#[test]
fn a_reload_says_the_same_ids() {
    let mut bench = connected();
    bench.submit("one");
    let kept = bench.take().into_iter().find_map(|effect| match effect {
        Effect::Save(record) => Some(record),
        _ => None,
    });
    let kept = kept.expect("it was kept");
    let mut again = Bench::new(Visitor::new(setup(Auth::Visitor { token: "v".into() })));
    again.feed(Input::Restored(vec![kept.clone()])).feed(Input::Start).feed(Input::SocketOpened);
    assert_eq!(hello(again.sent()).cursors, []);
    again.hear(None, welcome(VISITOR, vec![state(1, vec![entry(1, AGENT)])]));
    assert_eq!(drafts_sent(&mut again), [kept.draft_id]);
}
