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

mod answering {
    //! Who answers, as the desk is told.

    use tieline_protocol::{
        DeskOnly, ErrorCode,
        desk::{self, Agents, Assign, Assigned, Assignment, DeskFrame, DeskRequest, Platform, SessionAgents},
    };

    use super::*;
    use crate::{
        screen::Assignee,
        testing::{draft, err},
    };

    fn told(frame: DeskFrame) -> ServerFrame {
        ServerFrame::Desk(DeskOnly::new(frame))
    }

    fn assigned(turn: u32, to: Option<u64>) -> ServerFrame {
        let to = to.map(|to| Author { id: party(to), role: Role::Agent, name: Some(format!("Agent {to}")) });
        told(DeskFrame::Assigned(Assigned { session: session(1), turn, to }))
    }

    fn assign(to: Option<u64>) -> Input {
        let wish = Assign { session: session(1), draft_id: draft(9), to: to.map(party) };
        Input::DeskWants(DeskOnly::new(DeskRequest::Assign(wish)))
    }

    fn who_has(bench: &Bench<Agent>) -> Option<Assignee> {
        let screen = bench.door.screen(bench.now);
        let row = screen.sessions.into_iter().find(|row| row.session == session(1)).unwrap();
        if let Some(open) = screen.open {
            assert_eq!(open.assignee, row.assignee, "the head says what the row says");
        }
        row.assignee
    }

    fn held(turn: u32, to: u64) -> SessionState {
        let to = Some(Author { id: party(to), role: Role::Agent, name: None });
        let assigned = Some(DeskOnly::new(Assignment { turn, to }));
        SessionState { assigned, ..state(1, vec![entry(1, VISITOR)]) }
    }

    #[test]
    fn who_has_a_session_is_shown_and_the_newest_holds() {
        let mut bench = Bench::agent();
        bench.connect(AGENT, vec![held(3, AGENT)]);
        assert_eq!(who_has(&bench), Some(Assignee { name: None, is_me: true }));
        bench.hear(None, assigned(5, Some(7)));
        let seven = Some(Assignee { name: Some("Agent 7".into()), is_me: false });
        assert_eq!(who_has(&bench), seven);
        // Read before that, and heard after.
        bench.hear(None, ServerFrame::Sessions(Sessions { sessions: vec![held(4, AGENT)], more: false }));
        assert_eq!(who_has(&bench), seven);
        bench.hear(None, assigned(6, None));
        assert_eq!(who_has(&bench), None);
        // A log that was put back counts anew.
        bench.close(CloseCode(1006)).wait(Millis::secs(60));
        bench.feed(Input::SocketOpened).hear(Some(RequestId(0)), welcome(AGENT, vec![held(2, 7)]));
        assert!(who_has(&bench).is_some_and(|assignee| !assignee.is_me));
    }

    #[test]
    fn a_wish_goes_out_once_and_its_refusal_is_shown() {
        let mut bench = Bench::agent();
        bench.connect(AGENT, vec![state(1, vec![entry(1, VISITOR)])]);
        bench.feed(Input::SessionPicked(Some(session(1)))).take();
        bench.feed(assign(Some(AGENT)));
        let id = request(&bench.sent(), "assign");
        assert!(id.is_some());
        bench.hear(id, err(ErrorCode::NotFound));
        let open = |bench: &Bench<Agent>| bench.door.screen(bench.now).open.unwrap();
        assert!(open(&bench).is_assign_refused && open(&bench).can_assign);
        bench.feed(assign(None));
        assert!(!open(&bench).is_assign_refused);
        let id = request(&bench.sent(), "assign");
        // What was not answered before a cut is not wished again.
        bench.close(CloseCode(1006));
        assert!(!open(&bench).can_assign);
        bench.feed(assign(None)).wait(Millis::secs(60));
        bench.feed(Input::SocketOpened).hear(Some(RequestId(0)), welcome(AGENT, vec![state(1, vec![])]));
        bench.hear(id, err(ErrorCode::NotFound));
        assert_eq!(request(&bench.sent(), "assign"), None);
        assert!(!open(&bench).is_assign_refused);
    }

    #[test]
    fn who_could_have_it_is_asked_again_after_a_cut() {
        let mut bench = Bench::agent();
        bench.connect(AGENT, vec![held(1, AGENT)]);
        bench.feed(Input::SessionPicked(Some(session(1)))).take();
        let ask = || Input::DeskWants(DeskOnly::new(DeskRequest::Agents(Agents { session: session(1) })));
        bench.feed(ask());
        assert!(request(&bench.sent(), "agents").is_some());
        bench.close(CloseCode(1006)).wait(Millis::secs(60)).take();
        bench.feed(Input::SocketOpened).hear(Some(RequestId(0)), welcome(AGENT, vec![held(1, AGENT)]));
        let id = request(&bench.sent(), "agents");
        let agent = |n: u64| desk::Agent { id: party(n), name: format!("Agent {n}"), platform: None };
        let agents = SessionAgents { session: session(1), agents: vec![agent(AGENT), agent(7)] };
        bench.hear(id, told(DeskFrame::Agents(agents)));
        let team = bench.door.screen(bench.now).open.unwrap().team.unwrap();
        let seen: Vec<_> = team.iter().map(|one| (one.name.as_str(), one.is_me, one.has_it)).collect();
        assert_eq!(seen, [("Agent 2", true, true), ("Agent 7", false, false)]);
        bench.feed(Input::SessionPicked(None)).feed(Input::SessionPicked(Some(session(1))));
        assert_eq!(bench.door.screen(bench.now).open.unwrap().team, None);
    }

    #[test]
    fn a_platform_that_stays_out_of_reach_is_shown_until_it_is_back() {
        let mut bench = Bench::agent();
        bench.connect(AGENT, vec![]);
        let platform = |up| told(DeskFrame::Platform(Platform { name: "xmpp".into(), up }));
        let down = |bench: &Bench<Agent>| bench.door.screen(bench.now).down;
        bench.hear(None, platform(false)).wait(Millis::secs(2));
        bench.hear(None, platform(true)).wait(Millis::secs(5));
        assert!(down(&bench).is_empty(), "a moment is not shown");
        bench.hear(None, platform(false)).wait(Millis::secs(2));
        // Two desks of one agent tell it twice.
        bench.hear(None, platform(false)).wait(Millis::secs(1));
        assert_eq!(down(&bench), ["xmpp"]);
        bench.hear(None, platform(true));
        assert!(down(&bench).is_empty());
        bench.hear(None, platform(false)).wait(Millis::secs(3));
        bench.close(CloseCode(1006)).wait(Millis::secs(60));
        bench.feed(Input::SocketOpened).hear(Some(RequestId(0)), welcome(AGENT, vec![]));
        assert!(down(&bench).is_empty(), "whoever is not named is in reach");
    }
}
