//! Answers, edits, words taken back, answers to choose from: seen through both doors.

use tieline_protocol::{Body, ClientFrame, DraftId, Entry, ErrorCode, Millis, RequestId, Seq, ServerFrame};

use super::page;
use crate::{
    Aim, Effect, Input,
    screen::{Aimed, Bubble, Quoted, Row, Thread},
    testing::{
        AGENT, Bench, START, VISITOR, draft, edit, entry, err, line, ok, record, retract, session, sketch,
        state, text, words,
    },
};

fn push(entry: Entry) -> ServerFrame {
    ServerFrame::Entry(Box::new(entry))
}

fn bubbles(thread: Thread) -> Vec<Bubble> {
    let bubble = |row: &Row| if let Row::Bubble(bubble) = row { Some(bubble.clone()) } else { None };
    thread.rows.iter().filter_map(bubble).collect()
}

/// The drafts that were sent since it was last read, with their request ids.
fn drafts(sent: Vec<(Option<RequestId>, ClientFrame)>) -> Vec<(Option<RequestId>, tieline_protocol::Draft)> {
    let draft_of = |(id, frame)| if let ClientFrame::Send(draft) = frame { Some((id, draft)) } else { None };
    sent.into_iter().filter_map(draft_of).collect()
}

/// A visitor with two lines of each side: 1 and 3 are the agent's.
fn talk() -> Bench<crate::Visitor> {
    let mut bench = Bench::visitor();
    let entries = vec![entry(1, AGENT), entry(2, VISITOR), entry(3, AGENT), entry(4, VISITOR)];
    bench.connect(VISITOR, vec![state(1, entries)]).take();
    bench
}

#[test]
fn an_answer_carries_what_it_answers_and_quotes_it_as_it_stands() {
    let mut bench = talk();
    bench.feed(Input::Aimed(Some(Aim::Reply(draft(1001)))));
    let Some(Aimed::Reply(quote)) = bench.door.screen(bench.now).aim else { panic!("aims at nothing") };
    assert_eq!((quote.author.as_deref(), quote.words), (Some("Agent 2"), Quoted::Words("line 1".into())));
    let draft_id = bench.submit("Yes, that one");
    assert_eq!(bench.door.screen(bench.now).aim, None, "used up");
    let sent = drafts(bench.sent());
    assert_eq!(sent[0].1.reply_to, Some(draft(1001)));
    bench.hear(sent[0].0, ok(1, draft_id, 5));
    for (change, expected) in
        [(edit(1, "another"), Quoted::Words("another".into())), (retract(1), Quoted::Gone)]
    {
        let seq = bubbles(bench.thread()).len() as u64 + 1;
        let seq = if expected == Quoted::Gone { seq + 1 } else { seq };
        bench.hear(None, push(line(seq, AGENT, change)));
        let answer = bubbles(bench.thread()).pop().and_then(|bubble| bubble.quote);
        assert_eq!(answer.map(|quote| quote.words), Some(expected));
    }
}

#[test]
fn what_is_answered_and_not_here_is_further_up_or_nothing() {
    let mut bench = Bench::visitor();
    let answer = Entry { reply_to: Some(draft(1001)), ..entry(3, AGENT) };
    let stranger = Entry { reply_to: Some(draft(77)), ..entry(4, AGENT) };
    bench.connect(VISITOR, vec![state(1, vec![answer, stranger])]).take();
    let quotes = |bench: &Bench<crate::Visitor>| -> Vec<_> {
        bubbles(bench.thread()).into_iter().map(|bubble| bubble.quote.map(|quote| quote.words)).collect()
    };
    assert_eq!(quotes(&bench), [Some(Quoted::Elsewhere), Some(Quoted::Elsewhere)]);
    bench.feed(Input::OlderWanted);
    let asked = bench.sent().pop().and_then(|(id, _)| id);
    bench.hear(asked, page([1, 2], 4));
    assert_eq!(quotes(&bench)[2..], [Some(Quoted::Words("line 1".into())), None]);
}

