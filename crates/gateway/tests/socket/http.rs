//! Files over HTTP, by hand: bytes as they are, heads as they come.

use tieline_gateway::auth::secret;
use tieline_load::client::{Client, PATIENCE};
use tieline_protocol::{
    Body, ClientFrame, Draft, DraftId, ErrorBody, FileCard, FileId, ServerFrame, SessionId,
    file::{FileLink, Links, Ticket, Upload},
    server::Receipt,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In small letters.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        problem["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn card(&self) -> FileCard {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Writes a request and reads its answer to the end.
pub(crate) async fn ask(address: &str, head: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // A gateway that has heard enough may hang up before it has all of it.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("the head of an answer");
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

/// What stands behind the origin of an address.
pub(crate) fn path(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap();
    &rest[rest.find('/').unwrap()..]
}

pub(crate) fn put_head(address: &str, path: &str, token: &str, media_type: &str, length: usize) -> String {
    format!(
        "PUT {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: {media_type}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

pub(crate) async fn put(address: &str, ticket: &Ticket, media_type: &str, bytes: &[u8]) -> Answer {
    let head = put_head(address, path(&ticket.url), &ticket.token, media_type, bytes.len());
    ask(address, &head, bytes).await
}

pub(crate) async fn get(address: &str, url: &str) -> Answer {
    let head = format!("GET {} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n", path(url));
    ask(address, &head, b"").await
}

pub(crate) fn announce(
    session: SessionId,
    draft_id: DraftId,
    name: &str,
    media_type: &str,
    bytes: &[u8],
) -> Upload {
    Upload {
        session,
        draft_id,
        name: name.into(),
        size: bytes.len() as u64,
        media_type: media_type.into(),
        sha256: secret::sha256(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// Announces; gives the ticket, or why there is none.
pub(crate) async fn ticket(client: &mut Client, upload: Upload) -> Result<Ticket, ErrorBody> {
    match client.ask(ClientFrame::Upload(upload)).await.unwrap() {
        ServerFrame::Ticket(ticket) => Ok(ticket),
        ServerFrame::Err(error) => Err(error),
        other => panic!("{other:?}"),
    }
}

/// Says a file.
pub(crate) async fn say(
    client: &mut Client,
    session: SessionId,
    draft_id: DraftId,
    file: FileId,
) -> Result<Receipt, ErrorBody> {
    let body = Body::File { file: FileCard::named(file) };
    match client.ask(ClientFrame::Send(Draft { session, draft_id, reply_to: None, body })).await.unwrap() {
        ServerFrame::Ok(receipt) => Ok(receipt),
        ServerFrame::Err(error) => Err(error),
        other => panic!("{other:?}"),
    }
}

/// Where files can be read.
pub(crate) async fn links(client: &mut Client, session: SessionId, files: Vec<FileId>) -> Vec<FileLink> {
    match client.ask(ClientFrame::Links(Links { session, files })).await.unwrap() {
        ServerFrame::Links(links) => links.links,
        other => panic!("{other:?}"),
    }
}

/// A PNG of one colour.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let picture =
        image::DynamicImage::from(image::RgbImage::from_pixel(width, height, image::Rgb([9, 99, 199])));
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}
