//! Presence, queue, closing, rating and forms, as a visitor's screen shows them.

use tieline_protocol::{
    Answer, ClientFrame, Entry, ErrorCode, Field, FieldKind, Form, FormSource, Seq, ServerFrame,
    form::offline,
    server::{Place, Presence},
};

use super::*;
use crate::{
    screen::{Ending, FormWish},
    testing::{AGENT, Bench, VISITOR, draft, entry, err, session, sketch, state, text},
};

fn face(change: impl FnOnce(&mut ChannelFace)) -> ServerFrame {
    let mut face = ChannelFace { name: "Shop".into(), rating: true, ..ChannelFace::default() };
    change(&mut face);
    ServerFrame::Channel(Box::new(face))
}

fn presence(state: Availability, back_at: Option<Millis>) -> ServerFrame {
    ServerFrame::Presence(Presence { to: None, state, back_at, answer_minutes: Some(5) })
}

fn said(seq: u64, who: u64, body: Body) -> ServerFrame {
    ServerFrame::Entry(Box::new(Entry { body, ..entry(seq, who) }))
}

fn field(name: &str, kind: FieldKind) -> Field {
    Field { name: name.into(), label: name.to_uppercase(), kind, required: true, choices: Vec::new() }
}

fn answer(value: &str) -> Answer {
    Answer { name: "email".into(), label: "EMAIL".into(), value: value.into() }
}

fn screen(bench: &Bench<Visitor>) -> Screen {
    bench.door.screen(bench.now)
}

#[test]
fn who_is_there_is_shown_until_it_is_known_to_be_past() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![]).take();
    assert_eq!(screen(&bench).standing, None, "an older gateway says nothing of it");
    bench.hear(None, presence(Availability::Here, None));
    assert_eq!(screen(&bench).standing, Some(Standing::Here { answer_minutes: Some(5) }));
    let back_at = bench.now + Millis::minutes(1);
    bench.hear(None, presence(Availability::Closed, Some(back_at)));
    assert_eq!(screen(&bench).standing, Some(Standing::Away { back_at: Some(back_at) }));
    assert_eq!(bench.door.screen(back_at).standing, Some(Standing::Away { back_at: None }));
    // Another recipient's presence is another's.
    let other = Presence {
        to: Some("returns".into()),
        state: Availability::Here,
        back_at: None,
        answer_minutes: None,
    };
    bench.hear(None, ServerFrame::Presence(other));
    bench.feed(Input::Asked { to: Some("returns".into()), item: None });
    assert_eq!(screen(&bench).standing, Some(Standing::Here { answer_minutes: None }));
}

#[test]
fn a_place_in_the_queue_ends_with_an_answer() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, VISITOR)])]).take();
    bench.hear(None, ServerFrame::Queue(Place { session: session(1), place: 3 }));
    assert_eq!(screen(&bench).place, Some(3));
    bench.hear(None, ServerFrame::Queue(Place { session: session(9), place: 1 }));
    assert_eq!(screen(&bench).place, Some(3), "a stranger's place is not ours");
    bench.hear(None, ServerFrame::Entry(Box::new(entry(2, AGENT))));
    assert_eq!(screen(&bench).place, None);
    bench.hear(None, ServerFrame::Queue(Place { session: session(1), place: 2 }));
    bench.hear(None, ServerFrame::Queue(Place { session: session(1), place: 0 }));
    assert_eq!(screen(&bench).place, None);
}

#[test]
fn a_closed_session_is_rated_and_another_begun() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, VISITOR)])]).take();
    bench.hear(None, face(|_| ()));
    assert!(screen(&bench).can_write && screen(&bench).end.is_none());
    bench.hear(None, said(2, AGENT, Body::Closed));
    let shown = screen(&bench);
    assert_eq!((shown.can_write, shown.end), (false, Some(Ending { can_rate: true, rated: None })));
    bench.take();
    bench.feed(Input::Rated { draft_id: draft(70), stars: 4, text: "  ".into() });
    let rating = Body::Rating { stars: 4, text: None };
    let is_said =
        |(_, frame): &(_, ClientFrame)| matches!(frame, ClientFrame::Send(said) if said.body == rating);
    assert!(bench.sent().iter().any(is_said), "a closed session takes a rating");
    assert_eq!(screen(&bench).end, Some(Ending { can_rate: true, rated: Some(4) }));
    bench.feed(Input::Rated { draft_id: draft(78), stars: 2, text: "On second thoughts".into() });
    assert_eq!(screen(&bench).end.unwrap().rated, Some(2), "the newest counts");
    bench.hear(None, face(|face| face.rating = false));
    assert!(!screen(&bench).end.unwrap().can_rate, "the shop does not ask any more");

    bench.feed(Input::BegunAnew);
    let shown = screen(&bench);
    assert!(shown.can_write && shown.end.is_none() && shown.thread.rows.is_empty());
    bench.submit("One more thing");
    assert!(sketch(&bench.thread()).contains("One more thing"));
    assert!(bench.sent().iter().any(|(_, frame)| frame.name() == "open"), "in a session of its own");
}

