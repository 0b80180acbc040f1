//! A merchant's page for each subject, and the rivals' files as a good CDN would serve them: brotli, cached for ever.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tieline_e2e::Stage;
use tokio::net::TcpListener;

use crate::subject::Subject;

/// Two servers: the shop's and the CDN's.
pub(crate) struct Rivals {
    shop: String,
    cdn: String,
    pages: Arc<Mutex<HashMap<String, String>>>,
}

/// A shop's page without any widget.
const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Reading lamp</title>
<style>body { font: 16px/1.5 system-ui; margin: 2rem auto; max-width: 40rem }</style>
</head>
<body>
<h1>Reading lamp</h1>
<p>A lamp to read by. It stands on the floor, bends where you want it, and is dimmed by turning its head.</p>
<p>139.50 EUR, in stock.</p>
<!-- widget -->
</body>
</html>
"#;

impl Rivals {
    /// Serves the packages in a folder, each under its own name.
    pub(crate) async fn serve(folder: &Path) -> Result<Self> {
        let pages = Arc::default();
        let shop = Router::new().route("/{page}", axum::routing::get(page)).with_state(Arc::clone(&pages));
        let kept = Arc::new(Cdn { folder: folder.to_owned(), kept: Mutex::default() });
        let cdn = Router::new().route("/{*path}", axum::routing::get(file)).with_state(kept);
        Ok(Self { shop: listen(shop, "127.0.0.1").await?, cdn: listen(cdn, "localhost").await?, pages })
    }

    /// The address of the page with that subject on it, which a channel allows.
    pub(crate) async fn page_of(&self, stage: &Stage, subject: &Subject) -> Result<String> {
        let page = subject.name.replace(['@', '/'], "-");
        if !self.pages.lock().expect("never poisoned").contains_key(&page) {
            let channel = stage.gateway.register("Lamps", &self.shop).await?;
            let markup = subject.markup.replace("{{R}}", &self.cdn);
            let markup = markup.replace("{{G}}", &stage.gateway.url()).replace("{{CHANNEL}}", &channel);
            let text = PAGE.replace("<!-- widget -->", &markup);
            self.pages.lock().expect("never poisoned").insert(page.clone(), text);
        }
        Ok(format!("{}/{page}", self.shop))
    }
}

async fn listen(router: Router, host: &str) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("binding a server")?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{host}:{port}"))
}

type Pages = Arc<Mutex<HashMap<String, String>>>;

async fn page(State(pages): State<Pages>, UrlPath(page): UrlPath<String>) -> Response {
    match pages.lock().expect("never poisoned").get(&page) {
        Some(text) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

struct Cdn {
    folder: PathBuf,
    /// What was asked for before, as it goes over the wire. None: there is no such file.
    kept: Mutex<HashMap<String, Option<Arc<Vec<u8>>>>>,
}

async fn file(State(cdn): State<Arc<Cdn>>, UrlPath(path): UrlPath<String>) -> Response {
    let known = cdn.kept.lock().expect("never poisoned").get(&path).cloned();
    let body = known.unwrap_or_else(|| {
        let is_plain = !path.split('/').any(|part| part == "..");
        let packed = if is_plain { read(&cdn.folder.join(&path)).map(Arc::new) } else { None };
        cdn.kept.lock().expect("never poisoned").insert(path.clone(), packed.clone());
        packed
    });
    let Some(body) = body else { return StatusCode::NOT_FOUND.into_response() };
    let mut answer = (body.to_vec()).into_response();
    let headers = answer.headers_mut();
    let mut set = |name, value: &'static str| headers.insert(name, header::HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, kind_of(&path));
    set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    // So that the page may read how large it was.
    set(header::HeaderName::from_static("timing-allow-origin"), "*");
    if !is_packed(&path) {
        set(header::CONTENT_ENCODING, "br");
    }
    answer
}

/// What goes over the wire. `cargo xtask bench` has packed the large ones, and whatever was asked for once is packed for good.
fn read(file: &Path) -> Option<Vec<u8>> {
    if is_packed(&file.to_string_lossy()) {
        return std::fs::read(file).ok();
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(".br");
    std::fs::read(&beside).ok().or_else(|| {
        let packed = brotli(&std::fs::read(file).ok()?);
        // Where it cannot be kept it is packed again next time.
        let _ = std::fs::write(&beside, &packed);
        Some(packed)
    })
}

fn is_packed(path: &str) -> bool {
    [".woff2", ".png", ".webp", ".mp3", ".ogg"].iter().any(|end| path.ends_with(end))
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// As hard as it goes, like ours.
fn brotli(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 1 << 16, 11, 24);
    // A vector takes everything.
    writer.write_all(text).expect("writing to memory");
    drop(writer);
    packed
}
