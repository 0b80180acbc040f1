use tieline_protocol::{
    Auth, ClientFrame, CloseCode, ErrorBody, ErrorCode, RequestId, Role, Seq, ServerFrame, SessionState,
    server::ReaderCursor,
};

use super::*;
use crate::{
    effect::{Event, Owner, Place, Record},
    screen::Notice,
    testing::{AGENT, Bench, START, VISITOR, draft, entry, err, ok, party, session, sketch, state, text},
};

fn record(number: u64, place: Place, made_at: Millis) -> Record {
    Record {
        draft_id: draft(number),
        place,
        reply_to: None,
        body: text("kept"),
        made_at,
        owner: Owner::Visitor(0),
        sha256: None,
    }
}

/// The id of the last request of that kind.
fn request(sent: &[(Option<RequestId>, ClientFrame)], name: &str) -> Option<RequestId> {
    sent.iter().rev().find(|(_, frame)| frame.name() == name).and_then(|(id, _)| *id)
}

#[test]
fn first_words_open_a_session_and_are_kept_before_they_are_sent() {
    let mut bench = Bench::visitor();
    bench.feed(Input::Asked {
        to: Some("mia".into()),
        item: Some(Item { title: "Kettle".into(), ..Item::default() }),
    });
    bench.connect(VISITOR, vec![]).take();
    let draft_id = bench.submit("  Is it loud?  ");
    let done = bench.take();
    let [Effect::Save(record), Effect::Save(asked), Effect::Send(open)] = &done[..] else {
        panic!("{done:?}")
    };
    assert_eq!(record.body, text("Is it loud?"));
    let was_asked = |record: &Record| matches!(record.place, Place::Opening { is_asked: true, .. });
    assert!(
        !was_asked(record) && was_asked(asked),
        "after a reload it is known whether the session may exist"
    );
    let ClientFrame::Open(wish) = &open.frame else { panic!("{open:?}") };
    assert_eq!(
        (wish.to.as_deref(), wish.item.as_ref().map(|item| item.title.as_str())),
        (Some("mia"), Some("Kettle"))
    );
    assert_eq!(sketch(&bench.thread()), "| Is it loud?:Queued");

    bench.hear(open.id, ok(1, wish.draft_id, 0));
    assert_eq!(sketch(&bench.thread()), "| Is it loud?:Sending");
    let sent = bench.sent();
    bench.hear(request(&sent, "send"), ok(1, draft_id, 1));
    assert_eq!(sketch(&bench.thread()), "| Is it loud?:Sent");
    let done = bench.take();
    assert!(done.contains(&Effect::Forget(draft_id)));
    assert!(done.contains(&Effect::Tell(Event::MessageSent { session: session(1) })));
    // The row keeps its key: nothing flickers. The entry itself, should it come, changes nothing.
    let before = bench.thread();
    let mut echo = entry(1, VISITOR);
    (echo.draft_id, echo.body) = (draft_id, text("Is it loud?"));
    bench.hear(None, ServerFrame::Entry(Box::new(echo)));
    assert_eq!(bench.thread(), before);
}

#[test]
fn one_draft_at_a_time_is_on_the_wire() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![])]).take();
    let drafts = ["a", "b", "c"].map(|line| bench.submit(line));
    for (number, draft_id) in (1..).zip(drafts) {
        let sent = bench.sent();
        let sends: Vec<_> = sent.iter().filter(|(_, frame)| frame.name() == "send").collect();
        assert_eq!(sends.len(), 1);
        bench.hear(sends[0].0, ok(1, draft_id, number));
    }
    assert_eq!(sketch(&bench.thread()), "| a:Sent b:Sent c:Sent");
}

#[test]
fn refusals_follow_their_code() {
    for (code, expected, is_sent_again) in [
        (ErrorCode::RateLimited, "| a:Queued b:Queued", true),
        (ErrorCode::StorageBusy, "| a:Queued b:Queued", true),
        (ErrorCode::TooLarge, "| a:Failed(TooLong) b:Sending", false),
        (ErrorCode::Forbidden, "| a:Failed(NotAllowed) b:Sending", false),
        (ErrorCode::SessionClosed, "| a:Failed(SessionEnded) b:Sending", false),
        (ErrorCode::Conflict, "| a:Failed(Refused) b:Sending", false),
    ] {
        let mut bench = Bench::visitor();
        bench.connect(VISITOR, vec![state(1, vec![])]).take();
        let first = bench.submit("a");
        bench.submit("b");
        let sent = bench.sent();
        bench.hear(request(&sent, "send"), err(code));
        assert_eq!(sketch(&bench.thread()), expected, "{code:?}");
        bench.take();
        bench.wait(Millis::secs(5));
        let again = bench
            .sent()
            .iter()
            .any(|(_, frame)| matches!(frame, ClientFrame::Send(said) if said.draft_id == first));
        assert_eq!(again, is_sent_again, "{code:?}");
    }
}

