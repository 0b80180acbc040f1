//! Files that mean harm, and people who want what is not theirs.

use tieline_gateway::auth::master_key::Purpose;
use tieline_load::client::{Client, draft_id};
use tieline_protocol::{ErrorCode, FileId, SessionId, file::Upload};

use crate::{
    http::{announce, ask, get, links, path, png, put, put_head, say, ticket},
    running::{NO_LIMITS, Running, Talk},
};

/// Announces and puts; gives the code of the refusal, or nothing if it was taken.
async fn code_of(
    gateway: &Running,
    visitor: &mut Client,
    session: SessionId,
    media_type: &str,
    bytes: &[u8],
) -> String {
    let upload = announce(session, draft_id(), "file", media_type, bytes);
    match ticket(visitor, upload).await {
        Ok(admitted) => put(&gateway.address, &admitted, media_type, bytes).await.code(),
        Err(refused) => refused.code.name().to_owned(),
    }
}

#[tokio::test]
async fn a_file_has_to_be_what_it_says() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let html = b"<!DOCTYPE html><script>alert(document.domain)</script>";
    let mut huge = png(8, 8);
    huge[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
    huge[20..24].copy_from_slice(&100_000_u32.to_be_bytes());
    let cut = &png(64, 64)[..60];
    let zip_in_pdf = b"PK\x03\x04 %PDF-1.7";
    for (media_type, bytes, expected) in [
        ("image/svg+xml", &svg[..], "type_denied"),
        ("text/html", &html[..], "type_denied"),
        ("application/octet-stream", b"x", "type_denied"),
        ("image/png", &svg[..], "type_denied"),
        ("image/png", b"GIF89a", "type_denied"),
        ("image/png", cut, "type_denied"),
        ("text/plain", &html[..], "type_denied"),
        ("text/plain", &svg[..], "type_denied"),
        ("text/plain", b"\0\x01\x02", "type_denied"),
        ("application/pdf", &html[..], "type_denied"),
        ("application/pdf", zip_in_pdf, "type_denied"),
        ("audio/ogg", b"RIFF", "type_denied"),
        ("text/plain", b"1 < 2", ""),
    ] {
        let code = code_of(&gateway, &mut visitor, session, media_type, bytes).await;
        assert_eq!(
            code,
            expected,
            "{media_type} {:?}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(20)])
        );
    }
    let code = code_of(&gateway, &mut visitor, session, "image/png", &huge).await;
    assert!(["type_denied", "too_large"].contains(&&*code), "{code}");
    // 12,000 by 12,000 pixels in half a megabyte.
    let mut bomb = std::io::Cursor::new(Vec::new());
    let flat = image::DynamicImage::from(image::GrayImage::new(12_000, 12_000));
    flat.write_to(&mut bomb, image::ImageFormat::Png).unwrap();
    assert_eq!(code_of(&gateway, &mut visitor, session, "image/png", bomb.get_ref()).await, "too_large");
    // A picture with a document behind it is a picture.
    let polyglot = [&png(8, 8)[..], html].concat();
    let draft = draft_id();
    let admitted =
        ticket(&mut visitor, announce(session, draft, "a.png", "image/png", &polyglot)).await.unwrap();
    let card = put(&gateway.address, &admitted, "image/png", &polyglot).await.card();
    let url = links(&mut visitor, session, vec![card.id]).await.remove(0).url;
    let read = get(&gateway.address, &url).await.body;
    assert!(!read.windows(8).any(|window| window == b"<script>"));
}

#[tokio::test]
async fn only_the_announced_bytes_are_taken() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let text = b"hello, this is a text";
    let admitted =
        ticket(&mut visitor, announce(session, draft_id(), "a.txt", "text/plain", text)).await.unwrap();
    let address = &gateway.address;
    for (media_type, bytes) in [
        ("text/plain", &b"HELLO, this is a text"[..]),
        ("text/plain", b"hello, this is a text and more"),
        ("text/plain", b"hello"),
        ("text/plain", b""),
        ("text/html", text),
    ] {
        let answer = put(address, &admitted, media_type, bytes).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid"), "{media_type} {bytes:?}");
    }
    // Longer than it says, in chunks: nobody reads on without end.
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\
         Connection: close\r\n\r\n",
        path(&admitted.url),
        admitted.token
    );
    assert_eq!(
        ask(address, &head, b"20\r\nhello, this is a text and more, \r\n0\r\n\r\n").await.code(),
        "invalid"
    );
    put(address, &admitted, "text/plain; charset=utf-8", text).await.card();

    for broken in [
        Upload { sha256: "xy".repeat(32), ..announce(session, draft_id(), "a", "text/plain", text) },
        Upload { sha256: "+f".repeat(32), ..announce(session, draft_id(), "a", "text/plain", text) },
        Upload { sha256: String::new(), ..announce(session, draft_id(), "a", "text/plain", text) },
        announce(session, draft_id(), "a", "text/plain", b""),
    ] {
        assert_eq!(ticket(&mut visitor, broken).await.unwrap_err().code, ErrorCode::BadFrame);
    }
    let draft = draft_id();
    ticket(&mut visitor, announce(session, draft, "a.txt", "text/plain", text)).await.unwrap();
    let other = announce(session, draft, "a.txt", "text/plain", b"other");
    assert_eq!(ticket(&mut visitor, other).await.unwrap_err().code, ErrorCode::Conflict);
}

