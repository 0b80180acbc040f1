//! A file's way: announced, put, said, seen by the other side, read by its link; and what stays of it on the disk.

use tieline_load::client::draft_id;
use tieline_protocol::{Body, Capability, ErrorCode, FileCard, Millis, file::FileLink};

use crate::{
    http::{announce, ask, get, links, path, png, put, put_head, say, ticket},
    running::{NO_LIMITS, Running, Talk},
};

const PDF: &[u8] = b"%PDF-1.7\n% a small one\n%%EOF\n";

fn names_in(gateway: &Running) -> Vec<String> {
    let folder = gateway.state.config.data_dir.join("files");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_picture_goes_from_the_visitor_to_the_agent_and_is_read_by_its_link() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let (bytes, draft) = (png(1600, 400), draft_id());
    let upload = announce(session, draft, "../kettle\u{202e}.png", "image/png", &bytes);
    let first = ticket(&mut visitor, upload.clone()).await.unwrap();
    assert!(!first.url.contains(&first.token), "a token stands in no address");
    let card = put(&gateway.address, &first, "image/png", &bytes).await.card();
    assert_eq!((&*card.name, card.width, card.height), ("kettle.png", Some(1600), Some(400)));

    // Asked again, put again, said again: one file, one line.
    let again = ticket(&mut visitor, upload).await.unwrap();
    assert_eq!(again.file.as_ref(), Some(&card));
    assert_eq!(put(&gateway.address, &again, "image/png", &bytes).await.card(), card);
    let receipt = say(&mut visitor, session, draft, card.id).await.unwrap();
    assert!(say(&mut visitor, session, draft, card.id).await.unwrap().duplicate);
    let entry = agent.entry().await.unwrap();
    assert_eq!((entry.seq, &entry.body), (receipt.seq, &Body::File { file: card.clone() }));

    let [FileLink { url, thumbnail_url: Some(small), .. }] =
        &links(&mut agent, session, vec![card.id]).await[..]
    else {
        panic!("a link with a thumbnail")
    };
    let whole = get(&gateway.address, url).await;
    assert_eq!((whole.status, whole.body.len() as u64), (200, card.size));
    for header in [
        "content-type: image/png",
        "x-content-type-options: nosniff",
        "content-security-policy: sandbox; default-src 'none'",
        "content-disposition: attachment; filename=\"kettle.png\"",
        "referrer-policy: no-referrer",
        "cross-origin-resource-policy: cross-origin",
        "cache-control: private, max-age=",
    ] {
        assert!(whole.head.contains(header), "{header}\n{}", whole.head);
    }
    let small = get(&gateway.address, small).await;
    assert_eq!(small.status, 200);
    let picture = image::load_from_memory(&small.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (640, 213), "three to one, as a bubble shows it");
    assert_eq!(
        links(&mut visitor, session, vec![card.id]).await[0].url,
        *url,
        "the same for all, for an hour"
    );
    assert!(gateway.state.metrics.render().contains("tieline_files_total 1"));
}

#[tokio::test]
async fn a_pdf_comes_back_as_it_was_and_only_to_be_saved() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let draft = draft_id();
    let upload = announce(session, draft, "Größe.pdf", "application/pdf", PDF);
    let admitted = ticket(&mut agent, upload).await.unwrap();
    let card = put(&gateway.address, &admitted, "application/pdf", PDF).await.card();
    assert!(links(&mut visitor, session, vec![card.id]).await.is_empty(), "not said yet");
    assert_eq!(links(&mut agent, session, vec![card.id]).await.len(), 1, "one's own");
    say(&mut agent, session, draft, card.id).await.unwrap();
    let url = links(&mut visitor, session, vec![card.id]).await.remove(0).url;
    let answer = get(&gateway.address, &url).await;
    assert_eq!(answer.body, PDF);
    assert!(answer.head.contains("filename*=utf-8''gr%c3%b6%c3%9fe.pdf"), "{}", answer.head);
    assert!(answer.head.contains("cross-origin-resource-policy: same-origin"));
    // A page of another origin may put, by ticket; it may read nothing by script.
    let may = format!("OPTIONS {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path(&admitted.url));
    let may = ask(&gateway.address, &may, b"").await;
    assert!(may.status == 204 && may.head.contains("access-control-allow-methods: put"), "{}", may.head);
    assert!(!answer.head.contains("access-control-allow-origin"));
}

