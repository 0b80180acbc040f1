//! The widget's and desk's files: from a folder, or from the binary.
//!
//! `cargo xtask dist` makes them: hashed names, and a `.br` and `.gz` beside each. What has a hash in its name never changes;
//! `loader.js` and `panel.js` keep their names and are asked for again every five minutes.

use std::{borrow::Cow, path::PathBuf};

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use tieline_protocol::ErrorCode;

use super::{Problem, Site, guard};
use crate::auth::secret;

/// What `cargo xtask dist` made before this was compiled. A fresh clone has none, and compiles.
#[derive(RustEmbed)]
#[folder = "../../target/tieline-dist"]
#[allow_missing = true]
struct BuiltIn;

/// Where the files come from.
#[derive(Clone, Debug)]
pub enum Assets {
    /// A folder, read at each request: for developing and tests.
    Folder(PathBuf),
    /// The binary.
    BuiltIn,
}

impl Assets {
    /// Whether the widget and the desk are there at all.
    pub async fn are_there(&self) -> bool {
        self.read("frame.html").await.is_some() && self.read("desk.html").await.is_some()
    }

    /// A document's template.
    pub(super) async fn document(&self, name: &str) -> Option<String> {
        String::from_utf8(self.read(name).await?.into_owned()).ok()
    }

    /// A file by its path within the dist folder. Callers give fixed paths or checked names only.
    async fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Self::Folder(folder) => tokio::fs::read(folder.join(path)).await.ok().map(Cow::Owned),
            Self::BuiltIn => BuiltIn::get(path).map(|file| file.data),
        }
    }
}

/// `GET /loader.js`: the script tag's target.
pub(super) async fn loader(State(site): State<Site>, headers: HeaderMap) -> Response {
    serve(&site.assets, "loader.js", "public, max-age=300, stale-while-revalidate=86400", &headers).await
}

/// `GET /panel.js`: the loader's other half, for loaders of an older bundle, who know it by a name that is gone.
pub(super) async fn panel(State(site): State<Site>, headers: HeaderMap) -> Response {
    serve(&site.assets, "panel.js", "public, max-age=300", &headers).await
}

/// `GET /assets/{name}`: hashed, for ever.
pub(super) async fn asset(
    State(site): State<Site>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !name.starts_with('.');
    if !is_name || name.ends_with(".br") || name.ends_with(".gz") {
        return Problem::new(ErrorCode::NotFound).into_response();
    }
    serve(&site.assets, &format!("assets/{name}"), "public, max-age=31536000, immutable", &headers).await
}

async fn serve(assets: &Assets, path: &str, caching: &'static str, headers: &HeaderMap) -> Response {
    let Some((bytes, encoding)) = pick(assets, path, headers).await else {
        return Problem::new(ErrorCode::NotFound).into_response();
    };
    // Of the bytes as they are served, so each encoding has a tag of its own (RFC 9110, 8.8.3.3).
    let digest = secret::sha256(&bytes);
    let tag = format!("\"{}\"", secret::encode(digest.first_chunk::<12>().unwrap_or(&[0; 12])));
    let is_known = guard::text(headers, header::IF_NONE_MATCH.as_str())
        .is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(bytes).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
        if let Some(encoding) = encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    out.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    response
}

/// The best form that the browser takes and that is there.
async fn pick(
    assets: &Assets,
    path: &str,
    headers: &HeaderMap,
) -> Option<(Cow<'static, [u8]>, Option<&'static str>)> {
    let accepted = guard::text(headers, header::ACCEPT_ENCODING.as_str()).unwrap_or_default();
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(accepted, encoding)
            && let Some(bytes) = assets.read(&format!("{path}.{ending}")).await
        {
            return Some((bytes, Some(encoding)));
        }
    }
    Some((assets.read(path).await?, None))
}

fn accepts(list: &str, encoding: &str) -> bool {
    list.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_it = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        is_it && weight.is_ok_and(|weight| weight > 0.0)
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("webp") => "image/webp",
        Some("txt") => "text/plain; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn encodings_are_read_with_their_weights() {
        for (list, expected) in [
            ("br", true),
            ("gzip, deflate, br, zstd", true),
            ("gzip;q=1, BR;q=0.5", true),
            ("br;q=0", false),
            ("br; q=0.0", false),
            ("gzip", false),
            ("brotli", false),
            ("", false),
        ] {
            assert_eq!(accepts(list, "br"), expected, "{list}");
        }
    }
}
