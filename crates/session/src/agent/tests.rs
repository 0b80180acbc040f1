use tieline_protocol::{
    Auth, ClientFrame, CloseCode, RequestId, Seq, ServerFrame, SessionState, limits,
    server::{Page, ReaderCursor, Sessions},
};

use super::*;
use crate::{
    effect::Event,
    testing::{AGENT, Bench, VISITOR, entry, epoch, ok, party, session, sketch, state, welcome},
};

fn rows(bench: &Bench<Agent>) -> Vec<(SessionId, u32, String)> {
    let screen = bench.door.screen(bench.now);
    screen.sessions.into_iter().map(|row| (row.session, row.unread, row.preview)).collect()
}

fn request(sent: &[(Option<RequestId>, ClientFrame)], name: &str) -> Option<RequestId> {
    sent.iter().rev().find(|(_, frame)| frame.name() == name).and_then(|(id, _)| *id)
}

#[test]
fn the_list_is_a_skeleton_then_newest_first() {
    let mut bench = Bench::agent();
    assert!(!bench.door.screen(bench.now).is_loaded);
    bench.connect(AGENT, vec![state(1, vec![entry(1, VISITOR)]), state(2, vec![])]);
    let screen = bench.door.screen(bench.now);
    assert!(screen.is_loaded && screen.me.as_deref() == Some("Agent 2") && !screen.has_more_sessions);
    assert_eq!(rows(&bench), [(session(2), 0, String::new()), (session(1), 1, "line 1".into())]);
    let mut newer = entry(2, VISITOR);
    newer.at = newer.at + Millis::minutes(1);
    bench.hear(None, ServerFrame::Entry(Box::new(newer)));
    assert_eq!(rows(&bench)[0], (session(1), 2, "line 2".into()));
    assert!(bench.take().contains(&Effect::Tell(Event::MessageReceived { session: session(1) })));
}

#[test]
fn a_picked_session_is_read_marked_and_filled_from_history() {
    let mut bench = Bench::agent();
    bench.connect(AGENT, vec![state(1, vec![entry(9, VISITOR)])]).take();
    bench.feed(Input::SessionPicked(Some(session(1))));
    let sent = bench.sent();
    let asked =
        sent.iter().find_map(
            |(_, frame)| if let ClientFrame::History(asked) = frame { Some(asked.before) } else { None },
        );
    assert_eq!(asked, Some(Some(Seq(9))));
    let older = (7..9).map(|seq| entry(seq, VISITOR)).collect();
    let page = Page { session: session(1), epoch: epoch(1), last: Seq(9), entries: older };
    bench.hear(request(&sent, "history"), ServerFrame::Page(page));
    let open = bench.door.screen(bench.now).open.expect("a session is open");
    assert_eq!(sketch(&open.thread), "| * line 7 line 8 line 9");
    assert!(open.thread.has_older && open.can_write && !open.is_known_user);
    assert_eq!(bench.door.screen(bench.now).unread, 0);
    bench.feed(Input::SessionPicked(None));
    assert_eq!(bench.door.screen(bench.now).open, None);
}

#[test]
fn an_answer_goes_where_it_was_typed_and_shows_its_way() {
    let mut bench = Bench::agent();
    bench.submit("into the void");
    assert!(bench.take().is_empty(), "no session is open");
    bench.connect(AGENT, vec![state(1, vec![entry(1, VISITOR)])]);
    bench.feed(Input::SessionPicked(Some(session(1)))).take();
    let draft_id = bench.submit("Yes, it is.");
    let sent = bench.sent();
    bench.hear(request(&sent, "send"), ok(1, draft_id, 2));
    let mine = |bench: &Bench<Agent>| sketch(&bench.door.screen(bench.now).open.expect("open").thread);
    assert_eq!(mine(&bench), "| * line 1 Yes, it is.:Sent");
    for (delivered, read, expected) in [(2, 1, "Delivered"), (2, 2, "Read"), (1, 1, "Read")] {
        let cursor = ReaderCursor {
            party: party(VISITOR),
            role: Role::Visitor,
            session: session(1),
            delivered: Seq(delivered),
            read: Seq(read),
        };
        bench.hear(None, ServerFrame::Cursor(cursor));
        assert_eq!(mine(&bench), format!("| * line 1 Yes, it is.:{expected}"));
    }
    assert!(bench.door.screen(bench.now).sessions[0].preview_is_mine);
}

#[test]
fn what_a_colleague_has_read_is_not_unread() {
    let mut bench = Bench::agent();
    let mut seen = state(1, vec![entry(1, VISITOR), entry(2, VISITOR)]);
    seen.cursors.push(ReaderCursor {
        party: party(7),
        role: Role::Agent,
        session: session(1),
        delivered: Seq(1),
        read: Seq(1),
    });
    bench.connect(AGENT, vec![seen]);
    assert_eq!(bench.door.screen(bench.now).unread, 1);
}