#[test]
fn the_gateways_wish_for_patience_is_kept() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![])]).take();
    bench.submit("a");
    let sent = bench.sent();
    let body = ErrorBody { retry_ms: Some(Millis::secs(8)), ..ErrorBody::new(ErrorCode::RateLimited) };
    bench.hear(request(&sent, "send"), ServerFrame::Err(body));
    bench.wait(Millis(7_900));
    assert!(bench.sent().is_empty());
    bench.wait(Millis(200));
    assert_eq!(bench.sent_names(), ["send"]);
}

#[test]
fn a_failed_draft_is_retried_or_discarded_by_its_person_only() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![])]).take();
    let long = bench.submit(&"x".repeat(101));
    assert!(sketch(&bench.thread()).ends_with(":Failed(TooLong)"));
    assert!(!bench.take().iter().any(|effect| matches!(effect, Effect::Send(_))));
    bench.feed(Input::Retry(long));
    let sent = bench.sent();
    bench.hear(request(&sent, "send"), err(ErrorCode::TooLarge)).take();
    bench.feed(Input::Discard(long));
    assert_eq!(bench.take(), [Effect::Forget(long)]);
    assert!(bench.thread().rows.is_empty());
    // What is on the wire may be in the log by now.
    let sending = bench.submit("a");
    bench.feed(Input::Discard(sending));
    assert_eq!(sketch(&bench.thread()), "| a:Sending");
}

#[test]
fn words_taken_back_leave_no_second_session_behind() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![]).take();
    let first = bench.submit("a");
    let sent = bench.sent();
    let Some((_, ClientFrame::Open(asked))) = sent.first() else { panic!("{sent:?}") };
    bench.feed(Input::Discard(first));
    bench.submit("b");
    bench.close(CloseCode(1006)).wait(Millis::secs(1)).feed(Input::SocketOpened).take();
    bench.hear(None, crate::testing::welcome(VISITOR, vec![]));
    assert!(matches!(&bench.sent()[..], [(_, ClientFrame::Open(again))] if again.draft_id == asked.draft_id));
    // But an existing session is not hidden behind one that may never have been.
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![]);
    let first = bench.submit("a");
    bench
        .feed(Input::Discard(first))
        .hear(None, ServerFrame::Session(Box::new(state(1, vec![entry(1, AGENT)]))));
    assert_eq!(sketch(&bench.thread()), "| line 1");
}

#[test]
fn no_answer_means_the_same_again() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![])]).take();
    let draft_id = bench.submit("a");
    bench.take();
    bench.wait(Millis::secs(10));
    let sent = bench.sent();
    assert_eq!(sent.iter().map(|(_, frame)| frame.name()).collect::<Vec<_>>(), ["ping", "send"]);
    // Late, to the first question: it settles the draft all the same.
    bench.hear(Some(RequestId(2)), ok(1, draft_id, 1));
    assert_eq!(sketch(&bench.thread()), "| a:Sent");
    bench.hear(request(&sent, "send"), ok(1, draft_id, 1));
    assert_eq!(sketch(&bench.thread()), "| a:Sent");
}

#[test]
fn draft_survives_reload() {
    let opening = Place::Opening { draft_id: draft(90), to: None, item: None, is_asked: true };
    let mut bench = Bench::visitor();
    bench.feed(Input::Restored(vec![
        record(2, opening.clone(), START),
        record(1, opening, START - Millis(5)),
    ]));
    assert_eq!(sketch(&bench.thread()), "| kept:Queued kept:Queued");
    // The session may exist already, so it is asked for by name even beside another with the same recipient.
    bench.connect(VISITOR, vec![state(1, vec![])]);
    let sent = bench.sent();
    assert!(
        sent.iter().any(|(_, frame)| matches!(frame, ClientFrame::Open(open) if open.draft_id == draft(90)))
    );
    bench.hear(request(&sent, "open"), ok(2, draft(90), 0));
    let first = bench.sent().into_iter().find_map(|(_, frame)| match frame {
        ClientFrame::Send(said) => Some(said.draft_id),
        _ => None,
    });
    assert_eq!(first, Some(draft(1)), "the earlier one goes first");
}