#[test]
fn the_channels_form_is_asked_once_and_goes_before_the_words() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![]).take();
    let form = Form { title: None, fields: vec![field("email", FieldKind::Email)] };
    bench.hear(None, face(|face| face.pre_chat = Some(form.clone())));
    assert_eq!(screen(&bench).form, Some(FormWish::PreChat(form)));
    bench.take();
    let answers = vec![answer("ada@shop.example")];
    let (draft_id, session_draft_id) = (draft(71), draft(72));
    bench.feed(Input::FormFilled { draft_id, session_draft_id, answers: answers.clone(), message: None });
    assert_eq!(screen(&bench).form, None, "once");
    let done = bench.take();
    let Some(Effect::Save(record)) = done.first() else { panic!("{done:?}") };
    assert_eq!(record.body, Body::Form { source: FormSource::PreChat, asked: None, answers });
    assert!(sketch(&bench.thread()).contains("<EMAIL=ada@shop.example>"));
}

#[test]
fn nobody_there_asks_for_an_address_with_the_message() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![]).take();
    bench.hear(None, face(|face| face.offline_form = true));
    bench.hear(None, presence(Availability::Here, None));
    assert_eq!(screen(&bench).form, None);
    bench.hear(None, presence(Availability::Away, None));
    assert_eq!(screen(&bench).form, Some(FormWish::Offline));
    bench.take();
    let fields = offline("Name", "E-mail").fields;
    let email = Answer { name: fields[1].name.clone(), ..answer("ada@shop.example") };
    let message = Some((draft(75), "Call me".to_owned()));
    let (draft_id, session_draft_id) = (draft(73), draft(74));
    bench.feed(Input::FormFilled { draft_id, session_draft_id, answers: vec![email], message });
    let saved: Vec<_> = bench
        .take()
        .into_iter()
        .filter_map(|effect| if let Effect::Save(record) = effect { Some(record) } else { None })
        .collect();
    // Kept once as they were said, and once more when their session was asked for.
    assert_eq!(saved.len(), 4);
    assert!(saved[0].made_at < saved[1].made_at, "read back from the store they stand in the same order");
    assert_eq!(saved[1].body, text("Call me"));
}

#[test]
fn a_form_that_was_asked_is_open_until_it_is_filled_in() {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, VISITOR)])]).take();
    bench.hear(None, face(|_| ()));
    let form = Form { title: Some("Your address".into()), fields: vec![field("email", FieldKind::Email)] };
    bench.hear(None, said(2, AGENT, Body::Ask { form: form.clone() }));
    assert!(screen(&bench).can_write, "one may also just write");
    assert_eq!(screen(&bench).form, Some(FormWish::Asked { seq: Seq(2), form }));
    let answers = vec![answer("ada@shop.example")];
    let (draft_id, session_draft_id) = (draft(76), draft(77));
    bench.feed(Input::FormFilled { draft_id, session_draft_id, answers, message: None });
    assert_eq!(screen(&bench).form, None);
    // Refused and taken back, it is asked for again.
    let sent = bench.sent();
    let id = sent.iter().rev().find(|(_, frame)| frame.name() == "send").and_then(|(id, _)| *id);
    bench.hear(id, err(ErrorCode::BadFrame));
    bench.feed(Input::Discard(draft_id));
    assert!(screen(&bench).form.is_some());
    let filled = Body::Form { source: FormSource::Asked, asked: Some(Seq(2)), answers: Vec::new() };
    bench.hear(None, said(3, VISITOR, filled));
    assert_eq!(screen(&bench).form, None, "another tab was first");
    bench.hear(None, said(4, AGENT, Body::Closed));
    assert_eq!(screen(&bench).form, None);
}