/// A list brings one line of each session.
#[test]
fn a_row_counts_what_is_unread_beyond_the_one_line_that_came_with_it() {
    let mut bench = Bench::agent();
    let counted = |seq, unread| SessionState { unread: Some(unread), ..state(1, vec![entry(seq, VISITOR)]) };
    bench.connect(AGENT, vec![counted(9, 4)]);
    assert_eq!((rows(&bench)[0].1, bench.door.screen(bench.now).unread), (4, 4));
    bench.hear(None, ServerFrame::Entry(Box::new(entry(10, VISITOR))));
    bench.hear(None, ServerFrame::Entry(Box::new(entry(11, AGENT))));
    assert_eq!(rows(&bench)[0].1, 5, "and one that came since; not what a colleague said");
    bench.hear(None, ServerFrame::Session(Box::new(state(1, vec![]))));
    assert_eq!(rows(&bench)[0].1, 5, "a head without a count takes nothing back");
    let read = |seq| ReaderCursor {
        party: party(7),
        role: Role::Agent,
        session: session(1),
        delivered: Seq(seq),
        read: Seq(seq),
    };
    bench.hear(None, ServerFrame::Cursor(read(7)));
    assert_eq!(rows(&bench)[0].1, 3, "a colleague has read a part of it");
    bench.feed(Input::SessionPicked(Some(session(1)))).feed(Input::SessionPicked(None));
    assert_eq!((rows(&bench)[0].1, bench.door.screen(bench.now).unread), (0, 0));
    bench.close(CloseCode::GAP).wait(Millis::secs(5)).feed(Input::SocketOpened);
    bench.hear(None, welcome(AGENT, vec![SessionState { reset: true, epoch: epoch(2), ..counted(12, 6) }]));
    assert_eq!(rows(&bench)[0].1, 6, "another log is counted anew");
}

#[test]
fn a_hidden_desk_reads_nothing() {
    let mut bench = Bench::agent();
    bench.connect(AGENT, vec![state(1, vec![])]);
    bench.feed(Input::SessionPicked(Some(session(1)))).feed(Input::PanelHidden);
    bench.hear(None, ServerFrame::Entry(Box::new(entry(1, VISITOR))));
    assert_eq!(bench.door.screen(bench.now).unread, 1);
    bench.feed(Input::PanelShown);
    assert_eq!(bench.door.screen(bench.now).unread, 0);
}

#[test]
fn a_session_whose_push_was_lost_is_asked_for() {
    let mut bench = Bench::agent();
    bench.connect(AGENT, vec![]).take();
    bench.hear(None, ServerFrame::Entry(Box::new(entry(3, VISITOR))));
    let sent = bench.sent();
    let list = request(&sent, "list");
    bench.hear(
        list,
        ServerFrame::Sessions(Sessions { sessions: vec![state(1, vec![entry(3, VISITOR)])], more: false }),
    );
    assert_eq!(rows(&bench), [(session(1), 1, "line 3".into())]);
}

#[test]
fn more_sessions_are_asked_for_below_the_oldest() {
    let mut bench = Bench::agent();
    let full: Vec<SessionState> =
        (1..=u64::from(limits::LIST_SESSIONS)).map(|number| state(number, vec![])).collect();
    bench.connect(AGENT, full).take();
    assert!(bench.door.screen(bench.now).has_more_sessions);
    bench.feed(Input::MoreSessionsWanted);
    let sent = bench.sent();
    let after = sent
        .iter()
        .find_map(|(_, frame)| if let ClientFrame::List(list) = frame { list.after } else { None });
    assert_eq!(after, Some(session(1)));
    bench.hear(request(&sent, "list"), ServerFrame::Sessions(Sessions { sessions: vec![], more: false }));
    assert!(!bench.door.screen(bench.now).has_more_sessions);
}

#[test]
fn a_desk_whose_token_ran_out_fetches_another() {
    let mut bench = Bench::agent();
    bench.connect(AGENT, vec![]).take();
    bench.close(CloseCode::SIGN_IN);
    assert_eq!(bench.take(), [Effect::FetchToken]);
    bench.feed(Input::TokenArrived(Auth::Agent { token: "b".into() }));
    assert_eq!(bench.take(), [Effect::Dial]);
    bench.feed(Input::SocketOpened);
    let hello = bench
        .sent()
        .into_iter()
        .find_map(|(_, frame)| if let ClientFrame::Hello(hello) = frame { Some(hello.auth) } else { None });
    assert!(matches!(hello, Some(Auth::Agent { token }) if token == "b"));
    bench.hear(None, welcome(AGENT, vec![]));
    assert_eq!(bench.door.screen(bench.now).notice, None);
}