#[test]
fn words_that_never_left_join_the_session_that_is_there() {
    let opening = Place::Opening { draft_id: draft(90), to: None, item: None, is_asked: false };
    let mut bench = Bench::visitor();
    bench.feed(Input::Restored(vec![record(1, opening, START)]));
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]);
    let done = bench.take();
    let moved = done.iter().position(
        |effect| matches!(effect, Effect::Save(record) if record.place == Place::Session(session(1))),
    );
    let sent =
        done.iter().position(|effect| matches!(effect, Effect::Send(frame) if frame.frame.name() == "send"));
    assert!(moved.is_some() && moved < sent, "{done:?}");
    assert_eq!(sketch(&bench.thread()), "| line 1 kept:Sending");
}

#[test]
fn a_draft_of_yesterday_waits_for_its_person() {
    let mut bench = Bench::visitor();
    let old = START - Millis::minutes(24 * 60) - Millis(1);
    bench.feed(Input::Restored(vec![record(1, Place::Session(session(1)), old)]));
    bench.connect(VISITOR, vec![state(1, vec![])]);
    assert_eq!(sketch(&bench.thread()), "| kept:Failed(Expired)");
    assert!(!bench.sent_names().contains(&"send"));
    bench.feed(Input::Retry(draft(1)));
    assert_eq!(bench.sent_names(), ["send"]);
}

#[test]
fn another_persons_drafts_are_neither_shown_nor_sent() {
    let user = |claims: &str| Auth::User { jwt: format!("e30.{claims}.s"), visitor: None };
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]);
    bench.submit("mine");
    bench.take();
    bench.feed(Input::TokenArrived(user("eyJzdWIiOiJhIn0")));
    assert_eq!(bench.take()[..2], [Effect::HangUp(CloseCode::BYE), Effect::Dial]);
    assert!(bench.thread().rows.is_empty());
    bench.feed(Input::SocketOpened).hear(None, crate::testing::welcome(3, vec![]));
    assert_eq!(bench.sent_names(), ["hello"]);
    // Signed out again: what the visitor said is still there.
    bench.feed(Input::TokenArrived(Auth::Visitor { token: "v".into() }));
    assert_eq!(sketch(&bench.thread()), "| mine:Queued");
}

#[test]
fn a_user_may_bring_the_visitors_words_along() {
    let mut bench = Bench::visitor();
    bench.submit("mine");
    bench.take();
    bench.feed(Input::TokenArrived(Auth::User {
        jwt: "e30.eyJzdWIiOiJhIn0.s".into(),
        visitor: Some("v".into()),
    }));
    let done = bench.take();
    assert!(
        matches!(&done[..], [Effect::Save(record)] if record.owner == Owner::User("a".into())),
        "{done:?}"
    );
    assert_eq!(sketch(&bench.thread()), "| mine:Queued");
}

#[test]
fn what_came_while_the_panel_was_hidden_is_unread_and_marked() {
    let mut bench = Bench::visitor();
    let mut seen = state(1, vec![entry(1, VISITOR), entry(2, AGENT), entry(3, AGENT)]);
    seen.cursors.push(ReaderCursor {
        party: party(VISITOR),
        role: Role::Visitor,
        session: session(1),
        delivered: Seq(2),
        read: Seq(2),
    });
    bench.connect(VISITOR, vec![seen]);
    let done = bench.take();
    assert!(done.contains(&Effect::Tell(Event::UnreadChanged(1))));
    bench.feed(Input::PanelShown);
    assert_eq!(sketch(&bench.thread()), "| line 1:Sent line 2 * line 3");
    assert_eq!(bench.take(), [Effect::Tell(Event::UnreadChanged(0))], "the cursor rests");
    bench.wait(Millis(400));
    assert!(matches!(&bench.sent()[..], [(None, ClientFrame::Cursor(cursor))] if cursor.read == Seq(3)));
    bench.hear(None, ServerFrame::Entry(Box::new(entry(4, AGENT))));
    assert_eq!(sketch(&bench.thread()), "| line 1:Sent line 2 * line 3 line 4");
    assert_eq!(bench.door.screen(bench.now).unread, 0);
    bench.feed(Input::PanelHidden).hear(None, ServerFrame::Entry(Box::new(entry(5, AGENT))));
    assert_eq!(bench.door.screen(bench.now).unread, 1);
}