#[test]
fn an_edit_stands_in_the_place_of_the_words_from_the_first_moment() {
    let mut bench = talk();
    bench.feed(Input::Aimed(Some(Aim::EditNewest)));
    let aim = bench.door.screen(bench.now).aim;
    assert_eq!(aim, Some(Aimed::Edit { key: draft(1004), text: "line 4".into() }));
    let draft_id = bench.submit("line four");
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2:Sent line 3 line four(edited):Sending");
    assert_eq!(bubbles(bench.thread())[3].change, Some(draft_id));
    let sent = drafts(bench.sent());
    assert_eq!(sent[0].1.body, edit(4, "line four"));
    bench.hear(sent[0].0, ok(1, draft_id, 5));
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2:Sent line 3 line four(edited):Sent");

    // An edit of the edit begins with what stands there, and names the first words.
    bench.feed(Input::Aimed(Some(Aim::Edit(draft(1004)))));
    let aim = bench.door.screen(bench.now).aim;
    assert_eq!(aim, Some(Aimed::Edit { key: draft(1004), text: "line four".into() }));
    bench.submit("line 4!");
    assert_eq!(drafts(bench.sent())[0].1.body, edit(4, "line 4!"));
}

#[test]
fn an_edit_that_changes_nothing_says_nothing_and_a_dropped_one_brings_the_words_back() {
    let mut bench = talk();
    bench.feed(Input::Aimed(Some(Aim::Edit(draft(1002)))));
    bench.submit("line 2");
    assert_eq!((bench.sent_names(), bench.door.screen(bench.now).aim), (vec![], None));
    for (code, shown) in [(ErrorCode::TooLate, "TooLate"), (ErrorCode::NotFound, "Refused")] {
        bench.feed(Input::Aimed(Some(Aim::Edit(draft(1002)))));
        let draft_id = bench.submit("line two");
        let sent = drafts(bench.sent());
        bench.hear(sent[0].0, err(code));
        let failed = format!("| line 1 line two(edited):Failed({shown}) line 3 line 4:Sent");
        assert_eq!(sketch(&bench.thread()), failed);
        bench.feed(Input::Discard(draft_id));
        assert_eq!(sketch(&bench.thread()), "| line 1 line 2:Sent line 3 line 4:Sent");
    }
}

#[test]
fn a_refused_edit_goes_back_into_the_composer_as_an_edit() {
    let mut bench = talk();
    bench.feed(Input::Aimed(Some(Aim::Edit(draft(1002)))));
    let draft_id = bench.submit("line two");
    let sent = drafts(bench.sent());
    bench.hear(sent[0].0, err(ErrorCode::Forbidden)).take();
    bench.feed(Input::Revise(draft_id));
    assert!(!bench.take().iter().any(|effect| matches!(effect, Effect::Compose(_))));
    let aim = bench.door.screen(bench.now).aim;
    assert_eq!(aim, Some(Aimed::Edit { key: draft(1002), text: "line two".into() }));
}

#[test]
fn words_taken_back_are_gone_at_once_and_back_if_that_is_refused() {
    let mut bench = talk();
    let retraction = draft(500);
    bench.feed(Input::Retract { draft_id: retraction, target: draft(1004) });
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2:Sent line 3 (gone):Sending");
    bench.feed(Input::Aimed(Some(Aim::EditNewest)));
    let aim = bench.door.screen(bench.now).aim;
    assert_eq!(
        aim,
        Some(Aimed::Edit { key: draft(1002), text: "line 2".into() }),
        "not of what is about to go"
    );
    bench.feed(Input::Aimed(None));
    let sent = drafts(bench.sent());
    assert_eq!(sent[0].1.body, retract(4));
    bench.hear(sent[0].0, err(ErrorCode::TooLate));
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2:Sent line 3 line 4:Failed(TooLate)");
    bench.feed(Input::Discard(retraction));
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2:Sent line 3 line 4:Sent");
}