#[tokio::test]
async fn limits_and_shares_are_kept_and_said() {
    let settings = format!("{NO_LIMITS}file_mib = 1\nsession_files_mib = 2\nparty_files_mib = 2\n");
    let gateway = Running::start(&settings).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let (_, welcome) = gateway.visitor().await;
    assert_eq!(welcome.limits.file_bytes, 1024 * 1024);
    let sized = |mib: u64, extra: u64| {
        let upload = announce(session, draft_id(), "a.txt", "text/plain", b"x");
        tieline_protocol::file::Upload { size: mib * 1024 * 1024 + extra, ..upload }
    };
    assert_eq!(ticket(&mut visitor, sized(1, 1)).await.unwrap_err().code, ErrorCode::TooLarge);
    ticket(&mut visitor, sized(1, 0)).await.unwrap();
    ticket(&mut visitor, sized(1, 0)).await.unwrap();
    let full = ticket(&mut visitor, sized(0, 1)).await.unwrap_err();
    assert_eq!((full.code, full.temporary), (ErrorCode::Quota, false), "what is promised counts");
    assert_eq!(ticket(&mut agent, sized(0, 1)).await.unwrap_err().code, ErrorCode::Quota, "the session's");
    // What never came is swept, and its share is free again.
    let later = tieline_gateway::clock::now() + Millis::minutes(31);
    gateway.state.files.sweep(later).await.unwrap();
    ticket(&mut visitor, sized(0, 1)).await.unwrap();
}

#[tokio::test]
async fn what_is_not_granted_is_not_taken_and_what_was_said_is_still_read() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let draft = draft_id();
    let admitted =
        ticket(&mut visitor, announce(session, draft, "a.pdf", "application/pdf", PDF)).await.unwrap();
    let card = put(&gateway.address, &admitted, "application/pdf", PDF).await.card();
    let mut granted = tieline_protocol::Capabilities::all();
    granted.0.remove(&Capability::File);
    gateway.grant(granted).await;
    assert_eq!(say(&mut visitor, session, draft, card.id).await.unwrap_err().code, ErrorCode::Forbidden);
    gateway.grant(tieline_protocol::Capabilities::all()).await;
    say(&mut visitor, session, draft, card.id).await.unwrap();
    let mut granted = tieline_protocol::Capabilities::all();
    granted.0.remove(&Capability::File);
    gateway.grant(granted).await;
    assert_eq!(links(&mut visitor, session, vec![card.id]).await.len(), 1);
}

#[tokio::test]
async fn a_cut_leaves_nothing_and_the_next_try_succeeds() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let (bytes, draft) = (png(300, 300), draft_id());
    let admitted =
        ticket(&mut visitor, announce(session, draft, "a.png", "image/png", &bytes)).await.unwrap();
    {
        use tokio::io::AsyncWriteExt;
        let mut stream = tokio::net::TcpStream::connect(&gateway.address).await.unwrap();
        let head = put_head(&gateway.address, path(&admitted.url), &admitted.token, "image/png", bytes.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&bytes[..bytes.len() / 2]).await.unwrap();
        wait_for(&gateway, |names| names.iter().any(|name| name.starts_with("partial-"))).await;
    }
    wait_for(&gateway, <[String]>::is_empty).await;
    assert_eq!(
        say(&mut visitor, session, draft, FileCard::named(id_of(&admitted)).id).await.unwrap_err().code,
        ErrorCode::NotFound
    );
    let card = put(&gateway.address, &admitted, "image/png", &bytes).await.card();
    say(&mut visitor, session, draft, card.id).await.unwrap();
}

#[tokio::test]
async fn what_nobody_said_is_swept_and_what_was_said_stays() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let (said, unsaid) = (draft_id(), draft_id());
    let mut cards = Vec::new();
    for draft in [said, unsaid] {
        let admitted =
            ticket(&mut visitor, announce(session, draft, "a.pdf", "application/pdf", PDF)).await.unwrap();
        cards.push(put(&gateway.address, &admitted, "application/pdf", PDF).await.card());
    }
    say(&mut visitor, session, said, cards[0].id).await.unwrap();
    let orphan = gateway.state.config.data_dir.join("files").join("00");
    std::fs::write(&orphan, b"left by a crash").unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    std::fs::File::open(&orphan).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(names_in(&gateway).len(), 3);
    let later = tieline_gateway::clock::now() + Millis::minutes(49 * 60);
    assert_eq!(gateway.state.files.sweep(later).await.unwrap(), 2);
    assert_eq!(names_in(&gateway).len(), 1);
    let left = links(&mut visitor, session, cards.iter().map(|card| card.id).collect()).await;
    assert_eq!(left.iter().map(|link| link.file).collect::<Vec<_>>(), [cards[0].id]);
}

fn id_of(ticket: &tieline_protocol::file::Ticket) -> tieline_protocol::FileId {
    ticket.url.rsplit('/').next().unwrap().parse().unwrap()
}

/// Until the folder is so.
async fn wait_for(gateway: &Running, is_so: impl Fn(&[String]) -> bool) {
    let deadline = std::time::Instant::now() + tieline_load::client::PATIENCE;
    while !is_so(&names_in(gateway)) {
        assert!(std::time::Instant::now() < deadline, "{:?}", names_in(gateway));
        tokio::task::yield_now().await;
    }
}
