//! A file is kept, announced, put, and only then said; in its turn, and once.

use tieline_protocol::{
    Body, Capability, ClientFrame, DraftId, ErrorCode, FileCard, Millis, RequestId, ServerFrame,
    file::{FileLink, FileLinks},
};

use super::Sent;
use crate::{
    Effect, Input, NoUpload, Visitor,
    screen::{Content, FileKind, Row},
    testing::{
        AGENT, Bench, VISITOR, attached, card, entry, err, ok, session, sketch, state, ticket, welcome,
    },
};

fn live() -> Bench<Visitor> {
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![entry(1, AGENT)])]).take();
    bench
}

fn announced(sent: Sent) -> (Option<RequestId>, tieline_protocol::file::Upload) {
    let upload = sent.into_iter().find_map(|(id, frame)| match frame {
        ClientFrame::Upload(upload) => Some((id, upload)),
        _ => None,
    });
    upload.expect("the file is announced")
}

/// Gives a picture, and has it announced and admitted.
fn uploading(bench: &mut Bench<Visitor>) -> DraftId {
    let draft_id = bench.give(attached("kettle.png", 10));
    let (id, upload) = announced(bench.sent());
    bench.hear(id, ServerFrame::Ticket(ticket(&upload, None)));
    draft_id
}

#[test]
fn a_file_is_announced_put_and_said_and_words_wait_their_turn() {
    let mut bench = live();
    let draft_id = bench.give(attached("kettle.png", 10));
    bench.submit("is it this one?");
    let (id, upload) = announced(bench.sent());
    assert_eq!((upload.draft_id, upload.size, &*upload.media_type), (draft_id, 10, "image/png"));
    assert_eq!(sketch(&bench.thread()), "| line 1 <kettle.png>:Uploading(0) is it this one?:Queued");

    bench.hear(id, ServerFrame::Ticket(ticket(&upload, None)));
    let wanted = bench.take();
    assert!(matches!(&wanted[..], [Effect::Upload { token, .. }] if token == "ticket"), "{wanted:?}");
    bench
        .feed(Input::UploadMoved { draft_id, percent: 40 })
        .feed(Input::UploadMoved { draft_id, percent: 30 });
    assert_eq!(sketch(&bench.thread()), "| line 1 <kettle.png>:Uploading(40) is it this one?:Queued");

    bench.feed(Input::Uploaded { draft_id, file: card(draft_id) });
    let sent = bench.sent();
    let [(_, ClientFrame::Send(said))] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(said.body, Body::File { file: FileCard::named(card(draft_id).id) });
    bench.hear(None, ok(1, draft_id, 2));
    assert_eq!(bench.sent_names(), ["send"], "now the words");
    assert_eq!(sketch(&bench.thread()), "| line 1 <kettle.png>:Sent is it this one?:Sending");
}

#[test]
fn the_store_is_told_once_the_gateway_has_it_and_a_reload_does_not_put_it_again() {
    let mut bench = live();
    let draft_id = uploading(&mut bench);
    bench.take();
    bench.feed(Input::Uploaded { draft_id, file: card(draft_id) });
    let records: Vec<_> = bench.take();
    let Some(Effect::Save(record)) = records.first() else { panic!("{records:?}") };
    assert_eq!((&record.sha256, &record.body), (&None, &Body::File { file: card(draft_id) }));

    let mut again = Bench::visitor();
    again.feed(Input::Restored(vec![record.clone()]));
    again.connect(VISITOR, vec![state(1, Vec::new())]);
    let names = again.sent_names();
    assert!(names.contains(&"send") && !names.contains(&"upload"), "{names:?}");
}

#[test]
fn a_file_that_the_gateway_has_already_is_said_at_once() {
    let mut bench = live();
    let draft_id = bench.give(attached("kettle.png", 10));
    let (id, upload) = announced(bench.sent());
    bench.hear(id, ServerFrame::Ticket(ticket(&upload, Some(card(draft_id)))));
    assert_eq!(bench.sent_names(), ["send"]);
}

#[test]
fn each_refusal_is_told_in_its_own_words_and_the_rest_go_on() {
    for (code, shown) in [
        (ErrorCode::TooLarge, "FileTooLarge"),
        (ErrorCode::TypeDenied, "FileKindDenied"),
        (ErrorCode::Quota, "NoRoom"),
        (ErrorCode::Forbidden, "NotAllowed"),
        (ErrorCode::Conflict, "Refused"),
        (ErrorCode::Invalid, "Refused"),
    ] {
        for is_at_once in [true, false] {
            let mut bench = live();
            let draft_id = bench.give(attached("kettle.png", 10));
            let (id, upload) = announced(bench.sent());
            if is_at_once {
                bench.hear(id, err(code));
            } else {
                bench.hear(id, ServerFrame::Ticket(ticket(&upload, None)));
                bench.feed(Input::UploadFailed { draft_id, why: NoUpload::Refused(code) });
            }
            assert_eq!(sketch(&bench.thread()), format!("| line 1 <kettle.png>:Failed({shown})"), "{code:?}");
            bench.submit("well");
            assert!(bench.sent_names().contains(&"send"));
        }
    }
}