#[test]
fn nobody_changes_what_is_not_theirs_or_said_too_long_ago() {
    let mut bench = talk();
    let ways = |bench: &Bench<crate::Visitor>| -> Vec<_> {
        let ways = bubbles(bench.thread()).into_iter().map(|bubble| bubble.ways);
        ways.map(|ways| (ways.reply, ways.edit, ways.retract)).collect()
    };
    let (theirs, mine) = ((true, false, false), (true, true, true));
    assert_eq!(ways(&bench), [theirs, mine, theirs, mine]);
    bench.feed(Input::Aimed(Some(Aim::Edit(draft(1001)))));
    bench.feed(Input::Retract { draft_id: draft(500), target: draft(1003) });
    assert_eq!((bench.sent_names(), bench.door.screen(bench.now).aim), (vec![], None));
    bench.wait(Millis::secs(902));
    assert_eq!(ways(&bench), [theirs, theirs, theirs, mine], "the second was said 900 seconds ago");
}

#[test]
fn a_clock_that_is_wrong_takes_no_edit_away() {
    let mut bench = Bench::visitor();
    bench.now = START + Millis::minutes(600);
    bench.connect(VISITOR, vec![state(1, vec![entry(1, VISITOR)])]).take();
    assert!(bubbles(bench.thread())[0].ways.edit, "the gateway's clock counts, and it says that it is early");
}

#[test]
fn a_change_is_known_before_its_words_and_applies_when_their_page_comes() {
    let mut bench = Bench::visitor();
    let entries = vec![line(3, AGENT, edit(1, "first")), line(4, AGENT, retract(2)), entry(5, AGENT)];
    bench.connect(VISITOR, vec![state(1, entries)]).take();
    assert_eq!(sketch(&bench.thread()), "| line 5");
    bench.feed(Input::OlderWanted);
    let asked = bench.sent().pop().and_then(|(id, _)| id);
    bench.hear(asked, page([1, 2], 5));
    assert_eq!(sketch(&bench.thread()), "| first(edited) (gone) line 5");
}

#[test]
fn a_copy_that_holds_nothing_but_changes_reads_on() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![line(3, AGENT, edit(1, "first"))])]);
    let sent = bench.sent();
    let asked = super::history(&sent).expect("it asks");
    assert_eq!(asked.1, Some(Seq(3)));
    bench.hear(asked.0, page([1, 2], 3));
    assert_eq!(sketch(&bench.thread()), "| first(edited) line 2");
}

#[test]
fn unread_and_preview_know_what_was_taken_back() {
    let mut bench = Bench::agent();
    let mut head = state(1, vec![entry(3, VISITOR)]);
    head.unread = Some(3);
    bench.connect(AGENT, vec![head]);
    let row = |bench: &Bench<crate::Agent>| {
        let row = bench.door.screen(bench.now).sessions.swap_remove(0);
        (row.unread, row.preview, row.preview_is_gone)
    };
    assert_eq!(row(&bench), (3, "line 3".into(), false));
    bench.hear(None, push(line(4, VISITOR, edit(3, "line three"))));
    assert_eq!(row(&bench), (3, "line three".into(), false), "an edit is no message");
    bench.hear(None, push(line(5, VISITOR, retract(3))));
    assert_eq!(row(&bench), (2, String::new(), true));

    // The first is not here: to know whether it counted, the desk has to look.
    bench.take();
    bench.hear(None, push(line(6, VISITOR, retract(1))));
    let sent = bench.sent();
    let (id, before, _) = super::history(&sent).expect("it asks");
    assert_eq!(before, Some(Seq(3)));
    let ServerFrame::Page(mut older) = page([1, 2], 6) else { panic!("a page is a page") };
    older.entries = vec![line(1, VISITOR, Body::Retracted), entry(2, VISITOR)];
    bench.hear(id, ServerFrame::Page(older));
    assert_eq!(row(&bench), (1, String::new(), true), "only the second is left");
}

