//! What both doors do with the wire, seen through the visitor's.

use tieline_protocol::{
    Auth, ClientFrame, CloseCode, ErrorBody, ErrorCode, Millis, RequestId, Seq, ServerFrame,
    server::{Head, Page, Ping},
};

use crate::{
    Effect, Input,
    effect::Event,
    testing::{AGENT, Bench, VISITOR, draft, entry, epoch, err, session, sketch, state, welcome},
};

mod files;
mod first_words;
mod line;
mod person;
mod store;
mod typing;
mod words;

type Sent = Vec<(Option<RequestId>, ClientFrame)>;

fn history(sent: &Sent) -> Option<(Option<RequestId>, Option<Seq>, Option<Seq>)> {
    sent.iter().find_map(|(id, frame)| match frame {
        ClientFrame::History(asked) => Some((*id, asked.before, asked.after)),
        _ => None,
    })
}

fn page(seqs: impl IntoIterator<Item = u64>, last: u64) -> ServerFrame {
    let entries = seqs.into_iter().map(|seq| entry(seq, AGENT)).collect();
    ServerFrame::Page(Page { session: session(1), epoch: epoch(1), last: Seq(last), entries })
}

fn hello(sent: Sent) -> tieline_protocol::Hello {
    let hello = sent
        .into_iter()
        .find_map(|(_, frame)| if let ClientFrame::Hello(hello) = frame { Some(*hello) } else { None });
    hello.expect("a hello was sent")
}

#[test]
fn a_lost_push_is_read_again() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]).take();
    bench.hear(None, ServerFrame::Entry(Box::new(entry(3, AGENT))));
    assert_eq!(sketch(&bench.thread()), "| line 1", "nobody sees a hole");
    let (id, before, after) = history(&bench.sent()).expect("it asks");
    assert_eq!((before, after), (None, Some(Seq(1))));
    bench.hear(id, page([2, 3], 3));
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2 line 3");
}

#[test]
fn a_gap_that_stays_open_ends_the_connection() {
    for is_refused in [false, true] {
        let mut bench = Bench::visitor();
        bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]).take();
        bench.hear(None, ServerFrame::Entry(Box::new(entry(3, AGENT))));
        let (id, ..) = history(&bench.sent()).expect("it asks");
        if is_refused {
            bench.hear(id, err(ErrorCode::Forbidden));
        } else {
            bench.wait(Millis::secs(2));
        }
        assert!(bench.take().contains(&Effect::HangUp(CloseCode::GAP)), "refused: {is_refused}");
    }
}

#[test]
fn a_lost_tail_is_noticed_by_the_heartbeat() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]).take();
    let heads = vec![Head { session: session(1), last: Seq(2) }];
    bench.hear(None, ServerFrame::Ping(Ping { nonce: 7, heads }));
    let sent = bench.sent();
    assert!(matches!(&sent[0], (None, ClientFrame::Pong(beat)) if beat.nonce == 7));
    let (id, ..) = history(&sent).expect("it asks");
    bench.hear(id, page([2], 2));
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2");
}

#[test]
fn a_long_catch_up_is_paged_and_a_page_that_does_not_come_is_asked_for_again() {
    let mut bench = Bench::visitor();
    let mut head = state(1, vec![entry(1, AGENT)]);
    (head.last, head.more) = (Seq(4), true);
    bench.connect(VISITOR, vec![head]);
    let (id, _, after) = history(&bench.sent()).expect("it asks");
    assert_eq!(after, Some(Seq(1)));
    bench.hear(id, page([2, 3], 4));
    assert!(history(&bench.sent()).is_some());
    bench.wait(Millis::secs(10));
    let (id, ..) = history(&bench.sent()).expect("it asks again");
    bench.hear(id, page([4], 4));
    assert_eq!(bench.thread().rows.len(), 5);
    assert!(history(&bench.sent()).is_none());
}

#[test]
fn older_entries_come_page_by_page_on_demand() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(3, AGENT)])]).take();
    assert!(bench.thread().has_older);
    bench.feed(Input::OlderWanted).feed(Input::OlderWanted);
    let sent = bench.sent();
    let (id, before, _) = history(&sent).expect("it asks");
    assert_eq!((sent.len(), before), (1, Some(Seq(3))), "once");
    bench.hear(id, page([1, 2], 3));
    assert!(!bench.thread().has_older);
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2 line 3");
}

