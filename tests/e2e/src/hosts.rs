//! Merchant pages on an origin of their own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What stands in place of each placeholder; a later word wins.
type Words = Arc<Mutex<Vec<(&'static str, String)>>>;

/// Serves `www/hosts` with its placeholders filled. Stops when dropped.
pub struct Hosts {
    address: SocketAddr,
    words: Words,
    server: JoinHandle<()>,
}

impl Hosts {
    /// Begins to serve on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("binding the host pages")?;
        let address = listener.local_addr()?;
        let words = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new().route("/{file}", axum::routing::get(page)).with_state(Arc::clone(&words));
        let server = tokio::spawn(async move {
            // Ends with the runtime; an error here shows as a page that does not load.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, words, server })
    }

    /// Says what a placeholder stands for from now on.
    pub fn fill(&self, placeholder: &'static str, word: &str) {
        self.words.lock().expect("never poisoned").push((placeholder, word.to_owned()));
    }

    /// The pages' origin. Another site than the gateway's `localhost`, as between real shops and gateways.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same pages under a name that no channel has heard of.
    pub fn stranger(&self) -> String {
        format!("http://stranger.localhost:{}", self.address.port())
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn page(State(words): State<Words>, Path(file): Path<String>) -> Response {
    let path = folder().join(&file);
    let Ok(mut text) = tokio::fs::read_to_string(&path).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    for (placeholder, word) in words.lock().expect("never poisoned").iter().rev() {
        text = text.replace(&format!("{{{{{placeholder}}}}}"), word);
    }
    let named = split_header(&text);
    let body = named.as_ref().map_or(text.as_str(), |(_, _, rest)| rest).to_owned();
    let mut answer = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response();
    if let Some((name, value, _)) = named {
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// Takes a first line `<!--! Name: value -->` off.
fn split_header(text: &str) -> Option<(HeaderName, HeaderValue, &str)> {
    let (first, rest) = text.strip_prefix("<!--!")?.split_once("-->")?;
    let (name, value) = first.split_once(':')?;
    Some((name.trim().parse().ok()?, value.trim().parse().ok()?, rest.trim_start()))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../www/hosts")
}