#[test]
fn one_chat_for_each_recipient() {
    let mut bench = Bench::visitor();
    let mut other = state(2, vec![]);
    other.to = Some("ben".into());
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)]), other]).take();
    for (to, expected) in
        [(None, "| line 1"), (Some("ben"), ""), (Some("default"), "| line 1"), (Some("zoe"), "")]
    {
        bench.feed(Input::Asked { to: to.map(Into::into), item: None });
        assert_eq!(sketch(&bench.thread()), expected, "{to:?}");
    }
    bench.take();
    bench.submit("new");
    assert!(
        bench
            .sent()
            .iter()
            .any(|(_, frame)| matches!(frame, ClientFrame::Open(open) if open.to.as_deref() == Some("zoe")))
    );
}

#[test]
fn another_product_is_shown_to_the_same_seller_before_the_question() {
    let mut bench = Bench::visitor();
    let item = |title: &str| Item { title: title.into(), ..Item::default() };
    let mut known = state(1, vec![]);
    known.item = Some(item("Kettle"));
    bench.connect(VISITOR, vec![known]).take();
    bench.feed(Input::Asked { to: None, item: Some(item("Kettle")) });
    bench.submit("about the kettle");
    bench.feed(Input::Asked { to: None, item: Some(item("Mug")) });
    bench.submit("about the mug");
    bench.submit("and again");
    assert_eq!(
        sketch(&bench.thread()),
        "| about the kettle:Sending [Mug]:Queued about the mug:Queued and again:Queued"
    );
}

#[test]
fn a_card_that_an_agent_shows_is_no_other_question() {
    let mut bench = Bench::visitor();
    let item = |title: &str| Item { title: title.into(), ..Item::default() };
    let shown = crate::testing::line(1, AGENT, Body::Item { item: item("Mug") });
    let known = SessionState { item: Some(item("Kettle")), ..state(1, vec![shown]) };
    bench.connect(VISITOR, vec![known]).take();
    bench.feed(Input::Asked { to: None, item: Some(item("Kettle")) });
    assert_eq!(bench.door.screen(bench.now).item, Some(item("Kettle")));
    bench.submit("and the kettle?");
    assert_eq!(sketch(&bench.thread()), "| [Mug] and the kettle?:Sending");
}

#[test]
fn trouble_is_told_after_two_seconds_and_not_before() {
    let mut bench = Bench::visitor();
    let notice = |bench: &Bench<Visitor>| bench.door.screen(bench.now).notice;
    bench.feed(Input::Start);
    bench.wait(Millis(1_999));
    assert_eq!(notice(&bench), None);
    assert_eq!(bench.door.next_wake(), Some(START + Millis::secs(2)));
    bench.wait(Millis(1));
    assert_eq!(notice(&bench), Some(Notice::Connecting));
    bench.feed(Input::SocketOpened).hear(None, crate::testing::welcome(VISITOR, vec![]));
    assert_eq!(notice(&bench), None);
    bench.close(CloseCode(1006));
    assert_eq!(notice(&bench), None);
    bench.wait(Millis::secs(2));
    assert_eq!(notice(&bench), Some(Notice::Reconnecting));
    bench.feed(Input::WentOffline);
    assert_eq!(notice(&bench), Some(Notice::Offline));
    bench.feed(Input::SaveFailed(draft(1))).feed(Input::WokeUp).feed(Input::SocketOpened);
    bench.hear(None, crate::testing::welcome(VISITOR, vec![]));
    assert_eq!(notice(&bench), Some(Notice::NotKept));
    bench.close(CloseCode::ORIGIN);
    assert_eq!(notice(&bench), Some(Notice::Refused));
    assert!(!bench.door.screen(bench.now).can_write);
}

#[test]
fn an_empty_line_is_no_message() {
    let mut bench = Bench::visitor();
    for nothing in ["", "  \n ", "\u{202e}"] {
        bench.submit(nothing);
    }
    assert!(bench.take().is_empty());
}

#[test]
fn a_visitor_whom_the_gateway_forgot_keeps_the_words() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]);
    bench.close(CloseCode(1006));
    bench.submit("still here?");
    bench.wait(Millis::secs(30)).feed(Input::SocketOpened).take();
    bench.hear(None, crate::testing::welcome(3, vec![]));
    assert_eq!(sketch(&bench.thread()), "| still here?:Queued");
    let sent = bench.sent_names();
    assert_eq!(sent, ["open"], "not into a session of somebody else");
}