#[test]
fn another_line_in_a_known_place_voids_the_copy() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]).take();
    let mut other = entry(1, AGENT);
    other.draft_id = draft(5);
    bench.hear(None, ServerFrame::Entry(Box::new(other)));
    assert!(bench.take().contains(&Effect::HangUp(CloseCode::GAP)));
    bench.wait(Millis::secs(1)).feed(Input::SocketOpened);
    assert_eq!(hello(bench.sent()).cursors, [], "the copy is not claimed any more");
}

#[test]
fn a_cut_resumes_with_token_and_positions() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT), entry(2, AGENT)])]);
    bench.close(CloseCode(1006)).wait(Millis::secs(1)).take();
    bench.feed(Input::SocketOpened);
    let hello = hello(bench.sent());
    assert!(matches!(&hello.auth, Auth::Resume { token } if token == "resume"));
    assert_eq!(hello.cursors.iter().map(|position| position.seq).collect::<Vec<_>>(), [Seq(2)]);
    bench.hear(None, welcome(VISITOR, vec![state(1, vec![entry(3, AGENT)])]));
    assert_eq!(sketch(&bench.thread()), "| line 1 line 2 line 3");
    let told: Vec<_> = bench.take().into_iter().filter(|effect| matches!(effect, Effect::Tell(_))).collect();
    let received = Effect::Tell(Event::MessageReceived { session: session(1) });
    assert_eq!(told, [received, Effect::Tell(Event::UnreadChanged(3))]);
}

#[test]
fn a_refused_resume_falls_back_to_the_first_proof() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![]);
    bench.close(CloseCode(1006)).wait(Millis::secs(1)).feed(Input::SocketOpened).take();
    bench.hear(None, ServerFrame::Err(ErrorBody::new(ErrorCode::TokenExpired))).close(CloseCode::SIGN_IN);
    assert_eq!(bench.take(), [Effect::Dial]);
    bench.feed(Input::SocketOpened);
    assert!(matches!(hello(bench.sent()).auth, Auth::Visitor { .. }));
}

#[test]
fn a_stale_ticket_is_renewed() {
    let mut bench = Bench::visitor();
    bench.feed(Input::Start).feed(Input::SocketOpened).take();
    let refusal = ErrorBody { at: Some("embed".into()), ..ErrorBody::new(ErrorCode::TokenExpired) };
    bench.hear(None, ServerFrame::Err(refusal)).close(CloseCode::SIGN_IN);
    assert_eq!(bench.take(), [Effect::FetchTicket]);
    bench.feed(Input::TicketArrived("fresh".into()));
    assert_eq!(bench.take(), [Effect::Dial]);
    bench.feed(Input::SocketOpened);
    let hello = hello(bench.sent());
    assert_eq!(hello.embed.as_deref(), Some("fresh"));
    assert!(matches!(hello.auth, Auth::Visitor { .. }), "and the visitor is who they were");
}

#[test]
fn a_fresh_visitor_token_is_kept_before_anything_else() {
    let mut bench = Bench::new(crate::Visitor::new(crate::testing::setup(Auth::New)));
    let ServerFrame::Welcome(mut fresh) = welcome(VISITOR, vec![]) else { panic!("a welcome is a welcome") };
    fresh.tokens.visitor = Some("new".into());
    bench.feed(Input::Start).feed(Input::SocketOpened).take();
    bench.hear(None, ServerFrame::Welcome(fresh));
    assert_eq!(
        bench.take(),
        [Effect::KeepVisitorToken { visitor: 0, token: "new".into() }, Effect::Tell(Event::Ready)]
    );
}

#[test]
fn a_busy_thread_costs_few_cursors() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![])]).feed(Input::PanelShown).take();
    for seq in 1..=100 {
        bench.hear(None, ServerFrame::Entry(Box::new(entry(seq, AGENT)))).wait(Millis(10));
    }
    bench.wait(Millis::secs(1));
    let cursors: Vec<_> = bench
        .sent()
        .into_iter()
        .filter_map(|(_, frame)| match frame {
            ClientFrame::Cursor(cursor) => Some((cursor.delivered.0, cursor.read.0)),
            _ => None,
        })
        .collect();
    assert!(cursors.len() <= 5, "{cursors:?}");
    assert_eq!(cursors.last(), Some(&(100, 100)));
}

#[test]
fn nothing_is_said_on_a_link_that_is_not_live() {
    let mut bench = Bench::visitor();
    bench.feed(Input::Start);
    bench.submit("early");
    bench.feed(Input::SocketOpened);
    assert_eq!(bench.sent_names(), ["hello"]);
    bench.feed(Input::PageHidden).take();
    bench.submit("late");
    assert_eq!(bench.sent_names(), Vec::<&str>::new());
    assert_eq!(bench.door.next_wake().map(|at| at > bench.now + Millis::minutes(60)), Some(true));
}