#[tokio::test]
async fn a_ticket_is_for_one_file_and_a_file_for_one_party_in_one_session() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, mut agent, session, .. } = gateway.talk().await;
    let (mut stranger, _) = gateway.visitor().await;
    let elsewhere = stranger.open(draft_id(), None).await.unwrap().session;
    let (text, draft) = (b"private", draft_id());
    let upload = announce(session, draft, "a.txt", "text/plain", text);
    let mine = ticket(&mut visitor, upload.clone()).await.unwrap();
    let theirs =
        ticket(&mut stranger, announce(elsewhere, draft_id(), "a.txt", "text/plain", text)).await.unwrap();

    let address = &gateway.address;
    for (url, token) in [
        (&mine.url, &theirs.token),
        (&theirs.url, &mine.token),
        (&mine.url, &String::new()),
        (&mine.url, &"forged.token".to_owned()),
    ] {
        let head = put_head(address, path(url), token, "text/plain", text.len());
        let answer = ask(address, &head, text).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"));
    }
    assert_eq!(ticket(&mut stranger, upload).await.unwrap_err().code, ErrorCode::NotFound);
    let card = put(address, &mine, "text/plain", text).await.card();

    // Said by another, elsewhere, under another name, or not there at all: the same answer.
    let id = card.id;
    for refused in [
        say(&mut stranger, session, draft, id).await,
        say(&mut stranger, elsewhere, draft, id).await,
        say(&mut agent, session, draft, id).await,
        say(&mut visitor, session, draft_id(), id).await,
        say(&mut visitor, session, draft, FileId(draft_id().0)).await,
        say(&mut visitor, elsewhere, draft, id).await,
    ] {
        assert_eq!(refused.unwrap_err().code, ErrorCode::NotFound);
    }
    say(&mut visitor, session, draft, id).await.unwrap();

    // Read by another.
    let mut ask_links = async |session| {
        use tieline_protocol::{ClientFrame, ServerFrame, file::Links};
        stranger.ask(ClientFrame::Links(Links { session, files: vec![id] })).await.map(
            |answer| match answer {
                ServerFrame::Links(links) => Ok(links.links),
                ServerFrame::Err(error) => Err(error.code),
                other => panic!("{other:?}"),
            },
        )
    };
    assert_eq!(ask_links(session).await.unwrap(), Err(ErrorCode::NotFound));
    assert_eq!(ask_links(elsewhere).await.unwrap(), Ok(Vec::new()));
}

#[tokio::test]
async fn a_link_opens_one_file_until_it_expires() {
    let gateway = Running::start(NO_LIMITS).await;
    let Talk { mut visitor, session, .. } = gateway.talk().await;
    let mut made = Vec::new();
    for text in [&b"one"[..], b"two"] {
        let draft = draft_id();
        let admitted =
            ticket(&mut visitor, announce(session, draft, "a.txt", "text/plain", text)).await.unwrap();
        made.push(put(&gateway.address, &admitted, "text/plain", text).await.card().id);
    }
    let found = links(&mut visitor, session, made.clone()).await;
    let (one, two) = (&found[0].url, &found[1].url);
    let token = one.rsplit('/').next().unwrap();
    let base = two.rsplit_once('/').unwrap().0;
    let ours = |secs| {
        let claims = serde_json::json!({"file": made[0], "until": secs});
        sign(&gateway, &claims)
    };
    let base_of_one = one.rsplit_once('/').unwrap().0;
    assert_eq!(
        get(&gateway.address, &format!("{base_of_one}/{}", ours(9_999_999_999_999_u64))).await.status,
        200
    );
    for url in [
        format!("{base}/{token}"),
        format!("{one}x"),
        format!("{one}/small"),
        format!("{base_of_one}/{}", ours(1_000)),
        format!("{base_of_one}/"),
        base_of_one.to_owned() + "/..%2f..%2ftieline.key",
    ] {
        let answer = get(&gateway.address, &url).await;
        assert_eq!(answer.status, 404, "{url}");
    }
    // A ticket for putting is no link, nor is the visitor's own token.
    let (_, welcome) = gateway.visitor().await;
    let resume = welcome.tokens.resume;
    assert_eq!(get(&gateway.address, &format!("{base_of_one}/{resume}")).await.status, 404);
}

/// A link with other claims, signed with the gateway's own key.
fn sign(gateway: &Running, claims: &serde_json::Value) -> String {
    let key = gateway.state.auth.master.signing(Purpose::Download);
    let body = tieline_gateway::auth::secret::encode(claims.to_string().as_bytes());
    let tag = aws_lc_rs::hmac::sign(&key, body.as_bytes());
    format!("{body}.{}", tieline_gateway::auth::secret::encode(tag.as_ref()))
}