#[test]
fn a_refused_change_of_words_that_are_gone_is_forgotten_without_a_word() {
    let mut bench = talk();
    bench.feed(Input::Aimed(Some(Aim::Edit(draft(1002)))));
    let draft_id = bench.submit("line two");
    let sent = drafts(bench.sent());
    bench.hear(None, push(line(5, VISITOR, retract(2)))).take();
    assert_eq!(sketch(&bench.thread()), "| line 1 (gone):Sent line 3 line 4:Sent");
    bench.hear(sent[0].0, err(ErrorCode::NotFound));
    assert_eq!(sketch(&bench.thread()), "| line 1 (gone):Sent line 3 line 4:Sent");
    assert!(bench.take().contains(&Effect::Forget(draft_id)));
}

#[test]
fn a_change_of_an_earlier_page_shows_where_its_words_are_or_by_itself() {
    let mut bench = Bench::visitor();
    bench.feed(Input::Restored(vec![record(500, edit(2, "line two")), record(501, edit(99, "far up"))]));
    bench.connect(VISITOR, vec![state(1, vec![entry(2, VISITOR), entry(3, AGENT)])]);
    let shown = "| line two(edited):Sending line 3 far up(edited):Queued";
    assert_eq!(sketch(&bench.thread()), shown);
}

#[test]
fn a_choice_is_said_in_reply_and_the_question_rests_after_any_answer() {
    let options = || vec!["Blue".to_owned(), "Red".to_owned()];
    let question = |seq| line(seq, AGENT, Body::Choices { text: "Which?".into(), options: options() });
    let live = |bench: &Bench<crate::Visitor>| -> Vec<DraftId> {
        let live = bubbles(bench.thread()).into_iter().filter(|bubble| bubble.can_choose);
        live.map(|bubble| bubble.key).collect()
    };
    let mut bench = talk();
    bench.hear(None, push(question(5))).hear(None, push(question(6)));
    assert_eq!(live(&bench), [draft(1006)], "the newest question only");
    assert_eq!(bubbles(bench.thread())[4].options, Vec::<String>::new());
    bench.feed(Input::Choose { draft_id: draft(500), target: draft(1006), option: 7 });
    assert_eq!(bench.sent_names(), Vec::<&str>::new(), "there is no such answer");
    bench.feed(Input::Choose { draft_id: draft(500), target: draft(1006), option: 1 });
    let sent = drafts(bench.sent());
    assert_eq!((&sent[0].1.body, sent[0].1.reply_to), (&text("Red"), Some(draft(1006))));
    assert_eq!(live(&bench), []);

    for (after, expected) in [
        (entry(6, AGENT), vec![draft(1005)]),
        (entry(6, VISITOR), vec![]),
        (line(6, AGENT, retract(5)), vec![]),
    ] {
        let mut bench = talk();
        bench.hear(None, push(question(5))).hear(None, push(after));
        assert_eq!(live(&bench), expected);
    }
}

#[test]
fn an_agent_changes_their_own_words_and_not_a_colleagues() {
    let mut bench = Bench::agent();
    let mut head = state(1, vec![entry(1, VISITOR), entry(2, AGENT), entry(3, 7)]);
    (head.edit_secs, head.capabilities) = (Some(900), Some(tieline_protocol::Capabilities::all()));
    bench.connect(AGENT, vec![head]).feed(Input::SessionPicked(Some(session(1)))).take();
    let open = |bench: &Bench<crate::Agent>| bench.door.screen(bench.now).open.expect("open");
    let ways: Vec<_> = bubbles(open(&bench).thread).into_iter().map(|bubble| bubble.ways.edit).collect();
    assert_eq!(ways, [false, true, false]);
    bench.feed(Input::Aimed(Some(Aim::EditNewest)));
    assert_eq!(open(&bench).aim, Some(Aimed::Edit { key: draft(1002), text: "line 2".into() }));
    bench.submit("line two");
    let shown: Vec<_> = bubbles(open(&bench).thread).iter().map(words).collect();
    assert_eq!(shown, ["line 1", "line two(edited)", "line 3"]);
}
