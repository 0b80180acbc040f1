//! The very first words, said in two tabs at once: one session.

use tieline_protocol::{
    ClientFrame, CloseCode, DraftId, ErrorCode, Millis, RequestId, ServerFrame,
    server::{Phase, Sessions},
};

use crate::{
    Effect, Input, Visitor,
    effect::{Owner, Place, Record},
    testing::{AGENT, Bench, START, VISITOR, draft, entry, err, ok, session, sketch, state, text},
};

/// A visitor without a session, at the gateway as that party.
fn newcomer(me: u64) -> Bench<Visitor> {
    let mut bench = Bench::visitor();
    bench.connect(me, vec![]).take();
    bench
}

fn open(bench: &mut Bench<Visitor>) -> (Option<RequestId>, DraftId) {
    let open_of =
        |(id, frame)| if let ClientFrame::Open(open) = frame { Some((id, open.draft_id)) } else { None };
    bench.sent().into_iter().find_map(open_of).expect("it opens a session")
}

fn overheard(opening: DraftId, is_asked: bool) -> Input {
    let place = Place::Opening { draft_id: opening, to: None, item: None, is_asked };
    let record = Record {
        draft_id: draft(70),
        place,
        reply_to: None,
        body: text("theirs"),
        made_at: START,
        owner: Owner::Visitor(0),
        sha256: None,
    };
    Input::Overheard(Box::new(record))
}

#[test]
fn two_tabs_give_one_wish_one_name() {
    let [mut first, mut second, mut stranger] = [VISITOR, VISITOR, 9].map(newcomer);
    first.submit("one");
    second.submit("two");
    second.submit("three");
    stranger.submit("four");
    let (_, name) = open(&mut first);
    let (asked, other) = open(&mut second);
    assert_eq!(name, other);
    assert_ne!(name, open(&mut stranger).1, "another visitor's wish is another");
    second.hear(asked, ok(1, name, 0));
    assert_eq!(second.sent_names(), ["send"]);
}

#[test]
fn the_disk_has_the_name_before_the_wire() {
    let mut bench = newcomer(VISITOR);
    bench.submit("one");
    let done = bench.take();
    let is_sent = |effect: &Effect| matches!(effect, Effect::Send(frame) if frame.frame.name() == "open");
    let (before, after) = done.split_at(done.iter().position(is_sent).expect("it opens a session"));
    let Some(Effect::Send(frame)) = after.first() else { panic!("{after:?}") };
    let ClientFrame::Open(wish) = &frame.frame else { panic!("{frame:?}") };
    let Some(Effect::Save(Record { place: Place::Opening { draft_id, is_asked: true, .. }, .. })) =
        before.last()
    else {
        panic!("{before:?}")
    };
    assert_eq!(*draft_id, wish.draft_id);
}

#[test]
fn after_a_session_that_ended_there_may_be_another() {
    let mut bench = newcomer(VISITOR);
    bench.submit("one");
    let (asked, name) = open(&mut bench);
    bench.hear(asked, ok(1, name, 0));
    let mut ended = state(1, vec![]);
    ended.phase = Phase::Closed;
    bench.hear(None, ServerFrame::Session(Box::new(ended))).take();
    bench.submit("and on");
    assert_ne!(open(&mut bench).1, name);
}

/// What another tab asked for and did not live to see is asked for by the same name here, or it would be another session.
#[test]
fn a_tab_that_speaks_for_a_dead_one_takes_over_its_name() {
    let mut bench = newcomer(VISITOR);
    bench.feed(overheard(draft(98), false)).feed(overheard(draft(99), true));
    bench.wait(Millis::secs(11));
    assert_eq!(open(&mut bench).1, draft(99));
}

/// The tabs' pages are about two products. The gateway takes one wish of that name; the words are for the same people.
#[test]
fn a_wish_that_came_second_moves_in_with_the_first() {
    for is_pushed in [false, true] {
        let mut bench = newcomer(VISITOR);
        bench.submit("mine");
        let (asked, _) = open(&mut bench);
        let theirs = || state(1, vec![entry(1, AGENT)]);
        if is_pushed {
            bench.hear(None, ServerFrame::Session(Box::new(theirs())));
            bench.hear(asked, err(ErrorCode::Conflict));
        } else {
            bench.hear(asked, err(ErrorCode::Conflict));
            let (list, _) =
                bench.sent().into_iter().find(|(_, frame)| frame.name() == "list").expect("it asks");
            bench.hear(list, ServerFrame::Sessions(Sessions { sessions: vec![theirs()], more: false }));
        }
        assert_eq!(sketch(&bench.thread()), "| line 1 mine:Sending", "pushed: {is_pushed}");
        let send = bench.sent().into_iter().find_map(|(_, frame)| match frame {
            ClientFrame::Send(said) => Some(said.session),
            _ => None,
        });
        assert_eq!(send, Some(session(1)));
    }
}

#[test]
fn a_name_lasts_until_it_is_granted() {
    let mut bench = newcomer(VISITOR);
    bench.submit("one");
    let (_, name) = open(&mut bench);
    bench.close(CloseCode(1006)).wait(Millis::secs(1)).feed(Input::SocketOpened).take();
    bench.hear(None, crate::testing::welcome(VISITOR, vec![]));
    assert_eq!(open(&mut bench).1, name);
}