#[test]
fn what_passes_is_tried_again_with_a_fresh_ticket() {
    for why in [
        NoUpload::Cut,
        NoUpload::Refused(ErrorCode::TokenExpired),
        NoUpload::Refused(ErrorCode::StorageBusy),
        NoUpload::Refused(ErrorCode::NotFound),
    ] {
        let mut bench = live();
        let draft_id = uploading(&mut bench);
        bench.take();
        bench.feed(Input::UploadFailed { draft_id, why });
        assert_eq!(sketch(&bench.thread()), "| line 1 <kettle.png>:Queued", "{why:?}");
        assert!(bench.sent().is_empty(), "not at once");
        bench.wait(Millis::minutes(1));
        assert_eq!(announced(bench.sent()).1.draft_id, draft_id);
    }
}

#[test]
fn an_upload_outlives_the_connection_and_its_file_is_said_on_the_next() {
    let mut bench = live();
    let draft_id = uploading(&mut bench);
    bench.close(tieline_protocol::CloseCode(1006)).feed(Input::UploadMoved { draft_id, percent: 70 });
    assert_eq!(sketch(&bench.thread()), "| line 1 <kettle.png>:Uploading(70)");
    bench.feed(Input::Uploaded { draft_id, file: card(draft_id) });
    assert_eq!(sketch(&bench.thread()), "| line 1 <kettle.png>:Queued");
    bench.take();
    bench.feed(Input::WokeUp).feed(Input::SocketOpened);
    bench.hear(None, welcome(VISITOR, vec![state(1, vec![entry(1, AGENT)])]));
    assert!(bench.sent_names().contains(&"send"));
}

#[test]
fn a_file_is_taken_back_on_its_way_and_never_said() {
    let mut bench = live();
    let draft_id = uploading(&mut bench);
    bench.take();
    bench.feed(Input::Discard(draft_id));
    assert_eq!(bench.take(), [Effect::StopUpload(draft_id), Effect::Forget(draft_id)]);
    bench.feed(Input::Uploaded { draft_id, file: card(draft_id) });
    assert_eq!((bench.sent_names(), sketch(&bench.thread())), (vec![], "| line 1".to_owned()));
}

#[test]
fn what_the_gateway_would_refuse_is_not_even_kept() {
    let mut bench = live();
    for (file, shown) in [
        (attached("large.png", 1_001), "FileTooLarge"),
        (crate::Attached { media_type: "image/svg+xml".into(), ..attached("a.svg", 5) }, "FileKindDenied"),
        (crate::Attached { sha256: String::new(), ..attached("unread.png", 5) }, "FileTooLarge"),
        (attached("empty.png", 0), "FileKindDenied"),
    ] {
        let name = file.name.clone();
        bench.give(file);
        assert!(sketch(&bench.thread()).ends_with(&format!("<{name}>:Failed({shown})")), "{name}");
        assert_eq!(bench.take(), []);
    }
    let mut plain = Bench::visitor();
    let ServerFrame::Welcome(mut granted) = welcome(VISITOR, vec![state(1, Vec::new())]) else { panic!() };
    granted.capabilities.0.remove(&Capability::Image);
    plain.feed(Input::Start).feed(Input::SocketOpened).hear(None, ServerFrame::Welcome(granted));
    plain.give(attached("kettle.png", 10));
    assert_eq!(sketch(&plain.thread()), "| <kettle.png>:Failed(NotAllowed)");
    let accepts = plain.door.screen(plain.now).accepts;
    assert!(!accepts.types.contains(&"image/png") && accepts.types.contains(&"application/pdf"));
}

#[test]
fn addresses_are_asked_for_on_screen_and_again_before_they_expire() {
    let file = card(crate::testing::draft(7));
    let said = tieline_protocol::Entry { body: Body::File { file: file.clone() }, ..entry(1, AGENT) };
    let mut bench = Bench::visitor();
    bench.connect(VISITOR, vec![state(1, vec![said])]);
    assert!(!bench.sent_names().contains(&"links"), "nobody looks");
    bench.feed(Input::PanelShown);
    let links = |sent: Sent| {
        sent.into_iter().find_map(|(id, frame)| match frame {
            ClientFrame::Links(links) => Some((id, links.files)),
            _ => None,
        })
    };
    let (id, files) = links(bench.sent()).expect("it asks");
    assert_eq!(files, [file.id]);
    let link = FileLink { file: file.id, url: "https://g/1".into(), thumbnail_url: None };
    let answer = |links: Vec<FileLink>| {
        ServerFrame::Links(FileLinks { session: session(1), links, expires_in_ms: Millis::minutes(60) })
    };
    bench.hear(id, answer(vec![link.clone()]));
    let shown = |bench: &Bench<Visitor>| match bench.thread().rows.last().cloned() {
        Some(Row::Bubble(bubble)) => match bubble.content {
            Content::File(file) => *file,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!((shown(&bench).link, shown(&bench).kind), (Some(link.clone()), FileKind::Picture));
    // The gateway is quiet, so the link is probed and cut; what was shown stays, and the next connection is asked anew.
    bench.wait(Millis::secs(20)).take();
    for _ in 0..4 {
        bench.wait(Millis::minutes(14));
        bench.hear(None, ServerFrame::Pong(tieline_protocol::client::Beat { nonce: 1 }));
        assert_eq!(shown(&bench).link, Some(link.clone()));
    }
    bench.feed(Input::WokeUp).feed(Input::SocketOpened);
    bench.hear(None, welcome(VISITOR, vec![state(1, Vec::new())]));
    let (id, files) = links(bench.sent()).expect("it asks again");
    assert_eq!(files, [file.id]);
    bench.hear(id, answer(Vec::new()));
    assert!(shown(&bench).is_gone);
}
