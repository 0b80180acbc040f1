//! Files that accounts of other platforms give: fetched from where their server keeps them, and from nowhere else.
//!
//! The address comes from a stranger's message, so it decides nothing: only origins that the operator named are asked, no
//! redirect is followed, and what comes goes through the same ticket, limits and looks as a visitor's upload. What cannot be had
//! so stays a link.

use std::time::Duration;

use aws_lc_rs::digest;
use axum::body::Body;
use futures_util::StreamExt;
use tieline_protocol::{DraftId, FileCard, SessionId, file};
use tieline_relay::{Principal, Upload, authorise};

use crate::{
    app::AppState,
    auth::{Origin, Secret},
    clock,
    files::FileError,
};

/// How long a file may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where files may be fetched from, and with what.
#[derive(Clone)]
pub(super) struct Fetcher {
    client: reqwest::Client,
    sources: Vec<Source>,
}

/// A server that keeps files.
#[derive(Clone)]
pub(super) struct Source {
    /// Where.
    pub(super) origin: Origin,
    /// What it wants to see first.
    pub(super) token: Option<Secret<String>>,
}

/// Why there is no file.
#[derive(Debug)]
pub(super) enum NoFile {
    /// Nobody said that this server may be asked.
    Foreign,
    /// The server did not give it.
    Gone(String),
    /// It is not taken here.
    Refused(FileError),
}

impl std::fmt::Display for NoFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Foreign => f.write_str("it is not on a server that the operator named"),
            Self::Gone(why) => f.write_str(why),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

impl From<FileError> for NoFile {
    fn from(error: FileError) -> Self {
        Self::Refused(error)
    }
}

/// A file that came.
struct Fetched {
    bytes: Vec<u8>,
    media_type: String,
}

impl Fetcher {
    pub(super) fn new(sources: Vec<Source>) -> Self {
        // What a client is built of here cannot fail; without one nothing is fetched, and files stay links.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("Tieline/", env!("CARGO_PKG_VERSION")))
            .build()
            .unwrap_or_default();
        Self { client, sources }
    }

    /// Fetches a file and gives it to a session in somebody's name.
    pub(super) async fn give(
        &self,
        state: &AppState,
        principal: &Principal,
        (session, draft_id): (SessionId, DraftId),
        url: &str,
        name: Option<&str>,
    ) -> Result<FileCard, NoFile> {
        let Fetched { bytes, media_type } = self.fetch(url, state.files.largest()).await?;
        let name = name.map_or_else(|| name_in(url), str::to_owned);
        let media_type = type_of(&media_type, &name);
        let facts = state.log.load_facts(session, clock::now()).await.map_err(FileError::from)?;
        let facts = facts.ok_or(FileError::NotFound)?;
        let hash = digest::digest(&digest::SHA256, &bytes);
        let wish = file::Upload {
            session,
            draft_id,
            name,
            size: bytes.len() as u64,
            media_type,
            sha256: hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        let wish = Upload::try_from(wish).map_err(|_| FileError::Kind)?;
        let permit = authorise(clock::now(), principal, facts.as_ref(), wish).map_err(|_| FileError::Kind)?;
        let ticket = state.files.offer(permit, facts.desk.channel.clone(), clock::now()).await?;
        if let Some(card) = ticket.file {
            return Ok(card);
        }
        let id = ticket.url.rsplit('/').next().and_then(|id| id.parse().ok()).ok_or(FileError::NotFound)?;
        let (card, _) = state.files.receive(id, None, None, Body::from(bytes)).await?;
        state.metrics.files.inc();
        state.metrics.file_bytes.inc_by(card.size);
        Ok(card)
    }

    /// Whether an address can be read by whoever has it, as far as is known here.
    pub(super) fn is_open(&self, url: &str) -> bool {
        let origin = reqwest::Url::parse(url)
            .ok()
            .and_then(|url| Origin::parse(&url.origin().ascii_serialization()).ok());
        let source = self.sources.iter().find(|source| Some(&source.origin) == origin.as_ref());
        origin.is_some() && source.is_none_or(|source| source.token.is_none())
    }

    async fn fetch(&self, url: &str, most: u64) -> Result<Fetched, NoFile> {
        let parsed = reqwest::Url::parse(url).map_err(|_| NoFile::Foreign)?;
        let origin = Origin::parse(&parsed.origin().ascii_serialization()).map_err(|_| NoFile::Foreign)?;
        let source = self.sources.iter().find(|source| source.origin == origin).ok_or(NoFile::Foreign)?;
        let mut request = self.client.get(parsed);
        if let Some(token) = &source.token {
            request = request.bearer_auth(token.expose());
        }
        let gone = |error: reqwest::Error| NoFile::Gone(error.without_url().to_string());
        let response = request.send().await.map_err(gone)?;
        if !response.status().is_success() {
            return Err(NoFile::Gone(format!("the server says {}", response.status())));
        }
        let header = response.headers().get(reqwest::header::CONTENT_TYPE);
        let media_type = header.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.map_err(gone)?);
            // Whatever the head said of its length.
            if bytes.len() as u64 > most {
                return Err(NoFile::Refused(FileError::TooLarge));
            }
        }
        Ok(Fetched { bytes, media_type })
    }
}

/// What the server says it is, if it is a kind that is taken; else what its name says. The bytes are looked at in any case.
fn type_of(header: &str, name: &str) -> String {
    let said = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if file::capability_of(&said).is_some() {
        return said;
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let of_ending = file::media_types().find(|kind| file::extensions_of(kind).contains(&ending.as_str()));
    of_ending.map_or(said, str::to_owned)
}

/// The last part of an address, as a person would read it.
fn name_in(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    decode(last)
}

/// RFC 3986, 2.1. What is no text in the end is left out.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut after = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, digit(after.next()), digit(after.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = after;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).replace('\u{fffd}', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_its_address_ends() {
        for (url, name) in [
            ("https://up.example/a1/The%20mug%C3%A9.png?x=1#y", "The mugé.png"),
            ("https://up.example/", ""),
            ("https://up.example/100%", "100%"),
            ("https://up.example/%ff%zz", "%zz"),
        ] {
            assert_eq!(name_in(url), name);
        }
    }

    #[test]
    fn what_it_is_says_the_server_or_else_the_name() {
        assert_eq!(type_of("image/png; charset=x", "a.jpg"), "image/png");
        assert_eq!(type_of("application/octet-stream", "A.JPG"), "image/jpeg");
        assert_eq!(type_of("text/html", "page.html"), "text/html");
    }

    #[tokio::test]
    async fn only_the_servers_that_were_named_are_asked() {
        let origin = Origin::parse("https://up.example").unwrap();
        let fetcher = Fetcher::new(vec![Source { origin, token: None }]);
        for url in [
            "https://evil.example/a.png",
            "http://up.example/a.png",
            "https://up.example:8443/a.png",
            "https://up.example.evil.example/a.png",
            "https://up.example@evil.example/a.png",
            "file:///etc/passwd",
            "not a url",
        ] {
            assert!(matches!(fetcher.fetch(url, 1_000).await, Err(NoFile::Foreign)), "{url}");
        }
        let origin = Origin::parse("https://up.example").unwrap();
        let closed = Fetcher::new(vec![Source { origin, token: Some(Secret::new("t".into())) }]);
        assert!(fetcher.is_open("https://up.example/a") && closed.is_open("https://elsewhere.example/a"));
        assert!(!closed.is_open("https://up.example/a") && !closed.is_open("mxc://up.example/a"));
    }
}
